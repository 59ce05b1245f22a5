"""Local times of IANA time zones, over both daylight-saving jumps.

AWS does not document what a maintenance window does at a jump. This follows what it documents for EventBridge
Scheduler: a local time that the clocks jump over has no run, one that they go through twice has a single run, and
that is taken to be the first. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from datetime import UTC, datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


def find_zone(timezone: str) -> ZoneInfo | None:
    """Give the zone with this IANA name, or None where this machine does not know it."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def nearest_zone(timezone: str) -> str | None:
    """Give the known IANA name that is most like this one, if any is."""
    names = {name.casefold(): name for name in sorted(available_timezones())}
    nearest = get_close_matches(timezone.casefold(), names, n=1)
    return names[nearest[0]] if nearest else None


def timezone_warning(timezone: str) -> str | None:
    """Say what is odd about the time zone of a window, or None.

    Only a warning: AWS's time zones may be newer than those of this machine.
    """
    if find_zone(timezone) is not None:
        return None
    nearest = nearest_zone(timezone)
    cure = f"did you mean {nearest!r}?" if nearest else "AWS takes IANA names such as 'UTC' or 'Europe/Berlin'"
    return f"time zone {timezone!r} is not known here: {cure}"


def instant(local: datetime, zone: ZoneInfo) -> datetime | None:
    """Give the instant, in UTC, of a local time: the first of two, or None for a time that does not exist."""
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == local else None
