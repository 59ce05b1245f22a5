"""Patch groups: which nodes get which patch baseline.

https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-patch-groups.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Quota
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import listing

from .aws_owned_baselines import system_of
from .baselines import DEFAULT_SYSTEM, default_of, groups_of, identity, own_baseline
from .records import bare_id

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Operations, SsmCall

QUOTA = Quota(25, "patch groups per patch baseline")
FILTERS = {"NAME_PREFIX": "PatchGroup", "OPERATING_SYSTEM": "OperatingSystem"}


def register_group(call: SsmCall) -> Members:
    """Register a patch group with a baseline: one baseline for a group and operating system."""
    baseline_id, group = call.parameters["BaselineId"], call.parameters["PatchGroup"]
    system = system_of(baseline_id, call.partition, call.region)
    if system is None:
        baseline = own_baseline(call)
        baseline_id, system = baseline.id, baseline.operating_system
    groups = call.state.patch_groups
    if groups.get((group, system), baseline_id) != baseline_id:
        text = f"Patch group {group} has another baseline for operating system {system} already"
        raise ApiError("AlreadyExistsException", text)
    QUOTA.check(len([other for other in groups_of(call, baseline_id) if other != group]))
    groups[group, system] = baseline_id
    return {"BaselineId": baseline_id, "PatchGroup": group}


def deregister_group(call: SsmCall) -> Members:
    """Remove a patch group from a baseline. A missing one gives the error that other tools expect."""
    baseline_id, group = call.parameters["BaselineId"], call.parameters["PatchGroup"]
    groups = call.state.patch_groups
    found = [
        key for key, registered in groups.items() if key[0] == group and bare_id(registered) == bare_id(baseline_id)
    ]
    if not found:
        raise ApiError("DoesNotExistException", f"Patch group {group} is not registered with {baseline_id}")
    for key in found:
        del groups[key]
    return {"BaselineId": baseline_id, "PatchGroup": group}


def get_baseline_for_group(call: SsmCall) -> Members:
    """Show the baseline that a group's nodes get: the group's own, or the operating system's default."""
    group = call.parameters["PatchGroup"]
    system = call.parameters.get("OperatingSystem", DEFAULT_SYSTEM)
    own = call.state.patch_groups.get((group, system))
    return {"BaselineId": own or default_of(call, system), "PatchGroup": group, "OperatingSystem": system}


def describe_groups(call: SsmCall) -> Members:
    """List the patch groups with their baselines."""
    mappings = [
        {"PatchGroup": group, "OperatingSystem": system, "BaselineIdentity": identity(call, baseline_id, system)}
        for (group, system), baseline_id in call.state.patch_groups.items()
    ]
    return listing(mappings, call.parameters, "Mappings", FILTERS)


OPERATIONS: Operations = {
    "RegisterPatchBaselineForPatchGroup": register_group,
    "DeregisterPatchBaselineForPatchGroup": deregister_group,
    "GetPatchBaselineForPatchGroup": get_baseline_for_group,
    "DescribePatchGroups": describe_groups,
}
