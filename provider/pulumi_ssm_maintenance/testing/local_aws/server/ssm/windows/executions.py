"""The runs of maintenance windows: the coming ones. There are no past ones, since the local AWS opens no window."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.ssm.errors import does_not_exist
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import DEFAULT_PAGE

from .schedule import openings

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Operations, SsmCall


def describe_schedule(call: SsmCall) -> Members:
    """List the coming runs of one window, or of all; how many AWS lists by itself is unknown."""
    windows = [call.window] if "WindowId" in call.parameters else call.state.windows.values()
    most = call.parameters.get("MaxResults", DEFAULT_PAGE)
    runs = [
        {"WindowId": window.id, "Name": window.properties["Name"], "ExecutionTime": opening}
        for window in windows
        for opening in islice(openings(window, datetime.now(UTC)), most)
    ]
    runs.sort(key=lambda run: datetime.fromisoformat(run["ExecutionTime"]))
    return {"ScheduledWindowExecutions": runs[:most]}


def describe_executions(call: SsmCall) -> Members:
    """List the past runs of a window."""
    _ = call.window
    return {"WindowExecutions": []}


def _names_one(call: SsmCall) -> Members:
    """An operation about one run."""
    raise does_not_exist("Maintenance window execution", call.parameters["WindowExecutionId"])


OPERATIONS: Operations = {
    "DescribeMaintenanceWindowSchedule": describe_schedule,
    "DescribeMaintenanceWindowExecutions": describe_executions,
    "DescribeMaintenanceWindowExecutionTasks": _names_one,
    "DescribeMaintenanceWindowExecutionTaskInvocations": _names_one,
    "GetMaintenanceWindowExecution": _names_one,
    "GetMaintenanceWindowExecutionTask": _names_one,
    "GetMaintenanceWindowExecutionTaskInvocation": _names_one,
    "CancelMaintenanceWindowExecution": _names_one,
}
