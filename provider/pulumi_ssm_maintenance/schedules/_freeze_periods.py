"""Periods of a change freeze, and the moments at which windows are disabled and enabled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NoReturn, TypedDict
from zoneinfo import ZoneInfo

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
    """A period is wrong."""


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
        raise ArgumentError(f"is_frozen: {error}") from None


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
    zone = _zone(timezone)
    if not isinstance(periods, Sequence) or isinstance(periods, str | bytes):
        raise ArgumentError(f"{argument}: got {shown(periods)}, allowed: a list of periods")
    try:
        return _read_periods(periods, zone)
    except _WrongPeriodError as error:
        raise ArgumentError(f"{argument}: {error}") from None


def _read_periods(periods: Sequence[FreezePeriod], zone: ZoneInfo) -> list[Period]:
    found = sorted((_period(period, zone) for period in periods), key=lambda period: period.start)
    for earlier, later in pairwise(found):
        if later.start < earlier.end + LEAD:
            _fail(
                f"{later.name!r} starts at {later.start:%Y-%m-%dT%H:%M} and {earlier.name!r} ends at"
                f" {earlier.end:%Y-%m-%dT%H:%M}: the end of one would enable windows during the other; make them one"
            )
    names = [period.name for period in found]
    if len(set(names)) < len(names):
        _fail(f"got the names {names}, allowed are names that differ")
    return found


def _zone(timezone: str) -> ZoneInfo:
    zone = find_zone(timezone) if isinstance(timezone, str) else None
    if zone is None:
        nearest = (nearest_zone(timezone) if isinstance(timezone, str) else None) or "Europe/Berlin"
        raise ArgumentError(f"timezone: got {shown(timezone)}, allowed: an IANA name, such as {nearest!r}")
    return zone


def _period(period: FreezePeriod, zone: ZoneInfo) -> Period:
    if not isinstance(period, Mapping):
        _fail(f"got {shown(period)}, allowed are dicts with name, start and end")
    if set(period) != set(FreezePeriod.__annotations__):
        _fail(f"got the keys {sorted(map(str, period))}, allowed are exactly name, start and end")
    name = period["name"]
    if not isinstance(name, str):
        _fail(f"name: got {shown(name)}, allowed is text")
    start, end = (
        _instant(name, key, value, zone) for key, value in (("start", period["start"]), ("end", period["end"]))
    )
    if end < start + LEAD:
        _fail(f"{name!r} ends at {end:%Y-%m-%dT%H:%M}, allowed are ten minutes or more after its start")
    return Period(name, start, end)


def _instant(name: str, key: str, value: str | datetime, zone: ZoneInfo) -> datetime:
    found = _read(value)
    if found is not None and not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        _fail(f"{shown(name)}: {key}: got {found.isoformat()}, allowed are the years {_FIRST_YEAR} to {_LAST_YEAR}")
    if found is not None and found.tzinfo is None:
        found = instant(found, zone)
    if found is None:
        form = "a date and time that the time zone has, such as '2030-12-20T00:00'"
        _fail(f"{shown(name)}: {key}: got {shown(value)}, allowed is {form}")
    return found.astimezone(zone)


def _read(value: str | datetime) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _fail(message: str) -> NoReturn:
    raise _WrongPeriodError(message)
