"""PatchBaseline: which patches are approved on an operating system, for whom, with presets that fit the system."""

from collections.abc import Mapping, Sequence
from typing import Literal, Required, TypedDict, Unpack, get_args

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.arguments import given_args, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.names import full_name, full_tags

from .operating_systems import SYSTEMS, OperatingSystem
from .patch_rules import ComplianceLevel, PatchRule, default_rules

__all__ = ["PatchBaseline", "PatchBaselineArgs"]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreatePatchBaseline.html
_MOST_RULES = 10
_MOST_PATCHES = 50
_LONGEST_GROUP = 256


class PatchBaselineArgs(TypedDict, total=False):
    """The arguments of `PatchBaseline`, which describes each of them."""

    os: Required[OperatingSystem]
    rules: Sequence[PatchRule] | None
    approved: Sequence[pulumi.Input[str]]
    approved_non_security: bool
    rejected: Sequence[pulumi.Input[str]]
    rejected_action: Literal["ALLOW_AS_DEPENDENCY", "BLOCK"] | None
    compliance: ComplianceLevel | None
    patch_groups: Sequence[str]
    default_for_os: bool
    description: pulumi.Input[str] | None
    baseline_name: str | None
    tags: Mapping[str, pulumi.Input[str]]


class PatchBaseline(Component):
    """A patch baseline, the patch groups that use it, and where asked the default of its operating system.

    A group without a baseline for its system falls back to the system's default in silence. A group can be registered
    with one baseline of a system only, so let one stack own it.

    Args:
        name: the logical name; the baseline is called `<project>-<stack>-<name>`.
        os: the operating system. A change replaces.
        rules: what is approved by itself: at most 10; none for the patches in `approved` alone. Default:
            `PatchRule.security()`, and `PatchRule.all()` for CENTOS, whose packages come without advisories.
        approved: patches approved in any case, at most 50, by name or pattern as the system writes them.
        approved_non_security: whether `approved` may name patches that are not about security; Linux only.
        rejected: patches never approved, at most 50.
        rejected_action: whether a rejected patch may come in as another's dependency. Default: ALLOW_AS_DEPENDENCY.
        compliance: how bad it is when an approved patch is missing. Default: UNSPECIFIED.
        patch_groups: the values of the nodes' tag `Patch Group` or `PatchGroup` that get this baseline.
        default_for_os: whether nodes without a group get it: all in this account and region. Default: False.
        description: at most 1024 characters.
        baseline_name: another name, 3 to 128 characters of `a-z A-Z 0-9 _ - .`.
        tags: on top of project, stack, run and managed-by.
        opts: the resource's options.

    Attributes:
        baseline_id: the baseline's id.
        arn: the baseline's ARN.
        groups: the patch groups that get it.

    Raises:
        ArgumentError: AWS would refuse the baseline, or ignore a part of it.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-patch-baselines.html
    """

    baseline_id: pulumi.Output[str]
    arn: pulumi.Output[str]
    groups: tuple[str, ...]

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[PatchBaselineArgs]
    ) -> None:
        super().__init__("PatchBaseline", name, opts)
        where = f"PatchBaseline {name!r}"
        args = given_args(where, args, PatchBaselineArgs)
        _check(where, args)
        baseline = aws.ssm.PatchBaseline(
            f"{name}-baseline",
            name=args.get("baseline_name") or full_name(name),
            operating_system=args["os"],
            approval_rules=_rules(where, args),
            approved_patches=args.get("approved"),
            approved_patches_compliance_level=args.get("compliance"),
            approved_patches_enable_non_security=args.get("approved_non_security"),
            rejected_patches=args.get("rejected"),
            rejected_patches_action=args.get("rejected_action"),
            description=args.get("description"),
            tags=full_tags(name, args.get("tags")),
            opts=self.child(),
        )
        self.baseline_id, self.arn = baseline.id, baseline.arn
        self.groups = tuple(args.get("patch_groups", ()))
        for group in self.groups:
            aws.ssm.PatchGroup(f"{name}-group-{group}", baseline_id=baseline.id, patch_group=group, opts=self.child())
        if args.get("default_for_os"):
            aws.ssm.DefaultPatchBaseline(
                f"{name}-default", baseline_id=baseline.id, operating_system=args["os"], opts=self.child()
            )
        self.register_outputs({"baseline_id": self.baseline_id, "arn": self.arn, "groups": [*self.groups]})


def _rules(where: str, args: PatchBaselineArgs) -> list[aws.ssm.PatchBaselineApprovalRuleArgsDict]:
    given = args.get("rules")
    rules = default_rules(args["os"]) if given is None else given
    if len(rules) > _MOST_RULES:
        raise wrong(where, "rules", len(rules), f"at most {_MOST_RULES}")
    if not rules and not args.get("approved"):
        raise wrong(where, "rules", [], "one rule or more, or approved patches: nothing would ever be installed")
    compliance = args.get("compliance")
    return [rule.for_system(f"{where}: rules[{index}]", args["os"], compliance) for index, rule in enumerate(rules)]


def _check(where: str, args: PatchBaselineArgs) -> None:
    if args["os"] not in SYSTEMS:
        raise wrong(where, "os", args["os"], ", ".join(get_args(OperatingSystem)))
    if args.get("approved_non_security") and not SYSTEMS[args["os"]].is_linux:
        raise wrong(where, "approved_non_security", given=True, allowed=f"False: {args['os']} has nothing like it")
    approved, rejected = args.get("approved", ()), args.get("rejected", ())
    for argument, patches in (("approved", approved), ("rejected", rejected)):
        if isinstance(patches, str) or len(patches) > _MOST_PATCHES:
            raise wrong(where, argument, patches, f"a list of at most {_MOST_PATCHES}")
    for patch in sorted(_texts(approved) & _texts(rejected)):
        raise wrong(where, "approved", patch, "none that is rejected too: AWS would reject it")
    _check_groups(where, args.get("patch_groups", ()))


def _texts(patches: Sequence[pulumi.Input[str]]) -> set[str]:
    return {patch for patch in patches if isinstance(patch, str)}


def _check_groups(where: str, groups: Sequence[str]) -> None:
    if isinstance(groups, str) or len(set(groups)) != len(groups):
        raise wrong(where, "patch_groups", groups, "a list in which each group stands once")
    for group in groups:
        if not 1 <= len(group) <= _LONGEST_GROUP:
            raise wrong(where, "patch_groups", group, f"1 to {_LONGEST_GROUP} characters")
