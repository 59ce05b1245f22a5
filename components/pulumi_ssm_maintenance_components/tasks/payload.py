"""The JSON that a task passes on: written, measured, and checked for pseudo parameters that have no value."""

import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import pulumi

from pulumi_ssm_maintenance_components.foundation.arguments import wrong
from pulumi_ssm_maintenance_components.foundation.later import from_text

Json: TypeAlias = Mapping[str, Any] | pulumi.Input[str]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowLambdaParameters.html
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowStepFunctionsParameters.html
_MOST = 4096

# Pseudo parameters that have no value in a task without targets.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-window-tasks-pseudo-parameters.html
_OF_A_TARGET = re.compile(r"{{\s*(RESOURCE_ID|TARGET_ID|TARGET_TYPE|WINDOW_TARGET_ID)\s*}}")


def rendered(
    where: str, argument: str, value: Json | None, *, unit: str, has_targets: bool
) -> pulumi.Output[str] | None:
    """Write a mapping as JSON, and check it as JSON text is checked. Secrets stay secret.

    A value that is known now is checked now, and an output when it is known. No message shows the text.

    Args:
        where: the component.
        argument: the name of the argument.
        value: a mapping, which may contain outputs, or JSON text.
        unit: what is counted: `bytes` or `characters`.
        has_targets: whether the task has targets.

    Raises:
        ArgumentError: the text is no JSON or too long, or names a target in a task without targets.
    """

    def check(text: str) -> str:
        size = len(text.encode() if unit == "bytes" else text)
        if size > _MOST:
            raise wrong(where, argument, f"{size} {unit}", f"at most {_MOST} {unit} of JSON")
        if not has_targets and (found := _OF_A_TARGET.search(text)):
            raise wrong(where, argument, found[0], "none of a target without targets: the task runs once in a window")
        return text

    if value is None:
        return None
    if isinstance(value, str):
        _demand_json(where, argument, value)
        return pulumi.Output.from_input(check(value))
    if isinstance(value, Mapping):
        plain = _as_plain(value)
        return pulumi.Output.json_dumps(value).apply(check) if plain is None else pulumi.Output.from_input(check(plain))
    return from_text(f"{where}: {argument}", value, check)


def _as_plain(value: Mapping[str, Any]) -> str | None:
    try:
        return json.dumps(value)
    except TypeError:  # it contains outputs
        return None


def _demand_json(where: str, argument: str, text: str) -> None:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        raise wrong(where, argument, f"{len(text)} characters", "JSON, or a dict to write as JSON") from None
