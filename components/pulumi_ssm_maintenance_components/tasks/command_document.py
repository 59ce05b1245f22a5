"""The Command document of a task: an existing one, by object, name or ARN, or a new one from its content."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Required, TypeAlias, TypedDict

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.foundation.arguments import all_at_once, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.documents import document_arn, wrong_steps
from pulumi_ssm_maintenance_components.foundation.location import Location

AnyDocument: TypeAlias = aws.ssm.Document | Mapping[str, Any] | pulumi.Input[str]
CommandParameters: TypeAlias = Mapping[str, pulumi.Input[str] | Sequence[pulumi.Input[str]]]

# https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html
_COMMAND_SCHEMAS = ("1.2", "2.0", "2.2")


# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{3,128}|arn:[^:\s]+:ssm:\S+")


@dataclass(frozen=True, slots=True)
class CommandDocument:
    """The document that a task runs."""

    name: pulumi.Output[str]
    """The name or ARN, for the task."""
    arn: pulumi.Output[str]
    """The ARN, for the task role."""
    version: pulumi.Output[str] | None
    """The version to run; None for the default version at the time of the run."""


class DocumentArgs(TypedDict, total=False):
    """The arguments that name the document of a task and its parameters."""

    document: Required[AnyDocument]
    parameters: CommandParameters


def command_document(
    component: Component, name: str, location: Location, document: AnyDocument, tags: Mapping[str, pulumi.Input[str]]
) -> CommandDocument:
    """Return the document. Create it from its content.

    The task runs the version that this program knows, because `$LATEST` can change under a running schedule.
    """
    if isinstance(document, Mapping):
        document = aws.ssm.Document(
            component.auto_named("document", f"{name}-document"),
            document_type="Command",
            document_format="JSON",
            content=pulumi.Output.json_dumps(document),
            tags=tags,
            opts=component.child(),
        )
    if isinstance(document, aws.ssm.Document):
        return CommandDocument(document.name, document.arn, document.default_version)
    text = pulumi.Output.from_input(document)
    return CommandDocument(text, document_arn(location, document, f"{component.where}: document"), None)


def check_document(where: str, args: DocumentArgs) -> None:
    """Check the document of a task.

    Raises:
        ArgumentError: the text is no name and no ARN, or the content is that of no Command document.
    """
    document = args["document"]
    if isinstance(document, str) and not _NAME.fullmatch(document):
        raise wrong(where, "document", document, "an aws.ssm.Document, a name, an ARN, or the content as a dict")
    if isinstance(document, Mapping):
        _check_content(where, document)


@all_at_once
def check_parameters(where: str, args: DocumentArgs) -> Iterator[ArgumentError]:
    """Compare parameters with those that the content of a document declares.

    Raises:
        ArgumentError: a parameter is unknown, missing, or has a value that is not allowed.
    """
    document, parameters = args["document"], args.get("parameters", {})
    declared = document.get("parameters") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(declared or {}, Mapping):
        return
    declared = declared or {}
    for name, value in parameters.items():
        if name not in declared:
            yield wrong(where, "parameters", name, _known(name, declared))
        else:
            yield from _wrong_value(where, name, value, _property(declared, name, "allowedValues"))
    required = [name for name in declared if _property(declared, name, "default") is None]
    for name in required:
        if name not in parameters:
            yield wrong(where, "parameters", sorted(parameters), f"{name} too, which has no default in the document")


def as_lists(parameters: CommandParameters) -> dict[str, Sequence[pulumi.Input[str]]]:
    """Write each parameter as the list that the API takes."""
    return {
        name: value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        for name, value in parameters.items()
    }


@all_at_once
def _check_content(where: str, content: Mapping[str, Any]) -> Iterator[ArgumentError]:
    schema = content.get("schemaVersion")
    if not isinstance(schema, pulumi.Output) and schema not in _COMMAND_SCHEMAS:
        schemas = " or ".join(map(repr, _COMMAND_SCHEMAS))
        allowed = f"{schemas} as text, the schemas of Command documents; '0.3' is for AutomationRunbook"
        yield wrong(where, "document: schemaVersion", schema, allowed)
    steps = "runtimeConfig" if schema == "1.2" else "mainSteps"
    listed = content.get(steps)
    is_right = isinstance(listed, Mapping) if steps == "runtimeConfig" else isinstance(listed, list | tuple)
    if not listed or not (is_right or isinstance(listed, pulumi.Output)):
        yield wrong(where, f"document: {steps}", listed, "one step or more, as a Command document lists them")
    elif isinstance(listed, list | tuple):
        yield from wrong_steps(where, "document: mainSteps", listed)


def _known(name: str, declared: Mapping[str, object]) -> str:
    """Say which parameters a document has, the nearest one of them too."""
    nearest = get_close_matches(name, declared, n=1)
    hint = f"; do you mean {nearest[0]!r}?" if nearest else ""
    return f"{', '.join(declared) or 'none: the document has no parameters'}{hint}"


def _wrong_value(where: str, name: str, value: object, allowed: object) -> Iterator[ArgumentError]:
    if not isinstance(allowed, Sequence) or not isinstance(value, str):
        return
    if allowed and "{{" not in value and value not in allowed:
        yield wrong(where, f"parameters: {name}", "another value", ", ".join(map(str, allowed)))


def _property(declared: Mapping[str, Any], parameter: str, name: str) -> object:
    declaration = declared[parameter]
    return declaration.get(name) if isinstance(declaration, Mapping) else None
