"""Openings of cron expressions, compared with an independent library for AWS's cron expressions."""

from datetime import UTC, datetime, timedelta

from aws_croniter import AwsCroniter
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from pulumi_ssm_maintenance.schedules import Cron, ScheduleError

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
AFTER = datetime(2026, 11, 27, 12, tzinfo=UTC)
COUNT = 6


def numbers(low, high, names=(), *, increments=True):
    """A field of numbers: one, a list, a range or an increment, in digits or names."""
    one = st.integers(low, high)
    spelt = one.map(lambda number: names[number - 1]) if names else one.map(str)
    ends = st.tuples(one, one).map(sorted)
    forms = [
        spelt,
        st.lists(spelt, min_size=2, max_size=3, unique=True).map(",".join),
        ends.map(lambda pair: f"{pair[0]}-{pair[1]}"),
        st.just("*"),
    ]
    if increments:
        forms.append(st.tuples(one, st.integers(2, high)).map(lambda pair: f"{pair[0]}/{pair[1]}"))
    return st.one_of(forms)


DAYS = st.one_of(
    st.tuples(numbers(1, 31), st.just("?")),
    st.tuples(st.one_of(st.just("L"), st.integers(1, 28).map(lambda day: f"{day}W")), st.just("?")),
    st.tuples(st.just("?"), numbers(1, 7, WEEKDAYS, increments=False)),
    st.tuples(st.just("?"), st.tuples(st.sampled_from(WEEKDAYS), st.integers(1, 5)).map(lambda it: f"{it[0]}#{it[1]}")),
    st.tuples(st.just("?"), st.sampled_from(WEEKDAYS).map(lambda day: f"{day}L")),
)


@st.composite
def expressions(draw):
    by_month, by_week = draw(DAYS)
    minute, hour = draw(st.integers(0, 59)), draw(numbers(0, 23))
    month, year = draw(numbers(1, 12, MONTHS)), draw(st.sampled_from(["*", "2026-2030"]))
    return f"{minute} {hour} {by_month} {month} {by_week} {year}"


def theirs(expression, after):
    """The next openings; fewer where the library gives up, which it does after ten steps, such as months."""
    occurrence, found = AwsCroniter(expression).occurrence(after), []
    while len(found) < COUNT and (following := occurrence.next()) is not None:
        found.append(following)
        occurrence = AwsCroniter(expression).occurrence(following)
    return found


@given(expressions(), st.integers(0, 2000))
def test_openings_are_those_of_an_independent_library(expression, days):
    after = AFTER + timedelta(days=days)
    try:
        ours = Cron(expression).next_runs(COUNT, after=after)
    except ScheduleError:
        reject()
    expected = theirs(expression, after)
    assume(expected)
    assert [one.astimezone(UTC) for one in ours][: len(expected)] == expected
