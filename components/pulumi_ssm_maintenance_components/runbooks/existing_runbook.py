"""A runbook that exists: of this account, of AWS, or shared by another account.

Its content is unknown, so its parameters are not checked.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.foundation.arguments import all_at_once, wrong
from pulumi_ssm_maintenance_components.foundation.documents import check_version, document_arn
from pulumi_ssm_maintenance_components.foundation.location import Location

from .content import NODE_OF_THE_TASK, NODE_PARAMETER, ROLE_PARAMETER, RunbookParameters

AnyRunbook: TypeAlias = aws.ssm.Document | pulumi.Input[str]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html
_NAME = re.compile(r"[A-Za-z0-9_.-]{3,128}|arn:[^:\s]+:ssm:[^:\s]+:(\d{12})?:document/[A-Za-z0-9_.-]{3,128}")
# https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-window-tasks-pseudo-parameters.html
_NODE = re.compile(r"\{\{\s*(RESOURCE_ID|TARGET_ID)\s*\}\}")
_DEFAULT_VERSION = "$DEFAULT"


@dataclass(frozen=True, slots=True)
class ExistingRunbook:
    """The document of a runbook that exists."""

    name: pulumi.Output[str]
    """The name, or the ARN of a document that another account shares."""
    arn: pulumi.Output[str]
    """The ARN."""
    version: pulumi.Output[str]
    """The version to run: a number, `$LATEST` or `$DEFAULT`."""

    @property
    def definitions(self) -> list[pulumi.Output[str]]:
        """What the events of its runs may call it."""
        return [self.arn.apply(lambda arn: arn.rpartition("/")[2]), self.arn]


def existing_runbook(
    where: str, location: Location, document: AnyRunbook, version: pulumi.Input[str] | None
) -> ExistingRunbook:
    """Return the document of a runbook that exists.

    For an `aws.ssm.Document` the version is the one that the program knows, because its default version may change
    under a running schedule.
    """
    if isinstance(document, aws.ssm.Document):
        kind = document.document_type
        name = pulumi.Output.all(document.name, kind).apply(lambda known: _automation(where, *known))
        return ExistingRunbook(name, document.arn, pulumi.Output.from_input(version or document.default_version))
    return ExistingRunbook(
        pulumi.Output.from_input(document),
        document_arn(location, document, f"{where}: document"),
        pulumi.Output.from_input(version or _DEFAULT_VERSION),
    )


@all_at_once
def check_existing_runbook(where: str, document: object, version: object) -> Iterator[ArgumentError]:
    """Check the name or ARN of a runbook that exists, and its version.

    Raises:
        ArgumentError: a text is no name and no ARN of a document, or the version is none.
    """
    if isinstance(document, str) and not _NAME.fullmatch(document):
        allowed = "an aws.ssm.Document, a name such as 'AWS-StartEC2Instance', or the ARN of a document"
        yield wrong(where, "document", document, allowed)
    check_version(where, version)


def existing_parameters(
    parameters: RunbookParameters, *, on_targets: bool, role_arn: pulumi.Input[str] | None
) -> dict[str, list[pulumi.Input[str]]]:
    """Return what the task passes to a runbook that exists: the user's parameters, the node and the role."""
    passed: dict[str, list[pulumi.Input[str]]] = {name: list(values) for name, values in parameters.items()}
    if on_targets and not _has_node(passed):
        passed.setdefault(NODE_PARAMETER, [NODE_OF_THE_TASK])
    if role_arn is not None:
        passed.setdefault(ROLE_PARAMETER, [role_arn])
    return passed


def _has_node(parameters: Mapping[str, Sequence[object]]) -> bool:
    """Return whether a parameter has the node already."""
    return any(isinstance(it, str) and _NODE.search(it) for values in parameters.values() for it in values)


def _automation(where: str, name: str, kind: str) -> str:
    if kind != "Automation":
        raise wrong(
            where, "document", f"{name}, of type {kind}", "a document of type Automation; RunCommandTask runs commands"
        )
    return name
