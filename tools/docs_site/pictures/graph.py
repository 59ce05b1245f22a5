"""Flowcharts, read from the part of Mermaid's syntax that the pages use.

https://mermaid.js.org/syntax/flowchart.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_DIRECTION: Final = re.compile(r"(?:graph|flowchart) (LR|TB|TD)")
_SUBGRAPH: Final = re.compile(r"subgraph (?:(?P<name>\w+)\[\"?(?P<title>.+?)\"?\]|(?P<words>.+))")
_NODE: Final = re.compile(r"(?P<name>\w+)(?P<open>\[\(|\[|\(|\{)?")
_CLOSING: Final = {"[(": ")]", "[": "]", "(": ")", "{": "}"}
_LINK: Final = re.compile(
    r"-- (?P<solid>[^-].*?) -->|-\. (?P<dotted>.+?) \.->|(?P<arrow>-->)|(?P<dots>-\.->)|(?P<line>-\.-)"
)


@dataclass(frozen=True, slots=True)
class Box:
    """A node: its text and its shape, by Mermaid's opening bracket."""

    text: str
    shape: str = "["


@dataclass(frozen=True, slots=True)
class Link:
    """A line between two nodes or groups. Of the lines `a & b -. label .-> c` the first shows the label."""

    source: str
    target: str
    label: str = ""
    dotted: bool = False
    arrow: bool = True
    labelled: bool = True


@dataclass(slots=True)
class Group:
    """A frame around nodes."""

    title: str
    members: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Graph:
    """A flowchart."""

    down: bool = False
    boxes: dict[str, Box] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)


def graph_of(text: str) -> Graph:
    """Read a flowchart.

    Raises:
        ValueError: a line is none that this module knows; the text quotes it.
    """
    first, *lines = [line.strip() for line in text.strip().splitlines()]
    direction = _DIRECTION.fullmatch(first)
    if direction is None:
        raise _unknown(first)
    graph = Graph(down=direction[1] != "LR")
    group: Group | None = None
    for line in lines:
        if begun := _SUBGRAPH.fullmatch(line):
            group = Group(begun["title"] or begun["words"])
            graph.groups[begun["name"] or begun["words"]] = group
        elif line == "end":
            group = None
        elif line:
            _read(line, graph, group)
    # A group may be linked before it is drawn.
    for name in graph.groups:
        graph.boxes.pop(name, None)
    return graph


def _read(line: str, graph: Graph, group: Group | None) -> None:
    """Read a chain of nodes and links: `a[text] --> b & c -. label .-> d`."""
    earlier: list[str] = []
    link: re.Match[str] | None = None
    rest = line
    while rest:
        names, rest = _read_nodes(rest, line, graph, group)
        if link:
            graph.links.extend(_links(earlier, names, link))
        earlier = names
        link = _LINK.match(rest)
        if rest and link is None:
            raise _unknown(line)
        rest = rest[link.end() :].lstrip() if link else ""


def _read_nodes(rest: str, line: str, graph: Graph, group: Group | None) -> tuple[list[str], str]:
    names: list[str] = []
    while True:
        found = _NODE.match(rest)
        if found is None:
            raise _unknown(line)
        name, opening, rest = found["name"], found["open"], rest[found.end() :]
        if opening:
            text, closed, rest = rest.partition(_CLOSING[opening])
            if not closed:
                raise _unknown(line)
            graph.boxes[name] = Box(text.strip('"'), opening)
        elif name not in graph.boxes:
            graph.boxes[name] = Box(name)
        if group and not any(name in other.members for other in graph.groups.values()):
            group.members.append(name)
        names.append(name)
        rest = rest.lstrip()
        if not rest.startswith("&"):
            return names, rest
        rest = rest[1:].lstrip()


def _links(sources: list[str], targets: list[str], link: re.Match[str]) -> Iterator[Link]:
    label = link["solid"] or link["dotted"] or ""
    dotted = bool(link["dotted"] or link["dots"] or link["line"])
    first = True
    for source in sources:
        for target in targets:
            yield Link(source, target, label, dotted, arrow=not link["line"], labelled=first)
            first = False


def _unknown(line: str) -> ValueError:
    return ValueError(f"the picture has a line that {__name__} does not know: {line!r}")
