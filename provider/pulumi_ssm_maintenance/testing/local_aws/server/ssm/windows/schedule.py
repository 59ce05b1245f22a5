"""When a maintenance window opens.

https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.ssm.errors import validation_error

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members

_SCHEDULE = re.compile(r"(cron|rate|at)\((.+)\)")
_RATE = re.compile(r"([1-9][0-9]*) (minute|hour|day)s?")


def check_schedule(window: Members) -> None:
    """Refuse an unreadable schedule or date, and an offset without a cron expression."""
    kind, text = _parts(window["Schedule"])
    readable = {
        "cron": len(text.split()) in {6, 7},
        "rate": _RATE.fullmatch(text) is not None,
        "at": _date(text) is not None,
    }
    if not readable.get(kind, False):
        raise validation_error(f"Schedule {window['Schedule']} is not a cron, rate or at expression")
    if "ScheduleOffset" in window and kind != "cron":
        raise validation_error("ScheduleOffset is for cron expressions only")
    for name in ("StartDate", "EndDate"):
        if name in window and _date(window[name]) is None:
            raise validation_error(f"{name} {window[name]} is not an ISO-8601 date")


def next_execution(window: Members, created: float) -> str | None:
    """The next opening of a rate or at schedule; none for a cron expression."""
    kind, text = _parts(window["Schedule"])
    now = datetime.now(UTC)
    opening: datetime | None = None
    if kind == "at":
        opening = _date(text)
    elif kind == "rate" and (found := _RATE.fullmatch(text)):
        period = timedelta(**{f"{found[2]}s": int(found[1])})
        first = datetime.fromtimestamp(created, UTC)
        opening = first + period * ((now - first) // period + 1)
    return opening.isoformat(timespec="seconds") if opening is not None and opening > now else None


def _parts(schedule: str) -> tuple[str, str]:
    found = _SCHEDULE.fullmatch(schedule)
    return (found[1], found[2]) if found else ("", "")


def _date(text: str) -> datetime | None:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
