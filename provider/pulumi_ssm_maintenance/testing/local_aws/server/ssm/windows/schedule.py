"""When a maintenance window opens: its schedule, time zone, offset and active period.

https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-windows-schedule-options.html
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from pulumi_ssm_maintenance.testing.local_aws.server.ssm.errors import validation_error

from .cron import Cron

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members

    from .records import Window

_SCHEDULE = re.compile(r"(cron|rate|at)\((.+)\)")
_RATE = re.compile(r"(?:1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))")
_DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_EXTENDED_FORMAT = re.compile(rf"\d{{4}}-\d\d-\d\d|{_DATE_AND_TIME.pattern}")
"""ISO-8601 with hyphens and colons. Python reads the basic format and weeks too."""


def check_schedule(properties: Members) -> None:
    """Refuse an unreadable schedule, time zone or date, and an offset without a cron expression."""
    kind, text = _parts(properties["Schedule"])
    try:
        _READERS[kind](text)
    except (KeyError, ValueError):
        reason = f"Schedule {properties['Schedule']} is not a cron, rate or at expression"
        raise validation_error(reason) from None
    if "ScheduleOffset" in properties and kind != "cron":
        raise validation_error("ScheduleOffset is for cron expressions only")
    if properties.get("ScheduleTimezone", "UTC").lower() not in _zone_names():
        raise validation_error(f"ScheduleTimezone {properties['ScheduleTimezone']} is not an IANA time zone")
    for name in ("StartDate", "EndDate"):
        if name in properties and _date(properties[name]) is None:
            raise validation_error(f"{name} {properties[name]} is not an ISO-8601 date")


def openings(window: Window, after: datetime) -> Iterator[str]:
    """Yield the next openings of a window, as AWS writes them; none for a disabled one."""
    if window.enabled:
        created = datetime.fromtimestamp(window.created, UTC)
        yield from map(_as_text, scheduled_times(window.properties, created, after))


def scheduled_times(properties: Mapping[str, Any], created: datetime, after: datetime) -> Iterator[datetime]:
    """Yield the times that a schedule names after `after`, within its active period.

    Args:
        properties: `Schedule`, and `ScheduleTimezone`, `ScheduleOffset`, `StartDate` and `EndDate` where set.
        created: when what has the schedule was created.
        after: the times begin after this one.
    """
    starts, ends = (_date(properties.get(name)) for name in ("StartDate", "EndDate"))
    for moment in _unbounded_times(properties, created, max(after, starts or after)):
        if ends and moment > ends:
            return
        yield moment


def _unbounded_times(properties: Mapping[str, Any], created: datetime, after: datetime) -> Iterator[datetime]:
    kind, text = _parts(properties["Schedule"])
    zone = _zone(properties.get("ScheduleTimezone", "UTC"))
    match kind:
        case "cron":
            offset = timedelta(days=properties.get("ScheduleOffset", 0))
            yield from _cron_openings(Cron.parse(text), zone, offset, created, after)
        case "rate":
            # AWS counts from StartDate, or from the creation if that is later. Without a StartDate it is inferred to
            # count from the creation, which then is no opening.
            # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateMaintenanceWindow.html
            starts = _date(properties.get("StartDate"))
            base = max(starts or created, created)
            for opening in _rate_openings(_period(text), base, after, includes_first=starts is not None):
                yield opening.astimezone(zone)
        case _:
            moment = _moment(text)
            opening = moment if moment.tzinfo else moment.replace(tzinfo=zone)
            if opening > after:
                yield opening


def _cron_openings(
    cron: Cron, zone: ZoneInfo, offset: timedelta, created: datetime, after: datetime
) -> Iterator[datetime]:
    """Yield openings after `after`.

    A day chosen before the window's creation counts as passed, even where the offset moves it into the future. A time
    that daylight saving skips has no opening, as AWS documents it for EventBridge Scheduler; for windows it says
    nothing. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """
    first = max(created, after - offset - timedelta(days=1)).astimezone(zone).date()
    for day in cron.days(first):
        for moment in cron.times:
            opening = datetime.combine(day + offset, moment, zone)
            exists = opening.astimezone(UTC).astimezone(zone).time() == moment
            if exists and opening > after and datetime.combine(day, moment, zone) > created:
                yield opening


def _rate_openings(period: timedelta, base: datetime, after: datetime, *, includes_first: bool) -> Iterator[datetime]:
    """Yield openings after `after`, which is never before a StartDate; the base itself is one with a StartDate."""
    passed = (after - base) // period
    first = passed if includes_first and after == base else passed + 1
    for number in count(max(first, 0 if includes_first else 1)):
        yield base + period * number


def _parts(schedule: str) -> tuple[str, str]:
    found = _SCHEDULE.fullmatch(schedule)
    return (found[1], found[2]) if found else ("", "")


def _period(text: str) -> timedelta:
    if not (found := _RATE.fullmatch(text)):
        raise ValueError(text)
    once, number, unit = found.groups()
    return timedelta(**{unit or f"{once}s": int(number or 1)})


def _moment(text: str) -> datetime:
    if not _DATE_AND_TIME.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _date(text: str | None) -> datetime | None:
    if not text or not _EXTENDED_FORMAT.fullmatch(text):
        return None
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(_zone_names()[name.lower()])


@cache
def _zone_names() -> dict[str, str]:
    """All time zones by their names in lower case: AWS's own pages write etc/UTC."""
    return {name.lower(): name for name in available_timezones()}


def _as_text(opening: datetime) -> str:
    """Write a time as AWS does: without seconds or milliseconds that are zero, and Z for UTC."""
    if opening.microsecond:
        text = opening.isoformat(timespec="milliseconds")
    else:
        text = opening.isoformat(timespec="seconds" if opening.second else "minutes")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


_READERS = {"cron": Cron.parse, "rate": _period, "at": _moment}
