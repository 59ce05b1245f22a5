"""Secrets: never in the state, the exported state, the engine's output or an error."""

import json

import pulumi
import pytest

from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider
from pulumi_ssm_maintenance.testing import EngineError, Fault

ROLE = "arn:aws:iam::123456789012:role/canary-role"


@pytest.fixture
def secretive(run_command, function, state_machine):
    """Make a program with a canary in every place that is secret, by itself or because the user says so."""

    def make(priority):
        return lambda: declare(*({**task, "priority": priority} for task in (run_command, function, state_machine)))

    return make


def declare(command, function, machine):
    secret = pulumi.Output.secret
    run = {
        "comment": secret("canary-comment"),
        "parameters": {"commands": ["echo", secret("canary-nested")], "whole": secret(["canary-whole"])},
        "notification_config": secret({"notification_arn": "arn:aws:sns:us-east-1:123456789012:canary-topic"}),
        "service_role_arn": secret(ROLE),
    }
    own = {
        "description": secret("canary-description"),
        "service_role_arn": secret(ROLE).apply(lambda value: value),
        "name": pulumi.Config().require_secret("name"),
        "task_parameters": {"commands": {"values": ["canary-task-parameter"]}},
        "alarm_configuration": {"alarms": secret([{"name": "canary-alarm"}])},
        "task_invocation_parameters": {"run_command": run},
    }
    task = MaintenanceWindowTask("command", **command | own)
    payload = {"task_invocation_parameters": {"lambda_": {"payload": '"canary-payload"'}}}
    MaintenanceWindowTask("function", **function | payload)
    given = {"task_invocation_parameters": {"step_functions": {"input": '"canary-input"'}}}
    MaintenanceWindowTask("machine", **machine | given)
    # What passes through an output of a task stays secret on its way.
    passed_on = {"name": task.name, "service_role_arn": task.effective_service_role_arn}
    MaintenanceWindowTask("downstream", **function | passed_on)
    pulumi.export("description", task.description)
    pulumi.export("parameters", task.task_invocation_parameters)
    pulumi.export("role", task.effective_service_role_arn)


@pytest.fixture
def assert_silent():
    """Demand that no canary is in what a stack keeps, nor in what the engine says."""

    def check(stack, *texts):
        exported = stack.pulumi("stack", "export", "--stack", stack.name)
        for text in (stack.state_text(), exported, *texts):
            assert "canary" not in text

    return check


def test_secrets_are_in_no_state_and_in_no_output(stack, apply, assert_silent, held, ssm, window, secretive):
    made = stack(secretive(1), secrets={"name": "canary-name"})
    results = [made.preview(diff=True), apply(made), made.refresh(diff=True)]
    assert str(held(window)).count("'canary-name'") == 2
    assert_silent(made, *(result.output for result in results))

    assert_silent(made, apply(made, secretive(2), diff=True).output)

    # Drift, in the places that are secret and in a task that had declared nothing there.
    def by_hand(name, **fields):
        ssm.update_maintenance_window_task(WindowId=window, WindowTaskId=made.resource(name)["id"], **fields)

    by_hand("machine", TaskInvocationParameters={"StepFunctions": {"Input": '"canary-drifted-input"'}})
    by_hand("downstream", TaskInvocationParameters={"Lambda": {"Payload": b'"canary-drifted-payload"'}})
    by_hand("function", TaskParameters={"a": {"Values": ["canary-drifted-parameter"]}})
    by_hand("command", Description="canary-drifted-description", ServiceRoleArn=f"{ROLE}-drifted")
    results = [made.refresh(diff=True), made.preview(diff=True)]
    assert_silent(made, *(result.output for result in results))
    assert apply(made).changed == {"update": 4}


def test_an_error_of_aws_that_echoes_secrets_shows_none(
    stack, apply, assert_silent, held, local_aws, window, secretive
):
    made = stack(secretive(1), secrets={"name": "canary-name"})
    apply(made)
    task = made.resource("command")
    echo = json.dumps(held(window)[task["id"]])
    local_aws.inject(Fault.error("ValidationException", message=echo))
    made.program = secretive(2)
    for operation in (made.up, made.refresh):
        with pytest.raises(EngineError) as failed:
            operation(target=[task["urn"]])
        assert "ValidationException" in str(failed.value)
        assert "[secret]" in str(failed.value)
        assert_silent(made, str(failed.value))


def test_credentials_of_an_explicit_provider_are_in_no_state(stack, apply, assert_silent, automation):
    def program():
        provider = Provider("own", access_key="canary-access-key", secret_key="canary-secret-key", region="us-east-1")
        MaintenanceWindowTask("task", **automation, opts=pulumi.ResourceOptions(provider=provider))

    made = stack(program)
    assert_silent(made, apply(made, diff=True).output)


def test_what_a_transform_makes_secret_is_in_no_message(stack, automation):
    def hide(args):
        secret = {"name": pulumi.Output.secret("canary of the name"), "priority": pulumi.Output.secret("canary")}
        return pulumi.ResourceTransformResult({**args.props, **secret}, args.opts)

    def wrap(args):
        secret = {name: pulumi.Output.secret(args.props[name]) for name in ("name", "priority")}
        return pulumi.ResourceTransformResult({**args.props, **secret}, args.opts)

    mistakes = {"name": "canary of the name", "priority": "canary"}
    made = stack({})
    for transform, more in ((hide, {}), (wrap, mistakes)):
        opts = pulumi.ResourceOptions(transforms=[transform])
        made.program = lambda more=more, opts=opts: MaintenanceWindowTask("task", **automation, **more, opts=opts)
        with pytest.raises(EngineError) as failed:
            made.preview()
        assert "has a problem: priority: " in str(failed.value)
        assert "canary" not in str(failed.value)
