"""Local times of IANA time zones, across changes of daylight saving.

AWS does not document what a maintenance window does when the clocks change. This follows what AWS documents for
EventBridge Scheduler: a skipped local time has no run, and a repeated one has a single run. We assume the first.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from datetime import UTC, datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


def find_zone(timezone: str) -> ZoneInfo | None:
    """Return the zone with this IANA name, or None if this machine does not know it."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def nearest_zone(timezone: str) -> str | None:
    """Return the most similar IANA name, or None if no name is similar."""
    names = {name.casefold(): name for name in sorted(available_timezones())}
    nearest = get_close_matches(timezone.casefold(), names, n=1)
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


def instant(local: datetime, zone: ZoneInfo) -> datetime | None:
    """Convert a local time to UTC: the first of two instants, or None for a time that the clocks skip."""
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == local else None
