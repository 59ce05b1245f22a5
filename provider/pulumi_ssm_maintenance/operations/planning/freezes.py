"""The change freezes of a program, from the schedules that its ChangeFreezes have in a state or in a preview."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pulumi_ssm_maintenance.operations.adopt.engine import Engine
from pulumi_ssm_maintenance.schedules import Period

_SCHEDULE: Final = "aws:scheduler/schedule:Schedule"
_WINDOW: Final = "::aws:ssm/maintenanceWindow:MaintenanceWindow::"
_OF_A_FREEZE: Final = "pulumi-ssm-maintenance:index:ChangeFreeze"
_DESCRIPTION: Final = re.compile(r"Switches maintenance window .+ (?P<switch>on|off): (?P<period>.+)")
_AT: Final = re.compile(r"at\((?P<moment>[\d:T-]+)\)")
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Switch:
    """A schedule that disables or enables a window."""

    window: str
    """The id of the window; its URN where the id is not known yet."""
    freeze: str
    period: str
    enables: bool
    moment: datetime


def stack_freezes(folder: Path, stack: str) -> dict[str, tuple[Period, ...]]:
    """List the change freezes of the windows that a stack's ChangeFreezes name, by the window's id.

    Args:
        folder: the folder of the project.
        stack: the stack's name.

    Raises:
        OperationError: the engine failed.
    """
    exported = json.loads(Engine(folder, stack).run("stack", "export"))
    return freezes_of(exported["deployment"].get("resources") or ())


def freezes_of(resources: Any) -> dict[str, tuple[Period, ...]]:
    """List the change freezes of windows, by the window's id, or by its URN where the id is not known yet.

    A period that has begun may have no schedule for its start any more: then it counts from the beginning of time.

    Args:
        resources: the states of the resources.
    """
    starts: dict[tuple[str, str, str], datetime] = {}
    ends: dict[tuple[str, str, str], datetime] = {}
    for switch in _switches(resources):
        (ends if switch.enables else starts)[switch.window, switch.freeze, switch.period] = switch.moment
    found: dict[str, tuple[Period, ...]] = {}
    for key, end in ends.items():
        window, _, name = key
        found[window] = (*found.get(window, ()), Period(name, starts.get(key, _ALWAYS), end))
    return found


def _switches(resources: Any) -> Iterator[_Switch]:
    for one in resources:
        parent = str(one.get("parent", ""))
        if one["type"] == _SCHEDULE and parent.split("::")[2:3] and parent.split("::")[2].endswith(_OF_A_FREEZE):
            switch = _switch(one, parent)
            if switch is not None:
                yield switch


def _switch(resource: Mapping[str, Any], freeze: str) -> _Switch | None:
    """Read a schedule; None for one that is not in the form of a ChangeFreeze, such as one with secret values."""
    schedule = resource.get("inputs") or {}
    try:
        named = _DESCRIPTION.fullmatch(schedule["description"])
        at = _AT.fullmatch(schedule["scheduleExpression"])
        zone = ZoneInfo(schedule.get("scheduleExpressionTimezone", "UTC"))
        window = _window(resource)
        if named is None or at is None or window is None:
            return None
        moment = datetime.fromisoformat(at["moment"]).replace(tzinfo=zone)
        return _Switch(window, freeze, named["period"], named["switch"] == "on", moment)
    except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError):
        return None


def _window(resource: Mapping[str, Any]) -> str | None:
    """The window that a schedule switches: the id in its request, or the window that the request depends on."""
    request = (resource["inputs"].get("target") or {}).get("input")
    if request is not None:
        return str(json.loads(request)["WindowId"])
    depends = (resource.get("propertyDependencies") or {}).get("target") or ()
    return next((urn for urn in depends if _WINDOW in urn), None)
