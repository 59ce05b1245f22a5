"""Schedules checked by hand: what runs when, what goes out to AWS, and what is refused with which words."""

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulumi_ssm_maintenance.errors import SsmMaintenanceError
from pulumi_ssm_maintenance.schedules._errors import ScheduleError
from pulumi_ssm_maintenance.schedules._schedule_types import At, Cron, PatchTuesday, Rate, parse_schedule

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)  # a Thursday

DAY_OF_MONTH = "1-31 with , - * /, or one alone of ?, L (last day), LW (last working day), 1W-31W (nearest)"
DAY_OF_WEEK = (
    "1-7 (1 is Sunday) or SUN-SAT with , - * /, or one alone of ?, L (Saturday), 6L (last Friday),"
    " TUE#2 (second Tuesday; #1 to #5)"
)
MONTH = "1-12 or JAN-DEC with , - * /"
ORDER = "six fields: minutes hours day-of-month month day-of-week year, as in cron(0 2 ? * TUE#2 *)"
ONE_QUESTION_MARK = "? in exactly one of the two, and the days in the other; two windows can have one each"
UPWARDS = "a range that runs upwards; list the two halves instead, as in "
NEVER = "days that the calendar has: this would never run"
OFFSET = (
    "1 to 6 days; a longer lag is on no fixed weekday of the month: 11 days after the second Tuesday is the third"
    " Saturday or the fourth"
)
FORMS = (
    "cron(minutes hours day-of-month month day-of-week year), rate(number unit) or at(YYYY-MM-DDTHH:MM:SS), such as"
    " 'cron(0 2 ? * TUE#2 *)', 'rate(7 days)', 'at(2030-07-07T15:55:00)'"
)


def shown(runs):
    return [f"{run:%Y-%m-%d %H:%M}" for run in runs]


@pytest.mark.parametrize(
    ("expression", "first_runs"),
    [
        ("0 10 * * ? *", ["2026-01-01 10:00", "2026-01-02 10:00", "2026-01-03 10:00"]),
        ("30 09 ? * * *", ["2026-01-01 09:30", "2026-01-02 09:30", "2026-01-03 09:30"]),
        ("0 0 * * ? *", ["2026-01-02 00:00", "2026-01-03 00:00", "2026-01-04 00:00"]),
        ("0/15 * * * ? *", ["2026-01-01 00:15", "2026-01-01 00:30", "2026-01-01 00:45"]),
        ("*/20 23 * * ? *", ["2026-01-01 23:00", "2026-01-01 23:20", "2026-01-01 23:40"]),
        ("1/10 0 * * ? *", ["2026-01-01 00:01", "2026-01-01 00:11", "2026-01-01 00:21"]),
        ("10-30/10,50 4 * * ? *", ["2026-01-01 04:10", "2026-01-01 04:20", "2026-01-01 04:30", "2026-01-01 04:50"]),
        ("0 0/8 * * ? *", ["2026-01-01 08:00", "2026-01-01 16:00", "2026-01-02 00:00"]),
        ("0 22-23,0-1 * * ? *", ["2026-01-01 01:00", "2026-01-01 22:00", "2026-01-01 23:00", "2026-01-02 00:00"]),
        ("15 10 ? * MON-FRI *", ["2026-01-01 10:15", "2026-01-02 10:15", "2026-01-05 10:15"]),
        ("0 16 ? * TUE *", ["2026-01-06 16:00", "2026-01-13 16:00", "2026-01-20 16:00"]),
        ("0 16 ? * 1 *", ["2026-01-04 16:00", "2026-01-11 16:00"]),
        ("0 16 ? * 7 *", ["2026-01-03 16:00", "2026-01-10 16:00"]),
        ("0 16 ? * sun,wed *", ["2026-01-04 16:00", "2026-01-07 16:00", "2026-01-11 16:00"]),
        ("0 16 ? * MON/2 *", ["2026-01-02 16:00", "2026-01-05 16:00", "2026-01-07 16:00"]),
        ("0 2 ? * L *", ["2026-01-03 02:00", "2026-01-10 02:00"]),
        ("0 2 ? * TUE#2 *", ["2026-01-13 02:00", "2026-02-10 02:00", "2026-03-10 02:00"]),
        ("0 2 ? * 3#2 *", ["2026-01-13 02:00", "2026-02-10 02:00", "2026-03-10 02:00"]),
        ("0 2 ? 1/1 THU#3 *", ["2026-01-15 02:00", "2026-02-19 02:00", "2026-03-19 02:00"]),
        ("0 2 ? * MON#5 *", ["2026-03-30 02:00", "2026-06-29 02:00", "2026-08-31 02:00"]),
        ("0 2 ? JAN,JUL FRI#1 *", ["2026-01-02 02:00", "2026-07-03 02:00", "2027-01-01 02:00"]),
        ("15 10 ? * 6L *", ["2026-01-30 10:15", "2026-02-27 10:15", "2026-03-27 10:15"]),
        ("15 10 ? * SUNL *", ["2026-01-25 10:15", "2026-02-22 10:15", "2026-03-29 10:15"]),
        ("0 2 L * ? *", ["2026-01-31 02:00", "2026-02-28 02:00", "2026-03-31 02:00", "2026-04-30 02:00"]),
        ("0 2 LW * ? *", ["2026-01-30 02:00", "2026-02-27 02:00", "2026-03-31 02:00", "2026-04-30 02:00"]),
        ("0 2 15W * ? *", ["2026-01-15 02:00", "2026-02-16 02:00", "2026-03-16 02:00"]),
        ("0 2 1W 2,8 ? *", ["2026-02-02 02:00", "2026-08-03 02:00", "2027-02-01 02:00"]),
        ("0 2 31W * ? *", ["2026-01-30 02:00", "2026-03-31 02:00", "2026-05-29 02:00"]),
        ("0 8 1 * ? *", ["2026-01-01 08:00", "2026-02-01 08:00"]),
        ("0 2 1/10 * ? *", ["2026-01-01 02:00", "2026-01-11 02:00", "2026-01-21 02:00", "2026-01-31 02:00"]),
        ("0 2 31 * ? *", ["2026-01-31 02:00", "2026-03-31 02:00", "2026-05-31 02:00"]),
        ("0 2 29 FEB ? *", ["2028-02-29 02:00", "2032-02-29 02:00", "2036-02-29 02:00"]),
        ("0 2 1 1 ? 2026/3", ["2026-01-01 02:00", "2029-01-01 02:00", "2032-01-01 02:00"]),
        ("0,57 2 * * ? *", ["2026-01-01 02:00", "2026-01-01 02:57", "2026-01-02 02:00"]),
        ("0,57 0,23 15 * ? *", ["2026-01-15 00:00", "2026-01-15 00:57", "2026-01-15 23:00", "2026-01-15 23:57"]),
    ],
)
def test_a_cron_expression_runs_at_the_times_worked_out_by_hand(expression, first_runs):
    assert shown(Cron(expression).next_runs(len(first_runs), after=NEW_YEAR)) == first_runs


@pytest.mark.parametrize(
    ("expression", "all_runs"),
    [
        ("0 2 29 2 ? 2096-2104", ["2096-02-29 02:00", "2104-02-29 02:00"]),
        ("0 2 ? MAR MON#1 2027,2026", ["2026-03-02 02:00", "2027-03-01 02:00"]),
        ("0 2 1 1 ? 2199", ["2199-01-01 02:00"]),
        ("0 2 * * ? 1999", []),
    ],
)
def test_a_cron_expression_ends_with_its_years(expression, all_runs):
    assert shown(Cron(expression).next_runs(9, after=NEW_YEAR)) == all_runs


@pytest.mark.parametrize(
    ("expression", "field", "given", "allowed"),
    [
        ("60 2 * * ? *", "minutes", "60", "0-59 with , - * /"),
        ("0,60 2 * * ? *", "minutes", "60 in 0,60", "0-59 with , - * /"),
        ("-5 2 * * ? *", "minutes", "-5", "0-59 with , - * /"),
        ("0/0 2 * * ? *", "minutes", "0/0", "a step from 1 to 59"),
        ("0/60 2 * * ? *", "minutes", "0/60", "a step from 1 to 59"),
        ("0/4 2 * * ? *", "minutes", "runs 4 min apart", "runs at least 5 minutes apart"),
        ("* 2 * * ? *", "minutes", "runs 1 min apart", "runs at least 5 minutes apart"),
        ("0,57 2-3 * * ? *", "minutes", "runs 3 min apart", "runs at least 5 minutes apart"),
        ("0,57 0,23 * * ? *", "minutes", "runs 3 min apart", "runs at least 5 minutes apart"),
        ("0 24 * * ? *", "hours", "24", "0-23 with , - * /"),
        ("0 ? * * ? *", "hours", "?", "0-23 with , - * /"),
        ("0 22-2 * * ? *", "hours", "22-2", f"{UPWARDS}22-23,0-2"),
        ("0 0/24 * * ? *", "hours", "0/24", "a step from 1 to 23"),
        ("0 2 0 * ? *", "day-of-month", "0", DAY_OF_MONTH),
        ("0 2 32 * ? *", "day-of-month", "32", DAY_OF_MONTH),
        ("0 2 32W * ? *", "day-of-month", "32 in 32W", DAY_OF_MONTH),
        ("0 2 W * ? *", "day-of-month", "W", DAY_OF_MONTH),
        ("0 2 1,L * ? *", "day-of-month", "L in 1,L", DAY_OF_MONTH),
        ("0 2 L-3 * ? *", "day-of-month", "L in L-3", DAY_OF_MONTH),
        ("0 2 15,16W * ? *", "day-of-month", "16W in 15,16W", DAY_OF_MONTH),
        ("0 2 * 13 ? *", "month", "13", MONTH),
        ("0 2 * JUNE ? *", "month", "JUNE", MONTH),
        ("0 22-2/2 * * ? *", "hours", "22-2/2", "a range that runs upwards; list the values instead, as in 22,0,2"),
        (
            "0 2 ? * SAT-MON/2 *",
            "day-of-week",
            "SAT-MON/2",
            "a range that runs upwards; list the values instead, as in SAT,MON",
        ),
        ("0 2 ? * SAT-MON *", "day-of-week", "SAT-MON", f"{UPWARDS}SAT,SUN-MON"),
        ("0 2 ? * 7-1 *", "day-of-week", "7-1", f"{UPWARDS}7,1"),
        ("0 2 * NOV-FEB ? *", "month", "NOV-FEB", f"{UPWARDS}NOV-DEC,JAN-FEB"),
        ("0 2 ? * 0 *", "day-of-week", "0", DAY_OF_WEEK),
        ("0 2 ? * 8 *", "day-of-week", "8", DAY_OF_WEEK),
        ("0 2 ? * TUESDAY *", "day-of-week", "TUESDAY", DAY_OF_WEEK),
        ("0 2 ? * TUE#6 *", "day-of-week", "TUE#6", DAY_OF_WEEK),
        ("0 2 ? * TUE#2,TUE#4 *", "day-of-week", "TUE#2 in TUE#2,TUE#4", DAY_OF_WEEK),
        ("0 2 ? * FRI-MON *", "day-of-week", "FRI-MON", f"{UPWARDS}FRI-SAT,SUN-MON"),
        ("0 2 * * ? 1969", "year", "1969", "1970-2199 with , - * /"),
        ("0 2 * * ? 2200", "year", "2200", "1970-2199 with , - * /"),
        ("0 2 ? * ? *", "day-of-month and day-of-week", "? and ?", ONE_QUESTION_MARK),
        ("0 2 15 * TUE *", "day-of-month and day-of-week", "15 and TUE", ONE_QUESTION_MARK),
        ("0 2 31 2 ? *", "day-of-month, month, day-of-week and year", "31 2 ? *", NEVER),
        ("0 2 29 2 ? 2100", "day-of-month, month, day-of-week and year", "29 2 ? 2100", NEVER),
        ("0 2 ? FEB MON#5 2026", "day-of-month, month, day-of-week and year", "? FEB MON#5 2026", NEVER),
        ("0 2 * * ?", "fields", 5, ORDER),
        ("", "fields", 0, ORDER),
        ("0 15 10 ? * MON-FRI", "fields", "seconds first and no year", ORDER),
        ("24 30 09 ? * * *", "seconds", "24", f"0, or {ORDER}"),
        ("0 2 " + ",".join(str(day) for day in range(1, 32)) + " * ? " + ",".join(["2026"] * 40), "length", 297, None),
    ],
)
def test_a_cron_expression_that_will_not_do_is_refused_with_the_field_and_what_is_allowed(
    expression, field, given, allowed
):
    allowed = allowed or "256 characters at most; ranges and steps are shorter than lists"
    with pytest.raises(ScheduleError) as refused:
        Cron(expression)
    assert str(refused.value) == f"schedule {expression!r}: {field}: got {given!r}; allowed: {allowed}"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("0 2 ? * TUE#2 *", "cron(0 2 ? * TUE#2 *)"),
        ("cron(0 2 ? * TUE#2 *)", "cron(0 2 ? * TUE#2 *)"),
        (" cron( 0  2 ?\t* tue#2 * ) ", "cron(0 2 ? * TUE#2 *)"),
        ("cron(0 30 23 ? * TUE#3 *)", "cron(30 23 ? * TUE#3 *)"),
        ("00 30 23 ? * TUE#3 *", "cron(30 23 ? * TUE#3 *)"),
        ("15 10 ? * FRIL *", "cron(15 10 ? * 6L *)"),
    ],
)
def test_aws_is_sent_six_fields_in_the_documented_spelling(given, sent):
    cron = Cron(given)
    assert (cron.expression, cron.offset_days, cron.warnings) == (sent, None, ())


@pytest.mark.parametrize(
    ("given", "sent", "change"),
    [
        ("0 2 * * * *", "cron(0 2 * * ? *)", "* and * are sent as * and ?"),
        ("0 2 * * TUE *", "cron(0 2 ? * TUE *)", "* and TUE are sent as ? and TUE"),
        ("0 2 15 * * *", "cron(0 2 15 * ? *)", "15 and * are sent as 15 and ?"),
    ],
)
def test_a_missing_question_mark_is_put_in_with_a_warning_where_it_changes_nothing(given, sent, change):
    cron = Cron(given)
    warning = (
        f"schedule {given!r}: AWS requires ? in one of day-of-month and day-of-week: {change}, which means the same"
    )
    assert (cron.expression, cron.warnings) == (sent, (warning,))


def test_equal_schedules_are_equal_however_they_are_spelt():
    assert Cron("0 0 2 ? * tue#2 *", 5) == parse_schedule("cron(0 2 ? * TUE#2 *)", 5)
    assert Cron("0 2 ? * TUE#2 *") != Cron("0 2 ? * TUE#2 *", 5)


@pytest.mark.parametrize(
    ("offset_days", "runs"),
    [
        (0, ["2026-01-13 02:00", "2026-02-10 02:00"]),
        (5, ["2026-01-18 02:00", "2026-02-15 02:00"]),
        (6, ["2026-01-19 02:00", "2026-02-16 02:00"]),
    ],
)
def test_patch_tuesday_is_the_second_tuesday_and_some_days(offset_days, runs):
    schedule = PatchTuesday(offset_days)
    assert schedule.expression == "cron(0 2 ? * TUE#2 *)"
    assert schedule.offset_days == (offset_days or None)
    assert shown(schedule.next_runs(2, after=NEW_YEAR)) == runs


def test_patch_tuesday_opens_at_the_time_that_it_is_given():
    assert PatchTuesday(1, at="22:30").expression == "cron(30 22 ? * TUE#2 *)"


@pytest.mark.parametrize(
    ("schedule", "warned"),
    [
        (PatchTuesday(), True),
        (PatchTuesday(at="09:59"), True),
        (PatchTuesday(at="10:00"), False),
        (PatchTuesday(1), False),
    ],
)
def test_patch_tuesday_warns_when_it_opens_before_the_updates_are_out(schedule, warned):
    assert any("before the updates of that day are out" in warning for warning in schedule.warnings) is warned


@pytest.mark.parametrize("offset_days", [0, 7, -1, True, 1.5])
def test_an_offset_of_a_cron_expression_is_one_to_six_days(offset_days):
    with pytest.raises(ScheduleError) as refused:
        Cron("0 2 ? * TUE#2 *", offset_days)
    assert str(refused.value) == f"schedule '0 2 ? * TUE#2 *': offset_days: got {offset_days!r}; allowed: {OFFSET}"


@pytest.mark.parametrize("offset_days", [7, -1])
def test_patch_tuesday_refuses_lags_that_no_offset_expresses(offset_days):
    with pytest.raises(ScheduleError, match=f"offset_days: got {offset_days}; allowed: 1 to 6 days"):
        PatchTuesday(offset_days)


@pytest.mark.parametrize("at", ["24:00", "2:00", "02:60", "02:00:00", ""])
def test_patch_tuesday_refuses_what_is_no_time_of_day(at):
    with pytest.raises(ScheduleError) as refused:
        PatchTuesday(1, at=at)
    assert str(refused.value) == (f"schedule 'PatchTuesday': at: got {at!r}; allowed: a time from '00:00' to '23:59'")


@pytest.mark.parametrize("schedule", ["rate(7 days)", "at(2030-07-07T15:55:00)"])
def test_an_offset_is_for_cron_schedule_types_only(schedule):
    with pytest.raises(ScheduleError) as refused:
        parse_schedule(schedule, offset_days=2)
    assert (
        str(refused.value)
        == f"schedule {schedule!r}: offset_days: got 2; allowed: none: AWS shifts cron expressions only"
    )


def test_the_offset_of_the_window_and_that_of_the_schedule_must_not_differ():
    schedule = Cron("0 2 ? * TUE#2 *", 2)
    assert parse_schedule(schedule, offset_days=2) == parse_schedule(schedule) == schedule
    with pytest.raises(ScheduleError, match="got 5; allowed: 2, which the schedule has already, or none beside it"):
        parse_schedule(schedule, offset_days=5)


def test_the_offset_of_the_window_can_be_given_with_the_question():
    runs = Cron("30 23 ? * TUE#3 *").next_runs(1, after=NEW_YEAR, offset_days=2)
    assert shown(runs) == ["2026-01-22 23:30"]


def test_a_run_whose_offset_is_under_way_is_still_ahead():
    wednesday_after = datetime(2026, 1, 14, tzinfo=UTC)
    assert shown(PatchTuesday(5).next_runs(1, after=wednesday_after)) == ["2026-01-18 02:00"]


def test_a_window_made_while_an_offset_is_under_way_waits_for_the_next_period():
    wednesday_after = datetime(2026, 1, 14, tzinfo=UTC)
    runs = PatchTuesday(5).next_runs(1, after=wednesday_after, created=wednesday_after)
    assert shown(runs) == ["2026-02-15 02:00"]


@pytest.mark.parametrize(
    ("text", "schedule", "length"),
    [
        ("rate(1 hour)", Rate(1, "hour"), timedelta(hours=1)),
        ("rate(30 minutes)", Rate(30, "minutes"), timedelta(minutes=30)),
        (" rate( 25  days ) ", Rate(25, "days"), timedelta(days=25)),
    ],
)
def test_a_rate_counts_from_the_creation_of_the_window(text, schedule, length):
    assert parse_schedule(text) == schedule
    created = NEW_YEAR - length / 4
    expected = [created + length, created + 2 * length]
    assert schedule.next_runs(2, after=NEW_YEAR, created=created) == expected


def test_a_rate_begins_at_its_start_date_as_in_the_documented_example():
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-windows-schedule-options.html
    runs = Rate(7, "days").next_runs(
        99,
        after=datetime(2018, 12, 1, tzinfo=UTC),
        timezone="Asia/Tokyo",
        start=datetime.fromisoformat("2019-01-01T03:15:00+09:00"),
        end=datetime.fromisoformat("2019-06-30T06:15:00+09:00"),
    )
    assert shown([runs[0], runs[-1]]) == ["2019-01-01 03:15", "2019-06-25 03:15"]
    assert len(runs) == 26


def test_a_start_date_in_the_past_moves_no_rate():
    assert Rate(1, "day").next_runs(1, after=NEW_YEAR, start=NEW_YEAR - timedelta(hours=5)) == [
        NEW_YEAR + timedelta(days=1)
    ]


def test_a_rate_that_outlasts_the_calendar_has_no_further_run():
    assert Rate(999_999_999, "days").next_runs(3, after=NEW_YEAR) == []


@pytest.mark.parametrize(
    ("text", "field", "given", "allowed"),
    [
        ("rate(1 hours)", "unit", "hours", "minute, hour, day for 1"),
        ("rate(5 hour)", "unit", "hour", "minutes, hours, days for 5"),
        ("rate(2 weeks)", "unit", "weeks", "minutes, hours, days for 2"),
        ("rate(0 days)", "value", 0, "whole numbers from 1 to 999999999"),
        ("at(2030-02-30T00:00:00)", "time", "2030-02-30T00:00:00", None),
        ("at(2030-07-07T15:55)", "time", "2030-07-07T15:55", None),
        ("at(2030-07-07T15:55:00Z)", "time", "2030-07-07T15:55:00Z", None),
        ("at(2030-07-07T25:00:00)", "time", "2030-07-07T25:00:00", None),
        ("rate(1.5 days)", "form", "rate(1.5 days)", FORMS),
        ("rate(-1 days)", "form", "rate(-1 days)", FORMS),
        ("rate(5)", "form", "rate(5)", FORMS),
        ("0 2 ? * TUE#2 *", "form", "0 2 ? * TUE#2 *", FORMS),
        ("every tuesday", "form", "every tuesday", FORMS),
        ("", "form", "", FORMS),
    ],
)
def test_a_text_that_will_not_do_is_refused_with_its_fault_and_what_is_allowed(text, field, given, allowed):
    allowed = allowed or "YYYY-MM-DDTHH:MM:SS and no more: the zone is the time zone of the window"
    with pytest.raises(ScheduleError) as refused:
        parse_schedule(text)
    assert str(refused.value) == f"schedule {text!r}: {field}: got {given!r}; allowed: {allowed}"


@pytest.mark.parametrize("value", [1.0, True, 1.5, 0, 1_000_000_000])
def test_a_rate_is_a_whole_number(value):
    with pytest.raises(ScheduleError, match="value: got"):
        Rate(value, "day")


def test_a_rate_faster_than_aws_documents_is_a_warning():
    assert Rate(4, "minutes").warnings == (
        "schedule 'rate(4 minutes)': AWS documents five minutes as the shortest interval",
    )
    assert Rate(5, "minutes").warnings == ()


def test_a_single_run_is_at_the_local_time_of_the_window_and_over_after_it():
    schedule = At("2030-07-07T15:55:00")
    assert schedule.expression == "at(2030-07-07T15:55:00)"
    assert [run.isoformat() for run in schedule.next_runs(5, after=NEW_YEAR)] == ["2030-07-07T15:55:00+00:00"]
    run = datetime(2030, 7, 7, 13, 55, tzinfo=UTC)
    assert schedule.next_runs(5, after=NEW_YEAR, timezone="Europe/Berlin") == [run]
    assert schedule.next_runs(5, after=run, timezone="Europe/Berlin") == []


def test_runs_are_later_than_the_moment_asked_about():
    run = datetime(2026, 1, 13, 2, tzinfo=UTC)
    schedule = Cron("0 2 ? * TUE#2 *")
    assert schedule.next_runs(1, after=run - timedelta(microseconds=1)) == [run]
    assert schedule.next_runs(1, after=run) == [datetime(2026, 2, 10, 2, tzinfo=UTC)]


def test_without_a_moment_runs_are_in_the_future():
    assert Cron("0/5 * * * ? *").next_runs()[0] > datetime.now(UTC)


def test_a_run_at_the_start_date_counts_and_one_at_the_end_date_does_not():
    first, last = datetime(2026, 1, 5, 2, tzinfo=UTC), datetime(2026, 1, 8, 2, tzinfo=UTC)
    runs = Cron("0 2 * * ? *").next_runs(9, after=NEW_YEAR, start=first, end=last)
    assert shown(runs) == ["2026-01-05 02:00", "2026-01-06 02:00", "2026-01-07 02:00"]


@pytest.mark.parametrize("moment", ["after", "start", "end", "created"])
def test_a_moment_without_a_time_zone_is_refused(moment):
    moments: dict[str, Any] = {moment: datetime(2026, 1, 1)}  # noqa: DTZ001 - what is refused
    with pytest.raises(ScheduleError) as refused:
        Rate(7, "days").next_runs(**moments)
    assert str(refused.value) == (
        f"schedule 'rate(7 days)': {moment}: got '2026-01-01T00:00:00'; allowed: a datetime with a time zone"
    )


def test_a_refusal_is_an_error_of_ours_and_a_value_error_and_survives_pickling():
    with pytest.raises(SsmMaintenanceError) as refused:
        Cron("0 24 * * ? *")
    assert isinstance(refused.value, ValueError)
    refused.value.add_note("in the night")
    copy = pickle.loads(pickle.dumps(refused.value))
    assert (str(copy), vars(copy)) == (str(refused.value), vars(refused.value))


@pytest.mark.parametrize(
    "schedule", [Cron("0 2 L * ? *", 1), PatchTuesday(5), Rate(7, "days"), At("2030-07-07T15:55:00")]
)
def test_schedules_survive_pickling(schedule):
    copy = pickle.loads(pickle.dumps(schedule))
    assert copy == schedule
    assert copy.next_runs(2, after=NEW_YEAR) == schedule.next_runs(2, after=NEW_YEAR)
