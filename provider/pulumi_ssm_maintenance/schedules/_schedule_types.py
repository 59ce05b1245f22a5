"""The types of schedules: `Cron`, `Rate`, `At` and `PatchTuesday`, checked when they are made.

`parse_schedule` reads a schedule written as text, as the API takes it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import ClassVar, Final, Literal, cast, get_args
from zoneinfo import ZoneInfo

from pulumi_ssm_maintenance._calls import legible_calls

from ._active_period import ActivePeriod
from ._cron_expression import Timetable, read_cron
from ._descriptions import at_words, cron_words, rate_words
from ._errors import ScheduleError, demand_text, shown
from ._schedule import Schedule
from ._time_zones import instant

RateUnit = Literal["minute", "minutes", "hour", "hours", "day", "days"]

_FORMS: Final = (
    "cron(minutes hours day-of-month month day-of-week year), rate(number unit) or at(YYYY-MM-DDTHH:MM:SS), such as"
    " 'cron(0 2 ? * TUE#2 *)', 'rate(7 days)', 'at(2030-07-07T15:55:00)'"
)
_RATE: Final = re.compile(r"rate\(\s*(\S+)\s+(\S+)\s*\)")
_AT: Final = re.compile(r"at\((.*)\)", re.DOTALL)
_LOCAL_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_UNITS: Final = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_MOST_UNITS: Final = 999_999_999  # the longest time that Python counts, in days; AWS documents no bound
_FASTEST: Final = timedelta(minutes=5)
_MOST_OFFSET_DAYS: Final = 6
# In Pacific time. https://learn.microsoft.com/en-us/windows/deployment/update/release-cycle
_UPDATES_RELEASED_AT: Final = 10


@legible_calls
@dataclass(frozen=True, slots=True)
class Cron(Schedule):
    """At the times of a cron expression: minutes hours day-of-month month day-of-week year.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html

    Args:
        expression: the six fields, with or without `cron(…)` around them. A leading `0` for seconds is dropped.
        offset_days: how many days later the window opens, 1 to 6.

    Raises:
        ScheduleError: AWS would refuse it, or no day would ever match.
    """

    expression: str
    offset_days: int | None = None
    _timetable: Timetable = field(init=False, compare=False, repr=False)
    _day_words: ClassVar[str | None] = None

    def __post_init__(self) -> None:
        reading = read_cron(self.expression)
        _demand_offset(self.expression, self.offset_days)
        self._set(expression=reading.expression, warnings=reading.warnings, _timetable=reading.timetable)

    def with_offset(self, offset_days: int | None) -> Schedule:
        """Give this schedule with the window's offset of 1 to 6 days; None leaves it as it is."""
        if offset_days is None or offset_days == self.offset_days:
            return self
        if self.offset_days is None:
            return Cron(self.expression, offset_days)
        raise ScheduleError(
            schedule=self.expression,
            field="offset_days",
            given=offset_days,
            allowed=f"{self.offset_days}, which the schedule has already, or none beside it",
        )

    def _first_day(self, since: date) -> date:
        lag = timedelta(days=self.offset_days or 0)
        first = next(self._timetable.dates(since - lag), None)
        return since if first is None else first + lag

    def _times_on(self, day: date) -> list[datetime]:
        lag = timedelta(days=self.offset_days or 0)
        times = takewhile(lambda local: local.date() == day - lag, self._timetable.times(day - lag))
        return [local + lag for local in times]

    def _words(self) -> str:
        return cron_words(self._timetable, self.offset_days, self._day_words)

    def _runs(self, period: ActivePeriod, zone: ZoneInfo) -> Iterator[datetime]:
        lag = timedelta(days=self.offset_days or 0)
        first = period.opens.astimezone(zone).date() - lag - timedelta(days=1)
        for local in self._timetable.times(first):
            comes_up = local.replace(tzinfo=zone)
            run = instant(local + lag, zone)
            if run is not None and (period.created is None or comes_up > period.created):
                yield run


@legible_calls
class PatchTuesday(Cron):
    """On the second Tuesday of every month, when Microsoft and others publish updates, or up to six days later.

    AWS allows no offset above six days, and no single expression replaces it: 11 days later is sometimes the third
    Saturday of the month and sometimes the fourth.

    Args:
        offset_days: 0 to 6, how many days later.
        at: the local time, such as `02:00`.

    Raises:
        ScheduleError: the offset is not 0 to 6, or `at` is not a time.
    """

    __slots__ = ()

    _day_words = "on Patch Tuesday (the second Tuesday of every month)"

    def __init__(self, offset_days: int = 0, *, at: str = "02:00") -> None:
        demand_text("PatchTuesday", "at", at, "a time from '00:00' to '23:59'")
        found = _CLOCK.fullmatch(at)
        if found is None:
            raise ScheduleError(schedule="PatchTuesday", field="at", given=at, allowed="a time from '00:00' to '23:59'")
        hour, minute = int(found[1]), int(found[2])
        super().__init__(
            f"{minute} {hour} ? * TUE#2 *", offset_days if offset_days or type(offset_days) is not int else None
        )
        if self.offset_days is None and hour < _UPDATES_RELEASED_AT:
            warning = (
                f"PatchTuesday at {at} opens before the updates of that day are out (10:00 in Pacific time), so it"
                " installs those of the month before: use an offset of a day or more"
            )
            self._set(warnings=(*self.warnings, warning))


@legible_calls
@dataclass(frozen=True, slots=True)
class Rate(Schedule):
    """At a fixed interval, counted from the creation of the window or from its start date.

    Args:
        value: the number of units.
        unit: `minute`, `hour` or `day` if `value` is 1, else `minutes`, `hours` or `days`.

    Raises:
        ScheduleError: the number is not positive, or the unit is unknown, or singular where it must be plural.
    """

    value: int
    unit: RateUnit

    def __post_init__(self) -> None:
        demand_text("Rate", "unit", self.unit, "minutes, hours or days")
        expression = f"rate({shown(self.value)} {self.unit})"
        if not _is_count(self.value, _MOST_UNITS):
            raise ScheduleError(
                schedule=expression, field="value", given=self.value, allowed=f"whole numbers from 1 to {_MOST_UNITS}"
            )
        units = [unit for unit in get_args(RateUnit) if unit.endswith("s") == (self.value > 1)]
        if self.unit not in units:
            raise ScheduleError(
                schedule=expression, field="unit", given=self.unit, allowed=f"{', '.join(units)} for {self.value}"
            )
        self._set(expression=expression)
        if self.period < _FASTEST:
            self._set(warnings=(f"schedule {expression!r}: AWS documents five minutes as the shortest interval",))

    @property
    def period(self) -> timedelta:
        """The time from one opening to the next."""
        return self.value * _UNITS[self.unit.removesuffix("s")]

    def _words(self) -> str:
        return rate_words(self.value, self.unit.removesuffix("s"))

    def _runs(self, period: ActivePeriod, zone: ZoneInfo) -> Iterator[datetime]:  # noqa: ARG002 - a day is 24 hours in any zone
        first = period.created or period.after
        if period.start is not None:
            # AWS ignores a start date in the past: the first run is at once.
            # https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-windows-schedule-options.html
            first = max(first, period.start)
        run = first + max(0, (period.opens - first) // self.period) * self.period
        while True:
            yield run
            if self.period > datetime.max.replace(tzinfo=UTC) - run:
                return
            run += self.period


@legible_calls
@dataclass(frozen=True, slots=True)
class At(Schedule):
    """Once, at a local time of the window's time zone.

    Args:
        local_time: the date and time, such as `2030-07-07T15:55:00`.

    Raises:
        ScheduleError: the text is not a date and time in that form.
    """

    local_time: str
    _moment: datetime = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        demand_text("At", "local_time", self.local_time, "YYYY-MM-DDTHH:MM:SS")
        expression = f"at({self.local_time})"
        moment = _local_time(self.local_time)
        if moment is None:
            raise ScheduleError(
                schedule=expression,
                field="time",
                given=self.local_time,
                allowed="YYYY-MM-DDTHH:MM:SS and no more: the zone is the time zone of the window",
            )
        self._set(expression=expression, _moment=moment)

    def _first_day(self, since: date) -> date:
        return max(since, self._moment.date())

    def _times_on(self, day: date) -> list[datetime]:
        return [self._moment] if self._moment.date() == day else []

    def _words(self) -> str:
        return at_words(self._moment)

    def _runs(self, period: ActivePeriod, zone: ZoneInfo) -> Iterator[datetime]:  # noqa: ARG002 - one run, ever
        run = instant(self._moment, zone)
        if run is not None:
            yield run


def parse_schedule(schedule: str | Schedule, offset_days: int | None = None) -> Schedule:
    """Read a schedule written as text, or take a schedule object, and add the offset of the window.

    Raises:
        ScheduleError: the text is not `cron(…)`, `rate(…)` or `at(…)`, or its content is wrong.
    """
    if not isinstance(schedule, Schedule):
        demand_text("schedule", "form", schedule, _FORMS)
    return (_read(schedule) if isinstance(schedule, str) else schedule).with_offset(offset_days)


def _read(schedule: str) -> Schedule:
    text = schedule.strip()
    if text.startswith("cron(") and text.endswith(")"):
        return Cron(text)
    if (found := _RATE.fullmatch(text)) and found[1].isdecimal():
        return Rate(int(found[1]), cast("RateUnit", found[2]))
    if found := _AT.fullmatch(text):
        return At(found[1])
    raise ScheduleError(schedule=schedule, field="form", given=schedule, allowed=_FORMS)


def _demand_offset(schedule: str, offset_days: int | None) -> None:
    if offset_days is not None and not _is_count(offset_days, _MOST_OFFSET_DAYS):
        raise ScheduleError(
            schedule=schedule,
            field="offset_days",
            given=offset_days,
            allowed=(
                f"1 to {_MOST_OFFSET_DAYS} days; a longer lag is on no fixed weekday of the month: 11 days after the"
                " second Tuesday is the third Saturday or the fourth"
            ),
        )


def _is_count(value: object, most: int) -> bool:
    # True and 1.0 do not count as numbers.
    return type(value) is int and 1 <= value <= most


def _local_time(text: str) -> datetime | None:
    if _LOCAL_TIME.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
