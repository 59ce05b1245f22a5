"""The AWS documents that patch a node, and their parameters.

https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-aws-runpatchbaseline.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-aws-runpatchbaselinewithhooks.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypedDict, get_args

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.foundation.arguments import all_at_once, given_args, wrong

Reboot = Literal["RebootIfNeeded", "NoReboot"]

PLAIN = "AWS-RunPatchBaseline"
WITH_HOOKS = "AWS-RunPatchBaselineWithHooks"

# The patterns of the document's parameters.
_ADDRESS = re.compile(r"(https|s3)://.+")
_LIST = re.compile(r"(https|s3|ssm-document)://.+")
_LISTS = (
    ("install_override_list", _LIST, "s3://bucket/key, https://… or ssm-document://name"),
    ("baseline_override", _ADDRESS, "s3://bucket/key or https://…"),
)


class HooksArgs(TypedDict, total=False):
    """Command documents that run on the node before and after an installation: objects, names or ARNs.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-aws-runpatchbaselinewithhooks.html
    """

    pre: aws.ssm.Document | pulumi.Input[str]
    """Runs before the installation, unless nothing is missing. Default: none."""
    post: aws.ssm.Document | pulumi.Input[str]
    """Runs after the installation and before the reboot. Default: none."""
    exit: aws.ssm.Document | pulumi.Input[str]
    """Runs last, after the reboot, even after a failure. Default: none."""


@dataclass(frozen=True, slots=True)
class PatchCommand:
    """A command that patches or scans a node."""

    install: bool
    hooks: Mapping[str, pulumi.Input[str]]
    install_override_list: pulumi.Input[str] | None
    baseline_override: pulumi.Input[str] | None

    @property
    def document(self) -> str:
        """The name of the AWS document."""
        return WITH_HOOKS if self.hooks else PLAIN

    @property
    def lists(self) -> list[pulumi.Input[str]]:
        """The addresses of the lists that nodes download."""
        return [address for address in (self.install_override_list, self.baseline_override) if address is not None]

    def parameters(self, reboot: Reboot | None) -> dict[str, list[pulumi.Input[str]]]:
        """Return the parameters of the document. A window sets the snapshot id of a Run Command task itself."""
        chosen: dict[str, pulumi.Input[str] | None] = {
            "Operation": "Install" if self.install else "Scan",
            "RebootOption": reboot if self.install else None,
            "InstallOverrideList": self.install_override_list,
            "BaselineOverride": self.baseline_override,
            **self.hooks,
        }
        return {name: [value] for name, value in chosen.items() if value is not None}

    def scan(self) -> "PatchCommand":
        """Return the command that scans for the patches that this one installs."""
        return replace(self, install=False, hooks={}, install_override_list=None)


def patch_command(
    where: str,
    *,
    install: bool,
    hooks: HooksArgs | None,
    install_override_list: pulumi.Input[str] | None,
    baseline_override: pulumi.Input[str] | None,
) -> PatchCommand:
    """Choose the document, and refuse arguments that it does not take.

    Raises:
        ArgumentError: two arguments exclude each other, or a list has no address.
    """
    _check_command(where, install=install, hooks=hooks, lists=(install_override_list, baseline_override))
    return PatchCommand(install, _hook_parameters(where, hooks or {}), install_override_list, baseline_override)


@all_at_once
def _check_command(
    where: str,
    *,
    install: bool,
    hooks: HooksArgs | None,
    lists: tuple[pulumi.Input[str] | None, pulumi.Input[str] | None],
) -> Iterator[ArgumentError]:
    for (name, form, allowed), url in zip(_LISTS, lists, strict=True):
        if url is not None and hooks:
            yield wrong(where, name, url, f"none with hooks: {WITH_HOOKS} does not take it")
        elif isinstance(url, str) and not form.fullmatch(url):
            yield wrong(where, name, url, allowed)
    if None not in lists:
        # https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-baselineoverride-parameter.html
        yield wrong(where, "baseline_override", lists[1], f"none with install_override_list: {PLAIN} fails with both")
    if not install and hooks:
        yield wrong(where, "hooks", sorted(hooks), "none with install=False: hooks run around an installation")
    if not install and lists[0] is not None:
        yield wrong(where, "install_override_list", lists[0], "none with install=False: a scan ignores it")


def demand_reboot(where: str, reboot: object) -> None:
    """Require a choice, since the default of the document reboots after any installation.

    Raises:
        ArgumentError: the value is not a reboot option.
    """
    if reboot not in get_args(Reboot):
        allowed = (
            "'RebootIfNeeded' (reboots after any installation) or 'NoReboot' (a node counts as non-compliant until it"
            " is rebooted and scanned); there is no default"
        )
        raise wrong(where, "reboot", reboot, allowed)


def _hook_parameters(where: str, hooks: HooksArgs) -> dict[str, pulumi.Input[str]]:
    hooks = given_args(f"{where}: hooks", hooks, HooksArgs)
    documents = {
        "PreInstallHookDocName": hooks.get("pre"),
        "PostInstallHookDocName": hooks.get("post"),
        "OnExitHookDocName": hooks.get("exit"),
    }
    return {parameter: _name(document) for parameter, document in documents.items() if document is not None}


def _name(document: aws.ssm.Document | pulumi.Input[str]) -> pulumi.Input[str]:
    return document.name if isinstance(document, aws.ssm.Document) else document
