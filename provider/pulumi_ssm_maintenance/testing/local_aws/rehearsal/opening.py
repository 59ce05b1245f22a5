"""When a window opens, with what EventBridge Scheduler changes of it until then.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""

from __future__ import annotations

import heapq
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pulumi_ssm_maintenance.simulation import ScheduledUpdate, WindowClosedError
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.windows.schedule import scheduled_times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_UPDATE = ":aws-sdk:ssm:updateMaintenanceWindow"
_MOST_UPDATES = 1000
"""How many updates are tried to find the next opening."""
_BEFORE = timedelta(microseconds=1)
_CLEARED = frozenset({"Description", "StartDate", "EndDate", "ScheduleTimezone", "ScheduleOffset"})
_REQUIRED = ("Name", "Schedule", "Duration", "Cutoff", "AllowUnassociatedTargets")
"""What UpdateMaintenanceWindow clears with Replace where it is left out, and what it then demands.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateMaintenanceWindow.html
"""


@dataclass(frozen=True, slots=True)
class Opening:
    """An opening of a window."""

    time: datetime
    settings: Mapping[str, Any]
    """What GetMaintenanceWindow would return then."""
    updates: Sequence[ScheduledUpdate]
    """What schedules change of the window from now until a day after the opening."""


def find_opening(client: Callable[[str], Any], held: Mapping[str, Any], at: datetime | None) -> Opening:
    """Find the next opening of a window, or the one at a time.

    Args:
        client: makes a boto3 client of a service.
        held: what GetMaintenanceWindow returns now.
        at: when it opens. Default: its next opening, by its schedule and those of EventBridge Scheduler.

    Raises:
        WindowClosedError: the window does not open.
    """
    now = datetime.now(UTC)
    schedules = _schedules(client("scheduler"), held["WindowId"])
    opened = at or _next_opening(held, now, schedules)
    updates = list(_updates(schedules, now, opened + timedelta(days=1)))
    settings = dict(held)
    for update in updates:
        if update.time <= opened:
            settings = _updated(settings, update)
    if not settings["Enabled"]:
        raise WindowClosedError(_why_closed(held, [it for it in updates if it.time <= opened], opened))
    return Opening(opened, settings, updates)


def open_questions(opening: Opening) -> Iterator[str]:
    """Yield what nobody knows of an opening: whether an hour that comes twice has one or two."""
    zone = ZoneInfo(opening.settings.get("ScheduleTimezone") or "UTC")
    local = opening.time.astimezone(zone)
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        yield (
            f"The clocks of {zone.key} show {local:%H:%M} twice on {local:%Y-%m-%d}. AWS does not document whether the "
            "window opens twice; it was taken to open once."
        )


def _next_opening(held: Mapping[str, Any], now: datetime, schedules: Sequence[_Schedule]) -> datetime:
    """Find the first time of the window's schedule at which it is enabled.

    An update that is due at the moment of an opening counts as before it.
    """
    settings, since = dict(held), now
    for update in islice(_updates(schedules, now), _MOST_UPDATES):
        opening = _first_opening(settings, since)
        if opening is not None and opening < update.time:
            return opening
        settings, since = _updated(settings, update), update.time - _BEFORE
    opening = _first_opening(settings, since)
    if opening is not None:
        return opening
    if not settings["Enabled"]:
        raise WindowClosedError(f"window {held['Name']!r} is disabled, so it does not open")
    raise WindowClosedError(f"at: the schedule of window {held['Name']!r} has no opening left; give a time with a zone")


def _updated(settings: Mapping[str, Any], update: ScheduledUpdate) -> dict[str, Any]:
    """What GetMaintenanceWindow returns after an update: with Replace, what it leaves out is cleared."""
    if update.refusal:
        return dict(settings)
    changes = {name: value for name, value in update.changes.items() if name != "Replace"}
    kept = (
        {name: settings[name] for name in settings if name not in _CLEARED} if _replaces(update.changes) else settings
    )
    return {**kept, **changes}


def _replaces(changes: Mapping[str, Any]) -> bool:
    return changes.get("Replace") is True


def _first_opening(settings: Mapping[str, Any], after: datetime) -> datetime | None:
    return next(scheduled_times(settings, settings["CreatedDate"], after), None) if settings["Enabled"] else None


def _why_closed(held: Mapping[str, Any], updates: Sequence[ScheduledUpdate], opened: datetime) -> str:
    disabling = [it for it in updates if it.changes.get("Enabled") is False and not it.refusal]
    if not disabling:
        return f"window {held['Name']!r} is disabled, so it does not open"
    return (
        f"window {held['Name']!r} does not open at {opened.isoformat(timespec='minutes')}: schedule "
        f"{disabling[-1].schedule} disables it at {disabling[-1].time.isoformat(timespec='minutes')}"
    )


@dataclass(frozen=True, slots=True)
class _Schedule:
    """A schedule that updates the window."""

    name: str
    timing: Mapping[str, Any]
    created: datetime
    changes: Mapping[str, Any]

    def updates(self, after: datetime) -> Iterator[ScheduledUpdate]:
        missing = [name for name in _REQUIRED if name not in self.changes] if _replaces(self.changes) else []
        refusal = f"with Replace, these are required: {', '.join(missing)}" if missing else None
        for time in scheduled_times(self.timing, self.created, after):
            yield ScheduledUpdate(time, self.name, self.changes, refusal)


def _schedules(scheduler: Any, window_id: str) -> list[_Schedule]:
    """Read the enabled schedules that call UpdateMaintenanceWindow for this window."""
    return [
        found
        for page in scheduler.get_paginator("list_schedules").paginate(State="ENABLED")
        for it in page["Schedules"]
        if it["Target"]["Arn"].endswith(_UPDATE)
        for found in [_schedule(scheduler.get_schedule(GroupName=it["GroupName"], Name=it["Name"]), window_id)]
        if found is not None
    ]


def _schedule(held: Mapping[str, Any], window_id: str) -> _Schedule | None:
    request = json.loads(held["Target"].get("Input", "{}"))
    if request.pop("WindowId", None) != window_id:
        return None
    bounds = {name: held[name].isoformat() for name in ("StartDate", "EndDate") if held.get(name)}
    zone = held.get("ScheduleExpressionTimezone") or "UTC"
    timing = {"Schedule": held["ScheduleExpression"], "ScheduleTimezone": zone, **bounds}
    return _Schedule(held["Name"], timing, held["CreationDate"], request)


def _updates(
    schedules: Sequence[_Schedule], after: datetime, until: datetime | None = None
) -> Iterator[ScheduledUpdate]:
    """Yield the updates by all schedules, in the order of their times."""
    for update in heapq.merge(*(it.updates(after) for it in schedules), key=lambda it: it.time):
        if until is not None and update.time > until:
            return
        yield update
