"""The baseline of a patching run: registers the patch groups that the run targets."""

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.baselines.patch_baseline import PatchBaseline, register_patch_groups
from pulumi_ssm_maintenance_components.foundation.arguments import all_at_once, wrong

from .context import RunContext
from .waves import Wave

AnyBaseline: TypeAlias = PatchBaseline | aws.ssm.PatchBaseline | pulumi.Input[str]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterPatchBaselineForPatchGroup.html
_ID = re.compile(r"(arn:[\w-]+:ssm:[a-z0-9-]+:\d{12}:patchbaseline/)?pb-[0-9a-f]{17}")


def check_baseline(where: str, baseline: object) -> None:
    """Check the id or the ARN of a baseline.

    Raises:
        ArgumentError: a text is neither.
    """
    if isinstance(baseline, str) and not _ID.fullmatch(baseline):
        allowed = "a PatchBaseline, an aws.ssm.PatchBaseline, an id: pb- and 17 hex digits, or the ARN of a baseline"
        raise wrong(where, "baseline", baseline, allowed)


def demand_patch_groups(where: str, baseline: AnyBaseline | None, waves: Sequence[Wave]) -> list[str]:
    """Return the patch groups of the waves that the baseline does not register itself.

    Raises:
        ArgumentError: a wave has targets without a patch group, which would use another baseline.
    """
    if baseline is None:
        return []
    _check_patch_groups(where, waves)
    groups = dict.fromkeys(
        group for wave in waves for targets in wave.targets.values() for group in targets.patch_groups
    )
    registered = baseline.groups if isinstance(baseline, PatchBaseline) else ()
    return [group for group in groups if group not in registered]


@all_at_once
def _check_patch_groups(where: str, waves: Sequence[Wave]) -> Iterator[ArgumentError]:
    for wave in waves:
        if not all(targets.patch_groups for targets in wave.targets.values()):
            allowed = "none unless all targets are by patch group (Targets.by_patch_group): a baseline works for groups"
            place = where if len(waves) == 1 else f"{where}: wave {wave.name!r}"
            yield wrong(place, "baseline", "targets without a patch group", allowed)


def register_baseline(run: RunContext, baseline: AnyBaseline | None, groups: Sequence[str]) -> None:
    """Register patch groups with the baseline of a run, if it has one."""
    if baseline is not None:
        register_patch_groups(run.component, run.name, _baseline_id(baseline), groups)


def _baseline_id(baseline: AnyBaseline) -> pulumi.Input[str]:
    if isinstance(baseline, PatchBaseline):
        return baseline.baseline_id
    return baseline.id if isinstance(baseline, aws.ssm.PatchBaseline) else baseline
