"""LambdaTask: its function, payload and alarm, and its life on the engine."""

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_ssm_maintenance.testing import EngineError
from pulumi_ssm_maintenance_components import ArgumentError, LambdaTask, Targets

EXAMPLE = Path(__file__).parents[3] / "examples" / "component_lambda_task"
CODE = EXAMPLE / "report"
WINDOW = "mw-0123456789abcdef0"
REPORT = "arn:aws:lambda:us-east-1:123456789012:function:report"
TOPIC = "arn:aws:sns:us-east-1:123456789012:operations"


@pytest.fixture
def call(resources):
    """The resources of a task."""

    def make(**args):
        return resources(lambda: LambdaTask("job", **{"window": WINDOW, "function": "report"} | args))

    return make


def invocation(found):
    return found["MaintenanceWindowTask"]["job-task"]["task_invocation_parameters"].get("lambda_", {})


def invoked(found):
    (statement,) = found["RolePolicy"]["job-task-role"]["policy"]["Statement"]
    assert statement["Action"] == ["lambda:InvokeFunction"]
    return statement["Resource"]


def payload_of(found):
    return json.loads(invocation(found)["payload"])


class TestFunction:
    @pytest.mark.parametrize("given", ["report", REPORT])
    def test_is_named_by_name_or_arn(self, call, given):
        found = call(function=given)
        assert found["MaintenanceWindowTask"]["job-task"]["task_arn"] == REPORT
        assert invoked(found) == [REPORT]
        assert found["MetricAlarm"]["job-errors"]["dimensions"] == {"FunctionName": "report"}
        assert "Function" not in found

    @pytest.mark.parametrize("qualifier", ["live", "3", "$LATEST", "$LATEST.PUBLISHED"])
    def test_is_called_in_the_version_or_alias_that_is_asked_for_and_no_other(self, call, qualifier):
        found = call(qualifier=qualifier)
        assert invocation(found)["qualifier"] == qualifier
        assert invoked(found) == [f"{REPORT}:{qualifier}"]

    def test_may_be_an_object(self, resources):
        def program():
            function = aws.lambda_.Function("mine", role="role", runtime="python3.13", handler="index.handler")
            LambdaTask("job", window=WINDOW, function=function)

        found = resources(program)
        assert invoked(found) == ["arn:aws:lambda:us-east-1:123456789012:function:mine-1234567"]
        assert found["MetricAlarm"]["job-errors"]["dimensions"] == {"FunctionName": "mine-1234567"}
        assert "qualifier" not in invocation(found)

    def test_is_made_from_its_code_published_and_called_in_that_version(self, call):
        found = call(function=CODE)
        made = found["Function"]["job-function"]
        assert (made["handler"], made["publish"], made["timeout"]) == ("index.handler", True, 60)
        assert made["loggingConfig"] == {"logFormat": "Text", "logGroup": "/aws/lambda/shop-dev-job-function"}
        assert found["LogGroup"]["job-function-logs"]["retentionInDays"] == 90
        assert invocation(found)["qualifier"] == "1"
        assert invoked(found) == ["arn:aws:lambda:us-east-1:123456789012:function:job-function-1234567:1"]

    def test_that_is_made_may_write_its_log_and_what_it_is_given(self, call):
        needs = {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": ["arn:aws:sqs:us-east-1:1:queue"]}
        found = call(function=CODE, code={"statements": [needs], "environment": {"QUEUE": "queue"}})
        writes, given = found["RolePolicy"]["job-function-role"]["policy"]["Statement"]
        assert writes["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
        assert writes["Resource"][0].endswith(":/aws/lambda/shop-dev-job-function:*")
        assert given == needs
        (trust,) = found["Role"]["job-function-role"]["assumeRolePolicy"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
        assert found["Function"]["job-function"]["environment"] == {"variables": {"QUEUE": "queue"}}


class TestPayload:
    def test_is_json_of_a_dict_with_pseudo_parameters_left_alone(self, call):
        given = {"window": "{{WINDOW_ID}}", "n": 1}
        assert payload_of(call(payload=given)) == given

    def test_may_hold_outputs(self, resources):
        def program():
            LambdaTask("job", window=WINDOW, function="report", payload={"id": pulumi.Output.from_input("x")})

        assert payload_of(resources(program)) == {"id": "x"}

    def test_is_left_out_when_there_is_none(self, call):
        assert not invocation(call())

    def test_is_measured_in_bytes_once_it_is_written(self, call):
        call(payload={"text": "x" * 4084})
        # As an escape, a single letter is six bytes.
        with pytest.raises(ArgumentError, match="payload: got '4102 bytes', allowed: at most 4096 bytes of JSON"):
            call(payload={"text": "x" * 4084 + "\N{LATIN SMALL LETTER U WITH DIAERESIS}"})

    @pytest.mark.parametrize(
        ("payload", "message"),
        [
            ({"node": "{{RESOURCE_ID}}"}, "payload: got '{{RESOURCE_ID}}', .* runs once in a window"),
            ("not json", "payload: got '8 characters', allowed: JSON"),
        ],
    )
    def test_that_cannot_work_is_refused_unshown(self, call, payload, message):
        with pytest.raises(ArgumentError, match=message) as refused:
            call(payload=payload)
        assert "not json" not in str(refused.value)

    def test_that_is_known_late_and_no_utf_8_is_refused_unshown(self, resources):
        def program():
            LambdaTask("job", window=WINDOW, function="report", payload=pulumi.Output.from_input('"\ud800"'))

        with pytest.raises(ValueError, match=r"payload: got an output of text of 3 characters, allowed: .* UTF-8"):
            resources(program)

    def test_may_name_the_node_where_there_are_targets(self, call):
        found = call(payload={"node": "{{RESOURCE_ID}}"}, targets=Targets.by_tags({"Role": "web"}))
        assert payload_of(found) == {"node": "{{RESOURCE_ID}}"}


class TestAlarm:
    def test_goes_off_for_an_error_and_notifies_the_topic(self, call):
        alarm = call(notify=TOPIC)["MetricAlarm"]["job-errors"]
        assert (alarm["namespace"], alarm["metricName"]) == ("AWS/Lambda", "Errors")
        assert (alarm["statistic"], alarm["threshold"], alarm["treatMissingData"]) == ("Sum", 1, "notBreaching")
        assert alarm["alarmActions"] == [TOPIC]

    def test_is_left_out_when_asked(self, call):
        assert "MetricAlarm" not in call(alarms=False)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"function": f"{REPORT}:live"}, "function: got .*:live', .* without qualifier"),
        ({"function": Path("nowhere")}, "function: got 'nowhere', allowed: a folder or a zip file that exists"),
        ({"code": {"timeout": 3}}, "code: got .'timeout'., allowed: none for an existing function"),
        ({"function": CODE, "code": {"time_out": 3}}, "there is no argument 'time_out'; do you mean 'timeout'"),
        ({"payloads": {}}, "do you mean 'payload'"),
    ],
)
def test_wrong_arguments_are_refused_while_the_program_runs(call, args, message):
    with pytest.raises(ArgumentError, match=message):
        call(**args)


def test_the_example_comes_up_stays_changes_one_thing_and_leaves_nothing(local_aws, local_stack):
    ssm = local_aws.client("ssm")
    stack = local_stack(EXAMPLE, secrets={"component-lambda-task:token": "hush-hush"})
    stack.up()
    stack.expect_no_changes(refresh=True)
    assert "hush-hush" not in stack.state_text()

    outputs = stack.outputs
    held = ssm.get_maintenance_window_task(WindowId=outputs["window_id"], WindowTaskId=outputs["task_id"])
    assert held["TaskArn"] == outputs["function"]
    given = held["TaskInvocationParameters"]["Lambda"]
    assert json.loads(given["Payload"]) == {"window": "{{WINDOW_ID}}", "team": "ops", "token": "hush-hush"}
    assert given["Qualifier"] == "1"
    assert not held["Targets"]
    function = local_aws.client("lambda").get_function(FunctionName=outputs["function"])["Configuration"]
    assert function["LoggingConfig"]["LogGroup"] == "/aws/lambda/component-lambda-task-dev-report-function"

    stack.pulumi("config", "set", "team", "sre", "--stack", stack.name)
    result = stack.up()
    assert {step.name for step in result.steps if step.op == "update"} - {"default"} == {"report-task"}
    stack.destroy()
    assert not ssm.describe_maintenance_windows()["WindowIdentities"]
    assert not local_aws.client("lambda").list_functions()["Functions"]
    assert not local_aws.client("iam").list_roles()["Roles"]
    assert not local_aws.client("logs").describe_log_groups()["logGroups"]
    assert not local_aws.client("cloudwatch").describe_alarms()["MetricAlarms"]


def test_new_code_is_called_in_its_new_version(local_aws, local_stack, tmp_path):
    code = tmp_path / "code"
    code.mkdir()

    def program():
        window = aws.ssm.MaintenanceWindow("window", schedule="rate(1 day)", duration=2, cutoff=1)
        job = LambdaTask("job", window=window, function=code)
        pulumi.export("window", window.id)
        pulumi.export("task", job.task_id)

    (code / "index.py").write_text("def handler(*_): return 1")
    stack = local_stack(program)
    stack.up()
    (code / "index.py").write_text("def handler(*_): return 2")
    result = stack.up()
    assert (result.ops("job-function"), result.ops("job-task")) == (["update"], ["update"])
    held = local_aws.client("ssm").get_maintenance_window_task(
        WindowId=stack.outputs["window"], WindowTaskId=stack.outputs["task"]
    )
    assert held["TaskInvocationParameters"]["Lambda"]["Qualifier"] == "2"
    stack.expect_no_changes()


def test_a_payload_that_is_known_late_is_measured_when_it_is_known(local_stack):
    def program():
        window = aws.ssm.MaintenanceWindow("window", schedule="rate(1 day)", duration=2, cutoff=1)
        LambdaTask("job", window=window, function="report", payload={"text": window.id.apply(lambda _: "x" * 4097)})

    stack = local_stack(program)
    with pytest.raises(EngineError) as failed:
        stack.up()
    assert "LambdaTask 'job': payload: got '4109 bytes', allowed: at most 4096 bytes" in str(failed.value)
