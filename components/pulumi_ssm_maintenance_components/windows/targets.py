"""Targets: the nodes or resources that tasks run on, by tags, ids, patch group or resource group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.errors import ComponentError
from pulumi_ssm_maintenance_components.foundation.names import full_name

__all__ = ["PatchGroupKey", "Targets"]

PatchGroupKey = Literal["Patch Group", "PatchGroup"]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterTargetWithMaintenanceWindow.html
_MAX_ENTRIES = 5
_MAX_VALUES = 50
MAX_WINDOW_TARGETS_OF_A_TASK = 10  # observed by users: terraform-provider-aws issue 18372


@dataclass(frozen=True, slots=True)
class Targets:
    """Nodes or resources for a window target. Make them with one of the class methods.

    Several tags must all match. Of the values of one tag, any may match.
    """

    HOW_TO_MAKE: ClassVar = "Targets.by_tags(…) or another of its class methods"

    resource_type: Literal["INSTANCE", "RESOURCE_GROUP"]
    entries: tuple[tuple[str, tuple[pulumi.Input[str], ...]], ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.entries) <= _MAX_ENTRIES:
            raise ComponentError(f"targets: got {len(self.entries)} entries, allowed are 1 to {_MAX_ENTRIES}")
        for key, values in self.entries:
            if not 1 <= len(values) <= _MAX_VALUES:
                raise ComponentError(f"targets, {key}: got {len(values)} values, allowed are 1 to {_MAX_VALUES}")
            if "" in [value for value in values if isinstance(value, str)]:
                raise ComponentError(f"targets, {key}: a value is empty, which AWS refuses")

    @property
    def patch_groups(self) -> tuple[str, ...]:
        """The patch groups among the tags, or an empty tuple."""
        keys = {f"tag:{key}" for key in get_args(PatchGroupKey)}
        return tuple(group for key, groups in self.entries if key in keys for group in groups if isinstance(group, str))

    @classmethod
    def by_tags(cls, tags: Mapping[str, str | Sequence[str]]) -> "Targets":
        """Select nodes by tags: at most 5 tags, each with one value or several, of which any may match."""
        if "" in tags:
            raise ComponentError("targets: a tag's key is empty, which AWS refuses")
        entries = ((f"tag:{key}", (value,) if isinstance(value, str) else tuple(value)) for key, value in tags.items())
        return cls("INSTANCE", tuple(entries))

    @classmethod
    def by_ids(cls, ids: Sequence[pulumi.Input[str]]) -> "Targets":
        """Select nodes by their ids: 1 to 50, `i-…` or `mi-…`."""
        if isinstance(ids, str):
            raise ComponentError(f"targets: got {ids!r}, allowed is a list of ids")
        return cls("INSTANCE", (("InstanceIds", tuple(ids)),))

    @classmethod
    def by_patch_group(cls, *groups: str, key: PatchGroupKey = "Patch Group") -> "Targets":
        """Select nodes by their patch groups.

        Args:
            groups: one patch group or more.
            key: the key of the tag. Use `PatchGroup` if instance metadata exposes tags, since it allows no spaces.
        """
        if key not in get_args(PatchGroupKey):
            allowed = " and ".join(map(repr, get_args(PatchGroupKey)))
            raise ComponentError(f"targets: key: got {key!r}, allowed are {allowed}")
        return cls.by_tags({key: groups})

    @classmethod
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
            targets=[{"key": key, "values": list(values)} for key, values in self.entries],
            owner_information=owner_information,
            description=description,
            opts=opts,
        )


def split_window_targets(ids: Sequence[pulumi.Input[str]]) -> list[list[pulumi.Input[str]]]:
    """Split window targets into groups, one for each task."""
    most = MAX_WINDOW_TARGETS_OF_A_TASK
    return [list(ids[start : start + most]) for start in range(0, len(ids), most)]
