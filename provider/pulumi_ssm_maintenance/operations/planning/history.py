"""How long nodes took in the last runs of windows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from pulumi_ssm_maintenance.checks.reader import Reader, UnreadableError
from pulumi_ssm_maintenance.operations.live import reader_of

from .source import PlannedWindow

if TYPE_CHECKING:
    import boto3

_RUNS: Final = 3
_COMMAND: Final = "RUN_COMMAND"


@dataclass(frozen=True, slots=True)
class NodeMinutes:
    """How long nodes took."""

    median: float | None = None
    """None where that is unknown."""
    source: str = ""
    """Where it comes from."""
    notes: tuple[str, ...] = ()
    """What AWS refused to show."""


def median_minutes(session: "boto3.Session", windows: Sequence[PlannedWindow]) -> NodeMinutes:
    """Give the median of the minutes that nodes took in the last runs of windows, and where it comes from.

    AWS keeps runs for 30 days. Run Command reports each node, the other types each invocation.
    """
    minutes: list[float] = []
    notes: dict[str, None] = {}
    for window in windows:
        reader = reader_of(session, window.region)
        try:
            minutes.extend(_of_window(reader, window.id))
        except UnreadableError as error:
            notes[f"the minutes of the last runs are not known: {error}"] = None
    if not minutes:
        return NodeMinutes(notes=tuple(notes))
    source = f"median of {len(minutes)} node runs of the last 30 days"
    return NodeMinutes(round(median(minutes), 1), source, tuple(notes))


def _of_window(reader: Reader, window_id: str) -> Iterator[float]:
    answer = reader.one("ssm", "describe_maintenance_window_executions", WindowId=window_id) or {}
    runs = sorted(answer.get("WindowExecutions", ()), key=lambda run: run["StartTime"], reverse=True)
    for run in runs[:_RUNS]:
        execution = run["WindowExecutionId"]
        tasks = reader.all(
            "ssm",
            "describe_maintenance_window_execution_tasks",
            "WindowExecutionTaskIdentities",
            WindowExecutionId=execution,
        )
        for task in tasks or ():
            invocations = reader.all(
                "ssm",
                "describe_maintenance_window_execution_task_invocations",
                "WindowExecutionTaskInvocationIdentities",
                WindowExecutionId=execution,
                TaskId=task["TaskExecutionId"],
            )
            for invocation in invocations or ():
                yield from _of_invocation(reader, task, invocation)


def _of_invocation(reader: Reader, task: Mapping[str, Any], invocation: Mapping[str, Any]) -> Iterator[float]:
    command = invocation.get("ExecutionId")
    if task.get("TaskType") == _COMMAND and command:
        found = reader.all("ssm", "list_command_invocations", "CommandInvocations", CommandId=command, Details=True)
        for node in found or ():
            for plugin in node.get("CommandPlugins", ()):
                yield from _minutes(plugin.get("ResponseStartDateTime"), plugin.get("ResponseFinishDateTime"))
    elif task.get("TaskType") == "AUTOMATION":
        yield from _minutes(invocation.get("StartTime"), invocation.get("EndTime"))


def _minutes(start: Any, end: Any) -> Iterator[float]:
    if start is not None and end is not None and end > start:
        yield (end - start) / timedelta(minutes=1)
