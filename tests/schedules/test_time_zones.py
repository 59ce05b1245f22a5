"""Runs by local time over both daylight-saving jumps; the jumps are worked out from each zone's rule."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

import pytest

from pulumi_ssm_maintenance.schedules._errors import ScheduleError
from pulumi_ssm_maintenance.schedules._schedule_types import At, Cron, PatchTuesday, Rate
from pulumi_ssm_maintenance.schedules._time_zones import timezone_warning

YEARS = range(2024, 2031)


def sunday(year, month, position):
    days = [week[calendar.SUNDAY] for week in calendar.monthcalendar(year, month)]
    return date(year, month, [day for day in days if day][position])


@dataclass(frozen=True)
class Zone:
    """Clocks go from 02:00 to 03:00 on a Sunday in spring, and back to `back_to` on a Sunday in autumn."""

    name: str
    standard: timedelta
    spring: tuple[int, int]  # the month, and which of its Sundays
    autumn: tuple[int, int]
    back_to: time

    def offset(self, local):
        """The offset of a local time: summer's where the clocks go through it twice, None where they jump over it."""
        spring, autumn = (sunday(local.year, *rule) for rule in (self.spring, self.autumn))
        if local.date() == spring and local.hour == 2:
            return None
        after_spring = local >= datetime.combine(spring, time(3))
        repeated_until = datetime.combine(autumn, self.back_to) + timedelta(hours=1)
        before_autumn = local < repeated_until
        summer = (after_spring and before_autumn) if spring < autumn else (after_spring or before_autumn)
        return self.standard + timedelta(hours=summer)


ZONES = [
    Zone("Europe/Berlin", timedelta(hours=1), spring=(3, -1), autumn=(10, -1), back_to=time(2)),
    Zone("America/New_York", timedelta(hours=-5), spring=(3, 1), autumn=(11, 0), back_to=time(1)),
    Zone("Australia/Sydney", timedelta(hours=10), spring=(10, 0), autumn=(4, 0), back_to=time(2)),
]


def instants(zone, local_times):
    offsets = [(local, zone.offset(local)) for local in local_times]
    return [(local - offset).replace(tzinfo=UTC) for local, offset in offsets if offset is not None]


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
@pytest.mark.parametrize("at", [time(0, 30), time(1, 30), time(2), time(2, 30), time(3), time(23, 55)])
def test_a_daily_run_skips_the_time_that_is_jumped_over_and_runs_once_when_it_comes_twice(zone, at):
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(7 * 365 + 2)]
    expected = instants(zone, [datetime.combine(day, at) for day in days])
    runs = Cron(f"{at.minute} {at.hour} * * ? 2024-2030").next_runs(
        9_999, after=datetime(2023, 12, 1, tzinfo=UTC), timezone=zone.name
    )
    assert [run.astimezone(UTC) for run in runs] == expected
    assert {run.time() for run in runs} == {at}


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
@pytest.mark.parametrize(("year", "jump"), [*product(YEARS, ["spring", "autumn"])])
def test_a_run_every_half_hour_on_the_day_of_a_jump(zone, year, jump):
    day = sunday(year, *getattr(zone, jump))
    local_times = [datetime.combine(day, time(hour, minute)) for hour in range(24) for minute in (0, 30)]
    expected = instants(zone, local_times)
    assert len(expected) == (46 if jump == "spring" else 48)
    runs = Cron(f"0/30 * {day.day} {day.month} ? {day.year}").next_runs(
        99, after=datetime(2023, 12, 1, tzinfo=UTC), timezone=zone.name
    )
    assert [run.astimezone(UTC) for run in runs] == expected


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
def test_patch_tuesday_keeps_its_local_time_in_summer_and_winter(zone):
    tuesdays = [
        date(year, month, [week[calendar.TUESDAY] for week in calendar.monthcalendar(year, month) if week[1]][1])
        for year, month in product(YEARS, range(1, 13))
    ]
    expected = instants(zone, [datetime.combine(day + timedelta(days=5), time(2)) for day in tuesdays])
    runs = PatchTuesday(5).next_runs(84, after=datetime(2024, 1, 1, tzinfo=UTC), timezone=zone.name)
    assert [run.astimezone(UTC) for run in runs][: len(expected)] == expected


@pytest.mark.parametrize(
    ("schedule", "timezone", "after", "runs"),
    [
        # A jump of half an hour.
        (Cron("15 2 * * ? *"), "Australia/Lord_Howe", "2026-10-02T00:00Z", ["2026-10-03 02:15", "2026-10-05 02:15"]),
        # A jump at midnight.
        (Cron("0 0 * * ? *"), "Africa/Cairo", "2026-04-23T00:00Z", ["2026-04-25 00:00", "2026-04-26 00:00"]),
        # Zones half a day from UTC, where the date is another one.
        (Cron("30 23 L * ? *"), "Pacific/Kiritimati", "2026-01-30T00:00Z", ["2026-01-31 23:30", "2026-02-28 23:30"]),
        (Cron("30 0 1 * ? *"), "Pacific/Pago_Pago", "2026-02-01T11:29Z", ["2026-02-01 00:30", "2026-03-01 00:30"]),
        # The offset ends in the hour that is jumped over, in each of these years but 2030.
        (Cron("30 2 ? 3 SAT#4 *", 1), "Europe/Berlin", "2026-01-01T00:00Z", ["2030-03-24 02:30"]),
        # The offset begins there, and ends a day later.
        (Cron("30 2 ? 3 SUN#5 *", 1), "Europe/Berlin", "2026-01-01T00:00Z", ["2026-03-30 02:30"]),
        (At("2026-03-29T02:30:00"), "Europe/Berlin", "2026-01-01T00:00Z", []),
        (At("2026-10-25T02:30:00"), "Europe/Berlin", "2026-10-25T00:29Z", ["2026-10-25 02:30"]),
        (At("2026-10-25T02:30:00"), "Europe/Berlin", "2026-10-25T00:30Z", []),
        # A rate counts hours, so that its local time moves.
        (Rate(1, "day"), "Europe/Berlin", "2026-03-28T01:00Z", ["2026-03-29 03:00", "2026-03-30 03:00"]),
    ],
)
def test_runs_at_odd_jumps_and_in_far_zones(schedule, timezone, after, runs):
    found = schedule.next_runs(max(len(runs), 1), after=datetime.fromisoformat(after), timezone=timezone)
    assert [f"{run:%Y-%m-%d %H:%M}" for run in found] == runs


def test_between_the_two_passes_of_a_local_time_the_run_is_over():
    second_pass = datetime.fromisoformat("2026-10-25T02:15:00+01:00")
    runs = Cron("30 2 * * ? *").next_runs(1, after=second_pass, timezone="Europe/Berlin")
    assert [run.isoformat() for run in runs] == ["2026-10-26T02:30:00+01:00"]


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_a_known_time_zone_is_no_warning(timezone):
    assert timezone_warning(timezone) is None


@pytest.mark.parametrize(
    ("timezone", "cure"),
    [
        ("Europe/Belrin", "did you mean 'Europe/Berlin'?"),
        ("europe/berlin ", "did you mean 'Europe/Berlin'?"),
        ("GMT+2", "did you mean 'Etc/GMT-2'?"),
        ("UTC-05:00", "did you mean 'Etc/GMT+5'?"),
        ("New York", "did you mean 'America/New_York'?"),
        ("berlin", "did you mean 'Europe/Berlin'?"),
        ("UTC+5:30", "AWS takes IANA names such as 'UTC' or 'Europe/Berlin'"),
        ("IST", "AWS takes IANA names such as 'UTC' or 'Europe/Berlin'"),
        ("../etc/passwd", "AWS takes IANA names such as 'UTC' or 'Europe/Berlin'"),
        ("", "AWS takes IANA names such as 'UTC' or 'Europe/Berlin'"),
    ],
)
def test_an_unknown_time_zone_is_a_warning_with_a_cure(timezone, cure):
    assert timezone_warning(timezone) == f"time zone {timezone!r} is not known on this machine: {cure}"


@pytest.mark.parametrize("timezone", ["America", "/etc/localtime", "Europe/Berlin\0"])
def test_what_is_no_name_of_a_zone_is_a_warning_and_no_crash(timezone):
    assert f"time zone {timezone!r} is not known on this machine" in str(timezone_warning(timezone))


def test_runs_in_an_unknown_time_zone_are_refused():
    with pytest.raises(ScheduleError) as refused:
        Cron("0 2 * * ? *").next_runs(timezone="Mars/Olympus")
    assert str(refused.value) == (
        "schedule 'cron(0 2 * * ? *)': timezone: got 'Mars/Olympus'; allowed: an IANA name that this machine knows"
    )


@pytest.mark.parametrize(
    ("schedule", "timezone", "skipped"),
    [
        (Cron("30 2 * * ? *"), "Europe/Berlin", "2026-03-29 02:30"),
        (Cron("0 2 ? * SUN *"), "America/New_York", "2026-03-08 02:00"),
        (Cron("30 2 ? * SAT *", 1), "Europe/Berlin", "2026-03-29 02:30"),
        (Cron("0 0 * * ? *"), "Africa/Cairo", "2026-04-24 00:00"),
        (At("2027-03-28T02:30:00"), "Europe/Berlin", "2027-03-28 02:30"),
        (Cron("30 2 * * ? *"), "Australia/Sydney", "2026-10-04 02:30"),
        (Cron("15 0 ? * SUN *"), "America/Santiago", "2026-09-06 00:15"),
        (Cron("15 2 * * ? *"), "Australia/Lord_Howe", "2026-10-04 02:15"),
        (Cron("45 2 * * ? *"), "Australia/Lord_Howe", None),
        (Cron("30 1 * * ? *"), "Antarctica/Troll", "2026-03-29 01:30"),
        (Cron("30 2 30 3 ? 2036"), "Europe/Berlin", "2036-03-30 02:30"),
        (At("2036-03-30T02:30:00"), "Europe/Berlin", "2036-03-30 02:30"),
        (At("2036-03-31T02:30:00"), "Europe/Berlin", None),
        (At("2025-03-30T02:30:00"), "Europe/Berlin", None),
        (At("9999-12-31T02:30:00"), "Europe/Berlin", None),
        (Cron("30 2 ? * TUE#2 *"), "Europe/Berlin", None),
        (PatchTuesday(4), "Europe/Berlin", None),
        (Cron("30 3 * * ? *"), "Europe/Berlin", None),
        (Cron("0/30 * * * ? *"), "Europe/Berlin", None),
        (Cron("30 2,14 * * ? *"), "Europe/Berlin", None),
        (Cron("30 2 * * ? *"), "UTC", None),
        (Cron("30 2 * * ? *"), "Mars/Olympus", None),
        (Rate(1, "day"), "Europe/Berlin", None),
    ],
)
def test_a_schedule_knows_the_next_day_on_which_the_clocks_skip_its_only_run(schedule, timezone, skipped):
    found = schedule.skipped_run(timezone, after=datetime(2026, 1, 1, tzinfo=UTC))
    assert (None if found is None else f"{found:%Y-%m-%d %H:%M}") == skipped


@pytest.mark.parametrize(
    ("period", "skipped"),
    [
        ({"end": datetime(2026, 3, 29, tzinfo=UTC)}, None),
        ({"end": datetime(2026, 3, 29, 12, tzinfo=UTC)}, "2026-03-29"),
        ({"start": datetime(2026, 3, 30, tzinfo=UTC)}, "2027-03-28"),
        ({"start": datetime(2026, 3, 30, tzinfo=UTC), "end": datetime(2027, 3, 1, tzinfo=UTC)}, None),
        ({"after": datetime(2026, 3, 29, 12, tzinfo=UTC)}, "2027-03-28"),
        ({"start": datetime.max.replace(tzinfo=UTC)}, None),
    ],
)
def test_a_run_that_is_skipped_outside_of_the_windows_dates_does_not_count(period, skipped):
    found = Cron("30 2 * * ? *").skipped_run("Europe/Berlin", **{"after": datetime(2026, 1, 1, tzinfo=UTC)} | period)
    assert (None if found is None else f"{found:%Y-%m-%d}") == skipped
