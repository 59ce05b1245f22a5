"""The targets of a maintenance window: register, update, deregister, describe."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Quota, find
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.errors import validation_error
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import listing

from .records import WindowTarget

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Operations, SsmCall

QUOTA = Quota(100, "targets per maintenance window")
FILTERS = {"Type": "ResourceType", "WindowTargetId": "WindowTargetId", "OwnerInformation": "OwnerInformation"}
GROUP_KEYS = {"resource-groups:Name", "resource-groups:ResourceTypeFilters"}

# https://github.com/hashicorp/terraform-provider-aws/pull/9188 has AWS's text, from before there were resource groups.
_KEYS_TEXT = (
    'Targets must be specified in one of the following formats: 1) 1 target with "Key=InstanceIds" and "Values=" a list'
    ' of up to 50 instance IDs, or 2) Up to 5 targets, each of which can be either "Key=tag:<key>,Values=<tag_values>"'
    ' or "Key=tag-key,Values=<tag_keys>"'
)


def register_target(call: SsmCall) -> Members:
    """Register a target."""
    window, resource_type = call.window, call.parameters["ResourceType"]
    if _resource_type(call.parameters["Targets"]) != resource_type:
        raise validation_error(f"These target keys are not those of resource type {resource_type}")

    def make() -> WindowTarget:
        return WindowTarget(str(uuid.uuid4()), resource_type, call.without("WindowId", "ResourceType", "ClientToken"))

    return call.create(window.targets, QUOTA, "WindowTargetId", make)


def update_target(call: SsmCall) -> Members:
    """Change a target, which may turn from ids or tags to a group and back."""
    target = _target(call)
    properties = call.updated(target.properties, "WindowId", "WindowTargetId", required=("Targets",))
    target.resource_type = _resource_type(properties["Targets"])
    target.properties = properties
    return _shown(target, call)


def deregister_target(call: SsmCall) -> Members:
    """Remove a target from its window. With Safe a target in use is refused; else the task keeps an id of nothing."""
    target = _target(call)
    users = [task.id for task in call.window.tasks.values() if target.id in task.target_ids]
    if users and call.parameters.get("Safe", False):
        text = f"This Target cannot be deregistered because it is still referenced in Task: {', '.join(users)}"
        raise ApiError("TargetInUseException", text)
    del call.window.targets[target.id]
    return {"WindowId": call.window.id, "WindowTargetId": target.id}


def describe_targets(call: SsmCall) -> Members:
    """List the targets of a window."""
    targets = [_shown(target, call) for target in call.window.targets.values()]
    return listing(targets, call.parameters, "Targets", FILTERS)


def describe_windows_for_target(call: SsmCall) -> Members:
    """List the windows that have a target, or a task, with one of these ids, tags or groups."""
    wanted = call.parameters["Targets"]
    items = [
        {"WindowId": window.id, "Name": window.properties["Name"]}
        for window in call.state.windows.values()
        if any(_names_one(target.properties, wanted) for target in window.targets.values())
        or any(_names_one(task.properties, wanted) for task in window.tasks.values())
    ]
    return listing(items, call.parameters, "WindowIdentities", {})


def _names_one(properties: Members, wanted: list[Members]) -> bool:
    return any(
        target["Key"] == one["Key"] and not set(target.get("Values", [])).isdisjoint(one.get("Values", []))
        for target in properties.get("Targets", [])
        for one in wanted
    )


def _target(call: SsmCall) -> WindowTarget:
    return find(call.window.targets, call.parameters["WindowTargetId"], "Maintenance window target")


def _shown(target: WindowTarget, call: SsmCall) -> Members:
    return {
        "WindowId": call.window.id,
        "WindowTargetId": target.id,
        "ResourceType": target.resource_type,
        **target.properties,
    }


def _resource_type(targets: list[Members]) -> str:
    """The type that the keys belong to; ValidationException for keys that do not go together.

    A report of 2019 has a bound of 5 values per tag; whether it still holds is unknown, so the model's 50 is taken.
    """
    keys = [target["Key"] for target in targets]
    if not keys or any(not target.get("Values") for target in targets):
        # https://github.com/jparnaudeau/terraform-aws-ssm-patch-management/issues/14
        empty = next((target["Key"] for target in targets if not target.get("Values")), None)
        text = "Please specify at least one target."
        raise validation_error(f"{text}  Filter values can't be null and {empty} is." if empty else text)
    if all(key in GROUP_KEYS for key in keys):
        return "RESOURCE_GROUP"
    if keys == ["InstanceIds"] or all(key == "tag-key" or key.startswith("tag:") for key in keys):
        return "INSTANCE"
    raise validation_error(_KEYS_TEXT)


OPERATIONS: Operations = {
    "RegisterTargetWithMaintenanceWindow": register_target,
    "UpdateMaintenanceWindowTarget": update_target,
    "DeregisterTargetFromMaintenanceWindow": deregister_target,
    "DescribeMaintenanceWindowTargets": describe_targets,
    "DescribeMaintenanceWindowsForTarget": describe_windows_for_target,
}
