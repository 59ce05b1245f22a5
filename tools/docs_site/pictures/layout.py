"""Where the boxes and lines of a flowchart go.

The way of Sugiyama and others (1981): nodes get a rank along the direction of the chart; a line over several ranks gets
a bend in each; the order within a rank puts nodes beside their neighbours; the positions then pull lines straight.
"Along" is the direction of the chart, "across" the other one.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from .graph import Graph, Link

SPACE: Final = 14.0
FRAME: Final = 12.0
TITLE: Final = 20.0
_ROUNDS: Final = 12


@dataclass(slots=True)
class Node:
    """A box, or a bend of a line, with its size and the position of its centre."""

    rank: int
    length: float = 0.0
    breadth: float = 0.0
    along: float = 0.0
    across: float = 0.0
    group: str = ""


@dataclass(slots=True)
class Layout:
    """The nodes by name, the bends of each line, and the frames of groups: along and across, from and to."""

    nodes: dict[str, Node]
    bends: dict[Link, list[str]] = field(default_factory=dict)
    frames: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)


def layout_of(graph: Graph, sizes: Mapping[str, tuple[float, float]], label_lengths: Mapping[Link, float]) -> Layout:
    """Lay a chart out.

    Args:
        graph: the chart.
        sizes: the length along and the breadth across of each box.
        label_lengths: the length along of each label.
    """
    group_of = {member: name for name, group in graph.groups.items() for member in group.members}
    ranks = _ranks(graph, group_of)
    nodes = {name: Node(ranks[name], *sizes[name], group=group_of.get(name, "")) for name in graph.boxes}
    layout = Layout(nodes)
    neighbours: defaultdict[str, list[str]] = defaultdict(list)
    for link in graph.links:
        path = _with_bends(link, graph, layout)
        for one, other in itertools.pairwise(path):
            neighbours[one].append(other)
            neighbours[other].append(one)
    rows = _ordered(nodes, neighbours)
    _place_across(rows, nodes, neighbours)
    _keep_out_of_frames(rows, nodes, graph)
    _place_along(rows, nodes, graph, label_lengths)
    for name in graph.groups:
        layout.frames[name] = _frame(nodes, name)
    return layout


def _ranks(graph: Graph, group_of: Mapping[str, str]) -> dict[str, int]:
    """Give each node a rank after all nodes that lead to it, and as near to the nodes that it leads to as it can be."""
    after: dict[str, set[str]] = {name: set() for name in graph.boxes}
    for link in graph.links:
        sources = graph.groups[link.source].members if link.source in graph.groups else [link.source]
        target = group_of.get(link.target, "") if link.source in graph.groups else ""
        whole = target or (link.target if link.target in graph.groups else "")
        for one in sources:
            after[one].update(graph.groups[whole].members if whole else [link.target])
    ranks: dict[str, int] = {}

    def visit(name: str, seen: tuple[str, ...]) -> int:
        """Give the number of ranks below a node."""
        if name not in ranks:
            below = [visit(other, (*seen, name)) for other in after[name] if other not in seen]
            ranks[name] = 1 + max(below, default=-1)
        return ranks[name]

    deepest = max(visit(name, ()) for name in after)
    from_start = {name: deepest - rank for name, rank in ranks.items()}
    # What leads nowhere stands beside its siblings, not at the far end.
    for name in sorted(from_start, key=lambda it: from_start[it]):
        before = [from_start[other] for other, targets in after.items() if name in targets]
        if before and not after[name]:
            from_start[name] = max(before) + 1
    return from_start


def _with_bends(link: Link, graph: Graph, layout: Layout) -> list[str]:
    """Put a bend into each rank between the ends of a line. Give all points of the line, by rank."""
    source, target = _ends(link, graph, layout.nodes)
    first, last = sorted((source, target), key=lambda name: layout.nodes[name].rank)
    bends = []
    for rank in range(layout.nodes[first].rank + 1, layout.nodes[last].rank):
        bend = f"{link.source} {link.target} {link.label} {rank}"
        layout.nodes[bend] = Node(rank, breadth=4)
        bends.append(bend)
    layout.bends[link] = bends if first == source else bends[::-1]
    return [first, *bends, last]


def _ends(link: Link, graph: Graph, nodes: Mapping[str, Node]) -> tuple[str, str]:
    """Give the nodes that a line connects; for a group its last or first member."""
    source, target = link.source, link.target
    if source in graph.groups:
        source = max(graph.groups[source].members, key=lambda it: nodes[it].rank)
    if target in graph.groups:
        target = min(graph.groups[target].members, key=lambda it: nodes[it].rank)
    return source, target


def _ordered(nodes: Mapping[str, Node], neighbours: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Order each rank so that nodes stand beside their neighbours, and the members of a group stand together."""
    rows: list[list[str]] = [[] for _ in range(1 + max(node.rank for node in nodes.values()))]
    for name, node in nodes.items():
        rows[node.rank].append(name)
    best, fewest = rows, _crossings(rows, nodes, neighbours)
    for turn in range(_ROUNDS):
        places = {name: (index + 0.5) / len(row) for row in rows for index, name in enumerate(row)}
        forward = bool(turn % 2)
        ordered = [_beside_neighbours(row, nodes, neighbours, places) for row in (rows if forward else rows[::-1])]
        rows = ordered if forward else ordered[::-1]
        if (crossings := _crossings(rows, nodes, neighbours)) < fewest:
            best, fewest = rows, crossings
    return best


def _beside_neighbours(
    row: Sequence[str],
    nodes: Mapping[str, Node],
    neighbours: Mapping[str, Sequence[str]],
    places: dict[str, float],
) -> list[str]:
    """Order one rank by the places of the neighbours, from 0 to 1, and note its new places."""
    wanted = {name: _mean([places[it] for it in neighbours.get(name, ())], places[name]) for name in row}
    together = dict(wanted)
    for name in row:
        if group := nodes[name].group:
            together[name] = _mean([places[it] for it, node in nodes.items() if node.group == group], 0)
    ordered = sorted(row, key=lambda it: (together[it], wanted[it]))
    places.update({name: (index + 0.5) / len(row) for index, name in enumerate(ordered)})
    return ordered


def _crossings(
    rows: Sequence[Sequence[str]], nodes: Mapping[str, Node], neighbours: Mapping[str, Sequence[str]]
) -> int:
    total = 0
    for row, following in itertools.pairwise(rows):
        place = {name: index for index, name in enumerate(following)}
        ends = [
            (index, place[other])
            for index, name in enumerate(row)
            for other in neighbours.get(name, ())
            if nodes[other].rank == nodes[name].rank + 1
        ]
        total += sum(a < c and b > d for a, b in ends for c, d in ends)
    return total


def _place_across(
    rows: Sequence[Sequence[str]], nodes: Mapping[str, Node], neighbours: Mapping[str, Sequence[str]]
) -> None:
    """Pull each node towards its neighbours, without a change of the order."""
    for row in rows:
        _spread(row, nodes, dict.fromkeys(row, 0.0))
    for turn in range(_ROUNDS):
        for row in rows if turn % 2 else rows[::-1]:
            wanted = {
                name: _mean([nodes[it].across for it in neighbours.get(name, ())], nodes[name].across) for name in row
            }
            _spread(row, nodes, wanted)


def _spread(row: Sequence[str], nodes: Mapping[str, Node], wanted: Mapping[str, float]) -> None:
    """Place the nodes of a rank as near to where they should be as their breadths allow (pool adjacent violators)."""
    offset = 0.0
    offsets: list[float] = []
    for before, name in zip([None, *row], row, strict=False):
        if before is not None:
            apart = SPACE + FRAME * 2 * (nodes[before].group != nodes[name].group)
            offset += (nodes[before].breadth + nodes[name].breadth) / 2 + apart
        offsets.append(offset)
    pools: list[list[float]] = []
    for name, shift in zip(row, offsets, strict=True):
        pools.append([wanted[name] - shift])
        while len(pools) > 1 and _mean(pools[-2], 0) > _mean(pools[-1], 0):
            pools[-2:] = [pools[-2] + pools[-1]]
    starts = [_mean(pool, 0) for pool in pools for _ in pool]
    for name, start, shift in zip(row, starts, offsets, strict=True):
        nodes[name].across = start + shift


def _keep_out_of_frames(rows: Sequence[Sequence[str]], nodes: Mapping[str, Node], graph: Graph) -> None:
    """Move the nodes that are no members of a group away from its frame."""
    for group, facts in graph.groups.items():
        members = [nodes[name] for name in facts.members]
        first, last = min(it.rank for it in members), max(it.rank for it in members)
        top, bottom = _extent(members)
        top, bottom = top - FRAME - (0 if graph.down else TITLE) - SPACE, bottom + FRAME + SPACE
        middle = (top + bottom) / 2
        for row in rows[first : last + 1]:
            others = [nodes[name] for name in row if nodes[name].group != group]
            above = [it for it in others if it.across <= middle]
            below = [it for it in others if it.across > middle]
            up = max((it.across + it.breadth / 2 - top for it in above), default=0)
            down = max((bottom - it.across + it.breadth / 2 for it in below), default=0)
            for node in above:
                node.across -= max(up, 0)
            for node in below:
                node.across += max(down, 0)


def _place_along(
    rows: Sequence[Sequence[str]], nodes: Mapping[str, Node], graph: Graph, label_lengths: Mapping[Link, float]
) -> None:
    """Put the ranks one after the other, with room for the labels of the lines between them."""
    gaps = [34.0] * len(rows)
    for link, length in label_lengths.items():
        if link.source in nodes and link.target in nodes:
            ends = sorted((nodes[link.source].rank, nodes[link.target].rank))
            gaps[ends[0]] = max(gaps[ends[0]], length + 36)
    for group in graph.groups.values():
        ranks = [nodes[name].rank for name in group.members]
        for rank in {min(ranks) - 1, max(ranks)} & set(range(len(gaps))):
            gaps[rank] += FRAME + (TITLE if graph.down else 0)
    position = 0.0
    for row, gap in zip(rows, gaps, strict=True):
        longest = max((nodes[name].length for name in row), default=0)
        for name in row:
            nodes[name].along = position + longest / 2
            if name not in graph.boxes:  # a bend: the line goes straight through its rank
                nodes[name].length = longest
        position += longest + gap


def _frame(nodes: Mapping[str, Node], group: str) -> tuple[float, float, float, float]:
    members = [node for node in nodes.values() if node.group == group]
    begin = min(it.along - it.length / 2 for it in members) - FRAME
    end = max(it.along + it.length / 2 for it in members) + FRAME
    top, bottom = _extent(members)
    return begin, end, top - FRAME, bottom + FRAME


def _extent(nodes: Sequence[Node]) -> tuple[float, float]:
    return min(it.across - it.breadth / 2 for it in nodes), max(it.across + it.breadth / 2 for it in nodes)


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def points_of(layout: Layout, link: Link) -> Iterator[tuple[float, float]]:
    """Give the points of a line between its ends, along and across."""
    bends = [layout.nodes[bend] for bend in layout.bends[link]]
    sign = -1 if bends and bends[0].rank <= bends[-1].rank else 1
    for bend in bends:
        yield bend.along + sign * bend.length / 2, bend.across
        yield bend.along - sign * bend.length / 2, bend.across
