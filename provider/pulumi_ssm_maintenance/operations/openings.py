"""When windows open, by their schedules, and which of them are open at once."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any, Final
from zoneinfo import ZoneInfo

from pulumi_ssm_maintenance.schedules import Rate, Schedule, parse_schedule

MOST_OPEN_AT_ONCE: Final = 5
"""How many windows of an account may run at once in a region.

https://docs.aws.amazon.com/general/latest/gr/ssm.html
"""

_ZONE_NAME: Final = re.compile(r"\[.*\]$")


@dataclass(frozen=True, slots=True)
class Opening:
    """One time at which a window opens."""

    window_id: str
    name: str
    opens: datetime
    """In the window's time zone."""
    cutoff: datetime
    """From when no task starts."""
    closes: datetime


def schedule_of(window: Mapping[str, Any]) -> Schedule:
    """Read the schedule of a window, given by the API's names.

    Raises:
        ScheduleError: it cannot be read.
    """
    return parse_schedule(window["Schedule"], window.get("ScheduleOffset"))


def timezone_of(window: Mapping[str, Any]) -> str:
    """The name of the time zone of a window's schedule."""
    return window.get("ScheduleTimezone") or "UTC"


def next_openings(window: Mapping[str, Any], count: int, after: datetime) -> list[Opening]:
    """Give the next times at which a window opens, whether it is enabled or not.

    A rate counts from the next opening that AWS names, since AWS does not document what it counts from.

    Args:
        window: the window, by the API's names.
        count: how many.
        after: only later ones.

    Raises:
        ScheduleError: its schedule cannot be read, or this machine does not know its time zone.
    """
    schedule = schedule_of(window)
    created = window.get("CreatedDate")
    if isinstance(schedule, Rate):
        created = moment(window.get("NextExecutionTime"), timezone_of(window)) or created
    runs = schedule.next_runs(
        count,
        after=after,
        timezone=timezone_of(window),
        start=moment(window.get("StartDate"), timezone_of(window)),
        end=moment(window.get("EndDate"), timezone_of(window)),
        created=created,
    )
    return [_opening(window, run) for run in runs]


def openings_until(window: Mapping[str, Any], after: datetime, until: datetime, most: int = 500) -> list[Opening]:
    """Give the openings of a window until a moment."""
    return list(takewhile(lambda one: one.opens < until, next_openings(window, most, after)))


def past_openings(window: Mapping[str, Any], since: datetime, until: datetime) -> list[datetime]:
    """Give the times between two moments at which a window should have opened, in order.

    A rate counts back from the next opening that AWS names.

    Raises:
        ScheduleError: its schedule cannot be read, or this machine does not know its time zone.
    """
    schedule = schedule_of(window)
    if not isinstance(schedule, Rate):
        return [one.opens for one in openings_until(window, since, until)]
    following = moment(window.get("NextExecutionTime"), timezone_of(window))
    if following is None:
        return []
    found = []
    opening = following - schedule.period
    while opening > since:
        if opening < until:
            found.append(opening)
        opening -= schedule.period
    return found[::-1]


def moment(text: str | datetime | None, timezone: str) -> datetime | None:
    """Read a date of the API; one without an offset is in the window's time zone. None for what is no date."""
    if text is None or isinstance(text, datetime):
        return text
    try:
        found = datetime.fromisoformat(_ZONE_NAME.sub("", text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(timezone))


def most_at_once(openings: Iterable[Opening]) -> tuple[int, datetime | None]:
    """How many windows are open at once at most, and when that is first so."""
    most: tuple[int, datetime | None] = (0, None)
    number = 0
    for when, change in sorted(_changes(openings)):
        number += change
        if number > most[0]:
            most = (number, when)
    return most


def _changes(openings: Iterable[Opening]) -> Iterator[tuple[datetime, int]]:
    for one in openings:
        yield one.opens.astimezone(UTC), 1
        yield one.closes.astimezone(UTC), -1


def _opening(window: Mapping[str, Any], opens: datetime) -> Opening:
    zone, start = opens.tzinfo, opens.astimezone(UTC)
    end = start + timedelta(hours=window.get("Duration", 0))
    cutoff = end - timedelta(hours=window.get("Cutoff", 0))
    return Opening(
        window.get("WindowId", ""), window.get("Name", ""), opens, cutoff.astimezone(zone), end.astimezone(zone)
    )
