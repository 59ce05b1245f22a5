"""One run of a window, read from AWS level by level."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pulumi_ssm_maintenance.checks.reader import Reader, UnreadableError
from pulumi_ssm_maintenance.checks.subjects import Task
from pulumi_ssm_maintenance.operations.doctor.subjects import tasks_of
from pulumi_ssm_maintenance.operations.live import LiveWindow

BAD: Final = frozenset({"FAILED", "TIMED_OUT", "CANCELLED", "CANCELLING", "SKIPPED_OVERLAPPING"})
"""The statuses of a run that somebody has to look at."""

AT_WORK: Final = frozenset({"PENDING", "IN_PROGRESS", "CANCELLING"})
"""The statuses of a run that has not ended."""

_GOOD_NODE: Final = "Success"
_RUNNING: Final = frozenset({"Pending", "Delayed", "InProgress", "PENDING", "IN_PROGRESS", "Cancelling"})


@dataclass(frozen=True, slots=True)
class FailedNode:
    """A node, or a run of something else, that did not succeed."""

    node: str
    """The node's id, or the id of the runbook, function or state machine run."""
    status: str
    """Its status at AWS, such as `Failed` or `TimedOut`."""
    reason: str
    """What AWS says of it."""
    log: str
    """Where its output is; empty where none is kept."""
    command: str
    """The id of the command or execution."""


@dataclass(frozen=True, slots=True)
class TaskRun:
    """A task in a run."""

    name: str
    """The name of the window's task that fits; the document, function or state machine where several do."""
    type: str
    """The type of task."""
    status: str
    """The status at AWS, such as `SUCCESS`."""
    details: str
    """What AWS says about the status."""
    started: datetime | None
    """When it started; None before that."""
    ended: datetime | None
    """When it ended; None while it is at work."""
    nodes: int
    """How many nodes, or invocations of anything else, there were."""
    running: int
    """How many nodes are still at work."""
    failed: tuple[FailedNode, ...]
    """The nodes that did not succeed."""
    skipped: str = ""
    """Why its nodes are not known: what AWS refused to show."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a window."""

    id: str
    """The id of the execution."""
    status: str
    """The status at AWS, such as `SUCCESS`."""
    details: str
    """What AWS says about the status."""
    started: datetime
    """When it started."""
    ended: datetime | None
    """When it ended; None while it is at work."""
    tasks: tuple[TaskRun, ...]
    """The tasks that ran."""
    skipped: str = ""
    """Why its tasks are not known: what AWS refused to show."""

    @property
    def ran_on_nothing(self) -> bool:
        """Whether it succeeded without a single invocation."""
        known = bool(self.tasks) and not any(task.skipped for task in self.tasks)
        return self.status == "SUCCESS" and known and not any(task.nodes for task in self.tasks)

    @property
    def is_at_work(self) -> bool:
        """Whether it has not ended."""
        return self.status in AT_WORK

    @property
    def is_bad(self) -> bool:
        """Whether somebody has to look at it."""
        return self.status in BAD or self.ran_on_nothing

    @property
    def took(self) -> timedelta | None:
        """How long it took; None while it is at work."""
        return self.ended - self.started if self.ended else None


def read_run(reader: Reader, window: LiveWindow, execution: Mapping[str, Any]) -> Run:
    """Read the tasks and nodes of a run, as far as AWS shows them."""
    tasks: tuple[TaskRun, ...] = ()
    skipped = ""
    try:
        found = reader.all(
            "ssm",
            "describe_maintenance_window_execution_tasks",
            "WindowExecutionTaskIdentities",
            WindowExecutionId=execution["WindowExecutionId"],
        )
        tasks = tuple(_task_run(reader, window, one) for one in found or ())
    except UnreadableError as error:
        skipped = str(error)
    return Run(
        execution["WindowExecutionId"],
        execution.get("Status", ""),
        execution.get("StatusDetails", ""),
        execution["StartTime"],
        execution.get("EndTime"),
        tasks,
        skipped,
    )


def _task_run(reader: Reader, window: LiveWindow, row: Mapping[str, Any]) -> TaskRun:
    task: Task | None = None
    outcomes: list[FailedNode] = []
    skipped = ""
    try:
        task = _declared(reader, window, row)
        invocations = (
            reader.all(
                "ssm",
                "describe_maintenance_window_execution_task_invocations",
                "WindowExecutionTaskInvocationIdentities",
                WindowExecutionId=row["WindowExecutionId"],
                TaskId=row["TaskExecutionId"],
            )
            or []
        )
        outcomes = [outcome for one in invocations for outcome in _outcomes(reader, task, row, one)]
    except UnreadableError as error:
        skipped = str(error)
    return TaskRun(
        name=str(task.fields.get("Name") or task.arn) if task else str(row.get("TaskArn", "")),
        type=row.get("TaskType", ""),
        status=row.get("Status", ""),
        details=row.get("StatusDetails", ""),
        started=row.get("StartTime"),
        ended=row.get("EndTime"),
        nodes=len(outcomes),
        running=sum(1 for one in outcomes if one.status in _RUNNING),
        failed=tuple(one for one in outcomes if one.status not in {*_RUNNING, _GOOD_NODE, "SUCCESS"}),
        skipped=skipped,
    )


def _declared(reader: Reader, window: LiveWindow, row: Mapping[str, Any]) -> Task | None:
    """Find the task of the window that a run's task was made of: AWS names neither its id nor its name."""
    alike = [task for task in tasks_of(window) if (task.type, task.arn) == (row.get("TaskType"), row.get("TaskArn"))]
    if len(alike) > 1:
        known = reader.one(
            "ssm",
            "get_maintenance_window_execution_task",
            WindowExecutionId=row["WindowExecutionId"],
            TaskId=row["TaskExecutionId"],
        )
        priority = (known or {}).get("Priority")
        alike = [task for task in alike if int(task.fields.get("Priority") or 0) == priority]
    return alike[0] if len(alike) == 1 else None


def _outcomes(
    reader: Reader, task: Task | None, row: Mapping[str, Any], invocation: Mapping[str, Any]
) -> Iterator[FailedNode]:
    """The outcome of each node of an invocation: of Run Command by its own listing, else of the invocation itself."""
    execution = invocation.get("ExecutionId", "")
    nodes: Sequence[Mapping[str, Any]] = ()
    if row.get("TaskType") == "RUN_COMMAND" and execution:
        nodes = (
            reader.all("ssm", "list_command_invocations", "CommandInvocations", CommandId=execution, Details=True) or ()
        )
    for node in nodes:
        yield FailedNode(node["InstanceId"], node["Status"], _reason(node), _log(task, node), execution)
    if not nodes:
        status = invocation.get("Status", "")
        name = execution or invocation.get("InvocationId", "")
        yield FailedNode(name, status, invocation.get("StatusDetails", ""), "", execution)


def _reason(node: Mapping[str, Any]) -> str:
    codes = [plugin.get("ResponseCode", 0) for plugin in node.get("CommandPlugins", ())]
    code = next((code for code in codes if code > 0), None)
    details = str(node.get("StatusDetails") or node["Status"])
    return details if code is None else f"{details}: exit status {code}"


def _log(task: Task | None, node: Mapping[str, Any]) -> str:
    declared = task.invocation if task else {}
    config = node.get("CloudWatchOutputConfig") or {}
    if not config.get("CloudWatchOutputEnabled"):
        config = declared.get("CloudWatchOutputConfig") or {}
    if config.get("CloudWatchOutputEnabled"):
        return str(config.get("CloudWatchLogGroupName") or f"/aws/ssm/{node.get('DocumentName', '')}")
    if url := node.get("StandardOutputUrl"):
        return str(url)
    bucket = declared.get("OutputS3BucketName")
    return f"s3://{bucket}/{declared.get('OutputS3KeyPrefix', '')}".rstrip("/") if bucket else ""
