"""RunCommandTask: its document, parameters, logs, notifications and alarm, and its life on the engine."""

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest
from tests.components.event_patterns import TARGET, WINDOW, invocation_event, matches, run_event, task_event

from pulumi_ssm_maintenance_components import ArgumentError, RunCommandTask, Targets

EXAMPLE = Path(__file__).parents[3] / "examples" / "component_run_command"
TOPIC = "arn:aws:sns:us-east-1:123456789012:operations"
WEB = Targets.by_tags({"Role": "web"})
CONTENT = {
    "schemaVersion": "2.2",
    "parameters": {
        "path": {"type": "String"},
        "mode": {"type": "String", "default": "soft", "allowedValues": ["soft", "hard"]},
    },
    "mainSteps": [
        {"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": ["rm '{{path}}' # {{mode}}"]}}
    ],
}


@pytest.fixture
def command(resources):
    """The resources of a command."""

    def make(**args):
        given = {"window": WINDOW, "document": "AWS-RunShellScript", "targets": WEB} | args
        return resources(lambda: RunCommandTask("job", **given))

    return make


def invocation(found):
    return found["MaintenanceWindowTask"]["job-task"]["task_invocation_parameters"]["run_command"]


def statements(found, role="job-task-role"):
    return found["RolePolicy"][role]["policy"]["Statement"]


class TestDocument:
    def test_of_aws_is_run_by_a_role_for_it_alone(self, command):
        found = command()
        assert found["MaintenanceWindowTask"]["job-task"]["task_arn"] == "AWS-RunShellScript"
        assert "Document" not in found
        sends, _ = statements(found)
        assert sends["Action"] == ["ssm:SendCommand"]
        assert sends["Resource"] == [
            "arn:aws:ssm:us-east-1::document/AWS-RunShellScript",
            "arn:aws:ec2:us-east-1:123456789012:instance/*",
            "arn:aws:ssm:us-east-1:123456789012:managed-instance/*",
        ]

    @pytest.mark.parametrize(
        ("given", "arn"),
        [
            ("own-script", "arn:aws:ssm:us-east-1:123456789012:document/own-script"),
            ("AmazonCloudWatch-ManageAgent", "arn:aws:ssm:us-east-1::document/AmazonCloudWatch-ManageAgent"),
            (
                "arn:aws:ssm:eu-west-1:210987654321:document/shared",
                "arn:aws:ssm:eu-west-1:210987654321:document/shared",
            ),
        ],
    )
    def test_is_named_by_name_or_arn(self, command, given, arn):
        found = command(document=given)
        assert found["MaintenanceWindowTask"]["job-task"]["task_arn"] == given
        assert statements(found)[0]["Resource"][0] == arn

    def test_that_is_an_object_is_run_in_the_version_that_the_program_knows(self, resources):
        def program():
            document = aws.ssm.Document("mine", document_type="Command", content="{}")
            RunCommandTask("job", window=WINDOW, document=document, targets=WEB)

        found = resources(program)
        assert invocation(found)["document_version"] == "1"
        assert statements(found)[0]["Resource"][0] == "arn:aws:ssm:us-east-1:123456789012:document/mine-1234567"

    def test_is_made_from_its_content(self, command):
        found = command(document=CONTENT, parameters={"path": "/srv/x"})
        made = found["Document"]["job-document"]
        assert (made["documentType"], made["content"]) == ("Command", CONTENT)
        assert found["MaintenanceWindowTask"]["job-task"]["task_arn"] == "job-document-1234567"

    def test_is_run_in_another_version_when_asked(self, command):
        assert invocation(command(document_version="3"))["document_version"] == "3"


class TestParameters:
    def test_are_lists_on_the_wire_whatever_they_are_in_the_program(self, command):
        given = {"commands": ["uptime", "df"], "workingDirectory": "/tmp"}
        assert invocation(command(parameters=given))["parameters"] == {
            "commands": ["uptime", "df"],
            "workingDirectory": ["/tmp"],
        }

    @pytest.mark.parametrize(
        ("parameters", "message"),
        [
            ({"path": "/x", "depth": "1"}, "parameters: got 'depth', allowed: path, mode"),
            ({"mode": "hard"}, r"parameters: got \['mode'\], allowed: path too, which has no default"),
            ({"path": "/x", "mode": "brutal"}, "parameters: mode: got 'another value', allowed: soft, hard"),
            ({"path": 1}, r"parameters\['path'\]: got a number, allowed: text or a list of text"),
        ],
    )
    def test_are_compared_with_what_the_content_declares(self, command, parameters, message):
        with pytest.raises(ArgumentError, match=message):
            command(document=CONTENT, parameters=parameters)

    def test_that_aws_fills_in_are_any_value(self, command):
        command(document=CONTENT, parameters={"path": "/x", "mode": "{{ssm:mode}}"})


class TestLogsAndNotifications:
    def test_output_goes_to_a_group_that_nodes_may_write_to(self, command):
        found = command()
        assert found["LogGroup"]["job-logs"]["name"] == "/aws/ssm/shop-dev-job"
        assert found["LogGroup"]["job-logs"]["retentionInDays"] == 90
        assert invocation(found)["cloud_watch_output_config"] == {
            "cloud_watch_log_group_name": "/aws/ssm/shop-dev-job",
            "cloud_watch_output_enabled": True,
        }
        assert "job-node-policy" in found["Policy"]

    def test_output_goes_nowhere_when_asked(self, command):
        found = command(logs=False)
        assert not {"LogGroup", "Policy"} & found.keys()
        assert "cloud_watch_output_config" not in invocation(found)

    def test_a_command_must_start_within_ten_minutes(self, command):
        assert invocation(command())["timeout_seconds"] == 600

    def test_there_are_no_notifications_by_default(self, command):
        found = command()
        assert not {"Topic", "EventTarget"} & found.keys()
        assert "notification_config" not in invocation(found)
        assert set(found["Role"]) == {"job-task-role"}

    def test_a_separate_role_publishes_failed_nodes_to_the_topic(self, command):
        found = command(notify=TOPIC)
        assert invocation(found)["notification_config"] == {
            "notification_arn": TOPIC,
            "notification_events": ["TimedOut", "Cancelled", "Failed"],
            "notification_type": "Invocation",
        }
        role = invocation(found)["service_role_arn"]
        assert role.startswith("arn:aws:iam::123456789012:role/job-notification-role")
        (publishes,) = statements(found, "job-notification-role")
        assert (publishes["Action"], publishes["Resource"]) == (["sns:Publish"], [TOPIC])
        passes = statements(found)[-1]
        assert (passes["Action"], passes["Resource"]) == (["iam:PassRole"], [role])


class TestAlarm:
    @pytest.mark.parametrize(
        ("event", "is_matched"),
        [
            (invocation_event("FAILED"), True),
            (invocation_event("TIMED_OUT"), True),
            (invocation_event("SUCCESS"), False),
            (invocation_event("FAILED", window="mw-22222222222222222"), False),
            (task_event("FAILED"), False),
            (run_event("FAILED"), False),
        ],
    )
    def test_is_about_the_targets_of_this_task(self, command, event, is_matched):
        pattern = command(targets=[TARGET])["EventRule"]["job-failed"]["eventPattern"]
        assert matches(pattern, event) is is_matched

    def test_is_not_about_the_targets_of_another(self, command):
        pattern = command()["EventRule"]["job-failed"]["eventPattern"]
        assert pattern["detail"]["window-target-id"] == ["id-of-job-target"]
        assert not matches(pattern, invocation_event("FAILED"))

    def test_watches_the_rule_and_notifies_the_topic(self, command):
        alarm = command(notify=TOPIC)["MetricAlarm"]["job-failed"]
        assert (alarm["namespace"], alarm["dimensions"]) == ("AWS/Events", {"RuleName": "job-failed-1234567"})
        assert alarm["alarmActions"] == [TOPIC]
        assert alarm["treatMissingData"] == "notBreaching"

    def test_of_as_many_targets_as_it_can_watch_fits_into_a_rule(self, command):
        ids = [f"00000000-0000-0000-0000-{n:012}" for n in range(40)]
        pattern = command(targets=ids)["EventRule"]["job-failed"]["eventPattern"]
        assert len(json.dumps(pattern)) <= 2048

    def test_is_left_out_on_request_and_its_rule_too_unless_the_rule_notifies_a_topic(self, command):
        assert not {"MetricAlarm", "EventRule"} & command(alarms=False).keys()
        found = command(alarms=False, notify=TOPIC)
        assert "MetricAlarm" not in found
        assert found["EventTarget"]["job-failed"]["arn"] == TOPIC


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"targets": None}, "RunCommandTask 'job': targets: got None, .* a command needs nodes"),
        ({"delivery_timeout": 10}, "delivery_timeout: got 10, allowed: 30 to 2592000 seconds"),
        ({"document": {"schemaVersion": "0.3", "mainSteps": []}}, "schemaVersion: got '0.3', .* AutomationRunbook"),
        ({"logs": {"retention_days": 91}}, "retention_days: got 91"),
        (
            {"targets": [f"00000000-0000-0000-0000-{n:012}" for n in range(41)]},
            "targets: got 41, allowed: at most 40 that an alarm can watch",
        ),
    ],
)
def test_wrong_arguments_are_refused_while_the_program_runs(command, args, message):
    with pytest.raises(ArgumentError, match=message):
        command(**args)


class TestEngine:
    def test_the_example_comes_up_stays_changes_one_thing_and_leaves_nothing(self, local_aws, local_stack):
        ssm = local_aws.client("ssm")
        stack = local_stack(EXAMPLE)
        stack.up()
        stack.expect_no_changes(refresh=True)

        outputs = stack.outputs
        held = ssm.get_maintenance_window_task(WindowId=outputs["window_id"], WindowTaskId=outputs["task_id"])
        run = held["TaskInvocationParameters"]["RunCommand"]
        assert run["Parameters"] == {"state": ["/var/lib/logrotate/status"]}
        assert run["DocumentVersion"] == "1"
        document = ssm.describe_document(Name=held["TaskArn"])["Document"]
        assert document["DocumentType"] == "Command"
        (target,) = ssm.describe_maintenance_window_targets(WindowId=outputs["window_id"])["Targets"]
        assert held["Targets"] == [{"Key": "WindowTargetIds", "Values": [target["WindowTargetId"]]}]
        alarms = local_aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
        undelivered, failed = sorted(alarms, key=lambda alarm: alarm["AlarmArn"] == outputs["alarm"])
        assert failed["AlarmArn"] == outputs["alarm"]
        assert undelivered["MetricName"] == "FailedInvocations"

        stack.pulumi("config", "set", "state", "/srv/status", "--stack", stack.name)
        assert stack.up().ops("rotate-logs-task") == ["update"]
        stack.destroy()
        assert not ssm.describe_maintenance_windows()["WindowIdentities"]
        assert not ssm.list_documents()["DocumentIdentifiers"]
        assert not local_aws.client("iam").list_roles()["Roles"]
        assert not local_aws.client("logs").describe_log_groups()["logGroups"]
        assert not local_aws.client("cloudwatch").describe_alarms()["MetricAlarms"]

    def test_new_content_runs_in_its_new_version(self, local_aws, local_stack):
        def program(step):
            def declare():
                window = aws.ssm.MaintenanceWindow("window", schedule="rate(1 day)", duration=2, cutoff=1)
                content = {"schemaVersion": "2.2", "mainSteps": [step]}
                job = RunCommandTask("job", window=window, document=content, targets=WEB, logs=False, alarms=False)
                pulumi.export("window", window.id)
                pulumi.export("task", job.task_id)
                pulumi.export("version", job.document_version)

            return declare

        step = {"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": ["uptime"]}}
        stack = local_stack(program(step))
        stack.up()
        stack.program = program(step | {"inputs": {"runCommand": ["df"]}})
        result = stack.up()
        assert (result.ops("job-document"), result.ops("job-task")) == (["update"], ["update"])
        held = local_aws.client("ssm").get_maintenance_window_task(
            WindowId=stack.outputs["window"], WindowTaskId=stack.outputs["task"]
        )
        assert held["TaskInvocationParameters"]["RunCommand"]["DocumentVersion"] == stack.outputs["version"] == "2"
        stack.expect_no_changes()

    def test_two_of_them_run_in_one_window(self, local_stack):
        def program():
            window = aws.ssm.MaintenanceWindow("window", schedule="rate(1 day)", duration=2, cutoff=1)
            for name in ("first", "second"):
                RunCommandTask(name, window=window, document="AWS-RunShellScript", targets=WEB)

        stack = local_stack(program)
        stack.up()
        stack.expect_no_changes()


def test_nodes_behind_vpc_endpoints_may_read_the_buckets_of_aws(command):
    found = command(vpc_endpoints=True, logs=False)
    (reading,) = found["Policy"]["job-node-policy"]["policy"]["Statement"]
    assert reading["Action"] == ["s3:GetObject"]
    assert "arn:aws:s3:::patch-baseline-snapshot-us-east-1/*" in reading["Resource"]
    assert "Policy" not in command(logs=False)
