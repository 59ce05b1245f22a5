"""Tables in Markdown, and the first table as a chart."""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

_SHOWN = ("floor", "raw", "naive", "bound", "ours")
_COLOURS = {"floor": "#c7c7c7", "raw": "#8aa9c9", "naive": "#d9a066", "bound": "#b7d3b0", "ours": "#3b7a57"}
_BAR, _GAP, _UNIT, _LEFT = 16, 14, 90, 90


@dataclass(slots=True)
class Table:
    """One table of results."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        """Add a row."""
        self.rows.append(cells)

    def markdown(self) -> str:
        """Write the table."""
        lines = [" | ".join(self.columns), " | ".join("---" for _ in self.columns)]
        lines += [" | ".join(map(_cell, row)) for row in self.rows]
        return f"## {self.title}\n\n" + "\n".join(f"| {line} |" for line in lines)


def chart(table: Table) -> str:
    """Draw the seconds in the first columns of a table as bars."""
    bars: list[str] = []
    top = 30
    for row in table.rows:
        bars.append(f'<text x="8" y="{top + 2 * _BAR}">{escape(str(row[0]))}</text>')
        for name, value in zip(_SHOWN, row[1:], strict=False):
            seconds = value if isinstance(value, float) else 0.0
            width = seconds * _UNIT
            bars.append(
                f'<rect x="{_LEFT}" y="{top}" width="{width:.0f}" height="{_BAR - 2}" fill="{_COLOURS[name]}"/>'
            )
            bars.append(f'<text x="{_LEFT + width + 6:.0f}" y="{top + _BAR - 4}">{name} {seconds:.1f} s</text>')
            top += _BAR
        top += _GAP
    body = "\n".join(bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="{top}" font-family="sans-serif" font-size="12">\n'
        f'<text x="8" y="18" font-weight="bold">{escape(table.title)}</text>\n{body}\n</svg>\n'
    )


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
