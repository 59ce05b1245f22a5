"""The checks of declared tasks against the account, over gRPC: nothing, a warning, or a failure."""

import pytest
from pulumi.runtime.rpc import UNKNOWN

from pulumi_ssm_maintenance.testing import Fault

KEY = "pulumi_ssm_maintenance:preflight"
CANARY = "canary-of-the-preflight"


@pytest.fixture
def broken(run_command):
    """A task of which several things do not exist."""
    return {
        **run_command,
        "service_role_arn": "arn:aws:iam::123456789012:role/missing",
        "alarm_configuration": {"alarms": [{"name": "missing"}]},
        "task_invocation_parameters": {"run_command": {"parameters": {"commands": ["true"], "Commandos": [CANARY]}}},
    }


@pytest.fixture
def strict(start_host):
    """The failures of a check where the preflight is strict."""

    def check(task, **env):
        return [reason for _, reason in start_host({KEY: "strict"}, **env).check(task)[1]]

    return check


def run_command_with(**block):
    return {"task_invocation_parameters": {"run_command": block}}


@pytest.mark.parametrize("config", [{}, {KEY: "false"}, {KEY: False}], ids=["default", "text", "boolean"])
def test_off_makes_no_call(start_host, local_aws, broken, config):
    _, failures = start_host(config).check(broken)
    assert failures == []
    assert [request for request in local_aws.requests() if request.user_agent.startswith("pulumi-ssm")] == []


@pytest.mark.parametrize("value", ["true", True], ids=["text", "boolean"])
def test_on_never_refuses_and_only_reads(start_host, local_aws, broken, value):
    local_aws.clear_requests()
    inputs, failures = start_host({KEY: value}).check(broken)
    assert (failures, inputs["task_arn"]) == ([], "AWS-RunShellScript")
    called = {request.operation for request in local_aws.requests()}
    assert {"DescribeDocument", "GetRole", "DescribeAlarms"} <= called
    assert all(name.startswith(("Describe", "Get", "List", "Simulate")) for name in called)


def test_strict_refuses_with_each_reason_and_no_secret(strict, broken):
    reasons = strict(broken)
    assert [reason.partition(":")[0] for reason in reasons] == ["task.parameters", "task.role", "task.alarm"]
    assert "alarm missing does not exist in us-east-1. Create it, or correct alarm_configuration." in reasons[-1]
    assert CANARY not in str(reasons)


def test_a_secret_name_is_not_in_the_reason(strict, broken):
    broken["alarm_configuration"] = {"alarms": [{"name": CANARY}]}
    broken["__task"]["secrets"] = ["alarm_configuration.alarms[0].name"]
    assert CANARY not in str(strict(broken))


def test_a_task_in_order_passes(strict, run_command):
    run_command["task_invocation_parameters"] = {"run_command": {"parameters": {"commands": ["true"]}}}
    assert strict(run_command) == []


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"service_role_arn": UNKNOWN}, ["task.parameters", "task.alarm"]),
        ({"alarm_configuration": {"alarms": [{"name": UNKNOWN}]}}, ["task.parameters", "task.role"]),
        ({"task_invocation_parameters": UNKNOWN}, ["task.role", "task.alarm"]),
        (run_command_with(parameters={"commands": UNKNOWN}), ["task.role", "task.alarm"]),
        (run_command_with(document_version=UNKNOWN), ["task.role", "task.alarm"]),
        ({"task_arn": UNKNOWN}, ["task.role", "task.alarm"]),
        ({"region": UNKNOWN}, []),
    ],
    ids=["role", "alarm", "block", "parameter", "version", "document", "region"],
)
def test_what_is_not_known_yet_passes(strict, broken, change, left):
    assert [reason.partition(":")[0] for reason in strict({**broken, **change})] == left


def test_what_another_resource_of_the_program_produces_passes_and_is_not_stored(strict, start_host, broken):
    broken["__task"]["produced"] = ["alarm_configuration.alarms", "service_role_arn"]
    assert [reason.partition(":")[0] for reason in strict(broken)] == ["task.parameters"]
    inputs, _ = start_host({KEY: "true"}).check(broken)
    assert inputs["__task"] == {"name": "patch", "secrets": []}


def test_an_answer_is_asked_for_once_in_a_process(start_host, local_aws, broken):
    host = start_host({KEY: "true"})
    host.check(broken)
    local_aws.clear_requests()
    host.check({**broken, "__task": {"name": "other", "secrets": []}})
    assert local_aws.requests() == []


def test_denied_is_not_a_failure(strict, local_aws, broken):
    for service in ("ssm", "iam", "cloudwatch"):
        local_aws.inject(Fault.access_denied(service=service))
    assert strict(broken) == []


def test_an_outage_is_not_a_failure(strict, broken):
    assert strict(broken, AWS_ENDPOINT_URL="http://127.0.0.1:1") == []


def test_no_credentials_are_not_a_failure(strict, broken):
    assert strict(broken, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="") == []


def test_another_value_is_an_error_that_names_the_key(start_host, run_command):
    _, failures = start_host({KEY: "yes"}).check(run_command)
    assert failures == [("", f"{KEY}: got 'yes', allowed are true, false and strict")]
