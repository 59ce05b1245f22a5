"""Maintenance windows themselves: create, get, update, delete, describe; and their tags."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import listing

from .schedule import check_schedule, next_execution
from .state import Window, check_quota, does_not_exist, merged, new_window_id, require

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import WindowsCall

WINDOWS_PER_ACCOUNT = 50
FILTERS = {"Name": "Name", "Enabled": "Enabled"}
REQUIRED = ("Name", "Schedule", "Duration", "Cutoff", "AllowUnassociatedTargets")


def create_window(call: WindowsCall) -> Members:
    """Create a window, once for a ClientToken. It is born enabled."""
    properties = call.without("ClientToken", "Tags")
    _check(properties)

    def create() -> Members:
        check_quota(len(call.state.windows), WINDOWS_PER_ACCOUNT, "maintenance windows")
        tags = {tag["Key"]: tag["Value"] for tag in call.parameters.get("Tags", [])}
        now = time.time()
        window = Window(new_window_id(), properties, created=now, modified=now, tags=tags)
        call.state.windows[window.id] = window
        return {"WindowId": window.id}

    return call.once(create)


def get_window(call: WindowsCall) -> Members:
    """Everything of a window."""
    return _shown(call.window)


def update_window(call: WindowsCall) -> Members:
    """Change a window."""
    window = call.window
    replace = call.parameters.get("Replace", False)
    given = call.without("WindowId", "Replace", "Enabled")
    if replace:
        require(given, *REQUIRED)
    properties = merged(window.properties, given, replace=replace)
    _check(properties)
    window.properties = properties
    window.enabled = call.parameters.get("Enabled", window.enabled)
    window.modified = time.time()
    return _shown(window)


def delete_window(call: WindowsCall) -> Members:
    """Delete a window with its targets and tasks. For a missing one no error is modelled, so it counts as deleted."""
    window_id = call.parameters["WindowId"]
    call.state.windows.pop(window_id, None)
    return {"WindowId": window_id}


def describe_windows(call: WindowsCall) -> Members:
    """All windows."""
    windows = [_shown(window) for window in call.state.windows.values()]
    return listing(windows, call.parameters, "WindowIdentities", FILTERS)


def add_tags(call: WindowsCall) -> Members:
    """Set tags of a window."""
    tags = {tag["Key"]: tag["Value"] for tag in call.parameters["Tags"]}
    _tagged(call).tags.update(tags)
    return {}


def remove_tags(call: WindowsCall) -> Members:
    """Drop tags of a window."""
    for key in call.parameters["TagKeys"]:
        _tagged(call).tags.pop(key, None)
    return {}


def list_tags(call: WindowsCall) -> Members:
    """The tags of a window."""
    return {"TagList": [{"Key": key, "Value": value} for key, value in _tagged(call).tags.items()]}


def no_executions(result: str) -> Callable[[WindowsCall], Members]:
    """A call that lists what ran, or will run: nothing does here."""

    def describe(call: WindowsCall) -> Members:
        if "WindowId" in call.parameters:
            call.state.window(call.parameters["WindowId"])
        return {result: []}

    return describe


def unknown_execution(call: WindowsCall) -> Members:
    """A call about one execution, of which there is none."""
    raise does_not_exist("Maintenance window execution", call.parameters["WindowExecutionId"])


def _tagged(call: WindowsCall) -> Window:
    window_id = call.parameters["ResourceId"]
    if window_id not in call.state.windows:
        raise ApiError("InvalidResourceId", f"Maintenance window {window_id} doesn't exist")
    return call.state.windows[window_id]


def _check(properties: Members) -> None:
    """Cutoff equal to Duration passes: whether AWS refuses it is unknown."""
    check_schedule(properties)
    if properties["Cutoff"] > properties["Duration"]:
        raise ApiError("ValidationException", "Cutoff must not be longer than Duration")


def _shown(window: Window) -> Members:
    return {
        "WindowId": window.id,
        **window.properties,
        "Enabled": window.enabled,
        "CreatedDate": window.created,
        "ModifiedDate": window.modified,
        "NextExecutionTime": next_execution(window.properties, window.created) if window.enabled else None,
    }


OPERATIONS: Mapping[str, Callable[[WindowsCall], Members]] = {
    "CreateMaintenanceWindow": create_window,
    "GetMaintenanceWindow": get_window,
    "UpdateMaintenanceWindow": update_window,
    "DeleteMaintenanceWindow": delete_window,
    "DescribeMaintenanceWindows": describe_windows,
    "DescribeMaintenanceWindowSchedule": no_executions("ScheduledWindowExecutions"),
    "DescribeMaintenanceWindowExecutions": no_executions("WindowExecutions"),
    "DescribeMaintenanceWindowsForTarget": no_executions("WindowIdentities"),
    "DescribeMaintenanceWindowExecutionTasks": unknown_execution,
    "DescribeMaintenanceWindowExecutionTaskInvocations": unknown_execution,
    "GetMaintenanceWindowExecution": unknown_execution,
    "GetMaintenanceWindowExecutionTask": unknown_execution,
    "GetMaintenanceWindowExecutionTaskInvocation": unknown_execution,
    "CancelMaintenanceWindowExecution": unknown_execution,
}

TAG_OPERATIONS: Mapping[str, Callable[[WindowsCall], Members]] = {
    "AddTagsToResource": add_tags,
    "RemoveTagsFromResource": remove_tags,
    "ListTagsForResource": list_tags,
}
