"""The function of a task: an existing one, by object, name or ARN, or a new one from a folder of code."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Required, TypeAlias, TypedDict

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.foundation.arguments import all_at_once, given_args, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.later import from_text
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import Statement, allow, service_role, wrong_statements
from pulumi_ssm_maintenance_components.logs.log_group import RETENTIONS, is_retention, log_group

AnyFunction: TypeAlias = aws.lambda_.Function | Path | pulumi.Input[str]

# https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
FUNCTION_ARN = re.compile(r"arn:[^:]+:lambda:[^:]+:\d{12}:function:(?P<name>[A-Za-z0-9_-]+)")
"""The ARN of a function without a qualifier."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
_BOUNDS: Mapping[str, tuple[int, int, str]] = {"timeout": (1, 900, "seconds"), "memory_size": (128, 10240, "MB")}
_EXISTING = "an aws.lambda_.Function, a name, or an ARN without qualifier (that is an argument)"
_ALLOWED = "an aws.lambda_.Function, a name, an ARN without qualifier (that is an argument), or the Path of a folder"


class CodeArgs(TypedDict, total=False):
    """How a new function runs."""

    handler: str
    """The module and the function in the code, such as `index.handler`, which is the default."""
    runtime: str
    """Lambda's identifier of the runtime. Default: `python3.13`."""
    timeout: int
    """The longest run in seconds, 1 to 900. Default: 60."""
    memory_size: int
    """The memory in MB, 128 to 10240. Default: 128."""
    environment: Mapping[str, pulumi.Input[str]]
    """Environment variables. Default: none."""
    statements: Sequence[Statement]
    """IAM policy statements for the role of the function, besides the right to write its log. Default: none."""
    retention_days: int
    """How many days the log group keeps the output, one of the numbers that CloudWatch Logs accepts. Default: 90."""


@dataclass(frozen=True, slots=True)
class TaskFunction:
    """The function that a task calls. What only a new function has is None for an existing one."""

    arn: pulumi.Output[str]
    """The ARN without a qualifier."""
    name: pulumi.Output[str]
    """The name, which is a dimension of the function's metrics."""
    version: pulumi.Output[str] | None = None
    """The version that this program publishes."""
    role_arn: pulumi.Output[str] | None = None
    log_group_name: pulumi.Output[str] | None = None


class FunctionArgs(TypedDict, total=False):
    """The arguments that name the function of a task."""

    function: Required[AnyFunction]
    code: CodeArgs


@all_at_once
def check_function(where: str, args: FunctionArgs) -> Iterator[ArgumentError]:
    """Check the function of a task.

    Raises:
        ArgumentError: the folder does not exist, the text is no name and no ARN, or `code` stands beside an existing
            function.
    """
    function = args["function"]
    if isinstance(function, Path) and not _exists(function):
        yield wrong(where, "function", str(function), "a folder or a zip file that exists")
    if isinstance(function, str) and not _is_function(function):
        yield wrong(where, "function", function, _ALLOWED)
    if "code" in args and not isinstance(function, Path):
        yield wrong(where, "code", sorted(args["code"]), "none for an existing function")
    elif "code" in args:
        yield from _wrong_code(f"{where}: code", args["code"])


def check_function_name(where: str, function: object) -> None:
    """Check the name or the ARN of an existing function.

    Raises:
        ArgumentError: a text is no name and no ARN.
    """
    if isinstance(function, str) and not _is_function(function):
        raise wrong(where, "function", function, _EXISTING)


def function_arn(where: str, location: Location, function: pulumi.Input[str]) -> pulumi.Output[str]:
    """Return the ARN of an existing function from its name or ARN. An output is checked as soon as it is known."""

    def arn(text: str) -> pulumi.Output[str] | str:
        name = _name(where, text)
        return text if text.startswith("arn:") else location.arn("lambda", f"function:{name}")

    return from_text(f"{where}: function", function, arn)


def _is_function(text: str) -> bool:
    return bool(_NAME.fullmatch(text) or FUNCTION_ARN.fullmatch(text))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _wrong_code(where: str, code: CodeArgs) -> Iterator[ArgumentError]:
    for name, (least, most, unit) in _BOUNDS.items():
        number = code.get(name)
        if isinstance(number, int) and not least <= number <= most:
            yield wrong(where, name, number, f"{least} to {most} {unit}")
    days = code.get("retention_days")
    if days is not None and not is_retention(days):
        yield wrong(where, "retention_days", days, RETENTIONS)
    yield from wrong_statements(where, "statements", code.get("statements") or ())


def task_function(  # noqa: PLR0913, PLR0917 - an existing function, or the parts of a new one
    component: Component,
    name: str,
    location: Location,
    function: AnyFunction,
    code: CodeArgs,
    tags: Mapping[str, pulumi.Input[str]],
) -> TaskFunction:
    """Return the function. Create it from a folder, with a role, a log group and a published version."""
    if isinstance(function, aws.lambda_.Function):
        return TaskFunction(function.arn, function.name)
    if isinstance(function, Path):
        return _new_function(component, name, function, given_args(f"{component.where}: code", code, CodeArgs), tags)
    where = component.where
    found = from_text(f"{where}: function", function, lambda known: _name(where, known))
    return TaskFunction(function_arn(where, location, function), found)


def _new_function(
    component: Component, name: str, folder: Path, code: CodeArgs, tags: Mapping[str, pulumi.Input[str]]
) -> TaskFunction:
    group = log_group(
        component,
        f"{name}-function",
        prefix="/aws/lambda/",
        retention_days=code.get("retention_days", 90),
        tags=tags,
    )
    write_logs = allow(["logs:CreateLogStream", "logs:PutLogEvents"], [pulumi.Output.format("{0}:*", group.arn)])
    role = service_role(
        component,
        f"{name}-function-role",
        "lambda.amazonaws.com",
        [write_logs, *code.get("statements", ())],
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


def _name(where: str, text: str) -> str:
    if _NAME.fullmatch(text):
        return text
    if found := FUNCTION_ARN.fullmatch(text):
        return found["name"]
    raise wrong(where, "function", text, _EXISTING)
