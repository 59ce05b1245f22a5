"""StepFunctionTask: its state machine, execution name, input and alarms, and its life on the engine."""

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_ssm_maintenance_components import ArgumentError, StepFunctionTask, Targets

EXAMPLE = Path(__file__).parents[3] / "examples" / "component_step_function"
WINDOW = "mw-0123456789abcdef0"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:drain"
TOPIC = "arn:aws:sns:us-east-1:123456789012:operations"
WEB = Targets.by_tags({"Role": "web"})
DEFINITION = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}


@pytest.fixture
def start(resources):
    """The resources of a task."""

    def make(**args):
        return resources(lambda: StepFunctionTask("job", **{"window": WINDOW, "state_machine": MACHINE} | args))

    return make


def invocation(found):
    return found["MaintenanceWindowTask"]["job-task"]["task_invocation_parameters"]["step_functions"]


class TestStateMachine:
    def test_is_named_by_its_arn_and_started_by_a_role_for_it_alone(self, start):
        found = start()
        assert found["MaintenanceWindowTask"]["job-task"]["task_arn"] == MACHINE
        starts, describes = found["RolePolicy"]["job-task-role"]["policy"]["Statement"]
        assert (starts["Action"], starts["Resource"]) == (["states:StartExecution"], [MACHINE])
        assert describes["Resource"] == ["arn:aws:states:us-east-1:123456789012:execution:drain:*"]

    @pytest.mark.parametrize("qualifier", ["live", "3"])
    def test_with_a_version_or_alias_is_started_by_a_role_for_the_machine_that_aws_checks(self, start, qualifier):
        found = start(state_machine=f"{MACHINE}:{qualifier}")
        assert found["MaintenanceWindowTask"]["job-task"]["task_arn"] == f"{MACHINE}:{qualifier}"
        starts, describes = found["RolePolicy"]["job-task-role"]["policy"]["Statement"]
        assert starts["Resource"] == [MACHINE]
        assert describes["Resource"] == ["arn:aws:states:us-east-1:123456789012:execution:drain:*"]
        assert found["MetricAlarm"]["job-failed"]["dimensions"] == {"StateMachineArn": MACHINE}

    def test_may_be_an_object(self, resources):
        def program():
            machine = aws.sfn.StateMachine("mine", role_arn="role", definition="{}")
            StepFunctionTask("job", window=WINDOW, state_machine=machine)

        task = resources(program)["MaintenanceWindowTask"]["job-task"]
        assert task["task_arn"] == "arn:aws:states:us-east-1:123456789012:stateMachine:mine-1234567"

    def test_is_made_from_its_definition_with_a_role_that_may_do_what_it_is_given(self, start):
        needs = {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": ["arn:aws:sqs:us-east-1:1:queue"]}
        found = start(state_machine=DEFINITION, statements=[needs])
        assert found["StateMachine"]["job-state-machine"]["definition"] == DEFINITION
        (trust,) = found["Role"]["job-state-machine-role"]["assumeRolePolicy"]["Statement"]
        assert trust["Principal"] == {"Service": "states.amazonaws.com"}
        assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
        assert trust["Condition"]["ArnLike"]["aws:SourceArn"].endswith(":stateMachine:*")
        assert found["RolePolicy"]["job-state-machine-role"]["policy"]["Statement"] == [needs]

    def test_that_needs_nothing_has_a_role_that_may_do_nothing(self, start):
        assert set(start(state_machine=DEFINITION)["RolePolicy"]) == {"job-task-role"}


class TestExecutionName:
    def test_is_new_each_time(self, start):
        assert invocation(start())["name"] == "{{INVOCATION_ID}}"

    @pytest.mark.parametrize(
        ("name", "targets"),
        [
            ("drain-{{INVOCATION_ID}}", None),
            ("drain-{{ INVOCATION_ID }}", WEB),
            ("{{RESOURCE_ID}}-{{INVOCATION_ID}}", WEB),
            ("drain-{{WINDOW_EXECUTION_ID}}", None),
            ("x" * 44 + "{{INVOCATION_ID}}", None),
        ],
    )
    def test_may_say_more(self, start, name, targets):
        assert invocation(start(execution_name=name, targets=targets))["name"] == name

    @pytest.mark.parametrize(
        ("name", "targets", "message"),
        [
            ("drain", None, "execution_name: got 'drain', .* the same name fails for 90 days"),
            ("{{WINDOW_ID}}", None, "the same name fails for 90 days"),
            # The same for all nodes of a window.
            ("{{WINDOW_EXECUTION_ID}}", WEB, "a name with {{INVOCATION_ID}}: the same name"),
            ("{{RESOURCE_ID}}-{{INVOCATION_ID}}", None, "got 'RESOURCE_ID', allowed: none of a target"),
            ("x" * 45 + "{{INVOCATION_ID}}", None, "at most 80 characters; filled in it has about 81"),
            ("drain {{INVOCATION_ID}}", None, "letters, digits, _ and -"),
            ("{{TARGET_ID}}-{{INVOCATION_ID}}", WEB, "letters, digits, _ and -"),
        ],
    )
    def test_that_would_clash_or_be_refused_is_refused(self, start, name, targets, message):
        with pytest.raises(ArgumentError, match=message):
            start(execution_name=name, targets=targets)


class TestInput:
    def test_is_json_of_a_dict(self, start):
        found = start(input={"window": "{{WINDOW_ID}}"})
        assert json.loads(invocation(found)["input"]) == {"window": "{{WINDOW_ID}}"}

    def test_is_measured_in_characters(self, start):
        start(input=json.dumps({"text": "ü" * 4084}, ensure_ascii=False))
        with pytest.raises(ArgumentError, match="input: got '4097 characters', allowed: at most 4096 characters"):
            start(input=json.dumps({"text": "ü" * 4085}, ensure_ascii=False))

    def test_asks_for_no_target_where_there_is_none(self, start):
        with pytest.raises(ArgumentError, match=r"input: got '\{\{TARGET_ID\}\}'"):
            start(input={"node": "{{TARGET_ID}}"})


class TestAlarms:
    def test_go_off_for_every_way_to_fail_of_this_state_machine(self, start):
        alarms = start(notify=TOPIC)["MetricAlarm"]
        assert {name: alarm["metricName"] for name, alarm in alarms.items()} == {
            "job-failed": "ExecutionsFailed",
            "job-timed-out": "ExecutionsTimedOut",
            "job-aborted": "ExecutionsAborted",
        }
        for alarm in alarms.values():
            assert (alarm["namespace"], alarm["dimensions"]) == ("AWS/States", {"StateMachineArn": MACHINE})
            assert (alarm["treatMissingData"], alarm["alarmActions"]) == ("notBreaching", [TOPIC])

    def test_are_left_out_when_asked(self, start):
        assert "MetricAlarm" not in start(alarms=False)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"state_machine": "drain"}, "state_machine: got 'drain', allowed: an aws.sfn.StateMachine, an ARN"),
        ({"state_machine": {"Comment": "x"}}, "Amazon States Language: StartAt and States"),
        ({"statements": []}, "statements: got .., allowed: none for an existing state machine"),
        ({"inputs": {}}, "do you mean 'input'"),
    ],
)
def test_wrong_arguments_are_refused_while_the_program_runs(start, args, message):
    with pytest.raises(ArgumentError, match=message):
        start(**args)


def test_the_example_comes_up_stays_changes_one_thing_and_leaves_nothing(local_aws, local_stack):
    ssm = local_aws.client("ssm")
    stack = local_stack(EXAMPLE)
    stack.up()
    stack.expect_no_changes(refresh=True)

    outputs = stack.outputs
    held = ssm.get_maintenance_window_task(WindowId=outputs["window_id"], WindowTaskId=outputs["task_id"])
    given = held["TaskInvocationParameters"]["StepFunctions"]
    assert given == {"Name": "drain-{{INVOCATION_ID}}", "Input": '{"node": "{{RESOURCE_ID}}"}'}
    assert held["MaxConcurrency"] == "1"
    states = local_aws.client("stepfunctions")
    machine = states.describe_state_machine(stateMachineArn=held["TaskArn"])
    assert json.loads(machine["definition"])["States"]["Wait"]["Seconds"] == 60
    alarms = local_aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert sorted(alarm["AlarmArn"] for alarm in alarms) == sorted(outputs["alarms"].values())

    stack.pulumi("config", "set", "seconds", "5", "--stack", stack.name)
    result = stack.up()
    assert {step.name for step in result.steps if step.op == "update"} - {"default"} == {"drain-state-machine"}
    stack.destroy()
    assert not ssm.describe_maintenance_windows()["WindowIdentities"]
    assert not states.list_state_machines()["stateMachines"]
    assert not local_aws.client("iam").list_roles()["Roles"]
    assert not local_aws.client("cloudwatch").describe_alarms()["MetricAlarms"]


def test_its_input_is_secret_in_the_state(local_stack):
    def program():
        window = aws.ssm.MaintenanceWindow("window", schedule="rate(1 day)", duration=2, cutoff=1)
        StepFunctionTask(
            "job",
            window=window,
            state_machine=DEFINITION,
            input={"token": pulumi.Output.secret("hush-hush")},
        )

    stack = local_stack(program)
    stack.up()
    assert "hush-hush" not in stack.state_text()
    stack.expect_no_changes()
