"""Facts about the documents of AWS that windows use most: type, systems and parameters. Their steps are left out.

https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-ssm-documents.html
https://docs.aws.amazon.com/systems-manager-automation-runbooks/latest/userguide/automation-runbook-reference.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

_EVERY_SYSTEM = ("Windows", "Linux", "MacOS")
_UUID = "(^$)|^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
_SECONDS = "^([1-9][0-9]{0,5})$"


@dataclass(frozen=True, slots=True)
class AwsOwnedDocument:
    """A document that AWS owns."""

    type: Literal["Automation", "Command"]
    schema: str
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """As in the document's content. A parameter without a default is required."""
    systems: tuple[str, ...] = _EVERY_SYSTEM


def _one_of(*values: str, default: str | None = None) -> dict[str, Any]:
    return {"type": "String", "allowedValues": list(values), **({} if default is None else {"default": default})}


def _text(default: str | None = "", pattern: str | None = None) -> dict[str, Any]:
    return {
        "type": "String",
        **({} if default is None else {"default": default}),
        **({} if pattern is None else {"allowedPattern": pattern}),
    }


_PATCHING = {
    "Operation": _one_of("Scan", "Install"),
    "SnapshotId": _text(pattern=_UUID),
    "RebootOption": _one_of("RebootIfNeeded", "NoReboot", default="RebootIfNeeded"),
    "StepTimeoutSeconds": _text("7200", _SECONDS),
}
_SCRIPT = {
    "commands": {"type": "StringList", "minItems": 1},
    "workingDirectory": _text(),
    "executionTimeout": _text(
        "3600", "([1-9][0-9]{0,4})|(1[0-6][0-9]{4})|(17[0-1][0-9]{3})|(172[0-7][0-9]{2})|(172800)"
    ),
}
_INSTANCES = {"InstanceId": {"type": "StringList"}, "AutomationAssumeRole": _text()}

DOCUMENTS: Mapping[str, AwsOwnedDocument] = {
    "AWS-ConfigureAWSPackage": AwsOwnedDocument(
        "Command",
        "2.2",
        {
            "action": _one_of("Install", "Uninstall"),
            "installationType": _one_of(
                "Uninstall and reinstall", "In-place update", default="Uninstall and reinstall"
            ),
            "name": _text(None),
            "version": _text(),
            "additionalArguments": {"type": "StringMap", "default": {}},
        },
    ),
    "AWS-PatchInstanceWithRollback": AwsOwnedDocument(
        "Automation",
        "0.3",
        {
            "InstanceId": _text(None),
            "AutomationAssumeRole": _text(),
            "LambdaAssumeRole": _text(),
            "ReportS3Bucket": _text(),
        },
    ),
    "AWS-RestartEC2Instance": AwsOwnedDocument("Automation", "0.3", _INSTANCES),
    "AWS-RunPatchBaseline": AwsOwnedDocument(
        "Command",
        "2.2",
        {
            **_PATCHING,
            "AssociationId": _text(),
            "BaselineOverride": _text(pattern="(^$)|^https://.+$|^s3://.+$"),
            "InstallOverrideList": _text(pattern="(^$)|^https://.+$|^s3://.+$|^ssm-document://.+$"),
        },
    ),
    "AWS-RunPatchBaselineWithHooks": AwsOwnedDocument(
        "Command",
        "2.2",
        {
            **_PATCHING,
            **dict.fromkeys(
                ("PreInstallHookDocName", "PostInstallHookDocName", "OnExitHookDocName"), _text("AWS-Noop")
            ),
        },
        ("Windows", "Linux"),
    ),
    "AWS-RunPowerShellScript": AwsOwnedDocument("Command", "1.2", _SCRIPT),
    "AWS-RunShellScript": AwsOwnedDocument("Command", "1.2", _SCRIPT, ("Linux", "MacOS")),
    "AWS-StartEC2Instance": AwsOwnedDocument("Automation", "0.3", _INSTANCES),
    "AWS-StopEC2Instance": AwsOwnedDocument("Automation", "0.3", _INSTANCES),
    "AWS-UpdateSSMAgent": AwsOwnedDocument(
        "Command", "1.2", {"version": _text(), "allowDowngrade": _one_of("true", "false", default="false")}
    ),
}
"""By name."""
