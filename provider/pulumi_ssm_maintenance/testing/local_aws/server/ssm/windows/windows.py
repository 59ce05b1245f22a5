"""Maintenance windows themselves: create, get, update, delete, describe."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Quota
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.errors import validation_error
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import listing
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.tags import as_mapping

from .records import Window
from .schedule import check_schedule, openings

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Operations, SsmCall

QUOTA = Quota(50, "maintenance windows")
FILTERS = {"Name": "Name", "Enabled": "Enabled"}
REQUIRED = ("Name", "Schedule", "Duration", "Cutoff", "AllowUnassociatedTargets")


def create_window(call: SsmCall) -> Members:
    """Create a window, which is enabled at first."""
    properties = call.without("ClientToken", "Tags")
    _check(properties)

    def make() -> Window:
        now = time.time()
        tags = as_mapping(call.parameters.get("Tags", []))
        return Window(f"mw-{uuid.uuid4().hex[:17]}", properties, created=now, modified=now, tags=tags)

    return call.create(call.state.windows, QUOTA, "WindowId", make)


def get_window(call: SsmCall) -> Members:
    """Show everything of a window."""
    return _shown(call.window)


def update_window(call: SsmCall) -> Members:
    """Change a window."""
    window = call.window
    properties = call.updated(window.properties, "WindowId", "Enabled", required=REQUIRED)
    _check(properties)
    window.properties = properties
    window.enabled = call.parameters.get("Enabled", window.enabled)
    window.modified = time.time()
    return _shown(window)


def delete_window(call: SsmCall) -> Members:
    """Delete a window with its targets and tasks. AWS's model has no error for a missing window, so it passes."""
    window_id = call.parameters["WindowId"]
    call.state.windows.pop(window_id, None)
    return {"WindowId": window_id}


def describe_windows(call: SsmCall) -> Members:
    """List the windows."""
    windows = [_shown(window) for window in call.state.windows.values()]
    return listing(windows, call.parameters, "WindowIdentities", FILTERS)


def _check(properties: Members) -> None:
    """Refuse an unreadable schedule, and a cutoff that leaves no time to start a task.

    The text is AWS's: https://github.com/aws/aws-cli/issues/9793
    """
    check_schedule(properties)
    cutoff, latest = properties["Cutoff"], properties["Duration"] - 1
    if cutoff > latest:
        raise validation_error(f"Cuttoff was {cutoff} but must be smaller than {latest} (Duration  - 1 )")


def _shown(window: Window) -> Members:
    return {
        "WindowId": window.id,
        **window.properties,
        "Enabled": window.enabled,
        "CreatedDate": window.created,
        "ModifiedDate": window.modified,
        "NextExecutionTime": next(openings(window, datetime.now(UTC)), None),
    }


OPERATIONS: Operations = {
    "CreateMaintenanceWindow": create_window,
    "GetMaintenanceWindow": get_window,
    "UpdateMaintenanceWindow": update_window,
    "DeleteMaintenanceWindow": delete_window,
    "DescribeMaintenanceWindows": describe_windows,
}
