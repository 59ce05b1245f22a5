"""Describe schedules in plain English, for previews and messages."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from ._cron_days import Days, DaysOfMonth, LastDay, LastWeekday, LastWorkday, NearestWorkday, NthWeekday, Weekdays
from ._cron_expression import Timetable
from ._cron_fields import DAY_OF_MONTH, DAY_OF_WEEK, HOURS, MONTH, YEAR

_WEEKDAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NTH: Final = ("first", "second", "third", "fourth", "fifth")
_MOST_TIMES: Final = 6  # more times of day than this become "every 15 minutes" and the like


def cron_words(timetable: Timetable, offset_days: int | None, days: str | None = None) -> str:
    """Describe when a cron expression runs; `days` replaces the description of its days."""
    days = days or _days_words(timetable.days, timetable.months)
    times = _times_words(timetable.minutes, timetable.hours)
    years = "" if timetable.years == YEAR.all_values else f", {_years_words(timetable.years)}"
    if days == "every day" and times.startswith("every") and offset_days is None:
        return f"{times}{years}"
    if offset_days is not None:
        return f"{_count(offset_days, 'day')} after {days.removeprefix('on ')}, {times}{years}"
    return f"{days} {times}{years}"


def rate_words(value: int, unit: str) -> str:
    """Describe how often a rate runs; `unit` is singular."""
    return f"every {unit}" if value == 1 else f"every {_count(value, unit)}"


def at_words(moment: datetime) -> str:
    """Describe when a single run is."""
    return f"once, on {moment:%Y-%m-%d} at {moment:%H:%M:%S}".removesuffix(":00")


def _days_words(days: Days, months: tuple[int, ...]) -> str:  # noqa: PLR0911 - one sentence for each kind of day
    of_months = f"of {_months_words(months)}"
    match days:
        case DaysOfMonth(DAY_OF_MONTH.all_values) | Weekdays(DAY_OF_WEEK.all_values):
            return f"every day{_in_months(months)}"
        case DaysOfMonth(numbers):
            return f"on the {_listing(numbers, [_ordinal(number) for number in numbers])} {of_months}"
        case LastDay():
            return f"on the last day {of_months}"
        case LastWorkday():
            return f"on the last working day {of_months}"
        case NearestWorkday(number):
            return f"on the working day nearest to the {_ordinal(number)} {of_months}"
        case Weekdays(numbers):
            return f"every {_listing(numbers, [_WEEKDAYS[number - 1] for number in numbers])}{_in_months(months)}"
        case NthWeekday(number, nth):
            rare = ", where there is one," if nth == len(_NTH) else ""
            return f"on the {_NTH[nth - 1]} {_WEEKDAYS[number - 1]} {of_months}{rare}"
        case LastWeekday(number):
            return f"on the last {_WEEKDAYS[number - 1]} {of_months}"


def _months_words(months: tuple[int, ...]) -> str:
    if months == MONTH.all_values:
        return "every month"
    return _listing(months, [_MONTHS[month - 1] for month in months])


def _in_months(months: tuple[int, ...]) -> str:
    return "" if months == MONTH.all_values else f" in {_months_words(months)}"


def _times_words(minutes: tuple[int, ...], hours: tuple[int, ...]) -> str:
    if len(minutes) * len(hours) <= _MOST_TIMES:
        return f"at {_joined([_clock(hour, minute) for hour in hours for minute in minutes])}"
    if hours == HOURS.all_values:
        return _interval(minutes)
    if _is_sequence(hours):
        interval = "every hour" if len(minutes) == 1 else _interval(minutes)
        return f"{interval} from {_clock(hours[0], minutes[0])} to {_clock(hours[-1], minutes[-1])}"
    step = hours[1] - hours[0]
    if len(minutes) == 1 and hours == tuple(range(hours[0], 24, step)) and 24 % step == 0:
        return f"every {step} hours from {_clock(hours[0], minutes[0])} on"
    return f"at {_minutes_words(minutes)} of the hours {_joined([str(hour) for hour in hours])}"


def _interval(minutes: tuple[int, ...]) -> str:
    if minutes == (0,):
        return "every hour"
    step = 60 // len(minutes)
    if minutes == tuple(range(0, 60, step)) and 60 % step == 0:
        return f"every {step} minutes"
    return f"every hour at {_minutes_words(minutes)}"


def _minutes_words(minutes: tuple[int, ...]) -> str:
    return f"minute{'s' if len(minutes) > 1 else ''} {_joined([str(minute) for minute in minutes])}"


def _years_words(years: tuple[int, ...]) -> str:
    if years[-1] == YEAR.highest and _is_sequence(years):
        return f"from {years[0]} on"
    if (
        len(years) > _MOST_TIMES
        and not _is_sequence(years)
        and len({later - earlier for earlier, later in pairwise(years)}) == 1
    ):
        return f"every {years[1] - years[0]} years from {years[0]} to {years[-1]}"
    return f"in {_listing(years, [str(year) for year in years])}"


def _listing(numbers: Sequence[int], words: list[str]) -> str:
    return f"{words[0]} to {words[-1]}" if len(words) > 2 and _is_sequence(numbers) else _joined(words)


def _joined(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _is_sequence(numbers: Sequence[int]) -> bool:
    return numbers[-1] - numbers[0] == len(numbers) - 1


def _clock(hour: int, minute: int) -> str:
    return f"{hour:02}:{minute:02}"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _ordinal(number: int) -> str:
    ending = "th" if number in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
