"""The function of a task: one that is there, by object, name or ARN, or a new one from a folder of code."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypedDict

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.arguments import wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.errors import ComponentError
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import Statement, allow, service_role
from pulumi_ssm_maintenance_components.logs.log_group import log_group

AnyFunction: TypeAlias = aws.lambda_.Function | Path | pulumi.Input[str]

# https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
_ARN = re.compile(r"arn:[^:]+:lambda:[^:]+:\d{12}:function:(?P<name>[A-Za-z0-9_-]+)")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ALLOWED = "an aws.lambda_.Function, a name, an ARN without qualifier (that is an argument), or the Path of a folder"


class CodeArgs(TypedDict, total=False):
    """How a function made from a folder runs."""

    handler: str
    """The function in the code. Default: `index.handler`."""
    runtime: str
    """Lambda's name of the language. Default: `python3.13`."""
    timeout: int
    """Seconds, 1 to 900. Default: 60."""
    memory_size: int
    """MB. Default: 128."""
    environment: Mapping[str, pulumi.Input[str]]
    """Environment variables."""
    statements: Sequence[Statement]
    """What its role may do beside writing its log, as statements of a policy. Default: nothing."""
    retention_days: int
    """How long its log group keeps what it writes. Default: 90."""


@dataclass(frozen=True, slots=True)
class TaskFunction:
    """A function as a task names it.

    Attributes:
        arn: its ARN, without a qualifier.
        name: its name, as metrics have it.
        version: the version that this program published, or None.
        role_arn: the ARN of the role made for it, or None.
        log_group_name: the log group made for it, or None.
    """

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    version: pulumi.Output[str] | None = None
    role_arn: pulumi.Output[str] | None = None
    log_group_name: pulumi.Output[str] | None = None


def check_function(where: str, given: AnyFunction, code: CodeArgs | None) -> None:
    """Refuse what is no function.

    Raises:
        ArgumentError: the folder is not there, the text is no name and no ARN, or settings have no code to go with.
    """
    if isinstance(given, Path) and not given.exists():
        raise wrong(where, "function", str(given), "a folder or a zip file that is there")
    if isinstance(given, str) and not (_ARN.fullmatch(given) or _NAME.fullmatch(given)):
        raise wrong(where, "function", given, _ALLOWED)
    if code is not None and not isinstance(given, Path):
        raise wrong(where, "code", sorted(code), "none for a function that is there already")


def task_function(  # noqa: PLR0913, PLR0917 - a function, or all that makes one
    component: Component,
    name: str,
    location: Location,
    given: AnyFunction,
    code: CodeArgs,
    tags: Mapping[str, pulumi.Input[str]],
) -> TaskFunction:
    """Find the function, or make it from its folder, with a role, a log group and a published version."""
    if isinstance(given, aws.lambda_.Function):
        return TaskFunction(given.arn, given.name)
    if isinstance(given, Path):
        return _made(component, name, given, code, tags)
    text = pulumi.Output.from_input(given)
    return TaskFunction(text.apply(lambda known: _arn(location, known)), text.apply(_name))


def _made(
    component: Component, name: str, folder: Path, code: CodeArgs, tags: Mapping[str, pulumi.Input[str]]
) -> TaskFunction:
    group = log_group(
        component,
        f"{name}-function",
        prefix="/aws/lambda/",
        retention_days=code.get("retention_days", 90),
        tags=tags,
    )
    writes = allow(["logs:CreateLogStream", "logs:PutLogEvents"], [pulumi.Output.format("{0}:*", group.arn)])
    role = service_role(
        component,
        f"{name}-function-role",
        "lambda.amazonaws.com",
        [writes, *code.get("statements", ())],
        tags=tags,
        description="What the function of a maintenance window task may do",
    )
    environment = code.get("environment")
    function = aws.lambda_.Function(
        component.auto_named("function", f"{name}-function"),
        code=pulumi.FileArchive(str(folder)),
        handler=code.get("handler", "index.handler"),
        runtime=code.get("runtime", "python3.13"),
        timeout=code.get("timeout", 60),
        memory_size=code.get("memory_size", 128),
        environment={"variables": environment} if environment else None,
        role=role.arn,
        logging_config={"log_format": "Text", "log_group": group.name},
        publish=True,
        tags=tags,
        opts=component.child(),
    )
    return TaskFunction(function.arn, function.name, function.version, role.arn, group.name)


def _arn(location: Location, text: str) -> pulumi.Output[str] | str:
    return text if text.startswith("arn:") else location.arn("lambda", f"function:{text}")


def _name(text: str) -> str:
    if _NAME.fullmatch(text):
        return text
    if found := _ARN.fullmatch(text):
        return found["name"]
    raise ComponentError(f"function: got {text!r}, allowed: {_ALLOWED}")
