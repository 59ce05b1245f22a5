"""Schedules of EventBridge Scheduler that switch a window off and on, before the opening or during the night."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from pulumi_ssm_maintenance.simulation import WindowClosedError
from pulumi_ssm_maintenance.testing import Node

UPDATE = "arn:aws:scheduler:::aws-sdk:ssm:updateMaintenanceWindow"
NODE = Node("i-0123456789abcdef0", tags={"Patch Group": "web"}, minutes=30)
WHOLE = {"Name": "nightly", "Schedule": "cron(0 4 * * ? *)", "Duration": 8, "Cutoff": 2}
OFF, ON = {"Enabled": False}, {"Enabled": True}


@pytest.fixture
def schedule(window):
    """Creates a schedule that updates the window."""
    scheduler = window.aws.client("scheduler")

    def create(name, expression, changes, *, window_id=window.id, target=UPDATE, **more):
        request = {"WindowId": window_id, **changes}
        scheduler.create_schedule(
            Name=name,
            ScheduleExpression=expression,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": target, "RoleArn": "arn:aws:iam::123456789012:role/any", "Input": json.dumps(request)},
            **more,
        )

    window.ssm.update_maintenance_window(WindowId=window.id, Schedule="cron(0 2 * * ? *)")
    return create


def test_a_night_between_off_and_on_does_not_open_and_says_which_schedule_is_why(window, schedule):
    schedule("off", "at(2040-12-20T00:00:00)", OFF, ScheduleExpressionTimezone="Europe/Berlin")
    schedule("on", "at(2041-01-02T06:00:00)", ON, ScheduleExpressionTimezone="Europe/Berlin")
    with pytest.raises(WindowClosedError) as raised:
        window.rehearse(at=datetime(2040, 12, 25, 2, tzinfo=UTC))
    assert str(raised.value) == (
        "window 'nightly' does not open at 2040-12-25T02:00+00:00: schedule off disables it at 2040-12-20T00:00+01:00"
    )
    assert window.rehearse(at=datetime(2040, 12, 19, 2, tzinfo=UTC)).scheduled_updates == []
    after = window.rehearse(at=datetime(2041, 1, 3, 2, tzinfo=UTC))
    assert [it.schedule for it in after.scheduled_updates] == ["off", "on"]
    assert "schedule on enables the window at 2041-01-02 06:00 CET" in after.timeline()


def test_the_next_opening_is_the_first_one_that_no_schedule_prevents(window, schedule):
    window.ssm.update_maintenance_window(WindowId=window.id, Enabled=False)
    schedule("on", "at(2041-01-02T06:00:00)", ON)
    assert window.rehearse().opened == datetime(2041, 1, 3, 2, tzinfo=UTC)


def test_a_recurring_schedule_keeps_the_window_closed_on_weekends(window, schedule):
    schedule("friday", "cron(0 18 ? * FRI *)", OFF)
    schedule("monday", "cron(0 6 ? * MON *)", ON)
    tuesday = datetime(2027, 6, 1, 2, tzinfo=UTC)
    assert window.rehearse(at=tuesday).status == "SUCCESS"
    with pytest.raises(WindowClosedError, match="schedule friday disables it at 2027-06-04T18:00"):
        window.rehearse(at=tuesday + timedelta(days=5))


@pytest.mark.parametrize(
    "more",
    [
        {"State": "DISABLED"},
        {"window_id": "mw-00000000000000001"},
        {"target": "arn:aws:scheduler:::aws-sdk:ssm:deleteMaintenanceWindow"},
    ],
)
def test_schedules_that_do_not_update_this_window_change_nothing(window, schedule, more):
    schedule("off", "at(2040-12-20T00:00:00)", OFF, **more)
    night = window.rehearse(at=datetime(2040, 12, 25, 2, tzinfo=UTC))
    assert (night.status, night.scheduled_updates) == ("SUCCESS", [])


def test_other_settings_of_the_window_are_those_of_the_opening(window, schedule):
    schedule("longer", "at(2040-12-20T00:00:00)", {"Duration": 8, "Cutoff": 2})
    night = window.rehearse(at=datetime(2040, 12, 25, 2, tzinfo=UTC))
    assert (night.end - night.opened, night.end - night.cutoff) == (timedelta(hours=8), timedelta(hours=2))


class TestReplace:
    """An update with Replace clears what it leaves out, and needs all that a window cannot do without."""

    @pytest.fixture
    def berlin(self, window):
        window.ssm.update_maintenance_window(WindowId=window.id, ScheduleTimezone="Europe/Berlin")

    @pytest.mark.usefixtures("berlin")
    @pytest.mark.parametrize(("replace", "opened"), [(True, 4), (False, 3)])
    def test_what_it_leaves_out_is_cleared(self, window, schedule, replace, opened):
        changes = {**WHOLE, "AllowUnassociatedTargets": True, "Replace": replace}
        schedule("whole", "at(2027-01-02T06:00:00)", changes)
        window.ssm.update_maintenance_window(WindowId=window.id, StartDate="2027-01-01T12:00:00Z")
        night = window.rehearse(at=None)
        assert (night.opened.hour, night.end - night.opened) == (1, timedelta(hours=4))
        window.ssm.update_maintenance_window(WindowId=window.id, StartDate="2027-01-02T12:00:00Z")
        night = window.rehearse(at=None)
        assert (night.opened.hour, night.end - night.opened) == (opened, timedelta(hours=8))

    def test_without_what_a_window_needs_it_changes_nothing_and_the_night_says_why(self, window, schedule):
        schedule("part", "at(2040-12-20T00:00:00)", {**WHOLE, "Enabled": False, "Replace": True})
        night = window.rehearse(at=datetime(2040, 12, 25, 2, tzinfo=UTC))
        assert night.end - night.opened == timedelta(hours=4)
        refused = "AWS refuses it: with Replace, these are required: AllowUnassociatedTargets"
        assert f"schedule part changes nothing, because {refused}" in night.timeline()


def test_a_window_that_is_disabled_during_its_run_finishes_it_and_reports_the_change(window, schedule):
    window.task("patch", [window.target(("tag:Patch Group", ["web"]))])
    events = window.aws.client("events")
    pattern = {"detail-type": ["Maintenance Window State-change Notification"], "detail": {"status": ["DISABLED"]}}
    events.put_rule(Name="disabled", EventPattern=json.dumps(pattern))
    topic = "arn:aws:sns:us-east-1:123456789012:alerts"
    events.put_targets(Rule="disabled", Targets=[{"Id": "topic", "Arn": topic}])
    schedule("off", "at(2040-12-20T02:10:00)", OFF)
    night = window.rehearse(NODE, at=datetime(2040, 12, 20, 2, tzinfo=UTC))
    assert (night.status, night.task("patch").status) == ("SUCCESS", "SUCCESS")
    assert [json.loads(it.body)["detail"]["status"] for it in night.messages] == ["DISABLED"]
    assert "+0:10  schedule off disables the window" in night.timeline()
    assert "not known:\n  Schedule off disables the window during the run." in night.timeline()
