"""The days that the two day fields of a cron expression choose in a month.

Weekdays are counted as AWS counts them: 1 is Sunday, 7 is Saturday.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

from ._cron_fields import Entry

_SATURDAY: Final = 7
_NEAREST: Final = re.compile(r"([0-9]+)W")
_LAST: Final = re.compile(r"([A-Z]{3}|[0-9]+)L")
_NTH: Final = re.compile(r"([A-Z0-9]+)#([1-5])")


@dataclass(frozen=True, slots=True)
class DaysOfMonth:
    """The days with these numbers, as far as the month has them."""

    numbers: tuple[int, ...]

    def in_month(self, year: int, month: int) -> tuple[int, ...]:
        """Give the days of this month, in order."""
        return tuple(day for day in self.numbers if day <= _length(year, month))


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day of the month."""

    def in_month(self, year: int, month: int) -> tuple[int, ...]:
        """Give the days of this month, in order."""
        return (_length(year, month),)


@dataclass(frozen=True, slots=True)
class LastWorkday:
    """The last day of the month that is neither Saturday nor Sunday."""

    def in_month(self, year: int, month: int) -> tuple[int, ...]:
        """Give the days of this month, in order."""
        return (_nearest_workday(year, month, _length(year, month)),)


@dataclass(frozen=True, slots=True)
class NearestWorkday:
    """The working day nearest to a day of the month, never in another month; none if the month lacks the day."""

    number: int

    def in_month(self, year: int, month: int) -> tuple[int, ...]:
        """Give the days of this month, in order."""
        if self.number > _length(year, month):
            return ()
        return (_nearest_workday(year, month, self.number),)


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Every day of the month that is one of these weekdays."""

    numbers: tuple[int, ...]

    def in_month(self, year: int, month: int) -> tuple[int, ...]:
        """Give the days of this month, in order."""
        days = range(1, _length(year, month) + 1)
        return tuple(day for day in days if _weekday(year, month, day) in self.numbers)


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The nth of a weekday in the month; none if the month has no fifth."""

    number: int
    nth: int

    def in_month(self, year: int, month: int) -> tuple[int, ...]:
        """Give the days of this month, in order."""
        return Weekdays((self.number,)).in_month(year, month)[self.nth - 1 : self.nth]


@dataclass(frozen=True, slots=True)
class LastWeekday:
    """The last of a weekday in the month."""

    number: int

    def in_month(self, year: int, month: int) -> tuple[int, ...]:
        """Give the days of this month, in order."""
        return Weekdays((self.number,)).in_month(year, month)[-1:]


Days = DaysOfMonth | LastDay | LastWorkday | NearestWorkday | Weekdays | NthWeekday | LastWeekday


def days_of_month(entry: Entry) -> Days:
    """Read the day-of-month field."""
    if entry.text == "L":
        return LastDay()
    if entry.text == "LW":
        return LastWorkday()
    if found := _NEAREST.fullmatch(entry.text):
        return NearestWorkday(entry.number(found[1]))
    return DaysOfMonth(entry.values())


def days_of_week(entry: Entry) -> Days:
    """Read the day-of-week field."""
    if entry.text == "L":
        return Weekdays((_SATURDAY,))
    if found := _LAST.fullmatch(entry.text):
        return LastWeekday(entry.number(found[1]))
    if found := _NTH.fullmatch(entry.text):
        return NthWeekday(entry.number(found[1]), int(found[2]))
    return Weekdays(entry.values())


def _length(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def _weekday(year: int, month: int, day: int) -> int:
    return date(year, month, day).isoweekday() % 7 + 1


def _nearest_workday(year: int, month: int, day: int) -> int:
    weekday = _weekday(year, month, day)
    if weekday == _SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == 1:
        return day + 1 if day < _length(year, month) else day - 2
    return day
