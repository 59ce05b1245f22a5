"""Patch baselines, and the default one of each operating system.

https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-patch-baselines.html
"""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Quota
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.errors import does_not_exist, validation_error
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import listing
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.tags import as_mapping

from .aws_owned_baselines import NAMES, aws_owned, system_of
from .records import Baseline, bare_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Operations, SsmCall

QUOTA = Quota(50, "patch baselines")
DEFAULT_SYSTEM = "WINDOWS"
FILTERS = {"NAME_PREFIX": "BaselineName", "OWNER": "Owner", "OPERATING_SYSTEM": "OperatingSystem"}

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


def create_baseline(call: SsmCall) -> Members:
    """Create a baseline."""
    properties = call.without("ClientToken", "Tags", "OperatingSystem")
    _check(properties)

    def make() -> Baseline:
        now = time.time()
        tags = as_mapping(call.parameters.get("Tags", []))
        system = call.parameters.get("OperatingSystem", DEFAULT_SYSTEM)
        return Baseline(f"pb-{uuid.uuid4().hex[:17]}", system, properties, created=now, modified=now, tags=tags)

    return call.create(call.state.baselines, QUOTA, "BaselineId", make)


def get_baseline(call: SsmCall) -> Members:
    """Show everything of a baseline; of one that AWS owns, its name and operating system."""
    identifier = call.parameters["BaselineId"]
    if system := system_of(identifier, call.partition, call.region):
        return {"BaselineId": identifier, "Name": NAMES[system], "OperatingSystem": system}
    return _shown(call, own_baseline(call))


def update_baseline(call: SsmCall) -> Members:
    """Change a baseline."""
    baseline = own_baseline(call)
    properties = call.updated(baseline.properties, "BaselineId", required=("Name",))
    _check(properties)
    baseline.properties = properties
    baseline.modified = time.time()
    return _shown(call, baseline)


def delete_baseline(call: SsmCall) -> Members:
    """Delete a baseline that is not in use. AWS's model has no error for a missing one, so it passes."""
    baseline_id = bare_id(call.parameters["BaselineId"])
    if groups := groups_of(call, baseline_id):
        # AWS's text, from reports of its users.
        text = f"PatchBaseline to be deleted is used for Patch Group: {', '.join(groups)}"
        raise ApiError("ResourceInUseException", text)
    if baseline_id in call.state.default_baselines.values():
        raise ApiError("ResourceInUseException", f"Patch baseline {baseline_id} is a default")
    call.state.baselines.pop(baseline_id, None)
    return {"BaselineId": call.parameters["BaselineId"]}


def describe_baselines(call: SsmCall) -> Members:
    """List the baselines, AWS's own first."""
    owned = [identity(call, arn, system) for system, arn in aws_owned(call.partition, call.region).items()]
    own = [identity(call, one.id, one.operating_system) for one in call.state.baselines.values()]
    return listing([*owned, *own], call.parameters, "BaselineIdentities", FILTERS)


def register_default(call: SsmCall) -> Members:
    """Make a baseline the default of its operating system. One that AWS owns is named by its whole ARN."""
    identifier, defaults = call.parameters["BaselineId"], call.state.default_baselines
    if system := system_of(identifier, call.partition, call.region):
        defaults.pop(system, None)
        return {"BaselineId": identifier}
    baseline = own_baseline(call)
    defaults[baseline.operating_system] = baseline.id
    return {"BaselineId": baseline.id}


def get_default(call: SsmCall) -> Members:
    """Show the default of an operating system."""
    system = call.parameters.get("OperatingSystem", DEFAULT_SYSTEM)
    return {"BaselineId": default_of(call, system), "OperatingSystem": system}


def own_baseline(call: SsmCall) -> Baseline:
    """The account's own baseline that the call names by id or ARN, or DoesNotExistException."""
    identifier = call.parameters["BaselineId"]
    if (found := call.state.baselines.get(bare_id(identifier))) is None:
        raise does_not_exist("Patch baseline", identifier)
    return found


def default_of(call: SsmCall, system: str) -> str:
    """The id of an operating system's default baseline."""
    return call.state.default_baselines.get(system) or aws_owned(call.partition, call.region)[system]


def groups_of(call: SsmCall, baseline_id: str) -> list[str]:
    """The patch groups registered with a baseline."""
    return [group for (group, _), registered in call.state.patch_groups.items() if registered == baseline_id]


def identity(call: SsmCall, baseline_id: str, system: str) -> Members:
    """A baseline as lists show it: one that AWS owns has an ARN for its id."""
    own = call.state.baselines.get(baseline_id)
    return {
        "BaselineId": baseline_id,
        "BaselineName": own.properties["Name"] if own else NAMES[system],
        "OperatingSystem": system,
        "BaselineDescription": own.properties.get("Description") if own else None,
        "DefaultBaseline": default_of(call, system) == baseline_id,
        "Owner": "Self" if own else "AWS",
    }


def _shown(call: SsmCall, baseline: Baseline) -> Members:
    return {
        "BaselineId": baseline.id,
        "OperatingSystem": baseline.operating_system,
        **WHEN_LEFT_OUT,
        **baseline.properties,
        "PatchGroups": groups_of(call, baseline.id),
        "CreatedDate": baseline.created,
        "ModifiedDate": baseline.modified,
    }


def _check(properties: Members) -> None:
    """Demand exactly one of the two ways to say when a rule approves, which the model leaves open.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PatchRule.html
    """
    for rule in properties.get("ApprovalRules", {}).get("PatchRules", []):
        if ("ApproveAfterDays" in rule) == ("ApproveUntilDate" in rule):
            raise validation_error("A rule has either ApproveAfterDays or ApproveUntilDate")


OPERATIONS: Operations = {
    "CreatePatchBaseline": create_baseline,
    "GetPatchBaseline": get_baseline,
    "UpdatePatchBaseline": update_baseline,
    "DeletePatchBaseline": delete_baseline,
    "DescribePatchBaselines": describe_baselines,
    "RegisterDefaultPatchBaseline": register_default,
    "GetDefaultPatchBaseline": get_default,
}
