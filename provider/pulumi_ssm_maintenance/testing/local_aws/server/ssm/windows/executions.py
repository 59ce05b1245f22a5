"""The runs of maintenance windows: the local AWS opens no window, so there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.ssm.errors import does_not_exist

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Operations, SsmCall


def _lists_nothing(result: str) -> Callable[[SsmCall], Members]:
    """An operation that lists past or future runs."""

    def describe(call: SsmCall) -> Members:
        if "WindowId" in call.parameters:
            _ = call.window
        return {result: []}

    return describe


def _names_one(call: SsmCall) -> Members:
    """An operation about one run."""
    raise does_not_exist("Maintenance window execution", call.parameters["WindowExecutionId"])


OPERATIONS: Operations = {
    "DescribeMaintenanceWindowSchedule": _lists_nothing("ScheduledWindowExecutions"),
    "DescribeMaintenanceWindowExecutions": _lists_nothing("WindowExecutions"),
    "DescribeMaintenanceWindowsForTarget": _lists_nothing("WindowIdentities"),
    "DescribeMaintenanceWindowExecutionTasks": _names_one,
    "DescribeMaintenanceWindowExecutionTaskInvocations": _names_one,
    "GetMaintenanceWindowExecution": _names_one,
    "GetMaintenanceWindowExecutionTask": _names_one,
    "GetMaintenanceWindowExecutionTaskInvocation": _names_one,
    "CancelMaintenanceWindowExecution": _names_one,
}
