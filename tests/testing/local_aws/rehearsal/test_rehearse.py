"""Rehearsals of windows that were declared in the local AWS by its API."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pulumi_ssm_maintenance.testing import Node, Outcome, RehearsalError

PATCH_GROUP = "tag:Patch Group"
ROLE = "arn:aws:iam::123456789012:role/tasks"
NODE = Node("i-0123456789abcdef0", tags={"Patch Group": "web"}, groups=())


def minute(night, when):
    return (when - night.opened) / timedelta(minutes=1)


def test_a_task_runs_on_the_nodes_of_its_window_target_with_all_its_settings(window):
    target = window.target((PATCH_GROUP, ["web"]), owner="web team")
    task = window.task(
        "patch",
        [target],
        MaxConcurrency="50%",
        MaxErrors="1",
        CutoffBehavior="CANCEL_TASK",
        AlarmConfiguration={"Alarms": [{"Name": "errors"}], "IgnorePollAlarmFailure": True},
        TaskInvocationParameters={"RunCommand": {"Parameters": {"Operation": ["Install"]}, "TimeoutSeconds": 600}},
    )
    night = window.rehearse(NODE, Node("i-00000000000000002", tags={"Patch Group": "db"}))
    run = night.task("patch")
    assert (night.status, night.window.name, run.status) == ("SUCCESS", "nightly", "SUCCESS")
    assert (run.task.id, run.task.max_concurrency, run.task.max_errors) == (task, "50%", "1")
    assert (run.task.cutoff_behavior, run.task.alarm, run.task.timeout_seconds) == ("CANCEL_TASK", "errors", 600)
    (invocation,) = run.invocations
    assert (invocation.window_target_id, invocation.owner_information) == (target, "web team")
    assert invocation.parameters == {"Operation": ["Install"]}
    assert [it.node for it in night.left_out] == ["i-00000000000000002"]


def test_a_task_without_a_name_is_called_by_what_it_runs_or_by_a_given_name_and_is_found_by_its_id(window):
    arn = "arn:aws:lambda:us-east-1:123456789012:function:report"
    task = window.ssm.register_task_with_maintenance_window(WindowId=window.id, TaskType="LAMBDA", TaskArn=arn)
    night = window.rehearse()
    assert night.task("report") is night.task(task["WindowTaskId"])
    named = window.rehearse(task_names={task["WindowTaskId"]: "morning-report"})
    assert [run.name for run in named.tasks] == ["morning-report"]
    assert "morning-report starts" in named.timeline()


@pytest.mark.parametrize(
    ("type_", "block", "given"),
    [
        ("AUTOMATION", {"Automation": {"Parameters": {"Node": ["{{RESOURCE_ID}}"]}}}, {"Node": [NODE.id]}),
        ("LAMBDA", {"Lambda": {"Payload": b'["{{TARGET_ID}}"]'}}, {"Payload": f'["{NODE.id}"]'}),
        ("STEP_FUNCTIONS", {"StepFunctions": {"Input": '["{{TARGET_TYPE}}"]'}}, {"Input": '["INSTANCE"]'}),
    ],
)
def test_every_type_of_task_gets_its_parameters(window, type_, block, given):
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m" if type_ == "STEP_FUNCTIONS" else "report"
    target = window.target((PATCH_GROUP, ["web"]))
    window.task("run", [target], TaskType=type_, TaskArn=arn, TaskInvocationParameters=block)
    night = window.rehearse(NODE, outcomes={"run": Outcome("Failed", minutes=3)})
    (invocation,) = night.task("run").invocations
    assert (invocation.parameters, invocation.status) == (given, "FAILED")
    assert "not run:\n  run: its outcome was given: Failed\n" in night.timeline()
    assert "its outcome" not in (timeline := window.rehearse(NODE).timeline())
    assert "not run:\n  run: " in timeline


def test_node_ids_resource_groups_and_targets_that_are_gone(window):
    window.aws.client("resource-groups").create_group(
        Name="prod",
        ResourceQuery={
            "Type": "TAG_FILTERS_1_0",
            "Query": json.dumps(
                {
                    "ResourceTypeFilters": ["AWS::EC2::Instance"],
                    "TagFilters": [{"Key": "Stage", "Values": ["prod"]}],
                }
            ),
        },
    )
    group = window.target(("resource-groups:Name", ["prod"]), type_="RESOURCE_GROUP")
    gone = window.target((PATCH_GROUP, ["web"]))
    window.task("ids", Targets=[{"Key": "InstanceIds", "Values": [NODE.id]}], MaxConcurrency="1", MaxErrors="0")
    window.task("group", [group])
    window.task("gone", [gone])
    window.ssm.deregister_target_from_maintenance_window(WindowId=window.id, WindowTargetId=gone)
    other = Node("i-00000000000000002", tags={"Stage": "prod"})
    night = window.rehearse(NODE, other)
    assert {run.name: [it.node for it in run.nodes] for run in night.tasks} == {
        "ids": [NODE.id],
        "group": [other.id],
        "gone": [],
    }


class TestTimeOuts:
    @pytest.fixture
    def run(self, window):
        def run(document, parameters=None, **more):
            block = {"RunCommand": {"TimeoutSeconds": 600, "Parameters": parameters or {}}}
            window.task(
                "patch", [window.target((PATCH_GROUP, ["web"]))], TaskArn=document, TaskInvocationParameters=block
            )
            return window.rehearse(NODE, **more).task("patch").task.execution_timeout_seconds

        return run

    def test_a_document_of_the_account_declares_its_time_out(self, window, run):
        step = {"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": ["true"], "timeoutSeconds": 90}}
        window.ssm.create_document(
            Name="mine", DocumentType="Command", Content=json.dumps({"schemaVersion": "2.2", "mainSteps": [step]})
        )
        assert run("mine") == 90

    def test_a_parameter_sets_the_time_out(self, run):
        assert run("AWS-RunShellScript", {"executionTimeout": ["7200"]}) == 7200

    def test_the_caller_sets_the_time_out(self, run):
        assert run("AWS-RunPatchBaseline", document_timeouts={"AWS-RunPatchBaseline": 7200}) == 7200

    def test_the_default_is_an_hour(self, run):
        assert run("AWS-RunPatchBaseline") == 3600


class TestMessages:
    topic = "arn:aws:sns:us-east-1:123456789012:alerts"

    @pytest.fixture
    def failing(self, window):
        window.task("patch", [window.target((PATCH_GROUP, ["web"]), owner="web team")])
        failing = Node(NODE.id, tags=NODE.tags, minutes=12, outcome="Failed")
        return lambda **circumstances: window.rehearse(failing, **circumstances)

    def rule(self, window, name="failed", state="ENABLED", **target):
        events = window.aws.client("events")
        pattern = {
            "source": ["aws.ssm"],
            "detail-type": ["Maintenance Window Task Target Invocation State-change Notification"],
            "detail": {"status": ["FAILED"], "window-id": [window.id]},
        }
        events.put_rule(Name=name, EventPattern=json.dumps(pattern), State=state)
        events.put_targets(Rule=name, Targets=[{"Id": "topic", "Arn": self.topic, **target}])

    def test_a_rule_publishes_the_whole_event(self, window, failing):
        self.rule(window)
        (message,) = failing().messages
        event = json.loads(message.body)
        assert (message.topic, message.subject) == (self.topic, None)
        assert (event["source"], event["account"], event["region"]) == ("aws.ssm", "123456789012", "us-east-1")
        assert event["detail"]["owner-information"] == "web team"
        assert event["detail"]["status"] == "FAILED"

    @pytest.mark.parametrize(
        ("target", "body"),
        [
            ({"Input": '"failed"'}, '"failed"'),
            ({"InputPath": "$.detail.status"}, '"FAILED"'),
            (
                {
                    "InputTransformer": {
                        "InputPathsMap": {"status": "$.detail.status", "id": "$.detail.window-id"},
                        "InputTemplate": '"<id> is <status>"',
                    }
                },
                "{window} is FAILED",
            ),
        ],
    )
    def test_a_rule_publishes_what_its_target_makes_of_the_event(self, window, failing, target, body):
        self.rule(window, **target)
        (message,) = failing().messages
        assert message.body == body.format(window=window.id)

    def test_queues_and_log_groups_get_the_event_too(self, window, failing):
        queue = window.aws.client("sqs").create_queue(QueueName="nights")["QueueUrl"]
        arn = window.aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        queue_arn = arn["Attributes"]["QueueArn"]
        window.aws.client("logs").create_log_group(logGroupName="/aws/events/nights")
        log_group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/nights"
        self.rule(window, Arn=queue_arn, InputPath="$.detail.status")
        window.aws.client("events").put_targets(Rule="failed", Targets=[{"Id": "logs", "Arn": log_group}])
        night = failing()
        to_queue, to_log_group = night.deliveries
        assert (to_queue.sender, to_queue.target, to_queue.body) == ("rule failed", queue_arn, '"FAILED"')
        assert to_log_group.target == log_group
        assert json.loads(to_log_group.body)["detail"]["owner-information"] == "web team"
        assert (night.messages, night.not_delivered) == ([], [])
        assert "+0:12  event to nights" in night.timeline()

    @pytest.mark.parametrize(
        ("arn", "reason"),
        [
            ("arn:aws:lambda:us-east-1:123456789012:function:page", "a rehearsal runs no functions"),
            ("arn:aws:sqs:us-east-1:123456789012:nowhere", "the local AWS has no such queue"),
            ("arn:aws:logs:us-east-1:123456789012:log-group:/nowhere:*", "the local AWS has no such log group"),
            (
                "arn:aws:kinesis:us-east-1:123456789012:stream/nights",
                "a rehearsal does not serve kinesis as the target of a rule",
            ),
        ],
    )
    def test_a_target_that_gets_nothing_is_reported_by_name(self, window, failing, arn, reason):
        self.rule(window, Arn=arn)
        night = failing()
        (missing,) = night.not_delivered
        assert (missing.sender, missing.target, missing.reason) == ("rule failed", arn, reason)
        assert (night.messages, night.deliveries) == ([], [])
        assert f"not delivered:\n  rule failed to {arn}: {reason}" in night.timeline()
        assert night.to_dict()["not_delivered"][0]["target"] == arn

    def test_an_action_of_an_alarm_that_is_no_topic_is_reported_by_name(self, window):
        function = "arn:aws:lambda:us-east-1:123456789012:function:page"
        window.aws.client("cloudwatch").put_metric_alarm(
            AlarmName="errors",
            Namespace="web",
            MetricName="errors",
            Statistic="Sum",
            ComparisonOperator="GreaterThanThreshold",
            Threshold=1,
            Period=60,
            EvaluationPeriods=1,
            AlarmActions=[function],
        )
        (missing,) = window.rehearse(alarms={"errors": [(5, "ALARM")]}).not_delivered
        assert (missing.sender, missing.target) == ("alarm errors", function)

    def test_a_disabled_rule_and_one_that_does_not_match_publish_nothing(self, window, failing):
        self.rule(window, state="DISABLED")
        window.aws.client("events").put_rule(Name="other", EventPattern=json.dumps({"source": ["aws.ec2"]}))
        assert failing().messages == []

    def test_an_alarm_on_a_rule_goes_off_after_two_minutes_and_notifies_its_topic(self, window, failing):
        self.rule(window)
        window.aws.client("cloudwatch").put_metric_alarm(
            AlarmName="run-failed",
            Namespace="AWS/Events",
            MetricName="TriggeredRules",
            Dimensions=[{"Name": "RuleName", "Value": "failed"}],
            Statistic="Sum",
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            Threshold=1,
            Period=60,
            EvaluationPeriods=1,
            AlarmActions=[self.topic],
        )
        night = failing(at=datetime(2026, 12, 12, 2, tzinfo=UTC))
        assert [(minute(night, it.time), it.state) for it in night.alarms] == [(0, "OK"), (14, "ALARM"), (15, "OK")]
        _, message = night.messages
        assert message.subject == 'ALARM: "run-failed" in us-east-1'
        body = json.loads(message.body)
        assert (body["NewStateValue"], body["OldStateValue"], body["Trigger"]["Namespace"]) == (
            "ALARM",
            "OK",
            "AWS/Events",
        )

    def test_run_command_publishes_where_it_has_a_role_for_it(self, window):
        config = {
            "NotificationArn": self.topic,
            "NotificationEvents": ["Failed"],
            "NotificationType": "Invocation",
        }
        target = window.target((PATCH_GROUP, ["web"]))
        for name, role in (("silent", {}), ("heard", {"ServiceRoleArn": ROLE})):
            block = {"RunCommand": {"NotificationConfig": config, **role}}
            window.task(name, [target], TaskInvocationParameters=block)
        night = window.rehearse(Node(NODE.id, tags=NODE.tags, outcome="Failed"))
        assert [json.loads(it.body)["instanceId"] for it in night.messages] == [NODE.id]


class TestAlarms:
    @pytest.fixture
    def watched(self, window):
        cloudwatch = window.aws.client("cloudwatch")
        cloudwatch.put_metric_alarm(
            AlarmName="errors-1a2b3c4",
            Namespace="web",
            MetricName="errors",
            Statistic="Sum",
            ComparisonOperator="GreaterThanThreshold",
            Threshold=1,
            Period=60,
            EvaluationPeriods=1,
        )
        window.task(
            "patch",
            [window.target((PATCH_GROUP, ["web"]))],
            AlarmConfiguration={"Alarms": [{"Name": "errors-1a2b3c4"}]},
        )
        return lambda alarms=None: window.rehearse(NODE, alarms=alarms).task("patch")

    def test_an_alarm_of_the_local_aws_is_ok_by_default(self, watched):
        assert watched().status == "SUCCESS"

    @pytest.mark.parametrize("name", ["errors", "errors-1a2b3c4"])
    def test_it_is_found_with_or_without_the_suffix_that_pulumi_generates(self, watched, name):
        assert watched({name: [(0, "ALARM")]}).triggered_alarm == ("errors-1a2b3c4", "ALARM")

    def test_an_alarm_that_does_not_exist_is_an_error_that_lists_those_that_do(self, watched):
        with pytest.raises(RehearsalError, match="alarms: no alarm is called 'error'; alarms: errors-1a2b3c4"):
            watched({"error": [(0, "ALARM")]})

    def test_a_task_whose_alarm_does_not_exist_does_not_start(self, window):
        alarm = {"Alarms": [{"Name": "nowhere"}]}
        window.task("patch", [window.target((PATCH_GROUP, ["web"]))], AlarmConfiguration=alarm)
        assert window.rehearse(NODE).task("patch").triggered_alarm == ("nowhere", "UNKNOWN")


class TestBadInput:
    def test_a_window_that_does_not_exist(self, aws):
        with pytest.raises(RehearsalError, match="no window mw-00000000000000000: "):
            aws.rehearse("mw-00000000000000000")

    def test_a_window_that_is_disabled(self, window):
        window.ssm.update_maintenance_window(WindowId=window.id, Enabled=False)
        with pytest.raises(RehearsalError, match="window 'nightly' is disabled, so it does not open"):
            window.rehearse()

    def test_no_nodes_for_tasks_with_targets(self, window):
        window.task("patch", [window.target((PATCH_GROUP, ["web"]))])
        with pytest.raises(RehearsalError, match="nodes: none are given, and window 'nightly' has tasks with targets"):
            window.rehearse()

    def test_a_schedule_without_an_opening_left(self, window):
        window.ssm.update_maintenance_window(WindowId=window.id, EndDate="2020-01-01T00:00:00Z")
        with pytest.raises(RehearsalError, match="at: the schedule of window 'nightly' has no opening left"):
            window.rehearse()


def test_a_window_opens_by_its_schedule_and_time_zone_by_default(window):
    window.ssm.update_maintenance_window(
        WindowId=window.id, Schedule="cron(30 2 ? * SAT *)", ScheduleTimezone="Europe/Berlin"
    )
    opened = window.rehearse().opened.astimezone(ZoneInfo("Europe/Berlin"))
    assert (opened.strftime("%a"), opened.hour, opened.minute) == ("Sat", 2, 30)


@pytest.mark.parametrize(
    ("start", "opened"),
    [
        # 28 March 2027 has no half past two in Berlin, and 31 October has two.
        ("2027-03-23T00:00:00Z", "2027-04-04T02:30+02:00"),
        ("2027-10-26T00:00:00Z", "2027-10-31T02:30+02:00"),
        ("2027-10-31T01:00:00Z", "2027-11-07T02:30+01:00"),
    ],
)
def test_a_skipped_hour_has_no_opening_and_an_hour_that_comes_twice_has_one(window, start, opened):
    window.ssm.update_maintenance_window(
        WindowId=window.id, Schedule="cron(30 2 ? * SUN *)", ScheduleTimezone="Europe/Berlin", StartDate=start
    )
    night = window.rehearse()
    assert night.opened == datetime.fromisoformat(opened)
    comes_twice = "The clocks of Europe/Berlin show 02:30 twice on 2027-10-31."
    assert [it.startswith(comes_twice) for it in night.unanswered] == (
        [True] if opened.startswith("2027-10-31") else []
    )


def test_the_next_opening_of_a_rate_is_known(window):
    night = window.rehearse()
    assert timedelta(0) < night.opened - datetime.now(UTC) <= timedelta(days=1)


def test_a_rehearsal_changes_nothing_and_is_repeatable(window):
    window.task("patch", [window.target((PATCH_GROUP, ["web"]))])
    window.aws.clear_requests()
    at = datetime(2026, 12, 12, 2, tzinfo=UTC)
    first, second = (window.rehearse(NODE, at=at) for _ in range(2))
    assert first.to_json() == second.to_json()
    operations = {it.operation for it in window.aws.requests()}
    assert all(it.startswith(("Get", "Describe", "List")) for it in operations), operations


def test_a_night_that_lasts_into_the_next_opening_makes_aws_skip_that_one(window):
    window.task("patch", [window.target((PATCH_GROUP, ["web"]))])
    at = datetime(2026, 12, 12, 2, tzinfo=UTC)
    slow = Node(NODE.id, tags=NODE.tags, minutes=50)
    assert window.rehearse(slow, at=at).status == "SUCCESS"
    assert window.rehearse(slow, at=at + timedelta(minutes=30)).status == "SKIPPED_OVERLAPPING"
    assert window.rehearse(slow, at=at + timedelta(minutes=60)).status == "SUCCESS"
    seen = window.ssm.describe_maintenance_window_executions(WindowId=window.id)["WindowExecutions"]
    assert [it["Status"] for it in seen] == ["SUCCESS", "SKIPPED_OVERLAPPING", "SUCCESS"]


def test_a_parameter_of_parameter_store_is_read_and_a_missing_one_fails_the_run(window):
    block = {"RunCommand": {"Parameters": {"commands": ["deploy {{ssm:/web/version}}"]}}}
    window.task("deploy", [window.target((PATCH_GROUP, ["web"]))], TaskInvocationParameters=block)
    assert window.rehearse(NODE).status_details == "The following SSM parameters are invalid: /web/version"
    window.ssm.put_parameter(Name="/web/version", Value="7", Type="String")
    assert window.rehearse(NODE).invocations[0].parameters == {"commands": ["deploy 7"]}
