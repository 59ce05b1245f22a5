"""The runs of maintenance windows: those that were rehearsed, and the coming ones.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeMaintenanceWindowExecutions.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.ssm.errors import does_not_exist, validation_error
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import listing, page
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.windows.schedule import openings

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Operations, SsmCall

_COMING = 50
"""How many coming runs of a window are listed; how many AWS lists is unknown."""
_STATUS = {"STATUS": "Status"}


def describe_schedule(call: SsmCall) -> Members:
    """List the coming runs of one window, or of all."""
    windows = [call.window] if "WindowId" in call.parameters else call.state.windows.values()
    now = call.state.history.now
    start = datetime.fromtimestamp(now, UTC) if now is not None else datetime.now(UTC)
    after, before = _bounds(call, "ScheduledAfter", "ScheduledBefore")
    runs = [
        {"WindowId": window.id, "Name": window.properties["Name"], "ExecutionTime": opening}
        for window in windows
        for opening in islice(openings(window, max(start, after or start)), _COMING)
        if before is None or datetime.fromisoformat(opening) < before
    ]
    runs.sort(key=lambda run: datetime.fromisoformat(run["ExecutionTime"]))
    return page(runs, call.parameters, "ScheduledWindowExecutions")


def describe_executions(call: SsmCall) -> Members:
    """List the past runs of a window, the newest first. An unknown window has none."""
    after, before = _bounds(call, "ExecutedAfter", "ExecutedBefore")
    found = [row for row in call.state.history.rows("executions") if row["WindowId"] == call.parameters["WindowId"]]
    found = [
        row
        for row in sorted(found, key=lambda row: -row["StartTime"])
        if (after is None or row["StartTime"] > after.timestamp())
        and (before is None or row["StartTime"] < before.timestamp())
    ]
    return page(found, call.parameters, "WindowExecutions")


def get_execution(call: SsmCall) -> Members:
    """Show one run."""
    return _execution(call)


def describe_tasks(call: SsmCall) -> Members:
    """List the tasks of a run, in the order of their start."""
    run = _execution(call)
    rows = [row for row in call.state.history.rows("tasks") if row["WindowExecutionId"] == run["WindowExecutionId"]]
    return listing(rows, call.parameters, "WindowExecutionTaskIdentities", _STATUS)


def get_task(call: SsmCall) -> Members:
    """Show one task of a run."""
    return _task(call)


def describe_invocations(call: SsmCall) -> Members:
    """List the invocations of a task."""
    task = _task(call)
    rows = [row for row in call.state.history.rows("invocations") if row["TaskExecutionId"] == task["TaskExecutionId"]]
    return listing(rows, call.parameters, "WindowExecutionTaskInvocationIdentities", _STATUS)


def get_invocation(call: SsmCall) -> Members:
    """Show one invocation of a task."""
    task, name = _task(call), call.parameters["InvocationId"]
    found = call.state.history.row("invocations", name)
    if found is None or found["TaskExecutionId"] != task["TaskExecutionId"]:
        raise does_not_exist("Maintenance window execution task invocation", name)
    return found


def cancel(call: SsmCall) -> Members:
    """Cancel the run that is being rehearsed now. What AWS answers for a run that has ended is unknown."""
    run = _execution(call)
    if call.state.history.now is not None and not run.get("EndTime"):
        run["Status"] = "CANCELLING"
        return {"WindowExecutionId": run["WindowExecutionId"]}
    raise validation_error(f"Maintenance window execution {run['WindowExecutionId']} is not in progress")


def _execution(call: SsmCall) -> Members:
    name = call.parameters["WindowExecutionId"]
    found = call.state.history.row("executions", name)
    if found is None:
        raise does_not_exist("Maintenance window execution", name)
    return found


def _task(call: SsmCall) -> Members:
    run, name = _execution(call), call.parameters["TaskId"]
    found = call.state.history.row("tasks", name)
    if found is None or found["WindowExecutionId"] != run["WindowExecutionId"]:
        raise does_not_exist("Maintenance window execution task", name)
    return found


def _bounds(call: SsmCall, after: str, before: str) -> tuple[datetime | None, datetime | None]:
    """Read the filters by time."""
    bounds: dict[str, datetime] = {}
    for condition in call.parameters.get("Filters", []):
        key, values = condition.get("Key", ""), condition.get("Values", [])
        if key not in {after, before} or len(values) != 1:
            raise validation_error(f"Filter key {key} is not one of {after}, {before}, each with one value")
        try:
            bounds[key] = datetime.fromisoformat(values[0])
        except ValueError:
            raise validation_error(f"Filter {key}: {values[0]} is not an ISO-8601 date") from None
    in_utc = {key: when if when.tzinfo else when.replace(tzinfo=UTC) for key, when in bounds.items()}
    return in_utc.get(after), in_utc.get(before)


OPERATIONS: Operations = {
    "DescribeMaintenanceWindowSchedule": describe_schedule,
    "DescribeMaintenanceWindowExecutions": describe_executions,
    "DescribeMaintenanceWindowExecutionTasks": describe_tasks,
    "DescribeMaintenanceWindowExecutionTaskInvocations": describe_invocations,
    "GetMaintenanceWindowExecution": get_execution,
    "GetMaintenanceWindowExecutionTask": get_task,
    "GetMaintenanceWindowExecutionTaskInvocation": get_invocation,
    "CancelMaintenanceWindowExecution": cancel,
}
