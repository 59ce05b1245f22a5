"""The night as a chart: time from left to right, a bar for each task and for its nodes.

Colours come with hatches, so that a print without colours, or an eye that does not see them, tells them apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from pulumi_ssm_maintenance.simulation._rehearsal import Rehearsal

from .bars import Bar, minutes, named, night_end, node_bars, opening, task_bar

_LEFT, _WIDTH, _RIGHT = 340, 760, 40
_TOP, _ROW, _BAR = 64, 22, 14
_MOST_TICKS = 12
_STEPS = (5, 10, 15, 30, 60, 120, 180, 360, 720)


@dataclass(frozen=True, slots=True)
class _Look:
    """How a kind of bar looks."""

    name: str
    colour: str
    hatch: str
    """The lines of the hatch, on a tile of 8 by 8."""


_GOOD = _Look("success", "#2e7d32", "")
_BAD = _Look("failed", "#c62828", "M0 0L8 8M8 0L0 8")
_LATE = _Look("timed out", "#ef6c00", "M0 8L8 0")
_STOPPED = _Look("cancelled", "#6a1b9a", "M4 0V8")
_OTHER = _Look("going on", "#546e7a", "M0 4H8")
_LOOKS = (_GOOD, _BAD, _LATE, _STOPPED, _OTHER)


def svg(night: Rehearsal) -> str:
    """Write the chart."""
    rows = list(_rows(night))
    height = _TOP + len(rows) * _ROW + 48
    width = _LEFT + _WIDTH + _RIGHT
    scale = _Scale(night)
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    font = 'font-family="system-ui, sans-serif" font-size="12"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font} role="img" aria-label="{escape(_title(night))}">',
        f"<title>{escape(_title(night))}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        "<defs>",
        *(_pattern(look) for look in _LOOKS),
        "</defs>",
        f'<text x="16" y="26" font-size="15" font-weight="600">{escape(_title(night))}</text>',
        *_axis(night, scale, height - 40),
        *(part for place, row in enumerate(rows) for part in _row(row, scale, _TOP + place * _ROW)),
        *_legend(height - 16),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    bar: Bar | None
    is_task: bool


class _Scale:
    """Where on the axis a time is."""

    def __init__(self, night: Rehearsal) -> None:
        self._start = night.opened
        self._span = max(night_end(night) - night.opened, timedelta(minutes=1))

    def x(self, when: datetime) -> float:
        return round(_LEFT + _WIDTH * ((when - self._start) / self._span), 1)


def _title(night: Rehearsal) -> str:
    return f"{night.window.name}, {opening(night)}: {night.status}"


def _rows(night: Rehearsal) -> Iterator[_Row]:
    for run in night.tasks:
        bar = task_bar(run, night)
        status = ", ".join(filter(None, [run.status, None if bar else "never started"]))
        yield _Row(f"{run.name}: {status}", bar, is_task=True)
        yield from (_Row(it.label, it, is_task=False) for it in node_bars(run, night))
        if left_out := [item.node for item in night.left_out if item.task == run.name]:
            yield _Row(f"{named(left_out)} left out", None, is_task=False)


def _axis(night: Rehearsal, scale: _Scale, bottom: int) -> Iterator[str]:
    whole = (night_end(night) - night.opened) / timedelta(minutes=1)
    step = next((step for step in _STEPS if whole / step <= _MOST_TICKS), _STEPS[-1])
    for minute in range(0, int(whole) + 1, step):
        when = night.opened + timedelta(minutes=minute)
        x = scale.x(when)
        yield f'<line x1="{x}" y1="{_TOP - 8}" x2="{x}" y2="{bottom}" stroke="#e0e0e0"/>'
        yield f'<text x="{x}" y="{_TOP - 12}" text-anchor="middle" fill="#616161">{minutes(night, when)}</text>'
    for name, when, dash in (("cutoff", night.cutoff, "5 3"), ("end", night.end, "")):
        x = scale.x(when)
        yield (
            f'<line x1="{x}" y1="{_TOP - 8}" x2="{x}" y2="{bottom}" stroke="#212121" stroke-width="1.5" '
            f'stroke-dasharray="{dash}"/>'
        )
        yield f'<text x="{x - 4}" y="{bottom}" text-anchor="end" font-weight="600">{name}</text>'


def _row(row: _Row, scale: _Scale, y: int) -> Iterator[str]:
    weight = ' font-weight="600"' if row.is_task else ' fill="#424242"'
    place = f'x="{16 if row.is_task else 32}" y="{y + _BAR - 2}"{weight}'
    yield f"<text {place}>{escape(_shortened(row.label))}<title>{escape(row.label)}</title></text>"
    if row.bar is None:
        return
    start, end = scale.x(row.bar.start), scale.x(row.bar.end)
    look = _look(row.bar.status)
    tip = f"<title>{escape(row.label)}</title>"
    box = f'x="{start}" y="{y}" width="{max(2.0, round(end - start, 1))}" height="{_BAR}" rx="2"'
    if row.is_task:
        yield f'<rect {box} fill="none" stroke="{look.colour}" stroke-width="2">{tip}</rect>'
    else:
        yield f'<rect {box} fill="url(#{_id(look)})" stroke="{look.colour}">{tip}</rect>'


_LONGEST = 42
"""Characters of a label, so that wide letters fit as well."""


def _shortened(label: str) -> str:
    """Leave out the beginning of a long label: the last words of a name and the status tell most."""
    return label if len(label) <= _LONGEST else f"…{label[1 - _LONGEST :]}"


def _legend(y: int) -> Iterator[str]:
    for place, look in enumerate(_LOOKS):
        x = _LEFT + place * 120
        yield f'<rect x="{x}" y="{y - 11}" width="22" height="12" fill="url(#{_id(look)})" stroke="{look.colour}"/>'
        yield f'<text x="{x + 28}" y="{y}">{look.name}</text>'


def _pattern(look: _Look) -> str:
    return (
        f'<pattern id="{_id(look)}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{look.colour}" fill-opacity="0.45"/>'
        f'<path d="{look.hatch}" stroke="{look.colour}" stroke-width="1.4" fill="none"/></pattern>'
    )


def _id(look: _Look) -> str:
    return look.name.replace(" ", "-")


def _look(status: str) -> _Look:
    lowered = status.lower().replace("_", "")
    for words, look in ((("success",), _GOOD), (("timedout",), _LATE), (("cancel", "terminated"), _STOPPED)):
        if any(word in lowered for word in words):
            return look
    return _OTHER if lowered in {"", "inprogress", "pending", "delayed"} else _BAD
