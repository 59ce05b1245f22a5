"""States that pulumi-aws has written, read as if they were ours."""

import pytest
from tests import bridged

from pulumi_ssm_maintenance.lifecycle.bridged import is_bridged, read_bridged
from pulumi_ssm_maintenance.lifecycle.plan import diff
from pulumi_ssm_maintenance.lifecycle.properties import Inputs

WINDOW = "mw-0123456789abcdef0"
TASK = "4f7ca192-7e9a-40fe-9192-5cb15efc1a3b"
COMMON = {
    "arn": f"arn:aws:ssm:eu-west-1:123456789012:windowtask/{TASK}",
    "windowId": WINDOW,
    "windowTaskId": TASK,
    "name": "patch-1a2b3c4",
    "serviceRoleArn": "arn:aws:iam::123456789012:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM",
}
DECLARED = {"window_id": WINDOW, "name": "patch-1a2b3c4", "region": "eu-west-1"}
NODES = [{"key": "InstanceIds", "values": ["i-0123456789abcdef0"]}]
RATES = {"targets": NODES, "max_concurrency": "1", "max_errors": "1"}

# The state of a task, and the same task as we declare it.
TASKS = {
    "command": (
        {
            "taskType": "RUN_COMMAND",
            "taskArn": "AWS-RunShellScript",
            "targets": NODES,
            "maxConcurrency": "1",
            "maxErrors": "1",
            "taskInvocationParameters": {
                "runCommandParameters": {
                    "parameters": [{"name": "commands", "values": ["uptime"]}],
                    "notificationConfig": {},
                    "cloudwatchConfig": {},
                }
            },
        },
        {
            **RATES,
            "task_type": "RUN_COMMAND",
            "task_arn": "AWS-RunShellScript",
            "task_invocation_parameters": {"run_command": {"parameters": {"commands": ["uptime"]}}},
        },
    ),
    "command without parameters": (
        {
            "taskType": "RUN_COMMAND",
            "taskArn": "AWS-UpdateSSMAgent",
            "targets": NODES,
            "maxConcurrency": "1",
            "maxErrors": "1",
        },
        {**RATES, "task_type": "RUN_COMMAND", "task_arn": "AWS-UpdateSSMAgent"},
    ),
    "runbook": (
        {
            "taskType": "AUTOMATION",
            "taskArn": "AWS-StopEC2Instance",
            "maxConcurrency": "1",
            "maxErrors": "1",
            "taskInvocationParameters": {"automationParameters": {"documentVersion": "$DEFAULT"}},
        },
        {
            "task_type": "AUTOMATION",
            "task_arn": "AWS-StopEC2Instance",
            "task_invocation_parameters": {"automation": {"document_version": "$DEFAULT"}},
        },
    ),
    "function": (
        {
            "taskType": "LAMBDA",
            "taskArn": "report",
            "priority": 2,
            "cutoffBehavior": "CANCEL_TASK",
            "taskInvocationParameters": {"lambdaParameters": {"payload": '{"full": true}'}},
        },
        {
            "task_type": "LAMBDA",
            "task_arn": "report",
            "priority": 2,
            "cutoff_behavior": "CANCEL_TASK",
            "task_invocation_parameters": {"lambda_": {"payload": '{"full": true}'}},
        },
    ),
    "state machine": (
        {
            "taskType": "STEP_FUNCTIONS",
            "taskArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:check",
            "taskInvocationParameters": {"stepFunctionsParameters": {"input": "{}", "name": "nightly"}},
        },
        {
            "task_type": "STEP_FUNCTIONS",
            "task_arn": "arn:aws:states:eu-west-1:123456789012:stateMachine:check",
            "task_invocation_parameters": {"step_functions": {"input": "{}", "name": "nightly"}},
        },
    ),
}


def texts(value):
    """Every text in a structure."""
    if isinstance(value, dict):
        return {text for key, part in value.items() for text in {key} | texts(part)}
    if isinstance(value, list | tuple):
        return {text for part in value for text in texts(part)}
    return {value} if isinstance(value, str) else set()


def leaves(value):
    """Every text in a structure, but for the names of fields."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {text for part in parts for text in leaves(part)} | ({value} if isinstance(value, str) else set())


def test_every_property_that_pulumi_aws_has_is_read():
    state = bridged.samples(bridged.TASK)
    assert is_bridged(state)
    read = read_bridged({**state, "arn": COMMON["arn"]}, Inputs(DECLARED))
    assert leaves(state) - texts(read) - {"arn"} == set()
    command = read["task_invocation_parameters"]["run_command"]
    assert (read["priority"], command["timeout_seconds"]) == (7, 7)
    assert command["cloud_watch_output_config"]["cloud_watch_output_enabled"] is True


@pytest.mark.parametrize("name", TASKS)
def test_terraforms_zero_values_are_no_difference(name):
    held, declared = TASKS[name]
    state = bridged.outputs(COMMON | held)
    assert diff(state, DECLARED | declared).changed == ["state"]
    assert diff(read_bridged(state, Inputs(DECLARED | declared)), DECLARED | declared).changed == []


@pytest.mark.parametrize("region", ["", None, "eu-west-1"])
def test_the_region_comes_from_the_state_whichever_version_wrote_it(region):
    held, declared = TASKS["function"]
    read = read_bridged({**bridged.outputs(COMMON | held), "region": region}, Inputs(DECLARED | declared))
    assert (read["region"], read["arn"], read["window_task_id"]) == ("eu-west-1", COMMON["arn"], TASK)


@pytest.mark.parametrize(
    "parameters",
    [
        [{"runCommandParameters": {"parameters": [{"name": "commands", "values": ["uptime"]}]}}],
        {"runCommandParameters": [{"parameters": [{"name": "commands", "values": ["uptime"]}]}]},
    ],
)
def test_a_block_that_an_older_version_wrote_as_a_list_of_one_is_read(parameters):
    held, declared = TASKS["command"]
    state = bridged.outputs(COMMON | held) | {"taskInvocationParameters": parameters}
    assert diff(state, DECLARED | declared).changed == ["state"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"runCommandParameters": {"parameters": ["uptime"]}},
        {"runCommandParameters": {"parameters": [{"values": ["uptime"]}]}},
        {"runCommandParameters": "uptime"},
        "uptime",
        7,
    ],
)
def test_what_cannot_be_read_counts_as_a_difference_so_that_an_update_sets_it(parameters):
    held, declared = TASKS["command"]
    state = bridged.outputs(COMMON | held) | {"taskInvocationParameters": parameters}
    assert diff(state, DECLARED | declared).changed == ["task_invocation_parameters", "state"]
