"""The change freezes of a stack, from the schedules that its ChangeFreezes have in its state."""

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
_OF_A_FREEZE: Final = "pulumi-ssm-maintenance:index:ChangeFreeze"
_DESCRIPTION: Final = re.compile(r"Switches maintenance window .+ (?:on|off): (?P<period>.+)")
_AT: Final = re.compile(r"at\((?P<moment>[\d:T-]+)\)")
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Switch:
    """A schedule that disables or enables a window."""

    window_id: str
    freeze: str
    period: str
    enables: bool
    moment: datetime


def stack_freezes(folder: Path, stack: str) -> dict[str, tuple[Period, ...]]:
    """List the change freezes of the windows that a stack's ChangeFreezes name, by the window's id.

    A period that has begun may have no schedule for its start any more: then it counts from the beginning of time.

    Args:
        folder: the folder of the project.
        stack: the stack's name.

    Raises:
        OperationError: the engine failed.
    """
    exported = json.loads(Engine(folder, stack).run("stack", "export"))
    starts: dict[tuple[str, str, str], datetime] = {}
    ends: dict[tuple[str, str, str], datetime] = {}
    for switch in _switches(exported["deployment"].get("resources") or ()):
        (ends if switch.enables else starts)[switch.window_id, switch.freeze, switch.period] = switch.moment
    found: dict[str, tuple[Period, ...]] = {}
    for key, end in ends.items():
        window_id, _, name = key
        found[window_id] = (*found.get(window_id, ()), Period(name, starts.get(key, _ALWAYS), end))
    return found


def _switches(resources: Any) -> Iterator[_Switch]:
    for one in resources:
        parent = str(one.get("parent", ""))
        if one["type"] == _SCHEDULE and parent.split("::")[2:3] and parent.split("::")[2].endswith(_OF_A_FREEZE):
            switch = _switch(one.get("inputs") or {}, parent)
            if switch is not None:
                yield switch


def _switch(schedule: Mapping[str, Any], freeze: str) -> _Switch | None:
    """Read a schedule; None for one that is not in the form of a ChangeFreeze, such as one with secret values."""
    try:
        named = _DESCRIPTION.fullmatch(schedule["description"])
        at = _AT.fullmatch(schedule["scheduleExpression"])
        request = json.loads(schedule["target"]["input"])
        zone = ZoneInfo(schedule.get("scheduleExpressionTimezone", "UTC"))
        if named is None or at is None:
            return None
        moment = datetime.fromisoformat(at["moment"]).replace(tzinfo=zone)
        return _Switch(str(request["WindowId"]), freeze, named["period"], bool(request["Enabled"]), moment)
    except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError):
        return None
