"""The Command document of a task: one that is there, by object, name or ARN, or a new one from its content."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.arguments import wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import Location

AnyDocument: TypeAlias = aws.ssm.Document | Mapping[str, Any] | pulumi.Input[str]
CommandParameters: TypeAlias = Mapping[str, pulumi.Input[str] | Sequence[pulumi.Input[str]]]

# https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html
_COMMAND_SCHEMAS = ("1.2", "2.0", "2.2")

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html keeps these for AWS.
_OF_AWS = re.compile("aws|amazon|amzn", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CommandDocument:
    """A document as a task names it.

    Attributes:
        name: its name or ARN, as the task gets it.
        arn: its ARN, as the task role gets it.
        version: the version to run; None for the default one at that time.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    version: pulumi.Output[str] | None


def command_document(
    component: Component, name: str, location: Location, given: AnyDocument, tags: Mapping[str, pulumi.Input[str]]
) -> CommandDocument:
    """Find the document, or make it from its content.

    An object is run in the version that this program knows: `$LATEST` would change under a running schedule.
    """
    if isinstance(given, Mapping):
        given = aws.ssm.Document(
            component.auto_named("document", f"{name}-document"),
            document_type="Command",
            document_format="JSON",
            content=pulumi.Output.json_dumps(given),
            tags=tags,
            opts=component.child(),
        )
    if isinstance(given, aws.ssm.Document):
        return CommandDocument(given.name, given.arn, given.default_version)
    its_name = pulumi.Output.from_input(given)
    return CommandDocument(its_name, its_name.apply(lambda text: _arn(location, text)), None)


def check_content(where: str, content: Mapping[str, Any]) -> None:
    """Refuse content that is no Command document.

    Raises:
        ArgumentError: the schema is another document type's.
    """
    schema = content.get("schemaVersion")
    if isinstance(schema, str) and schema not in _COMMAND_SCHEMAS:
        allowed = f"{' or '.join(_COMMAND_SCHEMAS)}, the schemas of Command documents; 0.3 is for AutomationRunbook"
        raise wrong(where, "document: schemaVersion", schema, allowed)


def check_parameters(where: str, content: Mapping[str, Any], given: CommandParameters) -> None:
    """Compare parameters with those that the content declares.

    Raises:
        ArgumentError: a parameter is unknown, missing, or has a value that is not allowed.
    """
    declared: Mapping[str, Any] = content.get("parameters") or {}
    for name, value in given.items():
        if name not in declared:
            raise wrong(where, "parameters", name, ", ".join(declared) or "none: the document has no parameters")
        _check_value(where, name, value, declared[name].get("allowedValues"))
    if missing := [name for name, its in declared.items() if "default" not in its and name not in given]:
        raise wrong(where, "parameters", sorted(given), f"{missing[0]} too, which has no default in the document")


def as_lists(where: str, given: CommandParameters) -> dict[str, Sequence[pulumi.Input[str]]]:
    """Write each parameter as the list that the API wants.

    Raises:
        ArgumentError: a value is a number, say.
    """
    lists: dict[str, Sequence[pulumi.Input[str]]] = {}
    for name, value in given.items():
        values = [value] if isinstance(value, str | pulumi.Output) else value
        # A value may be sensitive, so it is not shown.
        if not isinstance(values, Sequence) or not all(isinstance(item, str | pulumi.Output) for item in values):
            raise wrong(where, f"parameters: {name}", type(value).__name__, "a text, or a list of texts")
        lists[name] = values
    return lists


def _check_value(where: str, name: str, value: object, allowed: Sequence[str] | None) -> None:
    if allowed and isinstance(value, str) and "{{" not in value and value not in allowed:
        raise wrong(where, f"parameters: {name}", "another value", ", ".join(map(str, allowed)))


def _arn(location: Location, name: str) -> pulumi.Output[str] | str:
    if name.startswith("arn:"):
        return name
    return location.arn("ssm", f"document/{name}", owner="" if _OF_AWS.match(name) else None)
