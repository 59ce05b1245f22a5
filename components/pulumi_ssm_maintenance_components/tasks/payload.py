"""JSON that a task hands over: rendered, measured, and looked through for what cannot work."""

import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import pulumi

from pulumi_ssm_maintenance_components.foundation.arguments import wrong

Json: TypeAlias = Mapping[str, Any] | pulumi.Input[str]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowLambdaParameters.html
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowStepFunctionsParameters.html
_MOST = 4096

# What a task without targets has nothing to put in for.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-window-tasks-pseudo-parameters.html
_OF_A_TARGET = re.compile(r"{{\s*(RESOURCE_ID|TARGET_ID|TARGET_TYPE|WINDOW_TARGET_ID)\s*}}")


def rendered(
    where: str, argument: str, given: Json | None, *, unit: str, has_targets: bool
) -> pulumi.Output[str] | None:
    """Write a mapping as JSON, and check it like a text that is given as one; secrets stay secret.

    What is known at once is checked at once, and the rest when it is known. No message shows the text.

    Args:
        where: the component.
        argument: its argument.
        given: a mapping, which may hold outputs, or JSON text.
        unit: what is counted: `bytes` or `characters`.
        has_targets: whether the task has targets.

    Raises:
        ArgumentError: the JSON is too long, is none, or asks for a target where there is none.
    """

    def check(text: str) -> str:
        size = len(text.encode() if unit == "bytes" else text)
        if size > _MOST:
            raise wrong(where, argument, f"{size} {unit}", f"at most {_MOST} {unit} of JSON")
        if not has_targets and (found := _OF_A_TARGET.search(text)):
            raise wrong(where, argument, found[0], "none of a target without targets: the task runs once in a window")
        return text

    if given is None:
        return None
    if isinstance(given, str):
        _demand_json(where, argument, given)
        return pulumi.Output.from_input(check(given))
    if isinstance(given, Mapping):
        plain = _as_plain(given)
        return pulumi.Output.json_dumps(given).apply(check) if plain is None else pulumi.Output.from_input(check(plain))
    text: pulumi.Output[str] = pulumi.Output.from_input(given)
    return text.apply(check)


def _as_plain(given: Mapping[str, Any]) -> str | None:
    try:
        return json.dumps(given)
    except TypeError:  # it holds outputs
        return None


def _demand_json(where: str, argument: str, text: str) -> None:
    try:
        json.loads(text)
    except ValueError:
        raise wrong(where, argument, f"{len(text)} characters", "JSON, or a dict to write as JSON") from None
