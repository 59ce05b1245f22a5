"""Openings, daylight saving, freezes, and windows in each other's way."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.operations.planning.conftest import target, task, window

from pulumi_ssm_maintenance.operations.errors import UsageError
from pulumi_ssm_maintenance.operations.live import read_windows
from pulumi_ssm_maintenance.operations.planning import from_live, plan, scheduled_openings
from pulumi_ssm_maintenance.schedules import read_periods

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def opens(planned):
    return [f"{it.opens:%Y-%m-%d %H:%M %z}" for it in planned.windows[0].openings]


def notes(planned):
    return planned.windows[0].notes


def test_openings_are_in_the_zone_of_the_window():
    planned = plan([window(ScheduleTimezone="Europe/Berlin", ScheduleOffset=2)], count=2, now=NOW)
    assert opens(planned) == ["2026-12-14 02:00 +0100", "2027-01-11 02:00 +0100"]


def test_a_time_that_the_clocks_skip_is_a_note():
    nightly = window(Schedule="cron(30 2 * * ? *)", ScheduleTimezone="Europe/Berlin")
    planned = plan([nightly], count=3, now=datetime(2027, 3, 27, 12, tzinfo=UTC))
    assert opens(planned)[0] == "2027-03-29 02:30 +0200"
    assert notes(planned) == ("does not open on Sun 2027-03-28 02:30: the clocks skip that time",)


def test_a_time_that_comes_twice_is_a_note_with_both_times():
    nightly = window(Schedule="cron(30 2 * * ? *)", ScheduleTimezone="Europe/Berlin")
    planned = plan([nightly], count=1, now=datetime(2026, 10, 24, 12, tzinfo=UTC))
    (opening,) = planned.windows[0].openings
    assert "twice, at 00:30 and 01:30 UTC" in opening.notes[0]


def test_an_opening_in_a_freeze_is_marked():
    freezes = read_periods([{"name": "christmas", "start": "2026-12-10T00:00", "end": "2027-01-05T00:00"}], "UTC")
    planned = plan([window()], count=2, freezes=freezes, now=NOW)
    assert [it.freeze for it in planned.windows[0].openings] == ["christmas", None]


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"Enabled": False}, "is disabled: it opens at none of these times"),
        ({"EndDate": "2020-01-01T00:00:00Z"}, "ended on 2020-01-01"),
        ({"Schedule": "at(2020-01-01T00:00:00)"}, "has no further opening"),
        ({"NextExecutionTime": "2026-12-13T02:00Z"}, "AWS names Sun 2026-12-13 02:00 UTC as an opening"),
    ],
)
def test_what_the_calendar_does_not_show_is_a_note(fields, note):
    assert note in notes(plan([window(**fields)], now=NOW))[0]


def test_an_opening_that_aws_does_not_list_is_a_note():
    listed = {"mw-prod": [datetime(2026, 12, 12, 2, tzinfo=UTC), datetime(2027, 1, 10, 2, tzinfo=UTC)]}
    (note,) = notes(plan([window()], count=3, scheduled=listed, now=NOW))
    assert note == (
        "AWS names Sun 2027-01-10 02:00 UTC as an opening, and this plan Sat 2027-01-09 02:00 UTC: please report it"
    )
    listed["mw-prod"][1] = datetime(2027, 1, 9, 2, tzinfo=UTC)
    assert notes(plan([window()], count=3, scheduled=listed, now=NOW)) == ()


def test_a_schedule_that_is_not_understood_leaves_the_others():
    planned = plan([window("odd", Schedule="every night"), window()], now=NOW)
    assert (planned.windows[0].openings, planned.windows[0].fit) == ((), None)
    assert planned.windows[1].openings


def test_a_rate_counts_from_the_next_opening_that_aws_names():
    planned = plan([window(Schedule="rate(7 days)", NextExecutionTime="2026-11-30T05:00:00Z")], count=2, now=NOW)
    assert opens(planned) == ["2026-11-30 05:00 +0000", "2026-12-07 05:00 +0000"]


def test_two_windows_on_equal_targets_at_once_are_a_conflict():
    one = window("one", task("patch", target("web", Group="web")))
    other = window("other", task("scan", target("same", Group="web")), Schedule="cron(0 4 ? * SAT#2 *)")
    found = plan([one, other], now=NOW)
    (conflict,) = found.conflicts
    assert (conflict.kind, conflict.windows) == ("same nodes", ("one", "other"))
    assert "open at once on tag:Group=web: 2026-12-12 04:00" in conflict.text
    assert not found.is_sound
    later = window("other", task("scan", target("same", Group="web")), Schedule="cron(0 6 ? * SAT#2 *)")
    assert plan([one, later], now=NOW).conflicts == ()


def test_nodes_that_are_known_decide_and_not_how_targets_are_written():
    one, other = window("one", task("patch", target("web"))), window("other", task("scan", target("all")))
    ids = {"id-of-web": frozenset({"i-1", "i-2"}), "id-of-all": frozenset({"i-2", "i-3"})}
    (conflict,) = plan([one, other], node_ids=ids, now=NOW).conflicts
    assert "on 1 node: " in conflict.text


def test_windows_in_other_regions_are_not_in_the_way():
    one = window("one", task("patch", target("web", Group="web")))
    other = window("other", task("scan", target("web", Group="web")))
    object.__setattr__(other, "region", "us-east-1")
    assert plan([one, other], now=NOW).conflicts == ()


def test_more_than_five_windows_open_at_once_are_a_conflict():
    assert plan([window(f"window-{number}") for number in range(5)], now=NOW).conflicts == ()
    (conflict,) = plan([window(f"window-{number}") for number in range(6)], now=NOW).conflicts
    assert (conflict.kind, len(conflict.windows)) == ("too many", 6)


def test_a_window_that_opens_again_before_it_closes_is_a_conflict():
    (conflict,) = plan([window(Schedule="rate(2 hours)", CreatedDate=NOW)], now=NOW).conflicts
    assert conflict.kind == "too soon"


def test_a_disabled_window_is_in_nobodys_way():
    one = window("one", task("patch", target("web", Group="web")))
    other = window("other", task("scan", target("web", Group="web")), Enabled=False)
    assert plan([one, other], now=NOW).conflicts == ()


def test_a_target_that_no_window_has_is_refused():
    with pytest.raises(UsageError, match="no target is called 'wbe'; there are web"):
        plan([window("prod", task("patch", target("web")))], nodes={"wbe": 3}, now=NOW)


@pytest.mark.parametrize("duration", [1, 24])
def test_the_shortest_and_the_longest_window_can_be_planned(duration):
    planned = plan(
        [window("prod", task("patch", target("web")), Duration=duration, Cutoff=0)],
        nodes={"web": 3},
        minutes_per_node=10,
        now=NOW,
    )
    assert planned.windows[0].fit.fits is True


@pytest.mark.parametrize(
    "fields",
    [
        {"Schedule": "cron(0 2 ? * SAT#2 *)", "ScheduleTimezone": "Europe/Berlin"},
        {"Schedule": "cron(0 2 ? * TUE#2 *)", "ScheduleTimezone": "America/New_York", "ScheduleOffset": 3},
        {"Schedule": "cron(30 2 * * ? *)", "ScheduleTimezone": "Europe/London"},
        {"Schedule": "rate(3 days)"},
        {"Schedule": "rate(12 hours)", "StartDate": "2030-03-01T00:00:00Z"},
        {"Schedule": "at(2031-05-06T07:08:00)", "ScheduleTimezone": "Asia/Tokyo"},
        {"Schedule": "cron(0 4 L * ? *)", "EndDate": "2035-01-01T00:00:00Z"},
    ],
    ids=lambda fields: fields["Schedule"],
)
def test_openings_are_those_that_the_schedule_of_the_local_aws_lists(session, new_window, fields):
    window_id = new_window("window", **fields)
    windows = from_live(read_windows(session, [window_id]).windows)
    scheduled, _ = scheduled_openings(session, windows, 40)
    listed = scheduled[window_id]
    (found,) = plan(windows, count=40, scheduled=scheduled).windows
    assert not [note for note in found.notes if "AWS names" in note]
    assert all(abs(one.opens - other) < timedelta(minutes=1) for one, other in zip(found.openings, listed, strict=True))
