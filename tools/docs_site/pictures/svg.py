"""SVG of a flowchart. Colours come from the style sheet of the site, so that pictures follow its dark mode."""

import itertools
import re
import textwrap
import zlib
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final

from pymdownx.superfences import SuperFencesException  # type: ignore[import-untyped]  # it has no types

from .graph import Box, Graph, Link, graph_of
from .layout import FRAME, TITLE, Layout, layout_of, points_of

_Point = tuple[float, float]

_LINE: Final = 17.0
_LETTER: Final = 7.4
_LONGEST: Final = 17
_LONGEST_LABEL: Final = 14
_MARGIN: Final = 6.0
_SMALLEST: Final = 0.75
_ON_LINE: Final = (0.55, 0.4, 0.7, 0.3, 0.8)
_LONG_WORD: Final = re.compile(r"(?<=[./:])(?=\w)")


def fence(source: str, *_: Any, **__: Any) -> str:
    """Draw a fenced block `mermaid` of a page, as an extension of `pymdownx.superfences`.

    Raises:
        SuperFencesException: the picture has a line that is not known. Another error would show the block as text.
    """
    try:
        return svg_of(graph_of(source))
    except ValueError as error:
        raise SuperFencesException(str(error)) from error


def svg_of(graph: Graph) -> str:
    """Draw a flowchart."""
    lines = {name: _wrapped(box.text, _LONGEST) for name, box in graph.boxes.items()}
    wide_high = {name: _size(text, graph.boxes[name]) for name, text in lines.items()}
    sizes = {name: (high, wide) if graph.down else (wide, high) for name, (wide, high) in wide_high.items()}
    labels = {link: _wrapped(link.label, _LONGEST_LABEL) for link in graph.links if link.label and link.labelled}
    lengths = {link: _LINE * len(text) if graph.down else _width(text) for link, text in labels.items()}
    layout = layout_of(graph, sizes, lengths)
    drawing = _Drawing(graph, layout, wide_high)
    shapes = [
        *(drawing.frame(name) for name in graph.groups),
        *(drawing.line(link) for link in graph.links),
        *(drawing.label(link, text) for link, text in labels.items()),
        *(drawing.box(name, text) for name, text in lines.items()),
    ]
    left, top, width, height = drawing.view()
    return (
        f'<div class="picture"><svg viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}" role="img"'
        f' style="width: {width:.0f}px; min-width: {width * _SMALLEST:.0f}px"'
        f' aria-label="{escape(_in_words(graph))}">{drawing.arrow()}{"".join(shapes)}</svg></div>'
    )


def _wrapped(text: str, longest: int) -> list[str]:
    """Break a text into lines, and long names after a dot, a slash or a colon."""
    lines: list[str] = []
    for line in textwrap.wrap(text, longest, break_long_words=False, break_on_hyphens=False):
        lines.append("")
        for part in _LONG_WORD.split(line) if len(line) > longest else [line]:
            if len(lines[-1]) + len(part) > longest and lines[-1]:
                lines.append("")
            lines[-1] += part
    return lines


def _in_words(graph: Graph) -> str:
    """Say what a chart shows, for those who do not see it."""
    text = {**{name: box.text for name, box in graph.boxes.items()}, **{k: it.title for k, it in graph.groups.items()}}
    return "; ".join(
        f"{text[link.source]} to {text[link.target]}{f' ({link.label})' if link.label else ''}" for link in graph.links
    )


def _width(lines: Sequence[str]) -> float:
    return max(map(len, lines)) * _LETTER


def _size(lines: Sequence[str], box: Box) -> tuple[float, float]:
    more = 24 if box.shape == "{" else 0
    return _width(lines) + 20 + more, _LINE * len(lines) + 14 + more / 2 + (8 if box.shape == "[(" else 0)


class _Drawing:
    """The shapes of one chart, in points of the picture: right and down."""

    def __init__(self, graph: Graph, layout: Layout, sizes: dict[str, tuple[float, float]]) -> None:
        self._graph = graph
        self._layout = layout
        self._sizes = sizes
        self._labels: list[tuple[float, float, float, float]] = []
        # An identifier of its own for each picture of a page.
        self._arrow = f"arrow-{zlib.crc32(repr(graph).encode()):x}"

    def arrow(self) -> str:
        """Define the head of the arrows."""
        return (
            f'<defs><marker id="{self._arrow}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
            ' orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
        )

    def view(self) -> tuple[float, float, float, float]:
        """Give the left and the top, the width and the height of the picture."""
        frames = [self._frame(name) for name in self._graph.groups]
        boxes = [
            (x - w / 2, y - h / 2, w, h) for (x, y), (w, h) in ((self._centre(n), self._sizes[n]) for n in self._sizes)
        ]
        bends = [(*self._turned(it.along, it.across), 0.0, 0.0) for it in self._layout.nodes.values()]
        left = min(x for x, *_ in (*frames, *boxes, *bends)) - _MARGIN
        top = min(y for _, y, *_ in (*frames, *boxes, *bends)) - _MARGIN
        right = max(x + w for x, _, w, _ in (*frames, *boxes, *bends)) + _MARGIN
        bottom = max(y + h for _, y, _, h in (*frames, *boxes, *bends)) + _MARGIN
        return left, top, right - left, bottom - top

    def frame(self, name: str) -> str:
        """Draw the frame of a group, with its title."""
        x, y, width, height = self._frame(name)
        return (
            f'<rect class="frame" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="6"/>'
            f'<text class="title" x="{x + 10:.1f}" y="{y + 15:.1f}">{escape(self._graph.groups[name].title)}</text>'
        )

    def box(self, name: str, lines: Sequence[str]) -> str:
        """Draw a node."""
        (x, y), (width, height) = self._centre(name), self._sizes[name]
        return _outline(self._graph.boxes[name].shape, x, y, width, height) + _text(x, y, lines)

    def line(self, link: Link) -> str:
        """Draw a line, bent smoothly."""
        points = self._points(link)
        path = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
        for (x, y), (to_x, to_y) in itertools.pairwise(points):
            if self._graph.down:
                path.append(f"C{x:.1f} {(y + to_y) / 2:.1f} {to_x:.1f} {(y + to_y) / 2:.1f} {to_x:.1f} {to_y:.1f}")
            else:
                path.append(f"C{(x + to_x) / 2:.1f} {y:.1f} {(x + to_x) / 2:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}")
        kind = "line dotted" if link.dotted else "line"
        end = f' marker-end="url(#{self._arrow})"' if link.arrow else ""
        return f'<path class="{kind}" d="{" ".join(path)}"{end}/>'

    def label(self, link: Link, lines: Sequence[str]) -> str:
        """Write the words of a line on it, near its begin."""
        points = self._points(link)
        (x, y), (to_x, to_y) = points[:2]
        width, height = _width(lines) * 0.9 + 4, _LINE * len(lines)
        places = [(x + (to_x - x) * on_line, y + (to_y - y) * on_line) for on_line in _ON_LINE]
        x, y = next((it for it in places if not self._covers_another(*it, width, height)), places[0])
        self._labels.append((x, y, width, height))
        return (
            f'<rect class="label" x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}"'
            f' height="{height:.1f}"/>{_text(x, y, lines, "label")}'
        )

    def _covers_another(self, x: float, y: float, width: float, height: float) -> bool:
        return any(
            abs(x - other_x) < (width + other_width) / 2 and abs(y - other_y) < (height + other_height) / 2
            for other_x, other_y, other_width, other_height in self._labels
        )

    def _points(self, link: Link) -> list[_Point]:
        bends = [self._turned(*point) for point in points_of(self._layout, link)]
        back = (
            link.source in self._layout.nodes
            and link.target in self._layout.nodes
            and self._layout.nodes[link.source].rank > self._layout.nodes[link.target].rank
        )
        return [self._edge(link.source, begin=back), *bends, self._edge(link.target, begin=not back)]

    def _edge(self, name: str, *, begin: bool) -> _Point:
        """Give the point where lines enter (`begin`) or leave a node or a group."""
        if name in self._graph.groups:
            x, y, width, height = self._frame(name)
        else:
            (x, y), (width, height) = self._centre(name), self._sizes[name]
            x, y = x - width / 2, y - height / 2
        if self._graph.down:
            return x + width / 2, y if begin else y + height
        return x if begin else x + width, y + height / 2

    def _centre(self, name: str) -> _Point:
        node = self._layout.nodes[name]
        return self._turned(node.along, node.across)

    def _turned(self, along: float, across: float) -> _Point:
        return (across, along) if self._graph.down else (along, across)

    def _frame(self, name: str) -> tuple[float, float, float, float]:
        begin, end, top, bottom = self._layout.frames[name]
        x, y, width, height = (
            (top, begin, bottom - top, end - begin) if self._graph.down else (begin, top, end - begin, bottom - top)
        )
        need = max(len(self._graph.groups[name].title) * _LETTER * 1.08 + 2 * FRAME - width, 0)
        return x - need / 2, y - TITLE, width + need, height + TITLE


def _outline(shape: str, x: float, y: float, width: float, height: float) -> str:
    left, top = x - width / 2, y - height / 2
    if shape == "{":
        points = f"{left:.1f},{y:.1f} {x:.1f},{top:.1f} {left + width:.1f},{y:.1f} {x:.1f},{top + height:.1f}"
        return f'<polygon class="box" points="{points}"/>'
    if shape == "[(":
        curve = f"a{width / 2:.1f} 6 0 0 0 {width:.1f} 0"
        side = f"M{left:.1f} {top + 6:.1f}v{height - 12:.1f}{curve}v{12 - height:.1f}"
        return f'<path class="box" d="{side}a{width / 2:.1f} 6 0 0 0 {-width:.1f} 0{curve}"/>'
    round_ = 14 if shape == "(" else 4
    return f'<rect class="box" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{round_}"/>'


def _text(x: float, y: float, lines: Sequence[str], kind: str = "words") -> str:
    return "".join(
        f'<text class="{kind}" x="{x:.1f}" y="{at:.1f}">{escape(line)}</text>' for at, line in _lines(y, lines)
    )


def _lines(y: float, lines: Sequence[str]) -> Iterator[tuple[float, str]]:
    first = y - (len(lines) - 1) * _LINE / 2 + 4.5
    return ((first + index * _LINE, line) for index, line in enumerate(lines))
