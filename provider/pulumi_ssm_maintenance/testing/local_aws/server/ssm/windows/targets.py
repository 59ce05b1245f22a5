"""The targets registered with a maintenance window: register, update, deregister, describe."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import listing

from .state import WindowTarget, check_quota, does_not_exist, merged, require

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import WindowsCall

TARGETS_PER_WINDOW = 100
FILTERS = {"Type": "ResourceType", "WindowTargetId": "WindowTargetId", "OwnerInformation": "OwnerInformation"}
GROUP_KEYS = {"resource-groups:Name", "resource-groups:ResourceTypeFilters"}


def register_target(call: WindowsCall) -> Members:
    """Register a target, once for a ClientToken."""
    window = call.window
    resource_type = call.parameters["ResourceType"]
    if _resource_type(call.parameters["Targets"]) != resource_type:
        raise _refused(f"These target keys are not those of resource type {resource_type}")

    def register() -> Members:
        check_quota(len(window.targets), TARGETS_PER_WINDOW, "targets per maintenance window")
        properties = call.without("WindowId", "ResourceType", "ClientToken")
        target = WindowTarget(str(uuid.uuid4()), resource_type, properties)
        window.targets[target.id] = target
        return {"WindowTargetId": target.id}

    return call.once(register)


def update_target(call: WindowsCall) -> Members:
    """Change a target, which may turn from ids or tags to a group and back."""
    target = _target(call)
    replace = call.parameters.get("Replace", False)
    given = call.without("WindowId", "WindowTargetId", "Replace")
    if replace:
        require(given, "Targets")
    properties = merged(target.properties, given, replace=replace)
    target.resource_type = _resource_type(properties["Targets"])
    target.properties = properties
    return _shown(target, call)


def deregister_target(call: WindowsCall) -> Members:
    """Take a target from its window; Safe refuses while a task refers to it, otherwise the task keeps a dangling id."""
    target = _target(call)
    if call.parameters.get("Safe", False) and any(target.id in task.target_ids for task in call.window.tasks.values()):
        raise ApiError("TargetInUseException", f"Target {target.id} is referenced by a task")
    del call.window.targets[target.id]
    return {"WindowId": call.window.id, "WindowTargetId": target.id}


def describe_targets(call: WindowsCall) -> Members:
    """The targets of a window."""
    targets = [_shown(target, call) for target in call.window.targets.values()]
    return listing(targets, call.parameters, "Targets", FILTERS)


def _target(call: WindowsCall) -> WindowTarget:
    target_id = call.parameters["WindowTargetId"]
    targets = call.window.targets
    if target_id not in targets:
        raise does_not_exist("Maintenance window target", target_id)
    return targets[target_id]


def _shown(target: WindowTarget, call: WindowsCall) -> Members:
    return {
        "WindowId": call.window.id,
        "WindowTargetId": target.id,
        "ResourceType": target.resource_type,
        **target.properties,
    }


def _resource_type(targets: list[Members]) -> str:
    """The type that the keys belong to; ValidationException for keys that do not go together.

    Older reports have a bound of 5 values per tag; whether it still holds is unknown, so the model's 50 is taken.
    """
    keys = [target["Key"] for target in targets]
    if not keys or any(not target.get("Values") for target in targets):
        raise _refused("A target needs at least one key, and each key at least one value")
    if all(key in GROUP_KEYS for key in keys):
        return "RESOURCE_GROUP"
    if keys == ["InstanceIds"] or all(key == "tag-key" or key.startswith("tag:") for key in keys):
        return "INSTANCE"
    raise _refused("Target keys are one InstanceIds, or tag:<key> and tag-key, or those of a resource group")


def _refused(reason: str) -> ApiError:
    return ApiError("ValidationException", reason)


OPERATIONS: Mapping[str, Callable[[WindowsCall], Members]] = {
    "RegisterTargetWithMaintenanceWindow": register_target,
    "UpdateMaintenanceWindowTarget": update_target,
    "DeregisterTargetFromMaintenanceWindow": deregister_target,
    "DescribeMaintenanceWindowTargets": describe_targets,
}
