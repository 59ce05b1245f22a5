"""Which fields differ: only what was changed, whatever AWS fills in."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.provider.fake_gateway import SERVICE_LINKED_ROLE, answer
from tests.strategies import as_the_engine_sends, field, sloppily, tasks

from pulumi_ssm_maintenance.core.codec import UNKNOWN, encode
from pulumi_ssm_maintenance.core.diff import differences, replacing
from pulumi_ssm_maintenance.core.model import task_shape

FIELDS = {name: inner.api_name for name, inner in task_shape().members.items()}
BASE = {"window_id": "mw-0123456789abcdef0", "task_type": "RUN_COMMAND", "task_arn": "AWS-RunShellScript"}
RUN_COMMAND = "TaskInvocationParameters"


def request_of(arguments):
    request, failures = encode(as_the_engine_sends(arguments))
    assert failures == []
    return request


@given(tasks())
def test_a_task_does_not_differ_from_itself(task):
    assert differences(request_of(task), request_of(task)) == []


@given(tasks())
def test_what_aws_fills_in_is_no_difference(task):
    declared = request_of(task)
    assert differences(answer(declared), declared) == []


@given(st.data())
def test_none_and_nothing_are_no_difference(data):
    task = data.draw(tasks())
    assert differences(answer(request_of(task)), request_of(data.draw(sloppily(task)))) == []


@pytest.mark.parametrize("name", FIELDS)
@settings(max_examples=10)
@given(data=st.data())
def test_a_change_of_one_field_is_a_difference_of_that_field_only(name, data):
    task = BASE | data.draw(tasks())
    held, declared = (task | {name: data.draw(field(name))} for _ in range(2))
    assume(meaning(held) != meaning(declared))
    assert differences(answer(request_of(held)), request_of(declared)) == [FIELDS[name]]


@pytest.mark.parametrize("name", sorted(FIELDS.keys() - BASE.keys()))
@settings(max_examples=10)
@given(data=st.data())
def test_a_field_that_is_removed_or_added_is_a_difference_of_that_field_only(name, data):
    without = {key: value for key, value in data.draw(tasks()).items() if key != name}
    given_field = without | {name: data.draw(field(name))}
    assert differences(answer(request_of(without)), request_of(given_field)) == [FIELDS[name]] or is_default(
        name, given_field
    )
    assert differences(answer(request_of(given_field)), request_of(without)) == [FIELDS[name]] or is_default(
        name, given_field
    )


def is_default(name, task):
    """Whether a field has the value that it has when it is left out."""
    return not meaning({name: task[name]}) or task[name] == {"max_concurrency": "1", "max_errors": "1"}.get(name)


DEFAULTS = {
    "ignore_poll_alarm_failure": False,
    "cloud_watch_output_enabled": False,
    "priority": 0,
    "cutoff_behavior": "CONTINUE_TASK",
    "document_version": "$DEFAULT",
}


def meaning(value, name=""):
    """The same for what means the same: the events are a set, and a default is as good as left out."""
    if isinstance(value, dict):
        parts = {key: meaning(part, key) for key, part in value.items()}
        return {key: part for key, part in parts.items() if part not in ({}, "") and DEFAULTS.get(key, ...) != part}
    return sorted(value) if name == "notification_events" else value


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_value_that_is_not_known_yet_is_a_difference(name):
    assert differences({}, {FIELDS[name]: UNKNOWN}) == [FIELDS[name]]


def with_events(*events):
    return {RUN_COMMAND: {"RunCommand": {"NotificationConfig": {"NotificationEvents": [*events]}}}}


def test_notification_events_are_a_set():
    assert differences(with_events("Failed", "Success"), with_events("Success", "Failed")) == []
    assert differences(with_events("Failed"), with_events("Success", "Failed")) == [RUN_COMMAND]


def with_targets(*instances):
    return {"Targets": [{"Key": "InstanceIds", "Values": [one]} for one in instances]}


def test_targets_and_values_keep_their_order():
    assert differences(with_targets("i-1", "i-2"), with_targets("i-2", "i-1")) == ["Targets"]
    commands = [
        {RUN_COMMAND: {"RunCommand": {"Parameters": {"commands": order}}}} for order in (["a", "b"], ["b", "a"])
    ]
    assert differences(*commands) == [RUN_COMMAND]


def test_empty_text_is_as_good_as_none():
    assert differences({RUN_COMMAND: {"RunCommand": {"Comment": ""}}}, {}) == []
    assert differences({}, {RUN_COMMAND: {"RunCommand": {"Comment": ""}}}) == []


def test_empty_text_in_a_list_is_a_value():
    lists = [{RUN_COMMAND: {"RunCommand": {"Parameters": {"args": args}}}} for args in (["", "a"], ["a"])]
    assert differences(*lists) == [RUN_COMMAND]


OUTPUT_OFF = {RUN_COMMAND: {"RunCommand": {"CloudWatchOutputConfig": {"CloudWatchOutputEnabled": False}}}}
ALARMS = {"Alarms": [{"Name": "too-hot"}]}


@pytest.mark.parametrize(
    ("spelled_out", "left_out"),
    [
        ({"Priority": 0}, {}),
        ({"CutoffBehavior": "CONTINUE_TASK"}, {}),
        ({"AlarmConfiguration": ALARMS | {"IgnorePollAlarmFailure": False}}, {"AlarmConfiguration": ALARMS}),
        (OUTPUT_OFF, {}),
        ({"ServiceRoleArn": SERVICE_LINKED_ROLE}, {}),
        ({RUN_COMMAND: {"RunCommand": {"DocumentVersion": "$DEFAULT"}}}, {}),
        ({RUN_COMMAND: {"Automation": {"DocumentVersion": "$DEFAULT"}}}, {}),
    ],
    ids=["priority", "cutoff", "alarm", "output", "role", "command version", "runbook version"],
)
def test_a_default_that_is_spelled_out_is_as_good_as_left_out(spelled_out, left_out):
    assert differences(spelled_out, left_out) == []
    assert differences(left_out, spelled_out) == []
    assert differences(answer(left_out), spelled_out) == []


TASK_ARN = "arn:aws:ssm:us-east-1:123456789012:windowtask/4f7ca192-7e9a-40fe-9192-5cb15efc1a3b"


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:ssm:us-east-1:123456789012:document/restart", "restart"),
        ("arn:aws:ssm:us-east-1::document/AWS-RunPatchBaseline", "AWS-RunPatchBaseline"),
        ("arn:aws:lambda:us-east-1:123456789012:function:report", "report"),
    ],
)
def test_an_arn_is_as_good_as_the_name_of_the_same_document_or_function(arn, name):
    assert differences({"TaskArn": arn}, {"TaskArn": name}, arn=TASK_ARN) == []
    assert differences({"TaskArn": name}, {"TaskArn": arn}, arn=TASK_ARN) == []
    assert differences({"TaskArn": name}, {"TaskArn": arn}) == ["TaskArn"], "the account of the task is not known"


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:ssm:us-east-1:999999999999:document/restart",
        "arn:aws:ssm:eu-west-1:123456789012:document/restart",
        "arn:aws:ssm:us-east-1:123456789012:document/other",
        "arn:aws:lambda:us-east-1:123456789012:function:restart:prod",
        "arn:aws:states:us-east-1:123456789012:stateMachine:restart",
    ],
)
def test_the_arn_of_something_else_differs_from_a_name(arn):
    assert differences({"TaskArn": arn}, {"TaskArn": "restart"}, arn=TASK_ARN) == ["TaskArn"]


def test_zero_and_false_are_values():
    assert differences({"Priority": 5}, {"Priority": 0}) == ["Priority"]
    alarms = {"Alarms": [{"Name": "a"}]}
    held, declared = ({"AlarmConfiguration": alarms | {"IgnorePollAlarmFailure": one}} for one in (True, False))
    assert differences(held, declared) == ["AlarmConfiguration"]


def test_a_role_that_is_removed_goes_back_to_the_default():
    held = answer({"ServiceRoleArn": "arn:aws:iam::111122223333:role/maintenance"})
    assert differences(held, {}) == ["ServiceRoleArn"]
    assert differences(answer({}), {}) == []


def test_only_the_window_and_the_type_replace():
    assert replacing(sorted(FIELDS.values())) == ["TaskType", "WindowId"]
