"""Change freezes: which moments are asked for at which time, and what a stack with one does as time passes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pulumi
import pytest

from pulumi_ssm_maintenance.schedules._freeze_periods import read_periods
from pulumi_ssm_maintenance_components import ArgumentError, ChangeFreeze, MaintenanceWindow, is_frozen

EXAMPLE = Path(__file__).parents[3] / "examples" / "change_freeze"
CHRISTMAS = {"name": "christmas", "start": "2040-12-20T00:00", "end": "2041-01-02T06:00"}
WEEKEND = {"name": "weekend", "start": "2041-02-01T00:00", "end": "2041-02-01T12:00"}
START, END = datetime(2040, 12, 20, tzinfo=UTC), datetime(2041, 1, 2, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def switches(now, period=CHRISTMAS):
    (found,) = read_periods([period], "UTC")
    return {switch.enabled: (switch.moment, switch.is_pinned) for switch in found.switches(now)}


def test_long_before_a_period_both_of_its_moments_are_asked_for():
    assert switches(START - timedelta(days=200)) == {False: (START, False), True: (END, False)}


def test_a_period_that_has_begun_switches_off_soon_and_leaves_a_schedule_that_is_there_alone():
    now = START + timedelta(days=1)
    assert switches(now) == {False: (now + 10 * MINUTE, True), True: (END, False)}


def test_a_period_about_to_end_is_not_switched_off_any_more():
    now = END - 5 * MINUTE
    assert switches(now) == {True: (now + 10 * MINUTE, True)}


def test_after_a_period_windows_are_switched_on_for_as_long_as_scheduler_tries_and_then_nothing_is_left():
    assert list(switches(END + timedelta(hours=23))) == [True]
    assert switches(END + timedelta(days=1)) == {}


def test_switching_off_is_not_tried_longer_than_the_period_lasts():
    (period,) = read_periods([WEEKEND], "UTC")
    off, on = period.switches(START)
    assert off.retries_for == timedelta(hours=12)
    assert on.retries_for is None


@pytest.mark.parametrize(
    ("now", "frozen"),
    [
        (START - 11 * MINUTE, False),
        (START - 9 * MINUTE, True),
        (START, True),
        (END - MINUTE, True),
        (END, False),
    ],
)
def test_a_window_is_frozen_from_when_a_schedule_could_come_too_late_until_the_end(now, frozen):
    assert is_frozen([CHRISTMAS], now=now) is frozen


def test_periods_are_local_times_of_the_freeze_or_carry_their_own_zone():
    assert is_frozen([CHRISTMAS], timezone="Europe/Berlin", now=END - timedelta(hours=2))
    assert not is_frozen([CHRISTMAS], timezone="Europe/Berlin", now=END - MINUTE)
    carried = {**CHRISTMAS, "start": START, "end": "2041-01-02T06:00+00:00"}
    assert is_frozen([carried], timezone="Europe/Berlin", now=END - MINUTE)


@pytest.mark.parametrize(
    ("periods", "timezone", "message"),
    [
        ([{**CHRISTMAS, "end": "2040-12-20T00:05"}], "UTC", "'christmas' ends at 2040-12-20T00:05"),
        ([{**CHRISTMAS, "start": "20 December"}], "UTC", "'christmas': start: got '20 December'"),
        ([{**CHRISTMAS, "until": "x"}], "UTC", r"got the keys \['end', 'name', 'start', 'until'\]"),
        ([CHRISTMAS, {**WEEKEND, "start": "2041-01-02T05:00"}], "UTC", "'weekend' starts at .* 'christmas' ends at"),
        ([CHRISTMAS, {**WEEKEND, "start": "2041-01-02T06:00"}], "UTC", "would enable windows during the other"),
        ([CHRISTMAS, {**WEEKEND, "name": "christmas"}], "UTC", "names that differ"),
        ([CHRISTMAS], "Europe/Berlim", "^timezone: got 'Europe/Berlim', allowed: .* 'Europe/Berlin'"),
        ([{**CHRISTMAS, "start": "2040-03-25T02:30"}], "Europe/Berlin", "that the time zone has"),
    ],
)
def test_wrong_periods_are_refused_with_what_is_allowed(periods, timezone, message):
    with pytest.raises(ArgumentError, match=message):
        read_periods(periods, timezone)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"windows": {}, "periods": [CHRISTMAS]}, "windows: got {}, allowed: one window or more"),
        (
            {"windows": {}, "periods": [{**CHRISTMAS, "start": "x"}]},
            "(?s)ChangeFreeze 'holidays': windows: got {}.*\nChangeFreeze 'holidays': periods: 'christmas': start",
        ),
        (
            {"windows": {"a": "mw-0123456789abcdef0"}, "periods": [CHRISTMAS], "timezone": "UTC+1"},
            "^ChangeFreeze 'holidays': timezone: got 'UTC.1', allowed: an IANA name, such as 'Etc/GMT-1'$",
        ),
        (
            {"windows": {"a": "mw-00000000000000000"}, "period": []},
            "there is no argument 'period'; do you mean 'periods'",
        ),
    ],
)
def test_wrong_arguments_are_refused_with_what_is_allowed(args, message, registered):
    with pytest.raises(ArgumentError, match=message):
        registered(lambda: ChangeFreeze("holidays", **args))


class TestFailures:
    """A window that stays disabled after a freeze because its schedule failed."""

    @pytest.fixture
    def freeze(self, resources):
        """The resources of a freeze."""

        def make(**args):
            given = {
                "windows": {"theirs": "mw-00000000000000000"},
                "periods": [CHRISTMAS],
                "now": START - timedelta(days=9),
            } | args
            return resources(lambda: ChangeFreeze("holidays", **given))

        return make

    def test_a_schedule_that_fails_for_good_leaves_its_request_in_a_queue_of_its_own(self, freeze):
        found = freeze()
        assert found["Queue"]["holidays-dead-letters"]["messageRetentionSeconds"] == 14 * 24 * 3600
        queue = "arn:aws:sqs:us-east-1:123456789012:holidays-dead-letters-1234567"
        assert {it["target"]["deadLetterConfig"]["arn"] for it in found["Schedule"].values()} == {queue}

    def test_alarms_of_its_own_group_and_queue_tell_the_topic(self, freeze):
        found = freeze()
        (group,) = found["ScheduleGroup"].values()
        assert {it["groupName"] for it in found["Schedule"].values()} == {group["name"]}
        alarms = found["MetricAlarm"]
        watched = {(it["namespace"], it["metricName"], *it["dimensions"].items()) for it in alarms.values()}
        assert watched == {
            ("AWS/Scheduler", "InvocationDroppedCount", ("ScheduleGroup", group["name"])),
            ("AWS/SQS", "ApproximateNumberOfMessagesVisible", ("QueueName", "holidays-dead-letters-1234567")),
        }
        topic = "arn:aws:sns:us-east-1:123456789012:holidays-alerts-1234567"
        assert [it["alarmActions"] for it in alarms.values()] == [[topic], [topic]]

    def test_notifications_can_be_switched_off(self, freeze):
        found = freeze(notify=False)
        assert "Topic" not in found
        assert not any("alarmActions" in it for it in found["MetricAlarm"].values())
        assert "MetricAlarm" not in freeze(alarms=False)


class Clock:
    """A program whose now the test sets."""

    def __init__(self, now):
        self.now, self.periods, self.theirs, self.duration = now, [CHRISTMAS], None, 4

    def __call__(self):
        enabled = not is_frozen(self.periods, now=self.now)
        window = MaintenanceWindow("nightly", schedule="rate(1 day)", duration=self.duration, enabled=enabled)
        windows = {"nightly": window, **({"theirs": self.theirs} if self.theirs else {})}
        freeze = ChangeFreeze("holidays", windows=windows, periods=self.periods, now=self.now)
        pulumi.export("queue", freeze.queue_arn)


def window_of(local_aws, name="test-dev-nightly"):
    windows = local_aws.client("ssm").describe_maintenance_windows()["WindowIdentities"]
    (window_id,) = (window["WindowId"] for window in windows if window["Name"] == name)
    return window_id


def schedules(local_aws):
    scheduler = local_aws.client("scheduler")
    found = sorted((item["Name"], item["GroupName"]) for item in scheduler.list_schedules()["Schedules"])
    return {name: scheduler.get_schedule(Name=name, GroupName=group) for name, group in found}


def is_on(local_aws, window_id):
    return local_aws.client("ssm").get_maintenance_window(WindowId=window_id)["Enabled"]


def switch_as_scheduler_does(local_aws, suffix):
    (schedule,) = (item for name, item in schedules(local_aws).items() if name.endswith(suffix))
    local_aws.client("ssm").update_maintenance_window(**json.loads(schedule["Target"]["Input"]))


def test_each_period_has_one_schedule_that_switches_off_and_one_that_switches_on(local_aws, local_stack):
    stack = local_stack(EXAMPLE)
    stack.up()
    window_id = window_of(local_aws, "change-freeze-dev-nightly")
    made = schedules(local_aws)

    assert list(made) == [
        "change-freeze-dev-holidays-nightly-christmas-20401220T000000-off",
        "change-freeze-dev-holidays-nightly-christmas-20410102T060000-on",
        "change-freeze-dev-holidays-nightly-inventory-20410629T180000-off",
        "change-freeze-dev-holidays-nightly-inventory-20410701T060000-on",
    ]
    asked = {(item["ScheduleExpression"], item["Target"]["Input"]) for item in made.values()}
    assert asked == {
        (f"at({moment})", json.dumps({"WindowId": window_id, "Enabled": on}))
        for moment, on in [
            ("2040-12-20T00:00:00", False),
            ("2041-01-02T06:00:00", True),
            ("2041-06-29T18:00:00", False),
            ("2041-07-01T06:00:00", True),
        ]
    }
    for item in made.values():
        assert item["ScheduleExpressionTimezone"] == "Europe/Berlin"
        assert item["FlexibleTimeWindow"] == {"Mode": "OFF"}
        assert item["Target"]["Arn"] == "arn:aws:scheduler:::aws-sdk:ssm:updateMaintenanceWindow"

    stack.expect_no_changes(refresh=True)
    stack.destroy()
    assert schedules(local_aws) == {}
    assert local_aws.client("ssm").describe_maintenance_windows()["WindowIdentities"] == []
    assert local_aws.client("iam").list_roles()["Roles"] == []


def test_the_role_may_update_these_windows_and_nothing_else(local_aws, local_stack):
    program = Clock(START - timedelta(days=9))
    program.theirs = "mw-0123456789abcdef0"
    stack = local_stack(program)
    stack.up()

    iam = local_aws.client("iam")
    (role,) = iam.list_roles()["Roles"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
    (name,) = iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
    policy = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]
    prefix = "arn:aws:ssm:us-east-1:123456789012:maintenancewindow/"
    assert policy["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["ssm:UpdateMaintenanceWindow"],
            "Resource": [prefix + window_of(local_aws), prefix + "mw-0123456789abcdef0"],
        },
        {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": [stack.outputs["queue"]]},
    ]
    assert {item["Target"]["RoleArn"] for item in schedules(local_aws).values()} == {role["Arn"]}


def test_an_up_during_a_freeze_leaves_the_window_off_whatever_else_changes(local_aws, local_stack):
    program = Clock(START - timedelta(days=9))
    stack = local_stack(program)
    stack.up()
    window_id = window_of(local_aws)
    assert is_on(local_aws, window_id)

    switch_as_scheduler_does(local_aws, "off")
    program.now, program.duration = START + timedelta(days=1), 5
    assert stack.up().changed == {"update": 1}
    assert not is_on(local_aws, window_id)
    program.now += timedelta(days=1)
    stack.expect_no_changes(refresh=True)

    switch_as_scheduler_does(local_aws, "on")
    program.now = END + timedelta(hours=1)
    stack.up()
    assert is_on(local_aws, window_id)
    stack.expect_no_changes(refresh=True)

    program.now = END + timedelta(days=2)
    stack.up()
    assert schedules(local_aws) == {}
    stack.expect_no_changes(refresh=True)


def test_a_freeze_that_is_declared_while_it_lasts_holds_at_once(local_aws, local_stack):
    ssm = local_aws.client("ssm")
    theirs = ssm.create_maintenance_window(
        Name="theirs", Schedule="rate(1 day)", Duration=2, Cutoff=0, AllowUnassociatedTargets=False
    )["WindowId"]
    program = Clock(START + timedelta(days=3))
    program.theirs = theirs
    stack = local_stack(program)
    stack.up()
    assert not is_on(local_aws, window_of(local_aws))

    off = [item for name, item in schedules(local_aws).items() if name.endswith("off")]
    assert {item["ScheduleExpression"] for item in off} == {"at(2040-12-23T00:10:00)"}
    program.now += timedelta(days=1)
    stack.expect_no_changes(refresh=True)


def test_a_period_that_is_moved_to_now_is_not_held_to_its_old_moment(local_aws, local_stack):
    program = Clock(START - timedelta(days=9))
    stack = local_stack(program)
    stack.up()
    program.periods = [{**CHRISTMAS, "start": "2040-12-10T00:00"}]
    stack.up()
    assert "at(2040-12-11T00:10:00)" in {item["ScheduleExpression"] for item in schedules(local_aws).values()}
    assert len(schedules(local_aws)) == 2


def test_a_role_of_ones_own_is_used_and_none_is_made(local_aws, local_stack):
    own = "arn:aws:iam::123456789012:role/own"

    def program():
        ChangeFreeze("holidays", windows={"theirs": "mw-0123456789abcdef0"}, periods=[CHRISTMAS], now=START, role=own)

    local_stack(program).up()
    assert {item["Target"]["RoleArn"] for item in schedules(local_aws).values()} == {own}
    assert local_aws.client("iam").list_roles()["Roles"] == []
