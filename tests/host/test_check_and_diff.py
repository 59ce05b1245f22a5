"""Check and diff over gRPC: what the engine gets back, without a call to AWS."""

import pytest
from pulumi.runtime.rpc import UNKNOWN

ROLE = "arn:aws:iam::123456789012:role/task"


def test_check_gives_the_inputs_back_with_whole_numbers_and_the_region(host, run_command):
    inputs, failures = host.check(run_command)
    assert failures == []
    assert inputs == {**run_command, "region": "us-east-1"}


def test_floats_of_the_wire_reach_aws_as_whole_numbers(host, ssm, run_command, window):
    inputs, _ = host.check(run_command)
    id_, _ = host.create(inputs)
    task = ssm.get_maintenance_window_task(WindowId=window, WindowTaskId=id_)
    timeout = task["TaskInvocationParameters"]["RunCommand"]["TimeoutSeconds"]
    assert (task["Priority"], timeout) == (3, 600)


@pytest.mark.parametrize(
    ("more", "path", "value"),
    [
        (
            {"task_type": "LAMBDA", "task_invocation_parameters": {"lambda_": {"payload": '{"a": 1}'}}},
            "lambda_.payload",
            '{"a": 1}',
        ),
        (
            {
                "task_type": "STEP_FUNCTIONS",
                "task_arn": "arn:aws:states:us-east-1:123456789012:stateMachine:machine",
                "task_invocation_parameters": {"step_functions": {"input": '{"a": 1}'}},
            },
            "step_functions.input",
            '{"a": 1}',
        ),
    ],
    ids=["payload", "input"],
)
def test_check_marks_what_is_always_secret(host, secret, run_command, more, path, value):
    inputs, failures = host.check({**run_command, **more})
    assert failures == []
    block, name = path.split(".")
    assert inputs["task_invocation_parameters"][block][name] == secret(value)


def test_check_marks_every_value_of_deprecated_task_parameters(host, secret, run_command):
    run_command["task_parameters"] = {"commands": {"values": ["a"]}}
    inputs, _ = host.check(run_command)
    assert inputs["task_parameters"] == {"commands": {"values": secret(["a"])}}


def test_check_marks_exactly_what_the_user_made_secret(host, secret, run_command):
    run_command["description"] = "plain"
    run_command["task_invocation_parameters"]["run_command"]["parameters"] = {"a": ["shown", "hidden"], "b": ["shown"]}
    run_command["__task"]["secrets"] = ["task_invocation_parameters.run_command.parameters.a[1]"]
    inputs, _ = host.check(run_command)
    assert inputs["task_invocation_parameters"]["run_command"]["parameters"] == {
        "a": ["shown", secret("hidden")],
        "b": ["shown"],
    }
    assert inputs["description"] == "plain"


def test_unknown_values_pass_and_come_back_as_unknown(host, run_command):
    run_command |= {
        "window_id": UNKNOWN,
        "priority": UNKNOWN,
        "service_role_arn": UNKNOWN,
        "targets": [{"key": "WindowTargetIds", "values": [UNKNOWN, "5e5d2b62-1c1c-4d3b-9d3d-aa3c9a6ad5a0"]}],
        "task_invocation_parameters": {"run_command": {"parameters": {"a": UNKNOWN}, "timeout_seconds": UNKNOWN}},
    }
    inputs, failures = host.check(run_command)
    assert failures == []
    assert inputs == {**run_command, "region": "us-east-1"}


def test_an_unknown_block_of_parameters_is_no_mistake(host, function):
    for unknown in (UNKNOWN, {"lambda_": UNKNOWN}):
        inputs, failures = host.check({**function, "task_invocation_parameters": unknown})
        assert failures == []
        assert inputs["task_invocation_parameters"] == unknown


def test_every_mistake_is_a_failure_of_its_own_under_no_property(host, run_command):
    # The engine prints the value of a property that a failure names.
    run_command |= {"max_concurrency": "200%", "task_type": "RUN_COMAND"}
    _, failures = host.check(run_command)
    assert [property_ for property_, _ in failures] == ["", ""]
    assert sorted(reason.partition(":")[0] for _, reason in failures) == ["max_concurrency", "task_type"]


def test_no_failure_shows_a_secret_or_sensitive_value(host, run_command):
    run_command |= {
        "description": "canary-of-the-description" * 10,
        "service_role_arn": "canary-of-the-role",
        "__task": {"name": "patch", "secrets": ["service_role_arn"]},
    }
    run_command["task_invocation_parameters"]["run_command"]["parameters"] = {"a": "canary-of-the-parameter"}
    _, failures = host.check(run_command)
    assert len(failures) == 3
    assert "canary" not in str(failures)


@pytest.mark.parametrize("asset", ["hash", "text"])
def test_an_asset_where_text_belongs_is_a_failure(host, function, asset):
    given = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", asset: "x", "text": "x"}
    function["task_invocation_parameters"]["lambda_"]["payload"] = given
    _, failures = host.check(function)
    assert [reason.partition(":")[0] for _, reason in failures] == ["task_invocation_parameters.lambda_.payload"]


def test_diff_of_what_was_created_finds_nothing(host, run_command, function):
    for declared in (run_command, function):
        inputs, _ = host.check(declared)
        id_, outputs = host.create(inputs)
        assert host.diff(id_, outputs, inputs) == (False, [])


@pytest.mark.parametrize(
    ("change", "replaces"),
    [
        ({"priority": 4.0}, []),
        ({"service_role_arn": ROLE}, []),
        ({"window_id": "mw-0123456789abcdef0"}, ["window_id"]),
        ({"region": "eu-west-1"}, ["region"]),
        ({"window_id": UNKNOWN}, ["window_id"]),
        ({"targets": UNKNOWN}, []),
    ],
)
def test_diff_distinguishes_an_update_from_a_replacement(host, run_command, change, replaces):
    inputs, _ = host.check(run_command)
    id_, outputs = host.create(inputs)
    changed, _ = host.check({**run_command, **change})
    assert host.diff(id_, outputs, changed) == (True, replaces)


def test_another_task_type_is_a_replacement(host, run_command, function):
    inputs, _ = host.check(run_command)
    id_, outputs = host.create(inputs)
    other, _ = host.check(function)
    changes, replaces = host.diff(id_, outputs, other)
    assert changes
    assert replaces == ["task_type"]


@pytest.mark.parametrize("name", ["adopt", "idempotency_key", "__task"])
def test_what_is_ours_alone_is_no_difference(host, run_command, window, name):
    inputs, _ = host.check(run_command)
    id_, outputs = host.create(inputs)
    ours = {
        "adopt": f"{window}/00000000-0000-4000-8000-000000000000",
        "idempotency_key": "another",
        "__task": {"name": "renamed", "secrets": []},
    }
    assert host.diff(id_, outputs, {**inputs, name: ours[name]}) == (False, [])


def test_check_and_diff_never_call_aws(host, local_aws, run_command):
    inputs, _ = host.check(run_command)
    id_, outputs = host.create(inputs)
    local_aws.clear_requests()
    host.check(run_command)
    host.diff(id_, outputs, inputs)
    host.diff(id_, outputs, {**inputs, "window_id": "mw-0123456789abcdef0"})
    assert local_aws.requests() == []


def test_the_region_comes_from_the_task_then_the_configuration_then_the_environment(start_host, run_command):
    configured = start_host({"aws:region": "eu-west-1"})
    assert configured.check({**run_command, "region": "eu-north-1"})[0]["region"] == "eu-north-1"
    assert configured.check(run_command)[0]["region"] == "eu-west-1"
    assert start_host(AWS_REGION="eu-south-1", AWS_DEFAULT_REGION="x").check(run_command)[0]["region"] == "eu-south-1"


def test_a_task_without_any_region_is_a_failure_that_says_where_to_set_one(start_host, run_command):
    _, failures = start_host(AWS_REGION="", AWS_DEFAULT_REGION="").check(run_command)
    assert len(failures) == 1
    assert "pulumi config set aws:region" in failures[0][1]


def test_a_warning_names_the_task_and_is_given_once_in_a_process(capfd, start_host, run_command):
    host = start_host()
    run_command["task_parameters"] = {"commands": {"values": ["a"]}}
    host.check(run_command)
    host.check(run_command)
    warnings = [line for line in capfd.readouterr().err.splitlines() if line.startswith("warning:")]
    assert len(warnings) == 1
    assert "'patch'" in warnings[0]
    assert "task_parameters" in warnings[0]
