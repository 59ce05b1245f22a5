"""Windows that a program would deploy, out of `pulumi preview --json`: before anything exists at AWS."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pulumi_ssm_maintenance.operations.errors import UsageError

from .freezes import freezes_of
from .source import PlannedTarget, PlannedTask, PlannedWindow

_WINDOW: Final = "aws:ssm/maintenanceWindow:MaintenanceWindow"
_TARGET: Final = "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget"
_TASK: Final = "pulumi-python:dynamic/ssm:MaintenanceWindowTask"
_BRIDGED_TASK: Final = "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask"
_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes for a value that is not known yet."""
_GONE: Final = frozenset({"delete", "delete-replaced", "discard", "read-discard"})
_FIELDS: Final = {
    "schedule": "Schedule",
    "scheduleTimezone": "ScheduleTimezone",
    "scheduleOffset": "ScheduleOffset",
    "startDate": "StartDate",
    "endDate": "EndDate",
    "duration": "Duration",
    "cutoff": "Cutoff",
    "enabled": "Enabled",
}


def from_preview(preview: Mapping[str, Any]) -> tuple[PlannedWindow, ...]:
    """Take the windows out of a preview. Tasks find their windows and targets by what depends on what.

    Args:
        preview: what `pulumi preview --json --show-sames` prints. Without `--show-sames` it lacks what stays as it is.

    Raises:
        UsageError: it is no preview, or has no window in it.
    """
    steps = preview.get("steps")
    if not isinstance(steps, list):
        raise UsageError("the file is not the output of `pulumi preview --json`")
    states = {
        step["urn"]: _known(step["newState"]) for step in steps if step.get("op") not in _GONE and step.get("newState")
    }
    frozen = freezes_of(states.values())
    windows = tuple(
        replace(_window(urn, state, states), freezes=(*frozen.get(urn, ()), *frozen.get(str(state.get("id")), ())))
        for urn, state in states.items()
        if state["type"] == _WINDOW
    )
    if not windows:
        raise UsageError(
            "the preview has no maintenance window in it. Without --show-sames, it leaves out what stays as it is: "
            "run `pulumi preview --json --show-sames`"
        )
    return windows


def _known(value: Any) -> Any:
    """Leave out what is not known yet."""
    if isinstance(value, dict):
        return {key: _known(part) for key, part in value.items() if part != _UNKNOWN}
    return [_known(part) for part in value if part != _UNKNOWN] if isinstance(value, list) else value


def _window(urn: str, state: Mapping[str, Any], states: Mapping[str, Mapping[str, Any]]) -> PlannedWindow:
    inputs = state.get("inputs") or {}
    fields = {api: inputs[name] for name, api in _FIELDS.items() if inputs.get(name) is not None}
    name = str(inputs.get("name") or _name(urn))
    tasks = tuple(
        _task(other, one, states)
        for other, one in states.items()
        if one["type"] in {_TASK, _BRIDGED_TASK} and _belongs(one, urn, state)
    )
    return PlannedWindow(
        name, {**fields, "Name": name}, tasks, str(state.get("id") or ""), str(inputs.get("region") or "")
    )


def _belongs(task: Mapping[str, Any], window: str, state: Mapping[str, Any]) -> bool:
    inputs = task.get("inputs") or {}
    if window in _depends(task, "window_id", "windowId"):
        return True
    return bool(state.get("id")) and state["id"] in {inputs.get("window_id"), inputs.get("windowId")}


def _task(urn: str, state: Mapping[str, Any], states: Mapping[str, Mapping[str, Any]]) -> PlannedTask:
    inputs = state.get("inputs") or {}

    def read(name: str, bridged: str, default: Any = "") -> Any:
        value = inputs.get(name, inputs.get(bridged))
        return default if value is None else value

    return PlannedTask(
        name=str(read("name", "name") or _name(urn)),
        type=str(read("task_type", "taskType")),
        arn=str(read("task_arn", "taskArn")),
        priority=int(read("priority", "priority", 0)),
        targets=tuple(_targets(state, states)),
        max_concurrency=str(read("max_concurrency", "maxConcurrency", "1")),
        cutoff_behavior=str(read("cutoff_behavior", "cutoffBehavior", "CONTINUE_TASK")),
    )


def _targets(task: Mapping[str, Any], states: Mapping[str, Mapping[str, Any]]) -> Iterator[PlannedTarget]:
    inputs = task.get("inputs") or {}
    for target in inputs.get("targets") or ():
        if target.get("key") == "InstanceIds":
            values = tuple(map(str, target.get("values") or ()))
            yield PlannedTarget(f"{len(values)} nodes by id", {"InstanceIds": values})
    named = {value for target in inputs.get("targets") or () for value in target.get("values") or ()}
    depends = _depends(task, "targets")
    for urn, state in states.items():
        if state["type"] == _TARGET and (urn in depends or (state.get("id") and state["id"] in named)):
            declared = state.get("inputs") or {}
            keys = {one["key"]: tuple(map(str, one.get("values") or ())) for one in declared.get("targets") or ()}
            yield PlannedTarget(str(declared.get("name") or _name(urn)), keys, str(state.get("id") or ""))


def _depends(state: Mapping[str, Any], *properties: str) -> Sequence[str]:
    known = state.get("propertyDependencies") or {}
    return [urn for name in properties for urn in known.get(name) or ()]


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
