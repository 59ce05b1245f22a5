"""The night as Markdown with a Mermaid chart, for a page or a pull request.

https://mermaid.js.org/syntax/gantt.html
"""

import re
from collections.abc import Iterator
from datetime import datetime

from pulumi_ssm_maintenance.simulation._rehearsal import Rehearsal

from .bars import Bar, node_bars, notes, task_bar

_GOOD, _BAD = frozenset({"SUCCESS", "Success"}), frozenset({"FAILED", "Failed", "TIMED_OUT", "ExecutionTimedOut"})


def mermaid(night: Rehearsal) -> str:
    """Write the chart, and below it what was left out and what the night depends on."""
    return "\n".join(_lines(night)) + "\n"


def _lines(night: Rehearsal) -> Iterator[str]:
    yield f"## {night.window.name}, {night.opened:%Y-%m-%d %H:%M} UTC: {night.status}"
    yield ""
    yield "```mermaid"
    yield "gantt"
    yield "  dateFormat YYYY-MM-DDTHH:mm:ss"
    yield "  axisFormat %H:%M"
    yield "  section window"
    yield f"  cutoff :milestone, {_time(night.cutoff)}, 0m"
    yield f"  end :milestone, {_time(night.end)}, 0m"
    for run in night.tasks:
        if bar := task_bar(run, night):
            yield f"  section {_text(run.name)}"
            yield f"  {run.status} :{_tags(bar)}{_time(bar.start)}, {_time(bar.end)}"
            yield from (
                f"  {_text(it.label)} :{_tags(it)}{_time(it.start)}, {_time(it.end)}" for it in node_bars(run, night)
            )
    yield "```"
    for heading, lines in notes(night):
        yield ""
        yield f"{heading}:"
        yield ""
        yield from (f"- {line}" for line in lines)


def _tags(bar: Bar) -> str:
    return "done, " if bar.status in _GOOD else "crit, " if bar.status in _BAD else "active, "


def _text(text: str) -> str:
    # A colon ends a name there, and a semicolon ends the line.
    return re.sub(r"[:;#]", " ", text)


def _time(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S")
