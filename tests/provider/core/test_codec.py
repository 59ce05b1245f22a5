"""Arguments to API requests and back: nothing changes on the way, and what AWS would not take is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.botocore_model import service_model
from tests.strategies import BLOCKS, as_the_engine_sends, field, sloppily, tasks

from pulumi_ssm_maintenance.core.codec import MAX_FAILURES, UNKNOWN, Failure, decode, encode
from pulumi_ssm_maintenance.core.model import REGISTER, task_shape
from pulumi_ssm_maintenance.core.secrecy import ALWAYS

MINIMAL = {"window_id": "mw-0123456789abcdef0", "task_type": "LAMBDA", "task_arn": "clean-up"}
RUN_COMMAND = "task_invocation_parameters.run_command"
OUTPUT = f"{RUN_COMMAND}.cloud_watch_output_config"
AUTOMATION = "task_invocation_parameters.automation"
LAMBDA = "task_invocation_parameters.lambda_"


def nested(path, value):
    """Arguments with one value at a path."""
    for name in reversed(path.split(".")):
        value = {name: value}
    return value


def failures_of(arguments, secrets=()):
    _, failures = encode({**MINIMAL, **arguments}, secrets=secrets)
    return list(map(str, failures))


def value_in_request(path, value):
    """What the value at a path becomes in the API request."""
    shape, part = task_shape(), encode({**MINIMAL, **nested(path, value)})[0]
    for name in path.split("."):
        inner = shape.members[name]
        shape, part = inner.shape, part[inner.api_name]
    return part


@given(tasks())
def test_a_task_is_the_same_after_a_trip_to_aws_and_back(task):
    request, failures = encode(as_the_engine_sends(task))
    assert failures == []
    assert decode(task_shape(), request) == task


@pytest.mark.parametrize("name", sorted(task_shape().members))
@settings(max_examples=10)
@given(data=st.data())
def test_every_field_is_the_same_after_a_trip_to_aws_and_back(name, data):
    value = data.draw(field(name))
    request, failures = encode({**MINIMAL, name: as_the_engine_sends(value)})
    assert failures == []
    assert decode(task_shape(), request)[name] == value


def test_every_type_and_block_of_the_model_is_drawn():
    members = task_shape().members
    assert set(BLOCKS) == set(members["task_type"].shape.enum)
    assert set(BLOCKS.values()) == set(members["task_invocation_parameters"].shape.members)


@given(tasks())
def test_a_request_is_what_botocore_takes(task):
    from botocore.validate import ParamValidator  # noqa: PLC0415 - needed here only

    request, _ = encode(as_the_engine_sends(task))
    report = ParamValidator().validate(request, service_model().operation_model(REGISTER).input_shape)
    assert not report.has_errors(), report.generate_report()


@given(st.data())
def test_none_and_empty_structures_are_left_out(data):
    task = data.draw(tasks())
    assert encode(data.draw(sloppily(task))) == encode(task)


@given(tasks())
def test_what_was_given_is_not_changed(task):
    before = repr(task)
    request, _ = encode(task)
    decode(task_shape(), request)
    assert repr(task) == before


def test_numbers_of_the_engine_become_whole_numbers():
    number = value_in_request("priority", 7.0)
    assert number == 7
    assert isinstance(number, int)


@pytest.mark.parametrize("text", ["{}", '{"a": "ü"}', "\U0001d4b3", "{{INVOCATION_ID}}"])
def test_a_payload_is_sent_as_utf_8(text):
    assert value_in_request(f"{LAMBDA}.payload", text) == text.encode()


def test_a_payload_that_is_no_text_is_shown_as_what_it_is():
    held = {"TaskInvocationParameters": {"Lambda": {"Payload": b"\xff{}"}}}
    assert decode(task_shape(), held) == nested(f"{LAMBDA}.payload", "\\xff{}")


def test_fields_that_the_model_does_not_know_are_left_out_of_an_answer():
    assert decode(task_shape(), {"Priority": 3, "WindowTaskId": "x", "ResponseMetadata": {}}) == {"priority": 3}


def test_zero_false_and_empty_text_are_values():
    given_values = {
        "priority": 0,
        "alarm_configuration": {"ignore_poll_alarm_failure": False, "alarms": [{"name": "a"}]},
    }
    request, _ = encode({**MINIMAL, **given_values, **nested(f"{RUN_COMMAND}.comment", "")})
    assert request["Priority"] == 0
    assert request["AlarmConfiguration"]["IgnorePollAlarmFailure"] is False
    assert request["TaskInvocationParameters"]["RunCommand"]["Comment"] == ""


@pytest.mark.parametrize(
    ("path", "value", "failure"),
    [
        # text
        ("name", 5.0, 'name: expected a string, got a number 5; write "5"'),
        ("name", True, "name: expected a string, got a boolean True"),
        ("name", ["a"], "name: expected a string, got a list"),
        ("name", {"a": "b"}, "name: expected a string, got a mapping"),
        ("name", b"abc", "name: expected a string, got a bytes"),
        ("max_concurrency", 10.0, 'max_concurrency: expected a string, got a number 10; write "10"'),
        ("max_concurrency", 0.5, 'max_concurrency: expected a string, got a number 0.5; write "0.5"'),
        ("task_arn", 111122223333.0, 'task_arn: expected a string, got a number 111122223333; write "111122223333"'),
        # whole numbers
        ("priority", True, "priority: expected a whole number, got a boolean True"),
        ("priority", 1.5, "priority: expected a whole number, got a number 1.5"),
        ("priority", float("nan"), "priority: expected a whole number, got a number nan"),
        ("priority", float("inf"), "priority: expected a whole number, got a number inf"),
        ("priority", "5", "priority: expected a whole number, got '5'; write 5"),
        ("priority", "five", "priority: expected a whole number, got 'five'"),
        ("priority", [1.0], "priority: expected a whole number, got a list"),
        (
            f"{RUN_COMMAND}.timeout_seconds",
            "600",
            f"{RUN_COMMAND}.timeout_seconds: expected a whole number, got '600'; write 600",
        ),
        # booleans
        (
            f"{OUTPUT}.cloud_watch_output_enabled",
            "true",
            f"{OUTPUT}.cloud_watch_output_enabled: expected a boolean, got 'true'; write True or False",
        ),
        (
            f"{OUTPUT}.cloud_watch_output_enabled",
            1.0,
            f"{OUTPUT}.cloud_watch_output_enabled: expected a boolean, got a number 1; write True or False",
        ),
        # lists
        ("targets", "mw-1", "targets: expected a list, got 'mw-1'; write [\"…\"]"),
        ("targets", {"key": "InstanceIds"}, "targets: expected a list, got a mapping"),
        ("targets", [None], "targets[0]: expected a mapping, got nothing"),
        ("targets", ["i-1"], "targets[0]: expected a mapping, got 'i-1'"),
        (
            "targets",
            [{"key": "InstanceIds", "values": "i-0123456789abcdef0"}],
            "targets[0].values: expected a list, got 'i-0123456789abcdef0'; write [\"…\"]",
        ),
        (
            "targets",
            [{"key": "InstanceIds", "values": ["i-0123456789abcdef0", None]}],
            "targets[0].values[1]: expected a string, got nothing",
        ),
        # mappings
        ("alarm_configuration", ["a"], "alarm_configuration: expected a mapping, got a list"),
        ("logging_info", "bucket", "logging_info: expected a mapping, got 'bucket'"),
        (
            f"{AUTOMATION}.parameters",
            ["a"],
            f"{AUTOMATION}.parameters: expected a mapping, got a list",
        ),
        (
            f"{AUTOMATION}.parameters",
            {"InstanceId": "i-1"},
            f"{AUTOMATION}.parameters.InstanceId: expected a list, got 'i-1'; write [\"…\"]",
        ),
        (
            f"{AUTOMATION}.parameters",
            {"odd key": [5.0]},
            f'{AUTOMATION}.parameters["odd key"][0]: expected a string, got a number 5; write "5"',
        ),
        (
            f"{AUTOMATION}.parameters",
            {"a": [["deep", ["deeper"]]]},
            f"{AUTOMATION}.parameters.a[0]: expected a string, got a list",
        ),
        # a payload
        (f"{LAMBDA}.payload", {"a": 1.0}, f"{LAMBDA}.payload: expected text, got a mapping; write json.dumps(…)"),
        (f"{LAMBDA}.payload", 600.0, f"{LAMBDA}.payload: expected text, got a number"),
        (f"{LAMBDA}.payload", b"{}", f"{LAMBDA}.payload: expected text, got a bytes"),
        # names that are not known
        ("taskarn", "x", "taskarn: is not known; did you mean task_arn?"),
        ("maxConcurrency", "1", "maxConcurrency: is not known; did you mean max_concurrency?"),
        (f"{RUN_COMMAND}.comments", "x", f"{RUN_COMMAND}.comments: is not known; did you mean comment?"),
        (
            "task_invocation_parameters.lambda",
            {"payload": "{}"},
            "task_invocation_parameters.lambda: is not known; did you mean lambda_?",
        ),
        (
            "task_invocation_parameters.Lambda",
            {"payload": "{}"},
            "task_invocation_parameters.Lambda: is not known; did you mean lambda_?",
        ),
        (f"{LAMBDA}.xyz", "x", f"{LAMBDA}.xyz: is not known; known are client_context, payload, qualifier"),
        ("tags", {"Name": "patch"}, "tags: tasks cannot be tagged; tag the window"),
        ("client_token", "x", f"client_token: is not known; known are {', '.join(sorted(task_shape().members))}"),
        # the names and shapes of pulumi_aws
        (
            "task_invocation_parameters.run_command_parameters",
            {},
            "task_invocation_parameters.run_command_parameters: is not known; did you mean run_command?",
        ),
        (
            "task_invocation_parameters.lambdaParameters",
            {},
            "task_invocation_parameters.lambdaParameters: is not known; did you mean lambda_?",
        ),
        (
            f"{RUN_COMMAND}.cloudwatch_config",
            {},
            f"{RUN_COMMAND}.cloudwatch_config: is not known; did you mean cloud_watch_output_config?",
        ),
        (
            f"{RUN_COMMAND}.output_s3_bucket",
            "logs",
            f"{RUN_COMMAND}.output_s3_bucket: is not known; did you mean output_s3_bucket_name?",
        ),
        (
            f"{AUTOMATION}.parameters",
            [{"name": "InstanceId", "values": ["i-1"]}],
            f'{AUTOMATION}.parameters: expected a mapping, got a list; write {{"<name>": ["<value>", …]}}',
        ),
        # nothing at all
        (
            f"{AUTOMATION}.parameters",
            {"InstanceId": [""]},
            f"{AUTOMATION}.parameters.InstanceId[0]: got 0 characters, allowed are 1 to 512; leave out what is empty",
        ),
        # one level too high or too deep
        (
            "task_invocation_parameters.timeout_seconds",
            600.0,
            f"task_invocation_parameters.timeout_seconds: is not known here; it is a field of {RUN_COMMAND}",
        ),
        (
            f"{RUN_COMMAND}.max_errors",
            "1",
            f"{RUN_COMMAND}.max_errors: is not known here; it is a field of the task itself",
        ),
    ],
)
def test_a_value_that_aws_would_not_take_is_refused(path, value, failure):
    assert failures_of(nested(path, value)) == [failure]


def test_a_structure_inside_the_parameters_is_pointed_to_its_place():
    path = f"{RUN_COMMAND}.parameters"
    assert failures_of(nested(path, {"commands": ["ls"], "notification_config": {"notification_type": "Command"}})) == [
        f"{path}.notification_config: expected a list, got a mapping",
        f"{path}.notification_config: is a field of {RUN_COMMAND}, not a parameter of the document: move it there",
    ]


@pytest.mark.parametrize("name", ["window_id", "task_type", "task_arn"])
def test_a_required_field_is_demanded(name):
    assert failures_of({name: None}) == [f"{name}: is required"]


def test_a_misspelt_required_field_is_named_once():
    arguments = {"window_id": "mw-0123456789abcdef0", "task_type": "LAMBDA", "taskArn": "x"}
    assert list(map(str, encode(arguments)[1])) == ["taskArn: is not known; did you mean task_arn?"]


def test_a_required_member_is_demanded_of_a_structure_that_is_given():
    assert failures_of(nested("logging_info.s3_region", "eu-west-1")) == ["logging_info.s3_bucket_name: is required"]
    assert failures_of({"logging_info": {}}) == []


@pytest.mark.parametrize("alarm", [{}, {"name": None}])
def test_an_item_of_a_list_is_given_even_when_nothing_is_in_it(alarm):
    assert failures_of(nested("alarm_configuration.alarms", [alarm])) == [
        "alarm_configuration.alarms[0].name: is required"
    ]


def test_the_token_is_not_the_users_to_give():
    (failure,) = failures_of({"client_token": "x"})
    assert failure.startswith("client_token: is not known; known are ")


def test_all_mistakes_are_reported_at_once():
    arguments = {"name": 5.0, "priority": "5", "targets": "x", "taskarn": "y", "window_id": None}
    assert failures_of(arguments) == [
        'name: expected a string, got a number 5; write "5"',
        "priority: expected a whole number, got '5'; write 5",
        "targets: expected a list, got 'x'; write [\"…\"]",
        "taskarn: is not known; did you mean task_arn?",
        "window_id: is required",
    ]


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("description", 5.0, "expected a string, got a number"),
        (f"{RUN_COMMAND}.parameters", {"a": [7.0]}, "expected a string, got a number"),
        ("task_parameters", {"a": {"values": "secret"}}, 'expected a list, got a string; write ["…"]'),
        (f"{LAMBDA}.payload", True, "expected text, got a boolean"),
    ],
)
def test_a_sensitive_value_is_not_shown(path, value, reason):
    (failure,) = failures_of(nested(path, value))
    assert failure.endswith(f": {reason}")


def test_a_value_that_the_user_made_secret_is_not_shown():
    assert failures_of({"name": "!", "priority": -77.0, "cutoff_behavior": "CANCEL"}, secrets=["name"]) == [
        "name: got a string, allowed is 3 to 128 letters, digits, underscores, hyphens and dots",
        "priority: got -77, allowed is 0 to 2147483647",
        "cutoff_behavior: got 'CANCEL', allowed are CONTINUE_TASK, CANCEL_TASK (did you mean CANCEL_TASK?)",
    ]
    everything = ["name", "priority", "cutoff_behavior"]
    assert failures_of({"name": "a b c", "priority": -77.0, "cutoff_behavior": "CANCEL"}, secrets=everything) == [
        "name: got a string, allowed is 3 to 128 letters, digits, underscores, hyphens and dots",
        "priority: got it, allowed is 0 to 2147483647",
        "cutoff_behavior: got a string, allowed are CONTINUE_TASK, CANCEL_TASK",
    ]


def test_the_names_in_a_mapping_that_the_user_made_secret_are_not_shown():
    shown = failures_of(
        {
            **nested(f"{RUN_COMMAND}.parameters", {"hunter2": "x", "timeout_seconds": 5.0}),
            "alarm_configuration": {"alarm": 1},
        },
        secrets=[f"{RUN_COMMAND}.parameters", "alarm_configuration"],
    )
    assert shown == [
        f'{RUN_COMMAND}.parameters[…]: expected a list, got a string; write ["…"]',
        f"{RUN_COMMAND}.parameters[…]: expected a list, got a number",
        "alarm_configuration[…]: is not known; known are alarms, ignore_poll_alarm_failure",
    ]


def test_the_names_of_deprecated_parameters_are_shown_although_their_values_are_always_secret():
    assert failures_of({"task_parameters": {"a": {"values": "x"}}}, secrets=ALWAYS) == [
        'task_parameters.a.values: expected a list, got a string; write ["…"]'
    ]


def test_an_unknown_value_stays_unknown():
    request, failures = encode({**MINIMAL, "name": UNKNOWN, "targets": [{"key": "InstanceIds", "values": UNKNOWN}]})
    assert failures == []
    assert request["Name"] is UNKNOWN
    assert decode(task_shape(), request)["targets"] == [{"key": "InstanceIds", "values": UNKNOWN}]


def test_a_failure_reads_as_a_line():
    assert str(Failure("a.b", "is wrong")) == "a.b: is wrong"
    assert str(Failure("a.b", "allowed is 1", got="2")) == "a.b: got 2, allowed is 1"
    assert str(Failure("", "is wrong")) == "is wrong"


def test_at_most_a_hundred_mistakes_are_reported():
    _, failures = encode({**MINIMAL, "targets": [1] * 1000, "priority": "high"})
    assert len(failures) == MAX_FAILURES + 1
    assert failures[-1].path == "targets[100]"
    assert failures[-1].reason.startswith("is wrong too; after 100 mistakes the check stops")


def test_a_failure_is_one_line_that_a_terminal_can_take():
    _, (failure,) = encode({**MINIMAL, "\x1b[2Jname\n" + "x" * 5000: "a"})
    assert str(failure).startswith('["\\x1b[2Jname\\nxxx')
    assert str(failure).isprintable()
    assert len(str(failure)) < 1000
