"""Patch baselines, the groups registered with them, and the default of each operating system; and their tags.

https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-patch-baselines.html
"""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import listing
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.windows.state import check_quota, merged, require

from .aws_owned_baselines import NAMES, aws_owned, system_of
from .state import Baseline, bare_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import WindowsCall

# https://docs.aws.amazon.com/general/latest/gr/ssm.html
BASELINES_PER_ACCOUNT = 50
GROUPS_PER_BASELINE = 25
DEFAULT_SYSTEM = "WINDOWS"
BASELINE_FILTERS = {"NAME_PREFIX": "BaselineName", "OWNER": "Owner", "OPERATING_SYSTEM": "OperatingSystem"}
GROUP_FILTERS = {"NAME_PREFIX": "PatchGroup", "OPERATING_SYSTEM": "OperatingSystem"}

# What the documented answers of the CLI show for what the caller left out.
# https://docs.aws.amazon.com/cli/latest/reference/ssm/get-patch-baseline.html
WHEN_LEFT_OUT: Mapping[str, object] = {
    "GlobalFilters": {"PatchFilters": []},
    "ApprovalRules": {"PatchRules": []},
    "ApprovedPatches": [],
    "ApprovedPatchesComplianceLevel": "UNSPECIFIED",
    "ApprovedPatchesEnableNonSecurity": False,
    "RejectedPatches": [],
    "RejectedPatchesAction": "ALLOW_AS_DEPENDENCY",
    "Sources": [],
}


def create_baseline(call: WindowsCall) -> Members:
    """Create a baseline, once for a ClientToken."""
    properties = call.without("ClientToken", "Tags", "OperatingSystem")
    _check(properties)

    def create() -> Members:
        held = call.state.patching.baselines
        check_quota(len(held), BASELINES_PER_ACCOUNT, "patch baselines")
        tags = {tag["Key"]: tag["Value"] for tag in call.parameters.get("Tags", [])}
        now = time.time()
        system = call.parameters.get("OperatingSystem", DEFAULT_SYSTEM)
        baseline = Baseline(f"pb-{uuid.uuid4().hex[:17]}", system, properties, created=now, modified=now, tags=tags)
        held[baseline.id] = baseline
        return {"BaselineId": baseline.id}

    return call.once(create)


def get_baseline(call: WindowsCall) -> Members:
    """Everything of a baseline; of one that AWS owns, its name and system."""
    asked = call.parameters["BaselineId"]
    if system := system_of(asked, call.partition, call.region):
        return {"BaselineId": asked, "Name": NAMES[system], "OperatingSystem": system}
    return _shown(call, call.state.patching.baseline(asked))


def update_baseline(call: WindowsCall) -> Members:
    """Change a baseline."""
    baseline = call.state.patching.baseline(call.parameters["BaselineId"])
    replace = call.parameters.get("Replace", False)
    given = call.without("BaselineId", "Replace")
    if replace:
        require(given, "Name")
    properties = merged(baseline.properties, given, replace=replace)
    _check(properties)
    baseline.properties = properties
    baseline.modified = time.time()
    return _shown(call, baseline)


def delete_baseline(call: WindowsCall) -> Members:
    """Delete a baseline that is in no use. For a missing one no error is modelled, so it counts as deleted."""
    baseline_id = bare_id(call.parameters["BaselineId"])
    patching = call.state.patching
    if patching.groups_of(baseline_id) or baseline_id in patching.defaults.values():
        raise ApiError("ResourceInUseException", f"Patch baseline {baseline_id} is a default or has patch groups")
    patching.baselines.pop(baseline_id, None)
    return {"BaselineId": call.parameters["BaselineId"]}


def describe_baselines(call: WindowsCall) -> Members:
    """All baselines, those that AWS owns too."""
    own = [
        _identity(call, baseline.id, baseline.operating_system, "Self")
        for baseline in call.state.patching.baselines.values()
    ]
    owned = [_identity(call, arn, system, "AWS") for system, arn in aws_owned(call.partition, call.region).items()]
    return _page(call, [*owned, *own], "BaselineIdentities", BASELINE_FILTERS)


def register_default(call: WindowsCall) -> Members:
    """Make a baseline its system's default. One that AWS owns is named by its whole ARN."""
    asked = call.parameters["BaselineId"]
    defaults = call.state.patching.defaults
    if system := system_of(asked, call.partition, call.region):
        defaults.pop(system, None)
        return {"BaselineId": asked}
    baseline = call.state.patching.baseline(asked)
    defaults[baseline.operating_system] = baseline.id
    return {"BaselineId": baseline.id}


def get_default(call: WindowsCall) -> Members:
    """The default of a system."""
    system = call.parameters.get("OperatingSystem", DEFAULT_SYSTEM)
    return {"BaselineId": _default(call, system), "OperatingSystem": system}


def register_group(call: WindowsCall) -> Members:
    """Register a patch group with a baseline: one baseline for a group and system."""
    asked, group = call.parameters["BaselineId"], call.parameters["PatchGroup"]
    system = system_of(asked, call.partition, call.region)
    baseline_id = asked if system else bare_id(asked)
    system = system or call.state.patching.baseline(asked).operating_system
    groups = call.state.patching.groups
    if groups.get((group, system), baseline_id) != baseline_id:
        text = f"Patch group {group} has another baseline for operating system {system} already"
        raise ApiError("AlreadyExistsException", text)
    others = [held for held in call.state.patching.groups_of(baseline_id) if held != group]
    check_quota(len(others), GROUPS_PER_BASELINE, "patch groups per patch baseline")
    groups[group, system] = baseline_id
    return {"BaselineId": baseline_id, "PatchGroup": group}


def deregister_group(call: WindowsCall) -> Members:
    """Take a patch group from a baseline. One that is not there is answered as other tools expect it."""
    asked, group = call.parameters["BaselineId"], call.parameters["PatchGroup"]
    groups = call.state.patching.groups
    found = [key for key, held in groups.items() if key[0] == group and bare_id(held) == bare_id(asked)]
    if not found:
        raise ApiError("DoesNotExistException", f"Patch group {group} is not registered with {asked}")
    for key in found:
        del groups[key]
    return {"BaselineId": asked, "PatchGroup": group}


def get_baseline_for_group(call: WindowsCall) -> Members:
    """The baseline that a group's nodes get: its own, or else the system's default."""
    group = call.parameters["PatchGroup"]
    system = call.parameters.get("OperatingSystem", DEFAULT_SYSTEM)
    found = call.state.patching.groups.get((group, system))
    return {"BaselineId": found or _default(call, system), "PatchGroup": group, "OperatingSystem": system}


def describe_groups(call: WindowsCall) -> Members:
    """All patch groups with their baselines."""
    mappings = [
        {
            "PatchGroup": group,
            "OperatingSystem": system,
            "BaselineIdentity": _identity(call, shown_id, system, "AWS" if "/" in shown_id else "Self"),
        }
        for (group, system), shown_id in call.state.patching.groups.items()
    ]
    return _page(call, mappings, "Mappings", GROUP_FILTERS)


def add_tags(call: WindowsCall) -> Members:
    """Set tags of a baseline."""
    _tagged(call).tags.update({tag["Key"]: tag["Value"] for tag in call.parameters["Tags"]})
    return {}


def remove_tags(call: WindowsCall) -> Members:
    """Drop tags of a baseline."""
    for key in call.parameters["TagKeys"]:
        _tagged(call).tags.pop(key, None)
    return {}


def list_tags(call: WindowsCall) -> Members:
    """The tags of a baseline."""
    return {"TagList": [{"Key": key, "Value": value} for key, value in _tagged(call).tags.items()]}


def _tagged(call: WindowsCall) -> Baseline:
    asked = call.parameters["ResourceId"]
    found = call.state.patching.baselines.get(bare_id(asked))
    if found is None:
        raise ApiError("InvalidResourceId", f"Patch baseline {asked} doesn't exist")
    return found


def _default(call: WindowsCall, system: str) -> str:
    return call.state.patching.defaults.get(system) or aws_owned(call.partition, call.region)[system]


def _shown(call: WindowsCall, baseline: Baseline) -> Members:
    return {
        "BaselineId": baseline.id,
        "OperatingSystem": baseline.operating_system,
        **WHEN_LEFT_OUT,
        **baseline.properties,
        "PatchGroups": call.state.patching.groups_of(baseline.id),
        "CreatedDate": baseline.created,
        "ModifiedDate": baseline.modified,
    }


def _identity(call: WindowsCall, shown_id: str, system: str, owner: str) -> Members:
    own = call.state.patching.baselines.get(shown_id)
    return {
        "BaselineId": shown_id,
        "BaselineName": own.properties["Name"] if own else NAMES[system],
        "OperatingSystem": system,
        "BaselineDescription": own.properties.get("Description") if own else None,
        "DefaultBaseline": _default(call, system) == shown_id,
        "Owner": owner,
    }


def _page(call: WindowsCall, items: Iterable[Members], result: str, filters: Mapping[str, str]) -> Members:
    """A page of what passes; names are given by their beginnings, which is for the filters here alone."""
    conditions = call.parameters.get("Filters", [])
    prefixes = [tuple(item.get("Values", ())) for item in conditions if item.get("Key") == "NAME_PREFIX"]
    name = filters["NAME_PREFIX"]
    matching = [item for item in items if all(item[name].startswith(prefix) for prefix in prefixes)]
    others = [item for item in conditions if item.get("Key") != "NAME_PREFIX"]
    return listing(matching, call.parameters | {"Filters": others}, result, filters)


def _check(properties: Members) -> None:
    """Demand exactly one of the two ways to say when a rule approves, which the model leaves open.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PatchRule.html
    """
    for rule in properties.get("ApprovalRules", {}).get("PatchRules", []):
        if ("ApproveAfterDays" in rule) == ("ApproveUntilDate" in rule):
            raise ApiError("ValidationException", "A rule has either ApproveAfterDays or ApproveUntilDate")


OPERATIONS: Mapping[str, Callable[[WindowsCall], Members]] = {
    "CreatePatchBaseline": create_baseline,
    "GetPatchBaseline": get_baseline,
    "UpdatePatchBaseline": update_baseline,
    "DeletePatchBaseline": delete_baseline,
    "DescribePatchBaselines": describe_baselines,
    "RegisterDefaultPatchBaseline": register_default,
    "GetDefaultPatchBaseline": get_default,
    "RegisterPatchBaselineForPatchGroup": register_group,
    "DeregisterPatchBaselineForPatchGroup": deregister_group,
    "GetPatchBaselineForPatchGroup": get_baseline_for_group,
    "DescribePatchGroups": describe_groups,
}

TAG_OPERATIONS: Mapping[str, Callable[[WindowsCall], Members]] = {
    "AddTagsToResource": add_tags,
    "RemoveTagsFromResource": remove_tags,
    "ListTagsForResource": list_tags,
}
