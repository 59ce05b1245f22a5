"""How long nodes took in the last runs of windows."""

from collections.abc import Iterator, Mapping, Sequence
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


def median_minutes(session: "boto3.Session", windows: Sequence[PlannedWindow]) -> tuple[float | None, str]:
    """Give the median of the minutes that nodes took in the last runs of windows, and where it comes from.

    AWS keeps runs for 30 days. Run Command reports each node, the other types each invocation.
    """
    minutes: list[float] = []
    for window in windows:
        reader = reader_of(session, window.region)
        try:
            minutes.extend(_of_window(reader, window.id))
        except UnreadableError:
            continue
    if not minutes:
        return None, ""
    return round(median(minutes), 1), f"median of {len(minutes)} node runs of the last 30 days"


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
