"""PatchBaseline: which patches are approved on an operating system, and for which patch groups."""

from collections.abc import Mapping, Sequence
from typing import Literal, Required, TypedDict, Unpack, get_args

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.arguments import given_args, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.names import full_name, full_tags

from .operating_systems import SYSTEMS, OperatingSystem
from .patch_groups import register_patch_groups
from .patch_rules import ComplianceLevel, PatchRule, default_rules

__all__ = ["PatchBaseline", "PatchBaselineArgs"]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreatePatchBaseline.html
_MOST_RULES = 10
_MOST_PATCHES = 50
_LONGEST_GROUP = 256


class PatchBaselineArgs(TypedDict, total=False):
    """The arguments of `PatchBaseline`."""

    os: Required[OperatingSystem]
    """The operating system. A change replaces the baseline."""
    rules: Sequence[PatchRule] | None
    """The rules that approve patches, at most 10. An empty list approves nothing but the patches in `approved`.
    Default: `PatchRule.security()`; on CENTOS, whose packages have no advisories, `PatchRule.all()`."""
    approved: Sequence[pulumi.Input[str]]
    """Patches that are always approved, at most 50, as names or patterns in the format of the system.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-approved-rejected-package-name-formats.html
    """
    approved_non_security: bool
    """Whether `approved` includes updates other than security updates; Linux only. Default: False."""
    rejected: Sequence[pulumi.Input[str]]
    """Patches that are never approved, at most 50, in the same formats as `approved`."""
    rejected_action: Literal["ALLOW_AS_DEPENDENCY", "BLOCK"] | None
    """Whether a rejected patch is installed as a dependency of another patch. Default: ALLOW_AS_DEPENDENCY."""
    compliance: ComplianceLevel | None
    """The severity of a missing patch, for the rules and for `approved`. Default: UNSPECIFIED."""
    patch_groups: Sequence[str]
    """The patch groups that use this baseline: values of the node's tag `Patch Group` or `PatchGroup`, 1 to 256
    characters each."""
    default_for_os: bool
    """Whether nodes without a patch group use this baseline, in the whole account and region. Default: False."""
    description: pulumi.Input[str] | None
    """A description, at most 1024 characters. Default: none."""
    baseline_name: str | None
    """The name of the baseline at AWS: 3 to 128 characters of `a-z A-Z 0-9 _ - .`. Default:
    `<project>-<stack>-<name>`."""
    tags: Mapping[str, pulumi.Input[str]]
    """Tags in addition to `project`, `stack`, `run` and `managed-by`."""


class PatchBaseline(Component):
    """Create a patch baseline, register its patch groups, and optionally make it the default of its system.

    Nodes of a group that has no baseline for their system use the default baseline, without a warning from AWS. A
    group can have only one baseline for each system, so one stack should own it.

    Arguments: see `PatchBaselineArgs`.

    Example::

        PatchBaseline("linux", os="AMAZON_LINUX_2023", rules=[PatchRule.security(days=7)], patch_groups=["web"])

    Raises:
        ArgumentError: AWS would refuse the baseline, or ignore a part of it.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-patch-baselines.html
    """

    baseline_id: pulumi.Output[str]
    """The id of the baseline, such as `pb-0123456789abcdef0`."""
    arn: pulumi.Output[str]
    """The ARN of the baseline."""
    groups: tuple[str, ...]
    """The patch groups that use the baseline."""

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[PatchBaselineArgs]
    ) -> None:
        """Create the baseline. `PatchBaselineArgs` describes the arguments; `opts` are the resource options."""
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
        register_patch_groups(self, name, baseline.id, self.groups)
        if args.get("default_for_os"):
            aws.ssm.DefaultPatchBaseline(
                f"{name}-default", baseline_id=baseline.id, operating_system=args["os"], opts=self.child()
            )
        self.register_outputs({"baseline_id": self.baseline_id, "arn": self.arn, "groups": [*self.groups]})


def _rules(where: str, args: PatchBaselineArgs) -> list[aws.ssm.PatchBaselineApprovalRuleArgsDict]:
    rules = args.get("rules")
    if rules is None:
        rules = default_rules(args["os"])
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
        raise wrong(where, "approved_non_security", given=True, allowed=f"False on {args['os']}")
    approved, rejected = args.get("approved", ()), args.get("rejected", ())
    for argument, patches in (("approved", approved), ("rejected", rejected)):
        if isinstance(patches, str) or len(patches) > _MOST_PATCHES:
            raise wrong(where, argument, patches, f"a list of at most {_MOST_PATCHES}")
    for patch in sorted(_known_texts(approved) & _known_texts(rejected)):
        raise wrong(where, "approved", patch, "patches that are not in `rejected` too: AWS would reject it")
    _check_groups(where, args.get("patch_groups", ()))


def _known_texts(patches: Sequence[pulumi.Input[str]]) -> set[str]:
    return {patch for patch in patches if isinstance(patch, str)}


def _check_groups(where: str, groups: Sequence[str]) -> None:
    if isinstance(groups, str) or len(set(groups)) != len(groups):
        raise wrong(where, "patch_groups", groups, "a list in which each group stands once")
    for group in groups:
        if not 1 <= len(group) <= _LONGEST_GROUP:
            raise wrong(where, "patch_groups", group, f"1 to {_LONGEST_GROUP} characters")
