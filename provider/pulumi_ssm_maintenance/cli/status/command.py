"""`ssm-maintenance status`."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from . import output, selection
from .exits import Exit

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.operations.runs import Compliance, History, Run, WindowHistory

_SCHEMA: Final = 1
_SHOWN: Final = "%a %Y-%m-%d %H:%M"
_BAR: Final = 20
_AGE: Final = re.compile(r"(\d+)([dh])")


def status(  # noqa: PLR0913 - the options of a command
    windows: selection.Windows = None,
    *,
    name: selection.Name = None,
    tag: selection.Tag = None,
    enabled: selection.Enabled = False,
    all_: selection.All = False,
    stack: selection.Stack = None,
    cwd: selection.Cwd = Path(),
    region: selection.Region = None,
    role_arn: selection.RoleArn = None,
    accounts: selection.Accounts = None,
    profile: selection.Profile = None,
    last: Annotated[int, typer.Option(min=1, max=100, help="How many runs of each window.")] = 5,
    compliance: Annotated[
        bool, typer.Option("--compliance", help="Add up what the nodes have reported about their patches.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Wait for runs that are at work, and show their progress.")
    ] = False,
    timeout: Annotated[
        str | None, typer.Option(metavar="AGE", help="How long to watch, such as 4h. Default: until the runs end.")
    ] = None,
    max_age: Annotated[
        str | None, typer.Option(metavar="AGE", help="Exit with 3 when the last good run is older, such as 40d or 36h.")
    ] = None,
    no_fail: Annotated[bool, typer.Option("--no-fail", help="Exit with 0 whatever is found.")] = False,
    format: Annotated[output.Report, typer.Option(help="How the runs are printed.")] = output.Report.TEXT,  # noqa: A002 - its name
) -> None:
    """Show the last runs of windows: what failed on which node, why, and where its log is; and the next run.

    Exit code 3 where the latest run of a window failed, timed out, was cancelled or skipped, ran on nothing, or should
    have been and was not.
    """
    age, longest = _age(max_age, "--max-age"), _age(timeout, "--timeout")
    chosen = selection.read(
        selection.Options(
            windows or (),
            name or (),
            tag or (),
            enabled,
            all_,
            stack,
            cwd,
            region or (),
            role_arn or (),
            accounts,
            profile,
        )
    )
    from pulumi_ssm_maintenance.operations.runs import History, history  # noqa: PLC0415 - boto3 loads when it is needed

    output.progress("reading the runs")

    def read() -> History:
        parts = [
            history(account.session, account.windows, last=last, compliance=compliance, max_age=age)
            for account in chosen.accounts
        ]
        return History(tuple(window for part in parts for window in part.windows))

    found = _watched(read, longest) if watch else read()
    if format is output.Report.JSON:
        output.result(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
    elif format is output.Report.MARKDOWN:
        output.result("\n".join(_markdown(found)))
    else:
        output.result("\n\n".join("\n".join(_text(window)) for window in found.windows))
    if chosen.failed:
        raise typer.Exit(Exit.FAILED)
    if not no_fail and not found.is_sound:
        raise typer.Exit(Exit.FINDINGS)


def _watched(read: "Callable[[], History]", timeout: timedelta | None) -> "History":
    """Watch runs until they end, and print a line for each change to standard error. Ctrl-C leaves the runs alone."""
    from pulumi_ssm_maintenance.operations import runs  # noqa: PLC0415 - boto3 loads when it is needed

    shown: set[str] = set()
    found = None
    try:
        for found in runs.watch(read, timeout):
            lines = [line for window in found.windows for line in _progress(window)]
            for line in (one for one in lines if one not in shown):
                output.note(line)
            shown = set(lines)
    except KeyboardInterrupt:
        output.warning("no longer watching; the runs go on")
        raise
    return found or read()


def _progress(window: "WindowHistory") -> Iterator[str]:
    """What the latest run of a window is at: a line with a bar for each task."""
    if not window.runs:
        return
    run = window.runs[0]
    yield f"{window.name}: {run.status}"
    for task in run.tasks:
        done = task.nodes - task.running
        bar = "#" * (_BAR * done // task.nodes if task.nodes else 0)
        yield (
            f"{window.name}: {task.name} {task.status} [{bar:<{_BAR}}]"
            f" {done} of {output.count(task.nodes, 'node')} done, {len(task.failed)} failed"
        )


def _text(window: "WindowHistory") -> Iterator[str]:
    following = f"next {window.next:{_SHOWN}} {window.timezone}" if window.next else "no next run"
    yield f"{window.name} ({window.window_id}, {window.region}): {following}"
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


def _lines(window: "WindowHistory") -> "Iterator[tuple[str, str, Run | None]]":
    """One line for each run and each missed opening, the latest first."""
    rows: list[tuple[datetime, str, Run | None]] = [(run.started, _run(run), run) for run in window.runs]
    oldest = min((run.started for run in window.runs), default=None)
    rows += [
        (when, "MISSED           it should have opened, and there is no run", None)
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
    counts = f"{good} of {output.count(len(run.tasks), 'task')} good, {failed} of {output.count(nodes, 'node')} failed"
    nothing = "; RAN ON NOTHING" if run.ran_on_nothing else ""
    return f"{run.status:<15}  {took:<9}  {counts}{nothing}"


def _failures(run: "Run") -> Iterator[str]:
    for task in run.tasks:
        details = f" {task.details}" if task.details else ""
        if task.failed or task.status not in {"SUCCESS", "IN_PROGRESS", "PENDING"}:
            yield f"{task.name}  {task.status}{details}"
        for node in task.failed:
            log = f"  log: {node.log}" if node.log else ""
            command = f"  command {node.command}" if node.command and node.command != node.node else ""
            yield f"  {node.node}  {node.reason or node.status}{log}{command}"


def _compliance(found: "Compliance") -> str:
    oldest = f", oldest report {found.oldest:{_SHOWN}} UTC" if found.oldest else ""
    return (
        f"{found.reported} of {output.count(found.nodes, 'node')} reported, {found.missing} with missing patches,"
        f" {found.failed} with failed ones, {found.pending_reboot} wait for a reboot{oldest}"
    )


def _markdown(found: "History") -> Iterator[str]:
    for window in found.windows:
        lines = list(_text(window))
        yield f"### {lines[0]}"
        yield ""
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


def _as_json(found: "History") -> dict[str, Any]:
    return {
        "schema": _SCHEMA,
        "verb": "status",
        "windows": [
            {
                "id": window.window_id,
                "name": window.name,
                "region": window.region,
                "timezone": window.timezone,
                "sound": window.is_sound,
                "next": _iso(window.next),
                "missed": [_iso(when) for when in window.missed],
                "too_old": window.too_old,
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
        "started": _iso(run.started),
        "ended": _iso(run.ended),
        "ran_on_nothing": run.ran_on_nothing,
        "tasks": [
            {
                "name": task.name,
                "type": task.type,
                "status": task.status,
                "details": task.details,
                "started": _iso(task.started),
                "ended": _iso(task.ended),
                "nodes": task.nodes,
                "running": task.running,
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
        "oldest": _iso(found.oldest),
    }


def _age(text: str | None, option: str) -> timedelta | None:
    if text is None:
        return None
    found = _AGE.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{option} {text}: give days or hours, such as 40d or 36h")
    return timedelta(**{"days" if found[2] == "d" else "hours": int(found[1])})


def _duration(took: timedelta) -> str:
    minutes = round(took / timedelta(minutes=1))
    return f"{minutes // 60} h {minutes % 60} m" if minutes >= 60 else f"{minutes} m"


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
