"""The runs of windows as text, as Markdown and as JSON."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from pulumi_ssm_maintenance.core.words import counted

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.operations.runs import Compliance, History, Run, WindowHistory

_SCHEMA: Final = 1
_SHOWN: Final = "%a %Y-%m-%d %H:%M"


def text(found: "History") -> str:
    """Write the runs as text, a paragraph for each window."""
    return "\n\n".join("\n".join(_text(window, with_account=_several_accounts(found))) for window in found.windows)


def _several_accounts(found: "History") -> bool:
    return len({window.account_id for window in found.windows}) > 1


def _text(window: "WindowHistory", *, with_account: bool) -> Iterator[str]:
    place = f"{window.account_id}, {window.region}" if with_account else window.region
    yield f"{window.name} ({window.window_id}, {place}){_following(window)}"
    if window.skipped:
        yield f"  SKIPPED: {window.skipped}"
        return
    yield from (f"  note: {note}" for note in window.notes)
    if window.compliance:
        yield f"  patches: {_compliance(window.compliance)}"
    if window.too_old:
        yield "  TOO OLD: no good run within --max-age"
    if not window.runs and not window.missed:
        yield "  no run in the last 30 days"
    for when, line, run in _lines(window):
        yield f"  {when}  {line}"
        if run:
            yield from (f"    {text}" for text in _failures(run))


def _following(window: "WindowHistory") -> str:
    if window.next:
        return f": next {window.next:{_SHOWN}} {window.timezone}"
    return "" if window.is_one_run or window.skipped else ": no next run"


def _lines(window: "WindowHistory") -> "Iterator[tuple[str, str, Run | None]]":
    """One line for each run and each missed opening, the latest first."""
    rows: list[tuple[datetime, str, Run | None]] = [(run.started, _run(run), run) for run in window.runs]
    oldest = min((run.started for run in window.runs), default=None)
    rows += [
        (when, "MISSED     it should have opened, and there is no run", None)
        for when in window.missed
        if oldest is None or when > oldest
    ]
    for when, line, run in sorted(rows, key=lambda row: row[0], reverse=True):
        yield f"{when.astimezone(ZoneInfo(window.timezone)):{_SHOWN}}", line, run


def _run(run: "Run") -> str:
    good = sum(1 for task in run.tasks if task.status == "SUCCESS")
    nodes = sum(task.nodes for task in run.tasks)
    failed = sum(len(task.failed) for task in run.tasks)
    took = _duration(run.took) if run.took is not None else "at work"
    counts = f"{good} of {counted(len(run.tasks), 'task')} good, {failed} of {counted(nodes, 'node')} failed"
    nothing = "; RAN ON NOTHING" if run.ran_on_nothing else ""
    if run.skipped:
        counts = f"tasks are not known: {run.skipped}"
    return f"{run.status:<9}  {took:<8}  {counts}{nothing}"


def _failures(run: "Run") -> Iterator[str]:
    for task in run.tasks:
        details = f" {task.details}" if task.details else ""
        if task.failed or task.status not in {"SUCCESS", "IN_PROGRESS", "PENDING"}:
            yield f"{task.name}  {task.status}{details}"
        if task.skipped:
            yield f"{task.name}  nodes are not known: {task.skipped}"
        for node in task.failed:
            log = f"  log: {node.log}" if node.log else ""
            command = f"  command {node.command}" if node.command and node.command != node.node else ""
            yield f"  {node.node}  {node.reason or node.status}{log}{command}"


def _compliance(found: "Compliance") -> str:
    if not found.nodes:
        return "no node"
    if not found.reported:
        return f"0 of {counted(found.nodes, 'node')} reported"
    oldest = f", oldest report {found.oldest:{_SHOWN}} UTC" if found.oldest else ""
    return (
        f"{found.reported} of {counted(found.nodes, 'node')} reported, {found.missing} with missing patches,"
        f" {found.failed} with failed ones, {found.pending_reboot} wait for a reboot{oldest}"
    )


def markdown(found: "History") -> Iterator[str]:
    """Write the runs as Markdown, a table for each window."""
    for window in found.windows:
        heading, *_ = _text(window, with_account=_several_accounts(found))
        yield f"### {heading}"
        yield ""
        if window.skipped:
            yield f"**Skipped**: {window.skipped}"
            yield ""
            continue
        yield "| started | status | took | tasks and nodes |"
        yield "| --- | --- | --- | --- |"
        for when, line, _ in _lines(window):
            cells = re.split(r"\s{2,}", line)
            yield f"| {when} | {' | '.join([*cells, *[''] * (3 - len(cells))])} |"
        failures = [text for run in window.runs for text in _failures(run)]
        if failures:
            yield ""
            yield "```text"
            yield from failures
            yield "```"
        notes = [*window.notes, *([f"patches: {_compliance(window.compliance)}"] if window.compliance else [])]
        if notes:
            yield ""
            yield from (f"- {note}" for note in notes)
        yield ""


def as_json(found: "History") -> dict[str, Any]:
    """Give the runs as plain values and times."""
    return {
        "schema": _SCHEMA,
        "verb": "status",
        "windows": [
            {
                "id": window.window_id,
                "name": window.name,
                "region": window.region,
                "account": window.account_id,
                "timezone": window.timezone,
                "sound": window.is_sound,
                "next": window.next,
                "missed": list(window.missed),
                "too_old": window.too_old,
                "skipped": window.skipped,
                "notes": list(window.notes),
                "compliance": _compliance_json(window.compliance),
                "runs": [_run_json(run) for run in window.runs],
            }
            for window in found.windows
        ],
    }


def _run_json(run: "Run") -> dict[str, Any]:
    return {
        "id": run.id,
        "status": run.status,
        "details": run.details,
        "started": run.started,
        "ended": run.ended,
        "ran_on_nothing": run.ran_on_nothing,
        "skipped": run.skipped,
        "tasks": [
            {
                "name": task.name,
                "type": task.type,
                "status": task.status,
                "details": task.details,
                "started": task.started,
                "ended": task.ended,
                "nodes": task.nodes,
                "running": task.running,
                "skipped": task.skipped,
                "failed": [
                    {
                        "node": node.node,
                        "status": node.status,
                        "reason": node.reason,
                        "log": node.log,
                        "command": node.command,
                    }
                    for node in task.failed
                ],
            }
            for task in run.tasks
        ],
    }


def _compliance_json(found: "Compliance | None") -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "nodes": found.nodes,
        "reported": found.reported,
        "missing": found.missing,
        "failed": found.failed,
        "pending_reboot": found.pending_reboot,
        "oldest": found.oldest,
    }


def _duration(took: timedelta) -> str:
    minutes = round(took / timedelta(minutes=1))
    return f"{minutes // 60} h {minutes % 60} m" if minutes >= 60 else f"{minutes} m"
