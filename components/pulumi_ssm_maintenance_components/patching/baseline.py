"""The baseline of a patching run: a baseline works for patch groups, so those that the run names are registered."""

from collections.abc import Sequence
from typing import TypeAlias

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.baselines.patch_baseline import PatchBaseline
from pulumi_ssm_maintenance_components.foundation.arguments import wrong
from pulumi_ssm_maintenance_components.foundation.component import Component

from .waves import Wave

AnyBaseline: TypeAlias = PatchBaseline | aws.ssm.PatchBaseline | pulumi.Input[str]


def demand_patch_groups(where: str, baseline: AnyBaseline | None, waves: Sequence[Wave]) -> list[str]:
    """Give the patch groups to register with the baseline: those of the waves, but for what it has already.

    Raises:
        ArgumentError: a wave patches nodes that are not named by patch group, which would keep another baseline.
    """
    if baseline is None:
        return []
    for wave in waves:
        if not all(targets.patch_groups for targets in wave.targets.values()):
            allowed = "none unless all targets are by patch group (Targets.by_patch_group): a baseline works for groups"
            raise wrong(where, "baseline", f"targets of wave {wave.name!r} without one", allowed)
    named = dict.fromkeys(group for wave in waves for it in wave.targets.values() for group in it.patch_groups)
    registered = baseline.groups if isinstance(baseline, PatchBaseline) else ()
    return [group for group in named if group not in registered]


def register_baseline(component: Component, name: str, baseline: AnyBaseline | None, groups: Sequence[str]) -> None:
    """Register patch groups with a baseline."""
    if baseline is None:
        return
    baseline_id = (
        baseline.baseline_id
        if isinstance(baseline, PatchBaseline)
        else baseline.id
        if isinstance(baseline, aws.ssm.PatchBaseline)
        else baseline
    )
    for group in groups:
        aws.ssm.PatchGroup(f"{name}-group-{group}", baseline_id=baseline_id, patch_group=group, opts=component.child())
