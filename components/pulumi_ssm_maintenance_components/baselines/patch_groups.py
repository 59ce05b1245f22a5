"""Patch groups: the tag values that tell which baseline a node uses."""

from collections.abc import Iterable

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.component import Component


def register_patch_groups(
    component: Component, name: str, baseline_id: pulumi.Input[str], groups: Iterable[str]
) -> None:
    """Register patch groups with a baseline."""
    for group in groups:
        aws.ssm.PatchGroup(f"{name}-group-{group}", baseline_id=baseline_id, patch_group=group, opts=component.child())
