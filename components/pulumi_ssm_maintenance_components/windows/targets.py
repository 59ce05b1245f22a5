"""Targets: the nodes or resources that tasks run on, by tags, ids, patch group or resource group."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance._calls import legible_calls
from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.foundation.arguments import all_at_once, check_fields, checked
from pulumi_ssm_maintenance_components.foundation.later import from_text
from pulumi_ssm_maintenance_components.foundation.names import full_name
from pulumi_ssm_maintenance_components.foundation.shown import shown

__all__ = ["PatchGroupKey", "Targets"]

PatchGroupKey = Literal["Patch Group", "PatchGroup"]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterTargetWithMaintenanceWindow.html
_MAX_ENTRIES = 5
_MAX_VALUES = 50
_MOST_VALUES_SEEN = 5
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
_LONGEST_KEY, _LONGEST_VALUE = 128, 256
# The pattern of a target's key in the API: letters, separators and digits of any alphabet, and these marks.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Target.html
_CATEGORIES, _MARKS = "LZN", "_.:/=-@"
_NODE_ID = re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})|mi-[0-9a-f]{17}")
MAX_WINDOW_TARGETS_OF_A_TASK = 10  # observed by users: terraform-provider-aws issue 18372


@legible_calls
@dataclass(frozen=True, slots=True)
class Targets:
    """Nodes or resources for a window target. Make them with one of the class methods.

    Several tags must all match. Of the values of one tag, any may match.
    """

    HOW_TO_MAKE: ClassVar = "Targets.by_tags(…) or another of its class methods"

    resource_type: Literal["INSTANCE", "RESOURCE_GROUP"]
    entries: tuple[tuple[str, tuple[pulumi.Input[str], ...]], ...]

    def __post_init__(self) -> None:
        check_fields(self)
        _check_entries(self.entries)

    @property
    def patch_groups(self) -> tuple[str, ...]:
        """The patch groups among the tags, or an empty tuple."""
        keys = {f"tag:{key}" for key in get_args(PatchGroupKey)}
        return tuple(group for key, groups in self.entries if key in keys for group in groups if isinstance(group, str))

    @classmethod
    @checked
    def by_tags(cls, tags: Mapping[str, pulumi.Input[str] | Sequence[pulumi.Input[str]]]) -> "Targets":
        """Select nodes by tags: at most 5 tags, each with one value or several, of which any may match.

        More than five values of a tag are a warning: users report that AWS refuses them.
        """
        _check_tag_keys([*tags])
        targets = cls("INSTANCE", tuple((f"tag:{key}", _listed(value)) for key, value in tags.items()))
        for key, values in targets.entries:
            if len(values) > _MOST_VALUES_SEEN:
                pulumi.log.warn(
                    f"targets, {key}: got {len(values)} values. AWS documents {_MAX_VALUES}, but users report a limit"
                    f" of {_MOST_VALUES_SEEN}: split them over several targets, such as two waves"
                )
        return targets

    @classmethod
    @checked
    def by_tag_keys(cls, *keys: str) -> "Targets":
        """Select nodes that have a tag with one of these keys, whatever its value: 1 to 50 keys."""
        _check_tag_keys(keys)
        return cls("INSTANCE", (("tag-key", keys),))

    @classmethod
    @checked
    def by_ids(cls, ids: Sequence[pulumi.Input[str]]) -> "Targets":
        """Select nodes by their ids: 1 to 50, `i-…` or `mi-…`."""
        _check_ids(ids)
        return cls("INSTANCE", (("InstanceIds", tuple(ids)),))

    @classmethod
    @checked
    def by_patch_group(cls, *groups: str, key: PatchGroupKey = "Patch Group") -> "Targets":
        """Select nodes by their patch groups.

        Args:
            groups: one patch group or more.
            key: the key of the tag. Use `PatchGroup` if instance metadata exposes tags, since it allows no spaces.
        """
        return cls.by_tags({key: groups})

    @classmethod
    @checked
    def by_resource_group(cls, name: pulumi.Input[str], resource_types: Sequence[str] = ()) -> "Targets":
        """Select the members of a resource group: all of them, or only some types, such as `AWS::EC2::INSTANCE`."""
        types = (("resource-groups:ResourceTypeFilters", tuple(resource_types)),) if resource_types else ()
        return cls("RESOURCE_GROUP", (("resource-groups:Name", (name,)), *types))

    def register(
        self,
        name: str,
        window_id: pulumi.Input[str],
        *,
        owner_information: str,
        opts: pulumi.ResourceOptions,
        description: str | None = None,
    ) -> aws.ssm.MaintenanceWindowTarget:
        """Register these targets with a window, under the name `<project>-<stack>-<name>`.

        The events of the window contain `owner_information` (1 to 128 characters).
        """
        return aws.ssm.MaintenanceWindowTarget(
            name,
            name=full_name(name),
            window_id=window_id,
            resource_type=self.resource_type,
            targets=[
                {"key": key, "values": [_checked_later(key, value) for value in values]} for key, values in self.entries
            ],
            owner_information=owner_information,
            description=description,
            opts=opts,
        )


def _listed(
    value: pulumi.Input[str] | Sequence[pulumi.Input[str]],
) -> tuple[pulumi.Input[str], ...]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(value)
    return (value,)


@all_at_once
def _check_tag_keys(keys: Sequence[str]) -> Iterator[ArgumentError]:
    for key in keys:
        if not key:
            yield ArgumentError("targets: a tag's key is empty, which AWS refuses")
        elif key.startswith("tag:"):
            allowed = f"the key of a tag alone, such as {key.removeprefix('tag:')!r}"
            yield ArgumentError(f"targets: got the key {shown(key)}, allowed is {allowed}")
        elif len(key) > _LONGEST_KEY or not all(map(_is_allowed_in_keys, key)):
            allowed = f"1 to {_LONGEST_KEY} letters, digits, spaces and {' '.join(_MARKS)}"
            yield ArgumentError(f"targets: got the key {shown(key)}, allowed are {allowed}")


def _is_allowed_in_keys(letter: str) -> bool:
    return letter in _MARKS or unicodedata.category(letter)[0] in _CATEGORIES


@all_at_once
def _check_ids(ids: Sequence[object]) -> Iterator[ArgumentError]:
    for node in ids:
        if isinstance(node, str) and not _NODE_ID.fullmatch(node):
            allowed = "the id of a node, such as 'i-0123456789abcdef0' or 'mi-…'; for names use tags"
            yield ArgumentError(f"targets, InstanceIds: got {shown(node)}, allowed is {allowed}")


@all_at_once
def _check_entries(entries: Sequence[tuple[str, Sequence[object]]]) -> Iterator[ArgumentError]:
    if not 1 <= len(entries) <= _MAX_ENTRIES:
        yield ArgumentError(f"targets: got {len(entries)} entries, allowed are 1 to {_MAX_ENTRIES}")
    for key, values in entries:
        if not 1 <= len(values) <= _MAX_VALUES:
            yield ArgumentError(f"targets, {key}: got {len(values)} values, allowed are 1 to {_MAX_VALUES}")
        texts = [value for value in values if isinstance(value, str)]
        if not all(texts):
            yield ArgumentError(f"targets, {key}: a value is empty, which AWS refuses")
        for text in texts:
            if key.startswith("tag:") and len(text) > _LONGEST_VALUE:
                yield ArgumentError(f"targets, {key}: got {shown(text)}, allowed are 1 to {_LONGEST_VALUE} characters")


def _checked_later(key: str, value: pulumi.Input[str]) -> pulumi.Input[str]:
    """Check a value as soon as it is known, if it is not known yet."""
    if isinstance(value, str):
        return value
    return from_text(f"targets, {key}", value, lambda text: _not_empty(key, text))


def _not_empty(key: str, value: str) -> str:
    if not value:
        raise ArgumentError(f"targets, {key}: a value is empty, which AWS refuses")
    return value


def share_nodes(one: Targets, other: Targets) -> bool:
    """Return whether some node or resource that one of two targets selects is sure to be in the other too.

    This needs equal keys with a value in common, and one of the two may have more keys. Whether a node has two
    different tags, the program cannot know.
    """
    if one.resource_type != other.resource_type:
        return False
    fewer, more = sorted((dict(one.entries), dict(other.entries)), key=len)
    return all(key in more and not set(values).isdisjoint(more[key]) for key, values in fewer.items())


def split_window_targets(ids: Sequence[pulumi.Input[str]]) -> list[list[pulumi.Input[str]]]:
    """Split window targets into groups, one for each task."""
    most = MAX_WINDOW_TARGETS_OF_A_TASK
    return [list(ids[start : start + most]) for start in range(0, len(ids), most)]
