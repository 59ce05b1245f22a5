"""A plan as text, as Markdown with a chart, and as JSON."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pulumi_ssm_maintenance.cli import output
from pulumi_ssm_maintenance.core.words import counted

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.operations.planning import Plan, PlannedOpening, Step, WindowPlan

_SCHEMA: Final = 1
_OPENS: Final = "%a %Y-%m-%d %H:%M"
_CHART_TIME: Final = "%Y-%m-%dT%H:%M:%S"
_BEST_CASE: Final = "Best case: every node is there, nothing fails. A task without targets is taken to last a minute."


def text(plan: "Plan") -> Iterator[str]:
    """Write a plan as text."""
    for one in plan.windows:
        yield from _window_text(one, _heading(one, plan))
        yield ""
    for conflict in plan.conflicts:
        yield f"CONFLICT  {conflict.text}"
    yield from notes(plan)


def _window_text(one: "WindowPlan", heading: str) -> Iterator[str]:
    yield heading
    for opening in one.openings:
        yield f"  opens {_opening(opening, one.timezone)}"
    yield from (f"  note: {note}" for note in one.notes)
    if one.fit is None:
        return
    rows = [_row(step) for step in one.fit.steps]
    widths = [max(len(row[column]) for row in rows) for column in range(3)] if rows else []
    for row, step in zip(rows, one.fit.steps, strict=True):
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))
        yield f"  {'  '.join(cells)}  {row[3]}".rstrip()
        if step.text:
            yield f"    {_verdict(step)}: {step.text}"


def _heading(one: "WindowPlan", plan: "Plan") -> str:
    window = one.window
    several = len({it.window.account for it in plan.windows}) > 1
    known = ", ".join(filter(None, (window.id, window.account if several else "", window.region)))
    cutoff = window.hours - float(window.fields.get("Cutoff") or 0)
    return f"{window.name}{f' ({known})' if known else ''}: {window.hours:g} h, no task starts after {cutoff:g} h"


def _opening(opening: "PlannedOpening", timezone: str) -> str:
    freeze = f", in the change freeze {opening.freeze}" if opening.freeze else ""
    clock = "".join(f"; {note}" for note in opening.notes)
    return f"{opening.opens:{_OPENS}} {timezone}, closes {opening.closes:%H:%M}{freeze}{clock}"


def _row(step: "Step") -> tuple[str, str, str, str]:
    times = f"{step.starts:%H:%M}-{step.ends:%H:%M}" if step.starts and step.ends else "-"
    return times, step.task, str(step.priority), work_of(step)


def work_of(step: "Step") -> str:
    """Say on how many nodes a step works, and in how many rounds."""
    if step.nodes == 0 and step.at_once is None:
        return "once, without targets"
    if step.nodes == 0:
        return "no nodes"
    nodes = "unknown nodes" if step.nodes is None else counted(step.nodes, "node")
    if step.reached is not None and step.reached < (step.nodes or 0):
        nodes = f"{step.reached} of {nodes}"
    at_once = f", {step.at_once} at a time" if step.at_once else ""
    rounds = f", {counted(step.rounds, 'round')}{'' if step.nodes is not None else ' at most'}" if step.rounds else ""
    return f"{nodes}{at_once}{rounds}"


def _verdict(step: "Step") -> str:
    if not step.left_out:
        return step.state.upper()
    done = (step.nodes or 0) - step.left_out
    cancelled = (step.reached or 0) - done
    counts = {"CANCELLED": cancelled, "LEFT OUT": step.left_out - cancelled}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def notes(plan: "Plan") -> Iterator[str]:
    """Say what a plan rests on."""
    if plan.minutes_per_node is None:
        yield "How long nodes take is unknown, so rounds are counted only: give --minutes-per-node."
    else:
        yield f"{plan.minutes_per_node:g} minutes a node ({plan.minutes_source}). {_BEST_CASE}"
    if any(one.fit and one.fit.assumptions.get("rounding") for one in plan.windows):
        yield "AWS does not say how it rounds a share of nodes: down is assumed, one node at least."
    if any(step.nodes is None for one in plan.windows if one.fit for step in one.fit.steps):
        yield "Where the number of nodes is unknown, give --nodes TARGET=N."


def markdown(plan: "Plan") -> Iterator[str]:
    """Write a plan as Markdown with a Mermaid chart for each window."""
    for one in plan.windows:
        verdict = {True: "fits", False: "**does not fit**", None: "unknown whether it fits"}
        yield f"### {_heading(one, plan)}"
        yield ""
        if one.fit is not None:
            yield f"The work {verdict[one.fit.fits]}." if one.fit.fits is not None else "It is unknown whether it fits."
            yield ""
        for opening in one.openings:
            yield f"- opens {_opening(opening, one.timezone)}"
        yield from (f"- note: {note}" for note in one.notes)
        if one.fit is not None and one.fit.steps:
            yield ""
            yield "| time | task | priority | work | verdict |"
            yield "| --- | --- | --- | --- | --- |"
            for step in one.fit.steps:
                times, task, priority, work = _row(step)
                verdict_text = step.state if not step.text else f"**{_verdict(step)}**: {step.text}"
                yield f"| {times} | {output.cell(task)} | {priority} | {work} | {output.cell(verdict_text)} |"
            yield from _chart(one)
        yield ""
    for conflict in plan.conflicts:
        yield f"- **conflict**: {conflict.text}"
    if plan.conflicts:
        yield ""
    yield from (f"{note}  " for note in notes(plan))


def _chart(one: "WindowPlan") -> Iterator[str]:
    """Draw the first opening.

    https://mermaid.js.org/syntax/gantt.html
    """
    steps = [step for step in one.fit.steps if step.starts and step.ends] if one.fit else []
    if not steps:
        return
    opening = one.openings[0]
    yield ""
    yield "```mermaid"
    yield "gantt"
    yield "  dateFormat YYYY-MM-DDTHH:mm:ss"
    yield "  axisFormat %H:%M"
    yield "  section window"
    yield f"  open :{_chart_time(opening.opens)}, {_chart_time(opening.closes)}"
    yield f"  cutoff :milestone, {_chart_time(opening.cutoff)}, 0m"
    for step in steps:
        yield f"  section {_chart_text(step.task)}"
        mark = "done" if step.state == "fits" else "crit"
        label = _chart_text(work_of(step).replace(",", ""))
        yield f"  {label} :{mark}, {_chart_time(step.starts)}, {_chart_time(step.ends)}"
    yield "```"


def _chart_time(when: datetime | None) -> str:
    return when.strftime(_CHART_TIME) if when else ""


def _chart_text(words: str) -> str:
    # A colon ends a name there, and a semicolon ends the line.
    return re.sub(r"[:;#]", " ", words)


def picture(plan: "Plan") -> str:
    """Draw the first opening of the one window of a plan, as SVG.

    Raises:
        UsageError: the plan has several windows, or it is unknown what happens in an opening.
    """
    from pulumi_ssm_maintenance.operations.errors import UsageError  # noqa: PLC0415 - loads boto3

    if len(plan.windows) != 1:
        raise UsageError(f"a picture shows one window, and {len(plan.windows)} are selected")
    fit = plan.windows[0].fit
    if fit is None or fit.night is None:
        raise UsageError(
            "a picture needs to know how many nodes there are and how long they take: give --nodes and"
            " --minutes-per-node"
        )
    return fit.night.to_svg().rstrip()


def as_json(plan: "Plan") -> dict[str, Any]:
    """Give a plan as plain values and times."""
    return {
        "schema": _SCHEMA,
        "verb": "plan",
        "minutes_per_node": plan.minutes_per_node,
        "minutes_source": plan.minutes_source,
        "windows": [_window_json(one) for one in plan.windows],
        "conflicts": [
            {"kind": one.kind, "windows": list(one.windows), "when": one.when, "text": one.text}
            for one in plan.conflicts
        ],
    }


def _window_json(one: "WindowPlan") -> dict[str, Any]:
    window = one.window
    return {
        "id": window.id,
        "name": window.name,
        "region": window.region,
        "account": window.account,
        "enabled": window.enabled,
        "timezone": one.timezone,
        "duration": window.hours,
        "cutoff": float(window.fields.get("Cutoff") or 0),
        "fits": one.fit.fits if one.fit else None,
        "notes": list(one.notes),
        "openings": [
            {
                "opens": opening.opens,
                "cutoff": opening.cutoff,
                "closes": opening.closes,
                "freeze": opening.freeze,
                "notes": list(opening.notes),
            }
            for opening in one.openings
        ],
        "tasks": [
            {
                "name": step.task,
                "type": step.type,
                "priority": step.priority,
                "nodes": step.nodes,
                "at_once": step.at_once,
                "rounds": step.rounds,
                "starts": step.starts,
                "ends": step.ends,
                "reached": step.reached,
                "left_out": step.left_out,
                "state": step.state,
                "text": step.text,
            }
            for step in (one.fit.steps if one.fit else ())
        ],
    }
