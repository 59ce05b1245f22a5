"""The tags of maintenance windows and patch baselines; all other tags are moto's."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError

from .patching.records import Baseline, bare_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members

    from .call import Operations, SsmCall
    from .state import RegionState
    from .windows.records import Window


# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html
MOST_TAGS = 50


class _TaggedType(NamedTuple):
    noun: str
    records: Callable[[RegionState], Mapping[str, Window | Baseline]]


TAGGED_TYPES: Mapping[str, _TaggedType] = {
    "MaintenanceWindow": _TaggedType("Maintenance window", attrgetter("windows")),
    "PatchBaseline": _TaggedType("Patch baseline", attrgetter("baselines")),
}


def add_tags(call: SsmCall) -> Members:
    """Set tags."""
    tags = _tags(call)
    changed = tags | as_mapping(call.parameters["Tags"])
    if len(changed) > MOST_TAGS:
        raise _too_many()
    tags.update(changed)
    return {}


def remove_tags(call: SsmCall) -> Members:
    """Remove tags."""
    for key in call.parameters["TagKeys"]:
        _tags(call).pop(key, None)
    return {}


def list_tags(call: SsmCall) -> Members:
    """List the tags."""
    return {"TagList": [{"Key": key, "Value": value} for key, value in _tags(call).items()]}


def as_mapping(tags: list[Members]) -> dict[str, str]:
    """Turn AWS's list of keys and values into a mapping; TooManyTagsError when a resource cannot have so many."""
    if len(tags) > MOST_TAGS:
        raise _too_many()
    return {tag["Key"]: tag["Value"] for tag in tags}


def _too_many() -> ApiError:
    return ApiError("TooManyTagsError", f"A resource can have at most {MOST_TAGS} tags")


def _tags(call: SsmCall) -> dict[str, str]:
    noun, records = TAGGED_TYPES[call.parameters["ResourceType"]]
    identifier = call.parameters["ResourceId"]
    if (found := records(call.state).get(bare_id(identifier))) is None:
        raise ApiError("InvalidResourceId", f"{noun} {identifier} does not exist")
    return found.tags


OPERATIONS: Operations = {
    "AddTagsToResource": add_tags,
    "RemoveTagsFromResource": remove_tags,
    "ListTagsForResource": list_tags,
}
