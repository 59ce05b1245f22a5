"""Schedules against the calendar of 2024 to 2030, worked out anew with `calendar` and no code of ours."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_ssm_maintenance.schedules._schedule_types import Cron, PatchTuesday

YEARS = range(2024, 2031)
MONTHS = list(product(YEARS, range(1, 13)))
BEFORE, AFTER = datetime(2023, 12, 31, 23, 59, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
DAYS = [date(2024, 1, 1) + timedelta(days=number) for number in range((AFTER.date() - date(2024, 1, 1)).days)]
NAMES = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")  # as `calendar` counts them, from 0


def dates(schedule, end=AFTER):
    runs = schedule.next_runs(10_000, after=BEFORE, end=end)
    assert {run.time() for run in runs} == {time(2)}
    return [run.date() for run in runs]


def weekdays_of(year, month, weekday):
    days = [week[weekday] for week in calendar.monthcalendar(year, month)]
    return [date(year, month, day) for day in days if day]


def is_working_day(day):
    return day.weekday() < calendar.SATURDAY


@pytest.mark.parametrize("offset_days", range(7))
def test_patch_tuesday_and_its_lags(offset_days):
    tuesdays = [weekdays_of(year, month, calendar.TUESDAY)[1] for year, month in MONTHS]
    expected = [tuesday + timedelta(days=offset_days) for tuesday in tuesdays]
    assert dates(PatchTuesday(offset_days)) == expected


@pytest.mark.parametrize(("weekday", "nth"), [*product(range(7), range(1, 6))])
def test_the_nth_weekday_of_every_month(weekday, nth):
    expected = [found[nth - 1] for found in (weekdays_of(*month, weekday) for month in MONTHS) if len(found) >= nth]
    aws_number = (weekday + 1) % 7 + 1
    assert dates(Cron(f"0 2 ? * {NAMES[weekday]}#{nth} *")) == expected
    assert dates(Cron(f"0 2 ? * {aws_number}#{nth} *")) == expected


@pytest.mark.parametrize("weekday", range(7))
def test_the_last_weekday_of_every_month(weekday):
    expected = [weekdays_of(*month, weekday)[-1] for month in MONTHS]
    assert dates(Cron(f"0 2 ? * {NAMES[weekday]}L *")) == expected


def test_month_ends():
    expected = [day for day in DAYS if (day + timedelta(days=1)).day == 1]
    assert dates(Cron("0 2 L * ? *")) == expected


def test_the_last_working_day_of_every_month():
    expected = [max(day for day in DAYS if (day.year, day.month) == month and is_working_day(day)) for month in MONTHS]
    assert dates(Cron("0 2 LW * ? *")) == expected


@pytest.mark.parametrize("number", range(1, 32))
def test_the_working_day_nearest_to_a_day_stays_in_its_month(number):
    expected = []
    for year, month in MONTHS:
        days = [date(year, month, day) for day in range(1, calendar.monthrange(year, month)[1] + 1)]
        if number <= len(days):
            wanted = days[number - 1]
            expected.append(min(filter(is_working_day, days), key=lambda day: abs(day - wanted)))
    assert dates(Cron(f"0 2 {number}W * ? *")) == expected


def test_leap_days():
    leap_years = [year for year in range(2024, 2200) if calendar.isleap(year)]
    end = datetime(2200, 1, 1, tzinfo=UTC)
    assert dates(Cron("0 2 29 FEB ? *"), end) == [date(year, 2, 29) for year in leap_years]


months = st.sets(st.integers(1, 12), min_size=1)
years = st.sets(st.sampled_from(YEARS), min_size=1)


def listed(numbers, spelling=str):
    return ",".join(map(spelling, numbers))


@given(
    minutes=st.sets(st.sampled_from(range(0, 60, 5)), min_size=1),
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=3),
    numbers=st.sets(st.integers(1, 28), min_size=1),
    months=months,
    years=years,
    spelling=st.sampled_from([str, "{:02}".format]),
)
def test_any_days_of_the_month_at_any_times(*, minutes, hours, numbers, months, years, spelling):
    fields = [listed(values, spelling) for values in (minutes, hours, numbers, months)]
    cron = Cron(f"{' '.join(fields)} ? {listed(years)}")
    days = [day for day in DAYS if day.day in numbers and day.month in months and day.year in years]
    times = [time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)]
    expected = [datetime.combine(day, at, UTC) for day in days for at in times]
    assert cron.next_runs(len(expected) + 1, after=BEFORE) == expected


@given(first=st.integers(0, 6), length=st.integers(1, 7), step=st.integers(1, 3), months=months, years=years)
def test_any_range_of_weekdays_in_any_steps(first, length, step, months, years):
    from_sunday = [NAMES[-1], *NAMES[:-1]]
    last = min(first + length - 1, 6)
    cron = Cron(f"0 2 ? {listed(months)} {from_sunday[first]}-{from_sunday[last]}/{step} {listed(years)}")
    chosen = from_sunday[first : last + 1 : step]
    expected = [day for day in DAYS if NAMES[day.weekday()] in chosen and day.month in months and day.year in years]
    assert dates(cron) == expected


@given(after=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), n=st.integers(1, 5))  # noqa: DTZ001 - bounds
def test_asking_again_after_a_run_goes_on_where_the_answer_ended(after, n):
    cron = Cron("0/20 1,23 ? * TUE#2 *", 3)
    whole = cron.next_runs(n + 3, after=after)
    assert whole[n:] == cron.next_runs(3, after=whole[n - 1])
    assert whole == sorted(set(whole))
    assert whole[0] > after
