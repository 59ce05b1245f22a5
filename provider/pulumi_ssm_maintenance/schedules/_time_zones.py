"""Local times of IANA time zones, across changes of daylight saving.

AWS does not document what a maintenance window does when the clocks change. This follows what AWS documents for
EventBridge Scheduler: a skipped local time has no run, and a repeated one has a single run. We assume the first.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_OFFSET: Final = re.compile(
    r"(?:GMT|UTC)?\s*(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?", re.IGNORECASE
)
_ABBREVIATION: Final = re.compile(r"[A-Z]{2,5}")


def find_zone(timezone: str) -> ZoneInfo | None:
    """Return the zone with this IANA name, or None if this machine does not know it."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def nearest_zone(timezone: str) -> str | None:
    """Return the most similar IANA name, or None if no name is similar."""
    if offset := _OFFSET.fullmatch(timezone.strip()):
        # The names of zones with a fixed offset have the sign of POSIX, which is the opposite of the usual one.
        name = f"Etc/GMT{'-' if offset['sign'] == '+' else '+'}{int(offset['hours'])}"
        return name if int(offset["minutes"] or 0) == 0 and find_zone(name) else None
    names = {name.casefold(): name for name in sorted(available_timezones())}
    wanted = timezone.strip().casefold().replace(" ", "_")
    if cities := [name for key, name in names.items() if key.rpartition("/")[2] == wanted]:
        return min(cities, key=len)
    if _ABBREVIATION.fullmatch(timezone):
        return None  # what stands for another offset looks much like it: IST and EST
    nearest = get_close_matches(wanted, names, n=1)
    return names[nearest[0]] if nearest else None


def timezone_warning(timezone: str) -> str | None:
    """Return a warning about a time zone that this machine does not know, or None.

    It is only a warning, since AWS may have newer time zones than this machine.
    """
    if find_zone(timezone) is not None:
        return None
    nearest = nearest_zone(timezone)
    cure = f"did you mean {nearest!r}?" if nearest else "AWS takes IANA names such as 'UTC' or 'Europe/Berlin'"
    return f"time zone {timezone!r} is not known on this machine: {cure}"


def days_with_skipped_times(zone: ZoneInfo, since: date, years: int) -> Iterator[date]:
    """Give the days on which the clocks of a zone skip some local time, from a date on."""
    # The last days of Python's calendar have no next day to compare with.
    for number in range(min(years * 366, (date.max - since).days - 2)):
        day = since + timedelta(days=number)
        midnight = datetime.combine(day, time(), UTC)
        # The offset of a zone grows on a day on which its clocks go forward.
        before, after = ((midnight + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-14, 38))
        if before is not None and after is not None and before < after and _skips_a_time(day, zone):
            yield day


def _skips_a_time(day: date, zone: ZoneInfo) -> bool:
    start = datetime.combine(day, time())
    return any(instant(start + timedelta(minutes=minutes), zone) is None for minutes in range(0, 24 * 60, 15))


def instant(local: datetime, zone: tzinfo) -> datetime | None:
    """Convert a local time to UTC: the first of two instants, or None for a time that the clocks skip."""
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == local else None
