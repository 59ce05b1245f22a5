"""Schedules in words, for whoever reads a preview."""

import pytest

from pulumi_ssm_maintenance.schedules._schedule_types import At, Cron, PatchTuesday, Rate


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Cron("0 2 * * ? *"), "every day at 02:00"),
        (Cron("0 2 ? * * *"), "every day at 02:00"),
        (Cron("0 2,14 * * ? *"), "every day at 02:00 and 14:00"),
        (Cron("0,30 2,14 ? JAN * *"), "every day in January at 02:00, 02:30, 14:00 and 14:30"),
        (Cron("0/15 * * * ? *"), "every 15 minutes"),
        (Cron("0 * * * ? *"), "every hour"),
        (Cron("10 * ? * SUN *"), "every Sunday every hour at minute 10"),
        (Cron("10,30 * * * ? *"), "every hour at minutes 10 and 30"),
        (Cron("0 0/2 * * ? *"), "every 2 hours from 00:00 on"),
        (Cron("0/15 8-17 ? * MON-FRI *"), "every Monday to Friday every 15 minutes from 08:00 to 17:45"),
        (Cron("15 8-17 * * ? *"), "every hour from 08:15 to 17:15"),
        (Cron("0/30 1,3,5,9 * * ? *"), "every day at minutes 0 and 30 of the hours 1, 3, 5 and 9"),
        (Cron("0 2 ? * MON,WED,FRI *"), "every Monday, Wednesday and Friday at 02:00"),
        (Cron("0 2 ? JAN,JUL L *"), "every Saturday in January and July at 02:00"),
        (Cron("0 2 ? * TUE#2 *"), "on the second Tuesday of every month at 02:00"),
        (Cron("0 2 ? * MON#5 *"), "on the fifth Monday of every month, where there is one, at 02:00"),
        (Cron("0 2 ? 1-3 6L *"), "on the last Friday of January to March at 02:00"),
        (
            Cron("0 2 1,2,3,21,22,23,11 * ? *"),
            "on the 1st, 2nd, 3rd, 11th, 21st, 22nd and 23rd of every month at 02:00",
        ),
        (Cron("0 2 1-7 * ? *"), "on the 1st to 7th of every month at 02:00"),
        (Cron("0 2 L * ? *"), "on the last day of every month at 02:00"),
        (Cron("0 2 LW * ? *"), "on the last working day of every month at 02:00"),
        (Cron("0 2 15W * ? *"), "on the working day nearest to the 15th of every month at 02:00"),
        (Cron("0 2 29 2 ? 2028"), "on the 29th of February at 02:00, in 2028"),
        (Cron("0 2 * * ? 2026-2028"), "every day at 02:00, in 2026 to 2028"),
        (Cron("0 * * * ? 2026/1"), "every hour, from 2026 on"),
        (Cron("0 2 1 1 ? 2026/2"), "on the 1st of January at 02:00, every 2 years from 2026 to 2198"),
        (Cron("0 2 ? * TUE#2 *", 5), "5 days after the second Tuesday of every month, at 02:00"),
        (Cron("0 2 ? * TUE *", 1), "1 day after every Tuesday, at 02:00"),
        (PatchTuesday(at="18:30"), "on Patch Tuesday (the second Tuesday of every month) at 18:30"),
        (PatchTuesday(5), "5 days after Patch Tuesday (the second Tuesday of every month), at 02:00"),
        (Rate(1, "hour"), "every hour"),
        (Rate(7, "days"), "every 7 days"),
        (At("2030-07-07T15:55:00"), "once, on 2030-07-07 at 15:55"),
        (At("2030-07-07T15:55:30"), "once, on 2030-07-07 at 15:55:30"),
    ],
)
def test_a_schedule_says_in_words_when_it_runs(schedule, words):
    assert schedule.describe() == words


def test_the_time_zone_is_named_if_it_is_given():
    assert Cron("0 2 * * ? *").describe("Europe/Berlin") == "every day at 02:00 (Europe/Berlin)"
