"""What every picture shows: a bar for each task, and bars for its nodes, those alike together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pulumi_ssm_maintenance.simulation._rehearsal import Dependency, NodeRun, Rehearsal, TaskRun

MOST_BARS_OF_A_TASK = 24
"""With more kinds of nodes than this, a picture puts together all that ended alike."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Nodes that began, ended and came out alike."""

    label: str
    status: str
    start: datetime
    end: datetime


def node_bars(run: TaskRun, night: Rehearsal) -> list[Bar]:
    """The bars of a task's nodes, in the order in which they began."""
    nodes = [node for node in run.nodes if node.started is not None and node.node]
    groups = _grouped(nodes, night, by_time=True)
    if len(groups) > MOST_BARS_OF_A_TASK:
        groups = _grouped(nodes, night, by_time=False)
    return sorted(groups, key=lambda bar: (bar.start, bar.end))


def task_bar(run: TaskRun, night: Rehearsal) -> Bar | None:
    """The bar of a task; None for one that never started."""
    if run.started is None:
        return None
    return Bar(run.name, run.status or "", run.started, run.ended or night_end(night))


def night_end(night: Rehearsal) -> datetime:
    """When a picture ends: the end of the window, or later where something still runs."""
    ends = [node.ended for run in night.tasks for node in run.nodes if node.ended is not None]
    return max([night.end, *ends, *([night.ended] if night.ended else [])])


def opening(night: Rehearsal) -> str:
    """When the window opens, by the clock of its schedule."""
    return f"{local(night, night.opened):%Y-%m-%d %H:%M} {night.window.timezone}"


def local(night: Rehearsal, when: datetime) -> datetime:
    """A time in the time zone of the window's schedule."""
    return when.astimezone(ZoneInfo(night.window.timezone))


def minutes(night: Rehearsal, when: datetime) -> str:
    """A time as hours and minutes after the opening, such as `+1:20`."""
    seconds = round((when - night.opened).total_seconds())
    shown = f"+{seconds // 3600}:{seconds % 3600 // 60:02}"
    return f"{shown}:{seconds % 60:02}" if seconds % 60 else shown


def notes(night: Rehearsal) -> Iterator[tuple[str, list[str]]]:
    """What no bar shows, in lines under headings."""
    headed = {
        "Before the opening": [
            f"schedule {it.schedule} {it.words} at {it.time:%Y-%m-%d %H:%M %Z}"
            for it in night.scheduled_updates
            if it.time <= night.opened
        ],
        "Never started": [f"{run.name}: {run.reason}" for run in night.tasks if run.started is None],
        "Not run": list(
            dict.fromkeys(f"{it.task}: {it.not_run}" for it in night.invocations if it.not_run and it.started)
        ),
        "Left out": list(_left_out_lines(night)),
        "Not delivered": list(dict.fromkeys(f"{it.sender} to {it.target}: {it.reason}" for it in night.not_delivered)),
        "Not known": night.unanswered,
        "Depends on": [_dependency(it) for it in night.depends_on],
    }
    if not night.is_complete:
        headed["Depends on"].append("there were too many combinations of assumptions to try all")
    yield from ((heading, lines) for heading, lines in headed.items() if lines)


def _dependency(item: Dependency) -> str:
    also = "".join(f", with {name}={answer}" for name, answer in item.together_with.items())
    return f"{item.question} {item.otherwise}{also}: {item.outcome}"


def _left_out_lines(night: Rehearsal) -> Iterator[str]:
    """A line for each reason for which nodes were left out."""
    groups: dict[tuple[str | None, str], list[str]] = {}
    for item in night.left_out:
        groups.setdefault((item.task, item.reason), []).append(item.node)
    for (task, reason), nodes in groups.items():
        yield f"{named(nodes)}{f' of {task}' if task else ''}: {reason}"


def named(nodes: list[str]) -> str:
    """Name a node or two, or count them."""
    return " and ".join(nodes) if len(nodes) <= 2 else f"{len(nodes)} nodes"


def _grouped(nodes: list[NodeRun], night: Rehearsal, *, by_time: bool) -> list[Bar]:
    groups: dict[tuple[object, ...], list[NodeRun]] = {}
    for node in nodes:
        key = (node.status_details, node.started, node.ended) if by_time else (node.status_details,)
        groups.setdefault(key, []).append(node)
    return [_bar(group, night) for group in groups.values()]


def _bar(nodes: list[NodeRun], night: Rehearsal) -> Bar:
    start = min(node.started for node in nodes if node.started is not None)
    end = max(node.ended or night_end(night) for node in nodes)
    return Bar(f"{named([node.node for node in nodes])} {nodes[0].status_details}", nodes[0].status_details, start, end)
