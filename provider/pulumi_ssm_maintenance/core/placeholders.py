"""The values that AWS fills in where the user leaves a field out.

In outputs such a placeholder is None, unless the user asked for it. In a comparison it means the same as nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from .codec import is_empty

_SERVICE_LINKED_ROLE: Final = re.compile(r"arn:[\w-]+:iam::\d{12}:role/aws-service-role/ssm\.amazonaws\.com/.+")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A value that AWS fills in for one field."""

    path: tuple[str, ...]
    """The API names that lead to the field."""
    matches: Callable[[Any, dict[str, Any]], bool]
    """Whether a value is the placeholder, given the value and the whole task."""


def _is_service_linked_role(value: Any, _task: dict[str, Any]) -> bool:
    return bool(_SERVICE_LINKED_ROLE.fullmatch(str(value)))


def _is_rate_of_targetless(value: Any, task: dict[str, Any]) -> bool:
    return value == "1" and not task.get("Targets")


def _is(placeholder: Any) -> Callable[[Any, dict[str, Any]], bool]:
    return lambda value, _task: bool(value == placeholder)


PLACEHOLDERS: Final = (
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-windows-targetless-tasks.html
    Placeholder(("MaxConcurrency",), _is_rate_of_targetless),
    Placeholder(("MaxErrors",), _is_rate_of_targetless),
    # https://docs.aws.amazon.com/cli/latest/reference/ssm/get-maintenance-window-task.html, in the examples
    Placeholder(("Priority",), _is(0)),
    # terraform-provider-aws issue 12200: the role is created on demand, and shown when none was given.
    Placeholder(("ServiceRoleArn",), _is_service_linked_role),
    # The API reference names these as the defaults. Whether AWS shows them for a field that was left out is not
    # known. To treat them as equal to nothing is right in both cases.
    Placeholder(("CutoffBehavior",), _is("CONTINUE_TASK")),
    Placeholder(("AlarmConfiguration", "IgnorePollAlarmFailure"), _is(False)),  # noqa: FBT003 - the value itself
    Placeholder(
        ("TaskInvocationParameters", "RunCommand", "CloudWatchOutputConfig", "CloudWatchOutputEnabled"),
        _is(False),  # noqa: FBT003 - the value itself
    ),
    # The name of the version that runs where none is named.
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command-version.html
    Placeholder(("TaskInvocationParameters", "RunCommand", "DocumentVersion"), _is("$DEFAULT")),
    Placeholder(("TaskInvocationParameters", "Automation", "DocumentVersion"), _is("$DEFAULT")),
)


def without_placeholders(task: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Remove AWS's placeholders from a task, except in the fields that `asked` contains."""
    return _without(task, asked, task, ())


def _without(
    part: dict[str, Any], asked: dict[str, Any], task: dict[str, Any], path: tuple[str, ...]
) -> dict[str, Any]:
    kept = {}
    for name, value in part.items():
        field = (*path, name)
        if name not in asked and any(p.path == field and p.matches(value, task) for p in PLACEHOLDERS):
            continue
        inner = asked.get(name)
        if any(p.path[: len(field)] == field for p in PLACEHOLDERS) and isinstance(value, dict):
            kept[name] = _without(value, inner if isinstance(inner, dict) else {}, task, field)
        else:
            kept[name] = value
    return {name: value for name, value in kept.items() if not is_empty(value)}
