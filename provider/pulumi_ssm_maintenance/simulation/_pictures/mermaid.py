"""The night as Markdown with a Mermaid chart, for a page or a pull request.

https://mermaid.js.org/syntax/gantt.html
"""

import re
from collections.abc import Iterator
from datetime import datetime

from pulumi_ssm_maintenance.simulation._rehearsal import Rehearsal

from .bars import Bar, local, node_bars, notes, opening, task_bar

_GOOD, _BAD = frozenset({"SUCCESS", "Success"}), frozenset({"FAILED", "Failed", "TIMED_OUT", "ExecutionTimedOut"})


def mermaid(night: Rehearsal) -> str:
    """Write the chart, and below it what was left out and what the night depends on."""
    return "\n".join(_lines(night)) + "\n"


def _lines(night: Rehearsal) -> Iterator[str]:
    yield f"## {night.window.name}, {opening(night)}: {night.status}"
    yield ""
    yield "```mermaid"
    yield "gantt"
    yield "  dateFormat YYYY-MM-DDTHH:mm:ss"
    yield "  axisFormat %H:%M"
    yield "  section window"
    yield f"  cutoff :milestone, {_time(local(night, night.cutoff))}, 0m"
    yield f"  end :milestone, {_time(local(night, night.end))}, 0m"
    for run in night.tasks:
        if bar := task_bar(run, night):
            yield f"  section {_text(run.name)}"
            yield f"  {run.status} :{_tags(bar)}{_span(night, bar)}"
            yield from (f"  {_text(it.label)} :{_tags(it)}{_span(night, it)}" for it in node_bars(run, night))
    yield "```"
    for heading, lines in notes(night):
        yield ""
        yield f"{heading}:"
        yield ""
        yield from (f"- {line}" for line in lines)


def _span(night: Rehearsal, bar: Bar) -> str:
    return f"{_time(local(night, bar.start))}, {_time(local(night, bar.end))}"


def _tags(bar: Bar) -> str:
    return "done, " if bar.status in _GOOD else "crit, " if bar.status in _BAD else "active, "


def _text(text: str) -> str:
    # A colon ends a name there, and a semicolon ends the line.
    return re.sub(r"[:;#]", " ", text)


def _time(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S")
