"""Pseudo parameters: the values that the window puts into the parameters of a task.

https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-window-tasks-pseudo-parameters.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_ssm_maintenance.simulation._assumptions import Choices

NAMES = (
    "WINDOW_ID",
    "WINDOW_TASK_ID",
    "WINDOW_TARGET_ID",
    "WINDOW_EXECUTION_ID",
    "TASK_EXECUTION_ID",
    "INVOCATION_ID",
    "TARGET_TYPE",
    "TARGET_ID",
    "RESOURCE_ID",
)
_PLACEHOLDER = re.compile(r"\{\{\s*(" + "|".join(NAMES) + r")\s*\}\}")


_STORED = re.compile(r"\{\{\s*ssm:([^\s}]+)\s*\}\}")
"""A parameter of Parameter Store."""


class PlaceholderError(Exception):
    """A pseudo parameter has no value, and that fails the invocation."""


def fill_in(value: Any, values: Mapping[str, str], choices: Choices) -> Any:
    """Put the values in wherever a text names them; anything else in double braces is another layer's.

    Raises:
        PlaceholderError: one has no value, under the assumption that this fails the invocation.
    """
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: _value(found, values, choices), value) if "{{" in value else value
    if isinstance(value, Mapping):
        return {key: fill_in(item, values, choices) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [fill_in(item, values, choices) for item in value]
    return value


def stored_names(value: Any) -> Iterator[str]:
    """The parameters of Parameter Store that texts name."""
    if isinstance(value, str):
        yield from _STORED.findall(value)
    elif isinstance(value, Mapping | list | tuple):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from stored_names(item)


def fill_in_stored(value: Any, stored: Mapping[str, str]) -> Any:
    """Put the values of parameters of Parameter Store in; what it does not hold stays as it is."""
    if isinstance(value, str):
        return _STORED.sub(lambda found: stored.get(found[1], found[0]), value) if "ssm:" in value else value
    if isinstance(value, Mapping):
        return {key: fill_in_stored(item, stored) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [fill_in_stored(item, stored) for item in value]
    return value


def _value(found: re.Match[str], values: Mapping[str, str], choices: Choices) -> str:
    if value := values.get(found[1]):
        return value
    match choices.choose("placeholder_without_value"):
        case "literal":
            return found[0]
        case "failed":
            raise PlaceholderError(f"{found[0]} has no value")
        case _:
            return ""
