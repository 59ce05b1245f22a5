"""What AWS fills in where the user left a field out.

A placeholder is no difference when the field was left out, and a difference when something else was asked for. So
it is taken out of an answer only where the user did not ask for the field.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from .codec import is_empty

_SERVICE_LINKED_ROLE: Final = re.compile(r"arn:[\w-]+:iam::\d{12}:role/aws-service-role/ssm\.amazonaws\.com/.+")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A value that AWS puts in a place of a task."""

    place: tuple[str, ...]
    matches: Callable[[Any, dict[str, Any]], bool]
    """Whether a value, in a task, is AWS's own."""


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
    # terraform-provider-aws issue 12200: created on demand, and shown when no role was given.
    Placeholder(("ServiceRoleArn",), _is_service_linked_role),
    # The API reference names these as what applies when the field is left out. Whether AWS then also shows them
    # is not known; taking them for no difference is right either way.
    Placeholder(("CutoffBehavior",), _is("CONTINUE_TASK")),
    Placeholder(("AlarmConfiguration", "IgnorePollAlarmFailure"), _is(False)),  # noqa: FBT003 - the value itself
)


def without_placeholders(task: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Take AWS's placeholders out of a task, but for the fields that `asked` gives."""
    return _without(task, asked, task, ())


def _without(
    part: dict[str, Any], asked: dict[str, Any], task: dict[str, Any], place: tuple[str, ...]
) -> dict[str, Any]:
    kept = {}
    for name, value in part.items():
        here = (*place, name)
        if name not in asked and any(p.place == here and p.matches(value, task) for p in PLACEHOLDERS):
            continue
        inner = asked.get(name)
        if any(p.place[: len(here)] == here for p in PLACEHOLDERS) and isinstance(value, dict):
            value = _without(value, inner if isinstance(inner, dict) else {}, task, here)  # noqa: PLW2901 - the same, cleaned
        if not is_empty(value):
            kept[name] = value
    return kept
