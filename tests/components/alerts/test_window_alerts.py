"""WindowAlerts: what its rules match, whom they tell, and what the alarms on them watch."""

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest
from tests.components.event_patterns import WINDOW, invocation_event, matches, run_event, task_event, window_event

from pulumi_ssm_maintenance_components import ArgumentError, MaintenanceWindow, WindowAlerts

EXAMPLE = Path(__file__).parents[3] / "examples" / "window_alerts"
TOPIC = "arn:aws:sns:us-east-1:123456789012:operations"


@pytest.fixture
def alerts(resources):
    """The resources of alerts on a window that is there already."""

    def make(**args):
        return resources(lambda: WindowAlerts("windows", **{"windows": [WINDOW]} | args))

    return make


@pytest.mark.parametrize(
    ("rule", "matched"),
    [
        (
            "windows-failed",
            {(kind, end) for kind in ("run", "task", "target") for end in ("FAILED", "CANCELLED")},
        ),
        ("windows-timed-out", {("run", "TIMED_OUT"), ("task", "TIMED_OUT"), ("target", "TIMED_OUT")}),
        ("windows-skipped", {("run", "SKIPPED_OVERLAPPING")}),
    ],
)
def test_a_rule_matches_the_events_of_its_kind_and_no_others(alerts, rule, matched):
    events = {"run": run_event, "task": task_event, "target": invocation_event, "window": window_event}
    ends = ("SUCCESS", "FAILED", "TIMED_OUT", "CANCELLED", "SKIPPED_OVERLAPPING", "IN_PROGRESS", "PENDING", "ENABLED")
    pattern = alerts()["EventRule"][rule]["eventPattern"]
    assert {(kind, end) for kind, event in events.items() for end in ends if matches(pattern, event(end))} == matched


def test_a_rule_matches_all_windows_that_are_given_and_no_other_one(alerts):
    pattern = alerts(windows=[WINDOW, "mw-11111111111111111"])["EventRule"]["windows-failed"]["eventPattern"]
    assert matches(pattern, run_event("FAILED"))
    assert matches(pattern, run_event("FAILED", window="mw-11111111111111111"))
    assert not matches(pattern, run_event("FAILED", window="mw-22222222222222222"))


def test_more_windows_than_the_default_quota_of_patterns_allows_are_a_warning(alerts, warnings):
    windows = [f"mw-{number:017x}" for number in range(150)]
    pattern = alerts(windows=windows[:70])["EventRule"]["windows-failed"]["eventPattern"]
    assert len(json.dumps(pattern)) <= 2048
    assert not warnings
    pattern = alerts(windows=windows)["EventRule"]["windows-failed"]["eventPattern"]
    assert len(json.dumps(pattern)) <= 4096
    (warning,) = warnings
    assert warning.startswith("WindowAlerts 'windows': windows: got 150; for more than 70 windows, the account needs a")


def test_a_window_may_be_one_of_the_same_program(resources):
    def program():
        theirs = aws.ssm.MaintenanceWindow("theirs", schedule="rate(1 day)", duration=2, cutoff=0)
        WindowAlerts("windows", windows=[MaintenanceWindow("web", schedule="rate(1 day)"), theirs])

    pattern = resources(program)["EventRule"]["windows-failed"]["eventPattern"]
    assert pattern["detail"]["window-id"] == ["id-of-web-window", "id-of-theirs"]


def test_an_alarm_goes_off_for_a_single_event_of_its_rule_and_is_ok_without_events(alerts):
    alarm = alerts()["MetricAlarm"]["windows-skipped"]
    assert alarm["dimensions"] == {"RuleName": "windows-skipped-1234567"}
    assert {name: alarm[name] for name in ("namespace", "metricName", "statistic", "threshold")} == {
        "namespace": "AWS/Events",
        "metricName": "TriggeredRules",
        "statistic": "Sum",
        "threshold": 1,
    }
    assert alarm["comparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert alarm["treatMissingData"] == "notBreaching"


def test_rules_and_alarms_notify_a_topic_that_only_alarms_of_this_account_may_publish_to_without_a_role(alerts):
    found = alerts()
    topic = "arn:aws:sns:us-east-1:123456789012:windows-alerts-1234567"
    assert {target["arn"] for target in found["EventTarget"].values()} == {topic}
    assert [alarm["alarmActions"] for alarm in found["MetricAlarm"].values()] == [[topic]] * 6
    assert found["TopicPolicy"]["windows-alerts"]["policy"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["sns:Publish"],
            "Resource": [topic],
            "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:*"}},
        }
    ]


@pytest.mark.parametrize("notify", [True, TOPIC])
def test_rules_publish_with_a_role_that_eventbridge_may_assume_for_these_rules_only(alerts, notify):
    found = alerts(notify=notify)
    topics = {target["arn"] for target in found["EventTarget"].values()}
    (role,) = found["Role"].values()
    assert {target["roleArn"] for target in found["EventTarget"].values()} == {
        "arn:aws:iam::123456789012:role/windows-events-1234567"
    }
    assert role["assumeRolePolicy"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "123456789012"},
                "ArnLike": {
                    "aws:SourceArn": [
                        f"arn:aws:events:us-east-1:123456789012:rule/windows-{event}-1234567"
                        for event in ("failed", "timed-out", "skipped")
                    ]
                },
            },
        }
    ]
    assert found["RolePolicy"]["windows-events"]["policy"]["Statement"] == [
        {"Effect": "Allow", "Action": ["sns:Publish"], "Resource": [*topics]}
    ]


def test_an_alarm_reports_events_that_eventbridge_could_not_deliver(alerts):
    found = alerts()["MetricAlarm"]
    for event in ("failed", "timed-out", "skipped"):
        alarm = found[f"windows-{event}-undelivered"]
        assert (alarm["namespace"], alarm["metricName"]) == ("AWS/Events", "FailedInvocations")
        assert alarm["dimensions"] == {"RuleName": f"windows-{event}-1234567"}


def test_an_existing_topic_gets_the_notifications_and_keeps_its_policy(alerts):
    found = alerts(notify=TOPIC)
    assert {target["arn"] for target in found["EventTarget"].values()} == {TOPIC}
    assert not {"Topic", "TopicPolicy"} & found.keys()


def test_a_topic_of_the_same_program_will_do(resources):
    def program():
        WindowAlerts("windows", windows=[WINDOW], notify=aws.sns.Topic("operations"))

    found = resources(program)
    assert [alarm["alarmActions"] for alarm in found["MetricAlarm"].values()] == [
        ["arn:aws:sns:us-east-1:123456789012:operations-1234567"]
    ] * 6


def test_without_a_topic_nothing_is_published(alerts):
    found = alerts(notify=False)
    assert not {"Topic", "EventTarget"} & found.keys()
    assert all("alarmActions" not in alarm for alarm in found["MetricAlarm"].values())


def test_each_address_has_a_subscription(alerts):
    subscriptions = alerts(notify=["one@example.com", "two@example.com"])["TopicSubscription"]
    assert {(it["protocol"], it["endpoint"]) for it in subscriptions.values()} == {
        ("email", "one@example.com"),
        ("email", "two@example.com"),
    }


def test_events_and_alarms_may_be_chosen(alerts):
    found = alerts(events=["skipped"], alarms=False)
    assert list(found["EventRule"]) == ["windows-skipped"]
    assert "MetricAlarm" not in found


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"windows": []}, r"WindowAlerts 'windows': windows: got \[\]"),
        ({"windows": WINDOW}, f"windows: got {WINDOW!r}, allowed: a list of MaintenanceWindow"),
        ({"events": ["broken"]}, r"events\[0\]: got 'broken', allowed: 'failed', 'timed-out' or 'skipped'"),
        ({"notify": "operations@example.com"}, "True, False, a topic or its ARN, or a list of e-mail addresses"),
        ({"notify": f"{TOPIC}.fifo"}, "notify: got .*fifo., allowed: a standard topic: Systems Manager cannot publish"),
        ({"notify": [TOPIC]}, "e-mail addresses in a list"),
        ({"notified": True}, r"no argument 'notified'; do you mean 'notify'\?"),
    ],
)
def test_a_wrong_argument_is_refused_while_the_program_runs(alerts, args, message):
    with pytest.raises(ArgumentError, match=message):
        alerts(**args)


def test_the_example_comes_up_stays_as_it_is_and_leaves_nothing(local_aws, local_stack):
    stack = local_stack(EXAMPLE, config={"window_ids": [WINDOW]})
    stack.up()
    stack.expect_no_changes()
    rules = local_aws.client("events").list_rules()["Rules"]
    assert {alarm["Dimensions"][0]["Value"] for alarm in alarms(local_aws)} == {rule["Name"] for rule in rules}
    stack.destroy()
    assert not local_aws.client("events").list_rules()["Rules"]
    assert not local_aws.client("sns").list_topics()["Topics"]
    assert not alarms(local_aws)


def test_two_of_them_live_in_one_account_and_another_window_changes_patterns_only(local_aws, local_stack):
    def program(*windows):
        def declare():
            for name in ("one", "two"):
                WindowAlerts(name, windows=windows, notify=TOPIC)
            pulumi.export("count", len(windows))

        return declare

    stack = local_stack(program(WINDOW))
    stack.up()
    assert len(local_aws.client("events").list_rules()["Rules"]) == 6
    stack.program = program(WINDOW, "mw-11111111111111111")
    changed = {(step.op, step.type) for step in stack.up().steps if step.op not in {"same", "read"}}
    assert changed == {("update", "aws:cloudwatch/eventRule:EventRule")}


def alarms(local_aws):
    return local_aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
