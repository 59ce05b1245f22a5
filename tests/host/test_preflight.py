"""The checks of declared tasks against the account, over gRPC: nothing, a warning, or a failure."""

import json
import re
from types import SimpleNamespace

import pytest
from pulumi.runtime.rpc import UNKNOWN
from tests.docs.pages import ROOT, snippets

from pulumi_ssm_maintenance.checks.reader import UnreadableError
from pulumi_ssm_maintenance.checks.tasks import TASK_CHECKS
from pulumi_ssm_maintenance.testing import Fault

KEY = "pulumi_ssm_maintenance:preflight"
MISSING_ROLE = "arn:aws:iam::123456789012:role/missing"
CANARY = "canary-of-the-preflight"


@pytest.fixture
def broken(run_command):
    """A task of which several things do not exist."""
    return {
        **run_command,
        "service_role_arn": MISSING_ROLE,
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


def test_no_part_of_a_secret_value_is_in_a_reason(strict, broken):
    block = "task_invocation_parameters.run_command.parameters"
    broken["alarm_configuration"] = {"alarms": [{"name": CANARY}]}
    broken["service_role_arn"] = "arn:aws:iam::444455556666:role/canary"
    broken |= run_command_with(parameters={"commands": ["true"], CANARY: ["x"]})
    broken["__task"]["secrets"] = ["alarm_configuration.alarms[0].name", "service_role_arn", block]
    reasons = strict(broken)
    assert [reason.partition(":")[0] for reason in reasons] == ["task.parameters", "task.role", "task.alarm"]
    assert "canary" not in str(reasons)
    assert "444455556666" not in str(reasons)


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


PAGE = ROOT / "docs" / "preflight.md"
SHOWN = [line for it in snippets("text") if it.page == PAGE for line in it.text.splitlines()]
MESSAGES = [line for line in SHOWN if line.startswith("warning: ")]


@pytest.fixture
def shown_task(run_command):
    """The task that the page on the preflight shows."""
    (text,) = [it.text for it in snippets("python") if it.page == PAGE and "MaintenanceWindowTask(" in it.text]
    shown = {}
    names = {
        "window": SimpleNamespace(window_id=run_command["window_id"]),
        "nodes": SimpleNamespace(id="e32eecb2-646c-4f4b-8ed1-205fbfd3ad35"),
    }
    exec(text, {"MaintenanceWindowTask": lambda _, **arguments: shown.update(arguments), **names})
    return {**shown, "idempotency_key": "key", "__task": {"name": "patch", "secrets": []}}


def test_the_page_shows_the_messages_about_its_task_and_counts_the_calls(strict, local_aws, shown_task):
    local_aws.clear_requests()
    reasons = strict(shown_task)
    calls = local_aws.requests()
    assert [f"warning: maintenance window task 'patch': {reason}" for reason in reasons] == MESSAGES[:-1]
    assert f"the task above takes {len(calls)} calls" in PAGE.read_text(), [it.operation for it in calls]


@pytest.fixture
def machine(local_aws):
    """A missing alias of a state machine that exists: both are looked up."""
    role = local_aws.client("iam").create_role(RoleName="machine", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    definition = json.dumps({"StartAt": "end", "States": {"end": {"Type": "Succeed"}}})
    created = local_aws.client("stepfunctions").create_state_machine(name="report", definition=definition, roleArn=role)
    return f"{created['stateMachineArn']}:live"


@pytest.fixture
def thorough(run_command, function, machine):
    """Tasks that together make every check look at all that it can."""
    command = {
        "notification_config": {"notification_arn": "arn:aws:sns:us-east-1:123456789012:missing"},
        "service_role_arn": MISSING_ROLE,
        "cloud_watch_output_config": {"cloud_watch_log_group_name": "missing", "cloud_watch_output_enabled": True},
        "output_s3_bucket_name": "missing",
    }
    command["notification_config"] |= {"notification_events": ["All"], "notification_type": "Command"}
    alarm = {"alarms": [{"name": "missing"}]}
    return [
        {**run_command, **run_command_with(**command), "service_role_arn": MISSING_ROLE, "alarm_configuration": alarm},
        function,
        {**function, "task_type": "STEP_FUNCTIONS", "task_arn": machine, "task_invocation_parameters": None},
    ]


def test_the_page_lists_the_permissions_of_all_calls(start_host, local_aws, thorough):
    host = start_host({KEY: "true"})
    local_aws.clear_requests()
    assert [host.check(task)[1] for task in thorough] == [[], [], []]
    calls = {f"{it.service}:{it.operation}" for it in local_aws.requests()} - {"sts:GetCallerIdentity"}
    needed = {it.replace("stepfunctions:", "states:").replace("s3:HeadBucket", "s3:ListBucket") for it in calls}
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `task.")]
    assert set(re.findall(r"`(\w+:\w+)`", "".join(rows))) == needed


def test_the_page_has_a_row_for_every_check():
    assert re.findall(r"^\| `(task\.\w+)`", PAGE.read_text(), re.MULTILINE) == [check.id for check in TASK_CHECKS]


def test_the_page_shows_the_warning_about_what_aws_refuses():
    left_out = str(UnreadableError("iam:GetRole", "AccessDenied"))
    assert MESSAGES[-1] == f"warning: the preflight of maintenance window tasks leaves out task.role: {left_out}"
