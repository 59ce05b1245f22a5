"""Periods of a change freeze, and the moments at which windows are disabled and enabled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import TypedDict

from pulumi_ssm_maintenance._calls import legible_call
from pulumi_ssm_maintenance.errors import ArgumentError

from ._errors import shown
from ._time_zones import find_zone, instant, nearest_zone

__all__ = ["FreezePeriod", "is_frozen"]

# A one-time schedule must be in the future when it is created, which may be minutes after the program has run.
LEAD = timedelta(minutes=10)
# EventBridge Scheduler retries for a day by default. The schedule must exist until then.
# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
_KEPT_FOR = timedelta(days=1)
# Python's calendar ends in 9999, and time zones and retries need room on both sides.
_FIRST_YEAR, _LAST_YEAR = 1970, 9990


class FreezePeriod(TypedDict):
    """A period of a change freeze."""

    name: str
    """The name of the period, such as `christmas`. It becomes part of the names of the schedules. Must be unique."""
    start: str | datetime
    """The first moment of the freeze: a local time such as `2030-12-20T00:00`, or a datetime with a time zone."""
    end: str | datetime
    """The first moment after the freeze, in the same forms; at least ten minutes after the start."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A moment at which windows are disabled or enabled.

    Attributes:
        enabled: whether the windows are enabled from then on.
        due: the start or the end of the period.
        moment: the time of the schedule: `due`, or shortly after now if `due` is past or too near.
        retries_for: how long to retry, if less than the default of a day. A late retry must not disable the windows
            again after the end of the period.
    """

    enabled: bool
    due: datetime
    moment: datetime
    retries_for: timedelta | None

    @property
    def is_pinned(self) -> bool:
        """Whether the moment depends on the current time, so that an existing schedule must not change."""
        return self.moment != self.due


@dataclass(frozen=True, slots=True)
class Period:
    """A period between two instants, in the time zone of the freeze."""

    name: str
    start: datetime
    end: datetime

    def covers(self, moment: datetime) -> bool:
        """Whether windows must be disabled: from `LEAD` before the start, since a new schedule could be too late."""
        return self.start - LEAD <= moment < self.end

    def switches(self, now: datetime) -> Iterator[Switch]:
        """Give the switches that still have an effect."""
        if now >= self.end + _KEPT_FOR:
            return
        soon = (now + LEAD).replace(second=0, microsecond=0)
        off, on = max(self.start, soon), max(self.end, soon)
        if off < on:
            length = self.end - self.start
            yield Switch(enabled=False, due=self.start, moment=off, retries_for=length if length < _KEPT_FOR else None)
        yield Switch(enabled=True, due=self.end, moment=on, retries_for=None)


class _WrongPeriodError(ValueError):
    """A period is wrong; an argument for each mistake."""


@legible_call
def is_frozen(periods: Sequence[FreezePeriod], *, timezone: str = "UTC", now: datetime | None = None) -> bool:
    """Whether a change freeze disables a window now. Use it for the `enabled` of the window.

    Then a `pulumi up` during a freeze leaves the window disabled, and a later one keeps it enabled.

    Args:
        periods: the periods of the `ChangeFreeze`.
        timezone: the IANA name of their time zone.
        now: the current time, for tests; a datetime with a time zone.

    Raises:
        ArgumentError: a period is wrong, or two periods overlap.
    """
    try:
        moment = current_time(now)
        return any(period.covers(moment) for period in read_periods(periods, timezone))
    except ArgumentError as error:
        raise ArgumentError(*(f"is_frozen: {line}" for line in error.problems)) from None


def current_time(now: datetime | None) -> datetime:
    """Return the time that a program gives in a test, or the time at which it runs.

    Raises:
        ArgumentError: the time has no time zone, or is too near to the end of the calendar.
    """
    if now is None:
        return datetime.now(UTC)
    if not isinstance(now, datetime) or now.tzinfo is None or not _FIRST_YEAR <= now.year <= _LAST_YEAR:
        given = now.isoformat() if isinstance(now, datetime) else shown(now)
        raise ArgumentError(f"now: got {given}, allowed: a datetime with a time zone, {_FIRST_YEAR} to {_LAST_YEAR}")
    return now


def read_periods(periods: Sequence[FreezePeriod], timezone: str, argument: str = "periods") -> list[Period]:
    """Check periods and sort them by their start.

    Args:
        periods: the periods.
        timezone: the IANA name of their time zone.
        argument: the name of the argument that has the periods.

    Raises:
        ArgumentError: the time zone or a period is wrong, or two periods overlap.
    """
    zone = find_zone(timezone) if isinstance(timezone, str) else None
    problems = [] if zone else [_zone_problem(timezone)]
    found: list[Period] = []
    if not isinstance(periods, Sequence) or isinstance(periods, str | bytes):
        problems.append(f"{argument}: got {shown(periods)}, allowed: a list of periods")
    else:
        for period in periods:
            try:
                found.append(_period(period, zone or UTC))
            except _WrongPeriodError as error:
                problems += [f"{argument}: {line}" for line in error.args]
    found.sort(key=lambda period: period.start)
    problems += [f"{argument}: {line}" for line in _conflicts(found)]
    if problems:
        raise ArgumentError(*problems)
    return found


def _conflicts(found: Sequence[Period]) -> Iterator[str]:
    """Give the periods that overlap, or have the same name, in words."""
    for earlier, later in pairwise(found):
        if later.start < earlier.end + LEAD:
            yield (
                f"{later.name!r} starts at {later.start:%Y-%m-%dT%H:%M} and {earlier.name!r} ends at"
                f" {earlier.end:%Y-%m-%dT%H:%M}: the end of one would enable windows during the other; make them one"
            )
    names = [period.name for period in found]
    if len(set(names)) < len(names):
        yield f"got the names {names}, allowed are names that differ"


def _zone_problem(timezone: object) -> str:
    nearest = (nearest_zone(timezone) if isinstance(timezone, str) else None) or "Europe/Berlin"
    return f"timezone: got {shown(timezone)}, allowed: an IANA name, such as {nearest!r}"


def _period(period: FreezePeriod, zone: tzinfo) -> Period:
    if not isinstance(period, Mapping):
        raise _WrongPeriodError(f"got {shown(period)}, allowed are dicts with name, start and end")
    if set(period) != set(FreezePeriod.__annotations__):
        raise _WrongPeriodError(f"got the keys {sorted(map(str, period))}, allowed are exactly name, start and end")
    name = period["name"]
    problems: list[str] = [] if isinstance(name, str) else [f"name: got {shown(name)}, allowed is text"]
    moments: list[datetime] = []
    for key, value in (("start", period["start"]), ("end", period["end"])):
        try:
            moments.append(_instant(name, key, value, zone))
        except _WrongPeriodError as error:
            problems += error.args
    if problems:
        raise _WrongPeriodError(*problems)
    start, end = moments
    if end < start + LEAD:
        allowed = "ten minutes or more after its start"
        raise _WrongPeriodError(f"{name!r} ends at {end:%Y-%m-%dT%H:%M}, allowed are {allowed}")
    return Period(name, start, end)


def _instant(name: str, key: str, value: str | datetime, zone: tzinfo) -> datetime:
    found = _read(value)
    if found is not None and not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        years = f"the years {_FIRST_YEAR} to {_LAST_YEAR}"
        raise _WrongPeriodError(f"{shown(name)}: {key}: got {found.isoformat()}, allowed are {years}")
    if found is not None and found.tzinfo is None:
        found = instant(found, zone)
    if found is None:
        form = "a date and time that the time zone has, such as '2030-12-20T00:00'"
        raise _WrongPeriodError(f"{shown(name)}: {key}: got {shown(value)}, allowed is {form}")
    return found.astimezone(zone)


def _read(value: str | datetime) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
