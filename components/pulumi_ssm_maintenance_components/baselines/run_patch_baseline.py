"""What a patching run executes: the document, and its parameters.

https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-aws-runpatchbaseline.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-aws-runpatchbaselinewithhooks.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypedDict, get_args

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.arguments import given_args, wrong

Reboot = Literal["RebootIfNeeded", "NoReboot"]

PLAIN = "AWS-RunPatchBaseline"
WITH_HOOKS = "AWS-RunPatchBaselineWithHooks"

_OBJECT = re.compile(r"s3://[^/]+/.+")


class HooksArgs(TypedDict, total=False):
    """Command documents that run on the node around an installation: objects, names or ARNs."""

    pre: aws.ssm.Document | pulumi.Input[str]
    """Runs before the installation, when there is something to install."""
    post: aws.ssm.Document | pulumi.Input[str]
    """Runs after the installation, before the reboot."""
    exit: aws.ssm.Document | pulumi.Input[str]
    """Runs last, after the reboot, whatever happened."""


@dataclass(frozen=True, slots=True)
class PatchCommand:
    """A way to run the patch documents."""

    install: bool
    hooks: Mapping[str, pulumi.Input[str]]
    install_override_list: pulumi.Input[str] | None
    baseline_override: pulumi.Input[str] | None

    @property
    def document(self) -> str:
        """The name of the document."""
        return WITH_HOOKS if self.hooks else PLAIN

    @property
    def lists(self) -> list[pulumi.Input[str]]:
        """The addresses of what the nodes fetch."""
        return [address for address in (self.install_override_list, self.baseline_override) if address is not None]

    def parameters(self, reboot: Reboot | None) -> dict[str, list[pulumi.Input[str]]]:
        """Give the parameters of the document; no snapshot, since a window makes one for all its nodes."""
        chosen: dict[str, pulumi.Input[str] | None] = {
            "Operation": "Install" if self.install else "Scan",
            "RebootOption": reboot if self.install else None,
            "InstallOverrideList": self.install_override_list,
            "BaselineOverride": self.baseline_override,
            **self.hooks,
        }
        return {name: [value] for name, value in chosen.items() if value is not None}

    def scan(self) -> "PatchCommand":
        """Give the command that scans for what this one installs."""
        return replace(self, install=False, hooks={}, install_override_list=None)


def patch_command(
    where: str,
    *,
    install: bool,
    hooks: HooksArgs | None,
    install_override_list: pulumi.Input[str] | None,
    baseline_override: pulumi.Input[str] | None,
) -> PatchCommand:
    """Choose the document, and refuse what it does not take.

    Raises:
        ArgumentError: two arguments do not go together, or a list is not where nodes can fetch it.
    """
    lists = {"install_override_list": install_override_list, "baseline_override": baseline_override}
    for name, given in lists.items():
        if given is not None and hooks:
            raise wrong(where, name, given, f"none with hooks: {WITH_HOOKS} does not take it")
        if isinstance(given, str) and not _OBJECT.fullmatch(given):
            raise wrong(where, name, given, "s3://bucket/key")
    if not install and hooks:
        raise wrong(where, "hooks", sorted(hooks), "none with install=False: they stand around an installation")
    if not install and install_override_list is not None:
        raise wrong(where, "install_override_list", install_override_list, "none with install=False: a scan ignores it")
    return PatchCommand(install, _hook_parameters(where, hooks or {}), install_override_list, baseline_override)


def demand_reboot(where: str, reboot: object) -> None:
    """Demand a choice: the document's own default reboots after any installation.

    Raises:
        ArgumentError: there is none.
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
