"""Cron expressions of maintenance windows: read one, write it as AWS expects it, and list its local times.

https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import Final

from ._cron_days import Days, LastWeekday, days_of_month, days_of_week
from ._cron_fields import FIELDS, Entry
from ._errors import ScheduleError, demand_text

_CRON: Final = re.compile(r"cron\((.*)\)", re.DOTALL)
_ORDER: Final = "six fields: minutes hours day-of-month month day-of-week year, as in cron(0 2 ? * TUE#2 *)"
_MOST_CHARACTERS: Final = 256  # the API's bound on Schedule
_SHORTEST_GAP: Final = 5  # minutes
# Four years with a leap year contain every pair of neighbouring days that an expression can choose.
_DAYS_CHECKED: Final = 4 * 366


@dataclass(frozen=True, slots=True)
class Timetable:
    """The local dates and times that a cron expression chooses."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: Days
    months: tuple[int, ...]
    years: tuple[int, ...]

    def dates(self, since: date) -> Iterator[date]:
        """Give the dates from `since` on, in order."""
        for year in self.years:
            if year < since.year:
                continue
            for month in self.months:
                days = (date(year, month, day) for day in self.days.in_month(year, month))
                yield from (day for day in days if day >= since)

    def times(self, since: date) -> Iterator[datetime]:
        """Give the local times from the date `since` on, in order."""
        for day in self.dates(since):
            for hour in self.hours:
                for minute in self.minutes:
                    yield datetime.combine(day, time(hour, minute))


@dataclass(frozen=True, slots=True)
class CronReading:
    """A parsed cron expression: the text for AWS, warnings, and the dates and times that it chooses."""

    expression: str
    warnings: tuple[str, ...]
    timetable: Timetable


def read_cron(schedule: str) -> CronReading:
    """Parse an expression, with or without `cron(…)` around it."""
    texts, warnings = _with_one_question_mark(schedule, _six_texts(schedule))
    entries = (Entry(schedule, field, text) for field, text in zip(FIELDS, texts, strict=True))
    minutes, hours, by_month, months, by_week, years = entries

    def days() -> Days:
        return days_of_week(by_week) if by_month.text == "?" else days_of_month(by_month)

    _demand_fields(minutes.values, hours.values, days, months.values, years.values)
    timetable = Timetable(
        minutes=minutes.values(),
        hours=hours.values(),
        days=days(),
        months=months.values(),
        years=years.values(),
    )
    _demand_a_date(schedule, texts, timetable)
    _demand_gaps(schedule, timetable)
    return CronReading(_expression(schedule, texts, timetable), warnings, timetable)


def _six_texts(schedule: str) -> list[str]:
    demand_text("Cron", "expression", schedule, "six fields")
    found = _CRON.fullmatch(schedule.strip())
    texts = (found[1] if found else schedule).upper().split()
    if len(texts) == 7:
        # AWS documents that windows do not support 0 seconds, but its own examples use it. The form with six fields
        # is safe.
        seconds = texts.pop(0)
        if not seconds.isdecimal() or int(seconds) != 0:
            raise ScheduleError(schedule=schedule, field="seconds", given=seconds, allowed=f"0, or {_ORDER}")
    if len(texts) != 6:
        raise ScheduleError(schedule=schedule, field="fields", given=len(texts), allowed=_ORDER)
    if texts[3] == "?":
        # AWS's first pages had seconds first and no year, as other crons do: 0 15 10 ? * MON-FRI.
        raise ScheduleError(schedule=schedule, field="fields", given="seconds first and no year", allowed=_ORDER)
    return texts


def _with_one_question_mark(schedule: str, texts: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Put `?` in exactly one of the two day fields, if that does not change the meaning.

    AWS requires it, but some of its own samples do not follow the rule.
    """
    by_month, by_week = texts[2], texts[4]
    if (by_month == "?") != (by_week == "?"):
        return texts, ()
    if by_month == "?" or "*" not in (by_month, by_week):
        raise ScheduleError(
            schedule=schedule,
            field="day-of-month and day-of-week",
            given=f"{by_month} and {by_week}",
            allowed="? in exactly one of the two, and the days in the other; two windows can have one each",
        )
    position = 4 if by_week == "*" else 2
    corrected = [*texts[:position], "?", *texts[position + 1 :]]
    warning = (
        f"schedule {schedule!r}: AWS requires ? in one of day-of-month and day-of-week:"
        f" {by_month} and {by_week} are sent as {corrected[2]} and {corrected[4]}, which means the same"
    )
    return corrected, (warning,)


def _demand_fields(*fields: Callable[[], object]) -> None:
    """Read all fields, and raise the mistakes in them as one error."""
    problems: list[ScheduleError] = []
    for read in fields:
        try:
            read()
        except ScheduleError as problem:
            problems.append(problem)
    if problems:
        first, *others = problems
        raise first.together_with(tuple(others))


def _demand_a_date(schedule: str, texts: list[str], timetable: Timetable) -> None:
    if next(timetable.dates(date.min), None) is None:
        raise ScheduleError(
            schedule=schedule,
            field="day-of-month, month, day-of-week and year",
            given=" ".join(texts[2:]),
            allowed="days that the calendar has: this would never run",
        )


def _demand_gaps(schedule: str, timetable: Timetable) -> None:
    """Refuse runs less than five minutes apart: within an hour, across two hours, or across midnight."""
    hours, minutes = timetable.hours, timetable.minutes
    gaps = [later - earlier for earlier, later in pairwise(minutes)]
    over_midnight = hours[0] == 0 and hours[-1] == 23 and _has_neighbouring_days(timetable)
    if over_midnight or any(later - earlier == 1 for earlier, later in pairwise(hours)):
        gaps.append(60 + minutes[0] - minutes[-1])
    if gaps and min(gaps) < _SHORTEST_GAP:
        raise ScheduleError(
            schedule=schedule,
            field="minutes",
            given=f"runs {min(gaps)} min apart",
            allowed=f"runs at least {_SHORTEST_GAP} minutes apart",
        )


def _has_neighbouring_days(timetable: Timetable) -> bool:
    dates = islice(timetable.dates(date.min), _DAYS_CHECKED)
    return any(later - earlier == timedelta(days=1) for earlier, later in pairwise(dates))


def _expression(schedule: str, texts: list[str], timetable: Timetable) -> str:
    if isinstance(timetable.days, LastWeekday):
        # AWS documents 6L, but not FRIL.
        texts = [*texts[:4], f"{timetable.days.number}L", texts[5]]
    expression = f"cron({' '.join(texts)})"
    if len(expression) > _MOST_CHARACTERS:
        raise ScheduleError(
            schedule=schedule,
            field="length",
            given=len(expression),
            allowed=f"{_MOST_CHARACTERS} characters at most; ranges and steps are shorter than lists",
        )
    return expression
