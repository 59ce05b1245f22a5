"""PatchBaseline: which patches are approved on an operating system, and for which patch groups."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Required, TypedDict, Unpack

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, all_at_once, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.names import check_tags, full_name, full_tags

from .operating_systems import SYSTEMS, OperatingSystem
from .patch_rules import (
    ComplianceLevel,
    PatchRule,
    check_filters,
    default_rules,
    patch_filters,
    read_filters,
    wrong_product,
)

__all__ = ["PatchBaseline", "PatchBaselineArgs", "PatchSourceArgs"]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreatePatchBaseline.html
_MOST_RULES = 10
_MOST_PATCHES = 50
_LONGEST_GROUP = 256
_MOST_SOURCES = 20
_LONGEST_CONFIGURATION = 1024
_NAME = re.compile(r"[a-zA-Z0-9_\-.]{3,128}")
_LONGEST_DESCRIPTION = 1024
_SOURCE_NAME = re.compile(r"[a-zA-Z0-9_\-.]{3,50}")


class PatchSourceArgs(TypedDict, total=False):
    """A repository of patches for Linux nodes.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PatchSource.html
    """

    name: Required[str]
    """The name of the repository: 3 to 50 characters of `a-z A-Z 0-9 _ - .`."""
    products: Required[Sequence[str]]
    """The versions of the system that use it, such as `AmazonLinux2`; 1 to 20, or `*` for all."""
    configuration: Required[pulumi.Input[str]]
    """The content of the repository's file, such as `[amzn-main]…` for yum; 1 to 1024 characters. Make it secret if it
    holds credentials."""


class PatchBaselineArgs(TypedDict, total=False):
    """The arguments of `PatchBaseline`."""

    os: Required[OperatingSystem]
    """The operating system. A change replaces the baseline."""
    rules: Sequence[PatchRule] | None
    """The rules that approve patches, at most 10. An empty list approves nothing but the patches in `approved`.
    Default: `PatchRule.security()`; on CENTOS and MACOS, which have no security classification, `PatchRule.all()`."""
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
    global_filters: Mapping[str, Sequence[str]] | None
    """Properties that every patch of the baseline must have, with their values; 1 to 4, as in `PatchRule.matching`. The
    console does not show them. Default: none."""
    sources: Sequence[PatchSourceArgs]
    """Repositories that the nodes use in place of their own, at most 20; Linux only. Default: none."""
    available_security_updates_compliance_status: Literal["COMPLIANT", "NON_COMPLIANT"] | None
    """Whether a node is compliant if security patches are available that no rule approves yet; Windows only. Default:
    COMPLIANT."""
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
        problems = Problems(where)
        args = problems.read(args, PatchBaselineArgs)
        for rule in (_non_security, _approved, _rejected, _approved_twice, _patch_groups, _baseline_name, _description):
            problems.check(rule, where, args)
        rules = problems.check(_rules, where, args)
        global_filters = problems.check(_global_filters, where, args)
        sources = problems.check(_sources, where, args)
        status = problems.check(_status, where, args)
        problems.check(check_tags, where, args)
        problems.raise_all()
        baseline = aws.ssm.PatchBaseline(
            f"{name}-baseline",
            name=args.get("baseline_name") or full_name(name),
            operating_system=args["os"],
            approval_rules=rules,
            approved_patches=args.get("approved"),
            approved_patches_compliance_level=args.get("compliance"),
            approved_patches_enable_non_security=args.get("approved_non_security"),
            global_filters=global_filters,
            sources=sources,
            available_security_updates_compliance_status=status,
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


def register_patch_groups(
    component: Component, name: str, baseline_id: pulumi.Input[str], groups: Iterable[str]
) -> None:
    """Register patch groups with a baseline."""
    for group in groups:
        aws.ssm.PatchGroup(f"{name}-group-{group}", baseline_id=baseline_id, patch_group=group, opts=component.child())


def _rules(where: str, args: PatchBaselineArgs) -> list[aws.ssm.PatchBaselineApprovalRuleArgsDict]:
    rules = args.get("rules")
    if rules is None:
        rules = default_rules(args["os"])
    if len(rules) > _MOST_RULES:
        raise wrong(where, "rules", len(rules), f"at most {_MOST_RULES}")
    if not rules and not args.get("approved"):
        raise wrong(where, "rules", [], "one rule or more, or approved patches: nothing would ever be installed")
    compliance = args.get("compliance")
    problems, system = Problems(where), args["os"]
    written = [
        each
        for index, rule in enumerate(rules)
        for each in problems.check(rule.for_system, f"{where}: rules[{index}]", system, compliance) or ()
    ]
    problems.raise_all()
    if len(written) > _MOST_RULES:
        allowed = f"at most {_MOST_RULES}, where all() counts twice on WINDOWS: once for applications"
        raise wrong(where, "rules", len(written), allowed)
    return written


def _global_filters(where: str, args: PatchBaselineArgs) -> Any:
    properties = args.get("global_filters")
    if properties is None:
        return None
    place = f"{where}: global_filters"
    filters = read_filters(place, properties)
    check_filters(place, filters, args["os"])
    return patch_filters(filters)


def _sources(where: str, args: PatchBaselineArgs) -> Any:
    sources = args.get("sources")
    if sources is None:
        return None
    _check_sources(where, sources, args["os"])
    return [dict(source) for source in sources]


@all_at_once
def _check_sources(where: str, sources: Sequence[PatchSourceArgs], system: OperatingSystem) -> Iterator[ArgumentError]:
    if not SYSTEMS[system].is_linux:
        yield wrong(where, "sources", len(sources), f"none on {system}: repositories are for Linux")
    if len(sources) > _MOST_SOURCES:
        yield wrong(where, "sources", len(sources), f"at most {_MOST_SOURCES}")
    for index, source in enumerate(sources):
        place, configuration = f"{where}: sources[{index}]", source["configuration"]
        if not _SOURCE_NAME.fullmatch(source["name"]):
            yield wrong(place, "name", source["name"], "3 to 50 characters of a-z A-Z 0-9 _ - .")
        if not 1 <= len(source["products"]) <= _MOST_SOURCES:
            yield wrong(place, "products", source["products"], f"a list of 1 to {_MOST_SOURCES}, or ['*'] for all")
        for product in source["products"]:
            yield from wrong_product(place, "products", product, system)
        if isinstance(configuration, str) and not 1 <= len(configuration) <= _LONGEST_CONFIGURATION:
            # The text may hold credentials.
            yield wrong(place, "configuration", len(configuration), f"1 to {_LONGEST_CONFIGURATION} characters")


def _status(where: str, args: PatchBaselineArgs) -> str | None:
    status = args.get("available_security_updates_compliance_status")
    if status is not None and args["os"] != "WINDOWS":
        raise wrong(
            where, "available_security_updates_compliance_status", status, f"none on {args['os']}: WINDOWS only"
        )
    return status


def _non_security(where: str, args: PatchBaselineArgs) -> None:
    if args.get("approved_non_security") and not SYSTEMS[args["os"]].is_linux:
        raise wrong(where, "approved_non_security", given=True, allowed=f"False on {args['os']}")


def _approved(where: str, args: PatchBaselineArgs) -> None:
    _check_number(where, "approved", args.get("approved", ()))


def _rejected(where: str, args: PatchBaselineArgs) -> None:
    _check_number(where, "rejected", args.get("rejected", ()))


def _check_number(where: str, argument: str, patches: Sequence[object]) -> None:
    if len(patches) > _MOST_PATCHES:
        raise wrong(where, argument, patches, f"a list of at most {_MOST_PATCHES}")


@all_at_once
def _approved_twice(where: str, args: PatchBaselineArgs) -> Iterator[ArgumentError]:
    for patch in sorted(_known_texts(args.get("approved", ())) & _known_texts(args.get("rejected", ()))):
        yield wrong(where, "approved", patch, "patches that are not in `rejected` too: AWS would reject it")


def _known_texts(patches: Sequence[pulumi.Input[str]]) -> set[str]:
    return {patch for patch in patches if isinstance(patch, str)}


@all_at_once
def _patch_groups(where: str, args: PatchBaselineArgs) -> Iterator[ArgumentError]:
    groups = args.get("patch_groups", ())
    if len(set(groups)) != len(groups):
        yield wrong(where, "patch_groups", groups, "a list in which each group stands once")
    for group in groups:
        if not 1 <= len(group) <= _LONGEST_GROUP:
            yield wrong(where, "patch_groups", group, f"1 to {_LONGEST_GROUP} characters")


def _baseline_name(where: str, args: PatchBaselineArgs) -> None:
    name = args.get("baseline_name")
    if name is not None and not _NAME.fullmatch(name):
        raise wrong(where, "baseline_name", name, "3 to 128 characters of a-z A-Z 0-9 _ - .")


def _description(where: str, args: PatchBaselineArgs) -> None:
    text = args.get("description")
    if isinstance(text, str) and not 1 <= len(text) <= _LONGEST_DESCRIPTION:
        raise wrong(where, "description", text, f"1 to {_LONGEST_DESCRIPTION} characters")
