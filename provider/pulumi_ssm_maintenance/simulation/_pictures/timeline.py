"""The night as text: what happened when, and what did not."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from pulumi_ssm_maintenance.simulation._rehearsal import Rehearsal, TaskRun

from .bars import minutes, named, notes, opening


def timeline(night: Rehearsal) -> str:
    """Tell the night in lines, each with its time after the opening."""
    return "\n".join(_lines(night)) + "\n"


def _lines(night: Rehearsal) -> Iterator[str]:
    details = f" ({night.status_details})" if night.status_details else ""
    yield f"{night.window.name} opens {opening(night)}: {night.status}{details}"
    happenings = sorted(_happenings(night), key=lambda it: it[0])
    width = max(len(minutes(night, when)) for when, _ in happenings)
    for when, text in happenings:
        yield f"  {minutes(night, when):<{width}}  {text}"
    for heading, lines in notes(night):
        yield f"{heading.lower()}:"
        yield from (f"  {line}" for line in lines)


def _happenings(night: Rehearsal) -> Iterator[tuple[datetime, str]]:
    yield night.opened, "the window opens"
    if night.waited_until is not None:
        yield night.waited_until, "the run begins, after it waited for other windows: AWS runs five at a time"
    for run in night.tasks:
        yield from _of_task(run)
    opening, *_ = [alarm.time for alarm in night.alarms] or [night.opened]
    for alarm in night.alarms:
        if alarm.time > opening or alarm.state == "ALARM":
            yield alarm.time, f"alarm {alarm.name}: {alarm.state}"
    for update in night.scheduled_updates:
        if update.time > night.opened:
            yield update.time, f"schedule {update.schedule} {update.words}"
    yield from _sent(night)
    yield night.cutoff, "cutoff: no task starts from here on"
    if night.ended is not None:
        yield night.ended, f"the run ends: {night.status}"
    if night.ended is None or night.ended > night.end:
        yield night.end, "end of the window"


def _sent(night: Rehearsal) -> Iterator[tuple[datetime, str]]:
    messages = Counter((message.time, message.topic.rpartition(":")[2], message.subject) for message in night.messages)
    for (when, topic, subject), count in messages.items():
        yield when, f"{'message' if count == 1 else f'{count} messages'} to {topic}{f': {subject}' if subject else ''}"
    delivered = Counter((it.time, it.target.removesuffix(":*").rpartition(":")[2]) for it in night.deliveries)
    for (when, target), count in delivered.items():
        yield when, f"{'event' if count == 1 else f'{count} events'} to {target}"


def _of_task(run: TaskRun) -> Iterator[tuple[datetime, str]]:
    if run.started is not None:
        nodes = f", {len(run.nodes)} nodes" if len(run.nodes) > 1 else ""
        yield run.started, f"{run.name} starts ({run.type}, priority {run.priority}{nodes})"
    ends: dict[tuple[datetime, str], list[str]] = {}
    for node in run.nodes:
        if node.ended is not None and node.node:
            why = f": {node.reason}" if node.reason else ""
            ends.setdefault((node.ended, f"{node.status_details}{why}"), []).append(node.node)
    for (when, text), ended in ends.items():
        yield when, f"{run.name}: {named(ended)} {text}"
    if run.ended is not None:
        details = f": {run.status_details}" if run.status_details else ""
        stopped = f"; stopped by alarm {run.triggered_alarm[0]}" if run.triggered_alarm else ""
        yield run.ended, f"{run.name} ends {run.status}{details}{stopped}"
