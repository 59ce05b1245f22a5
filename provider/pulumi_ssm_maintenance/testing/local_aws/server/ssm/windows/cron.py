"""Cron expressions of maintenance windows: the days and times that they choose.

https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_WEEKDAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_EVERY_DAY = {"*", "?"}
_FIELDS_WITHOUT_SECONDS = 6
_LATEST_YEAR = 2199


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression: six fields, or seven with the seconds in front."""

    times: tuple[time, ...]
    """The times of a day, in order."""
    months: frozenset[int]
    years: frozenset[int]
    chooses: Callable[[date], bool]
    """Whether the day-of-month and day-of-week fields choose a day."""

    @classmethod
    def parse(cls, text: str) -> Cron:
        """Read an expression; ValueError when a field is unreadable or out of its bounds."""
        fields = text.upper().split()
        if len(fields) == _FIELDS_WITHOUT_SECONDS:
            fields = ["0", *fields]
        seconds, minutes, hours, days, months, weekdays, years = fields
        if days not in _EVERY_DAY and weekdays not in _EVERY_DAY:
            raise ValueError("the day of month or the day of week must be ?")
        times = (
            time(hour, minute, second)
            for hour in sorted(_numbers(hours, 0, 23))
            for minute in sorted(_numbers(minutes, 0, 59))
            for second in sorted(_numbers(seconds, 0, 59))
        )
        return cls(
            tuple(times),
            _numbers(months, 1, 12, _MONTHS),
            _numbers(years, 1970, _LATEST_YEAR),
            _day_of_week(weekdays) if days in _EVERY_DAY else _day_of_month(days),
        )

    def days(self, first: date) -> Iterator[date]:
        """Yield the days that the expression chooses, from `first` on."""
        day = first
        while day.year <= max(self.years):
            if day.year not in self.years:
                day = date(day.year + 1, 1, 1)
            elif day.month not in self.months:
                day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
            else:
                if self.chooses(day):
                    yield day
                day += timedelta(days=1)


def _numbers(text: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    """Read a field of numbers or names: lists, ranges and increments."""
    found: set[int] = set()
    for part in text.split(","):
        bounds, slash, step = part.partition("/")
        first, dash, last = bounds.partition("-")
        start = low if bounds == "*" else _number(first, low, high, names)
        end = _number(last, low, high, names) if dash else high if slash or bounds == "*" else start
        numbers = range(start, end + 1) if start <= end else (*range(start, high + 1), *range(low, end + 1))
        found.update(numbers[:: _whole(step) if slash else 1])
    return frozenset(found)


def _number(text: str, low: int, high: int, names: dict[str, int] | None) -> int:
    number = (names or {}).get(text)
    number = _whole(text) if number is None else number
    if not low <= number <= high:
        raise ValueError(f"{text} is not between {low} and {high}")
    return number


def _whole(text: str) -> int:
    """Read digits. Python reads signs, underscores and digits of other scripts too."""
    if not re.fullmatch("[0-9]+", text):
        raise ValueError(f"{text} is not a number")
    return int(text)


def _day_of_month(text: str) -> Callable[[date], bool]:
    if text == "L":
        return lambda day: day.day == _last_day(day)
    if found := re.fullmatch("([0-9]+|L)W", text):
        asked = None if found[1] == "L" else _number(found[1], 1, 31, None)
        return lambda day: day == _nearest_weekday(day, asked or _last_day(day))
    numbers = _numbers(text, 1, 31)
    return lambda day: day.day in numbers


def _day_of_week(text: str) -> Callable[[date], bool]:
    if text in _EVERY_DAY:
        return lambda _: True
    if found := re.fullmatch(r"(\w+)#([1-5])", text):
        weekday, week = _number(found[1], 1, 7, _WEEKDAYS), int(found[2])
        return lambda day: _weekday(day) == weekday and (day.day - 1) // 7 + 1 == week
    if found := re.fullmatch(r"(\w+)L", text):
        weekday = _number(found[1], 1, 7, _WEEKDAYS)
        return lambda day: _weekday(day) == weekday and day.day > _last_day(day) - 7
    numbers = frozenset({7}) if text == "L" else _numbers(text, 1, 7, _WEEKDAYS)
    return lambda day: _weekday(day) in numbers


def _weekday(day: date) -> int:
    """The number of a day of the week: Sunday is 1."""
    return day.isoweekday() % 7 + 1


def _last_day(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date, asked: int) -> date | None:
    """The Monday to Friday nearest to a day of the same month, without leaving the month."""
    last = _last_day(day)
    if asked > last:
        return None
    wanted = day.replace(day=asked)
    if wanted.isoweekday() == 6:
        return wanted - timedelta(days=1) if asked > 1 else wanted + timedelta(days=2)
    if wanted.isoweekday() == 7:
        return wanted + timedelta(days=1) if asked < last else wanted - timedelta(days=2)
    return wanted
