"""Managed nodes and their patches, as the nodes of a rehearsal report them.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import page

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Operations, SsmCall

_DEFAULT_PAGE = 10
_FILTERS = {
    "InstanceIds": "InstanceId",
    "AgentVersion": "AgentVersion",
    "PingStatus": "PingStatus",
    "PlatformType": "PlatformType",
    "PlatformTypes": "PlatformType",
    "ResourceType": "ResourceType",
    "SourceIds": "SourceId",
    "SourceTypes": "SourceType",
}


def describe_information(call: SsmCall) -> Members:
    """List the nodes whose agent is known; a stopped or terminated node is not among them."""
    old = [
        {"Key": it["key"], "Values": it["valueSet"]} for it in call.parameters.get("InstanceInformationFilterList", [])
    ]
    conditions = [*old, *call.parameters.get("Filters", [])]
    rows = [row for row in call.state.history.rows("nodes") if all(_matches(row, it) for it in conditions)]
    return page(rows, {"MaxResults": _DEFAULT_PAGE, **call.parameters}, "InstanceInformationList")


def describe_patch_states(call: SsmCall) -> Members:
    """List what nodes reported after their last patch run; a node without one has no row."""
    found = [call.state.history.row("patch_states", name) for name in call.parameters["InstanceIds"]]
    return page([row for row in found if row], call.parameters, "InstancePatchStates")


def _matches(row: Members, condition: Members) -> bool:
    key, values = condition["Key"], condition["Values"]
    if key == "tag-key":
        return any(value in row["Tags"] for value in values)
    if key.startswith("tag:"):
        return row["Tags"].get(key.removeprefix("tag:")) in values
    if key not in _FILTERS:
        raise ApiError("InvalidInstanceInformationFilterValue", f"Filter key {key} is not one of {', '.join(_FILTERS)}")
    return row[_FILTERS[key]] in values


OPERATIONS: Operations = {
    "DescribeInstanceInformation": describe_information,
    "DescribeInstancePatchStates": describe_patch_states,
}
