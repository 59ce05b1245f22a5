"""Periods in which windows stay shut, and the moments at which they are switched off and on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NoReturn, TypedDict
from zoneinfo import ZoneInfo

from pulumi_ssm_maintenance.errors import ArgumentError

from ._time_zones import find_zone, instant, nearest_zone

__all__ = ["FreezePeriod", "is_frozen"]

# A schedule must lie in the future when it is made, and what is planned now may be made only minutes later.
LEAD = timedelta(minutes=10)
# As long as EventBridge Scheduler tries again by default; until then the schedule must stay.
# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
_KEPT_FOR = timedelta(days=1)


class FreezePeriod(TypedDict):
    """A period of a change freeze."""

    name: str
    """What the freeze is for, such as `christmas`; it goes into the names of the schedules."""
    start: str | datetime
    """The first moment: a local time such as `2030-12-20T00:00`, or a datetime with a time zone."""
    end: str | datetime
    """The first moment after it, in the same forms."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A moment at which windows are switched off or on.

    Attributes:
        enabled: whether they are on from then.
        due: the moment that the period names.
        moment: the moment to ask for: `due`, or shortly after now where that is past or too near.
        retries_for: how long it may still be tried where that is less than the default, a day: late, it would undo
            the switch at the period's end.
    """

    enabled: bool
    due: datetime
    moment: datetime
    retries_for: timedelta | None

    @property
    def is_pinned(self) -> bool:
        """Whether the moment depends on now, so that a schedule that is there already must stay as it is."""
        return self.moment != self.due


@dataclass(frozen=True, slots=True)
class Period:
    """A period between two instants, in the time zone of the freeze."""

    name: str
    start: datetime
    end: datetime

    def covers(self, moment: datetime) -> bool:
        """Tell whether windows must be shut: from `LEAD` before the start, where a schedule could come too late."""
        return self.start - LEAD <= moment < self.end

    def switches(self, now: datetime) -> Iterator[Switch]:
        """Give the switches that are still of use."""
        if now >= self.end + _KEPT_FOR:
            return
        soon = (now + LEAD).replace(second=0, microsecond=0)
        off, on = max(self.start, soon), max(self.end, soon)
        if off < on:
            length = self.end - self.start
            yield Switch(enabled=False, due=self.start, moment=off, retries_for=length if length < _KEPT_FOR else None)
        yield Switch(enabled=True, due=self.end, moment=on, retries_for=None)


def is_frozen(periods: Sequence[FreezePeriod], *, timezone: str = "UTC", now: datetime | None = None) -> bool:
    """Tell whether a window must be switched off now, for its `enabled`.

    So an `up` during a freeze leaves the window off, and one after it agrees with what EventBridge Scheduler has done.

    Args:
        periods: the periods of the `ChangeFreeze`.
        timezone: the IANA name of their time zone.
        now: another moment than now, with a time zone.

    Raises:
        ArgumentError: a period is none, or two overlap.
    """
    moment = now or datetime.now(UTC)
    return any(period.covers(moment) for period in read_periods(periods, timezone))


def read_periods(periods: Sequence[FreezePeriod], timezone: str) -> list[Period]:
    """Check periods and put them in order."""
    zone = _zone(timezone)
    found = sorted((_period(period, zone) for period in periods), key=lambda period: period.start)
    for earlier, later in pairwise(found):
        if later.start < earlier.end + LEAD:
            _refuse(
                f"{later.name!r} starts at {later.start:%Y-%m-%dT%H:%M} and {earlier.name!r} ends at"
                f" {earlier.end:%Y-%m-%dT%H:%M}: the end of one would switch windows on in the other; make them one"
            )
    names = [period.name for period in found]
    if len(set(names)) < len(names):
        _refuse(f"got the names {names}, allowed are names that differ")
    return found


def _zone(timezone: str) -> ZoneInfo:
    zone = find_zone(timezone)
    if zone is None:
        raise ArgumentError(
            f"ChangeFreeze: timezone: got {timezone!r}, allowed is an IANA name such as {nearest_zone(timezone)!r}"
        )
    return zone


def _period(period: FreezePeriod, zone: ZoneInfo) -> Period:
    if set(period) != set(FreezePeriod.__annotations__):
        _refuse(f"got the keys {sorted(period)}, allowed are exactly name, start and end")
    name = period["name"]
    start, end = (
        _instant(name, key, value, zone) for key, value in (("start", period["start"]), ("end", period["end"]))
    )
    if end < start + LEAD:
        _refuse(f"{name!r} ends at {end:%Y-%m-%dT%H:%M}, allowed are ten minutes or more after its start")
    return Period(name, start, end)


def _instant(name: str, key: str, value: str | datetime, zone: ZoneInfo) -> datetime:
    found = _read(value)
    if found is not None and found.tzinfo is None:
        found = instant(found, zone)
    if found is None:
        form = "a date and time that the time zone has, such as '2030-12-20T00:00'"
        _refuse(f"{name!r}: {key}: got {value!r}, allowed is {form}")
    return found.astimezone(zone)


def _read(value: str | datetime) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _refuse(what: str) -> NoReturn:
    raise ArgumentError(f"ChangeFreeze: periods: {what}")
