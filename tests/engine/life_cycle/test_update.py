"""Every field of a task on its own: created, changed, cleared, drifted and repaired, always in place.

One program holds a task for each field of the service model, so each step of the story is one run of the engine.
"""

import copy
import itertools
import re
from dataclasses import dataclass, field

import pytest

from pulumi_ssm_maintenance.core.model import task_shape

ROLE = "arn:aws:iam::123456789012:role"
TOPIC = "arn:aws:sns:us-east-1:123456789012"
TARGETS = [{"key": "InstanceIds", "values": ["i-0123456789abcdef0", "i-0123456789abcdef1"]}]
RATES = {"max_concurrency": "50%", "max_errors": "50%"}

COMMAND = {"task_type": "RUN_COMMAND", "task_arn": "AWS-RunShellScript", "targets": TARGETS, **RATES}
AUTOMATION = {"task_type": "AUTOMATION", "task_arn": "runbook"}
FUNCTION = {"task_type": "LAMBDA", "task_arn": "function"}
MACHINE = {"task_type": "STEP_FUNCTIONS", "task_arn": f"{TOPIC.replace('sns', 'states')}:stateMachine:machine"}


@dataclass(frozen=True, slots=True)
class Case:
    """A field, in a task of a type that takes it."""

    task: dict
    """A whole task without the field, which is also what is left when the field is cleared."""
    first: object
    second: object
    beside: dict = field(default_factory=dict)
    """What the field cannot be without, by path; it comes and goes with the field."""


ALARM = {"alarm_configuration.alarms": [{"name": "alarm"}]}
LOGS = {"logging_info.s3_bucket_name": "bucket", "logging_info.s3_region": "us-east-1"}
COMMAND_BLOCK = "task_invocation_parameters.run_command"
AUTOMATION_BLOCK = "task_invocation_parameters.automation"
FUNCTION_BLOCK = "task_invocation_parameters.lambda_"
MACHINE_BLOCK = "task_invocation_parameters.step_functions"

CASES = {
    "task_arn": Case(AUTOMATION, "first-runbook", "second-runbook"),
    "targets": Case(AUTOMATION, TARGETS, [{"key": "InstanceIds", "values": ["mi-0123456789abcdef0"]}], RATES),
    "max_concurrency": Case(AUTOMATION, "2", "10%", {"targets": TARGETS, "max_errors": "2"}),
    "max_errors": Case(AUTOMATION, "0", "100%", {"targets": TARGETS, "max_concurrency": "2"}),
    "priority": Case(AUTOMATION, 1, 20),
    "service_role_arn": Case(AUTOMATION, f"{ROLE}/first", f"{ROLE}/second"),
    "name": Case(AUTOMATION, "first-name", "second-name"),
    "description": Case(AUTOMATION, "what it does", "what it does now"),
    "cutoff_behavior": Case(AUTOMATION, "CANCEL_TASK", "CONTINUE_TASK"),
    "alarm_configuration.alarms": Case(COMMAND, [{"name": "first"}], [{"name": "second alarm"}]),
    "alarm_configuration.ignore_poll_alarm_failure": Case(FUNCTION, first=True, second=False, beside=ALARM),
    "logging_info.s3_bucket_name": Case(
        COMMAND, "first-bucket", "second-bucket", {"logging_info.s3_region": "us-east-1"}
    ),
    "logging_info.s3_key_prefix": Case(COMMAND, "first", "second/prefix", LOGS),
    "logging_info.s3_region": Case(COMMAND, "us-east-1", "us-west-2", {"logging_info.s3_bucket_name": "bucket"}),
    "task_parameters": Case(COMMAND, {"commands": {"values": ["date"]}}, {"commands": {"values": ["date", "uptime"]}}),
    f"{COMMAND_BLOCK}.comment": Case(COMMAND, "first", "second"),
    f"{COMMAND_BLOCK}.cloud_watch_output_config.cloud_watch_log_group_name": Case(COMMAND, "first", "second/group"),
    f"{COMMAND_BLOCK}.cloud_watch_output_config.cloud_watch_output_enabled": Case(COMMAND, first=True, second=False),
    f"{COMMAND_BLOCK}.document_hash": Case(COMMAND, "ab" * 32, "cd" * 32),
    f"{COMMAND_BLOCK}.document_hash_type": Case(COMMAND, "Sha256", "Sha1"),
    f"{COMMAND_BLOCK}.document_version": Case(COMMAND, "$LATEST", "7"),
    f"{COMMAND_BLOCK}.notification_config.notification_arn": Case(COMMAND, f"{TOPIC}:first", f"{TOPIC}:second"),
    f"{COMMAND_BLOCK}.notification_config.notification_events": Case(COMMAND, ["Failed"], ["TimedOut", "Cancelled"]),
    f"{COMMAND_BLOCK}.notification_config.notification_type": Case(COMMAND, "Command", "Invocation"),
    f"{COMMAND_BLOCK}.output_s3_bucket_name": Case(COMMAND, "first-bucket", "second-bucket"),
    f"{COMMAND_BLOCK}.output_s3_key_prefix": Case(COMMAND, "first", "second/prefix"),
    f"{COMMAND_BLOCK}.parameters": Case(COMMAND, {"commands": ["date"]}, {"commands": ["uptime", "date"], "x": ["1"]}),
    f"{COMMAND_BLOCK}.service_role_arn": Case(COMMAND, f"{ROLE}/first", f"{ROLE}/second"),
    f"{COMMAND_BLOCK}.timeout_seconds": Case(COMMAND, 30, 2592000),
    f"{AUTOMATION_BLOCK}.document_version": Case(AUTOMATION, "1", "$DEFAULT"),
    f"{AUTOMATION_BLOCK}.parameters": Case(AUTOMATION, {"Id": ["{{TARGET_ID}}"]}, {"Id": ["a", "b"], "More": ["c"]}),
    f"{FUNCTION_BLOCK}.client_context": Case(FUNCTION, "eyJhIjogMX0=", "eyJiIjogMn0="),
    f"{FUNCTION_BLOCK}.payload": Case(FUNCTION, '{"id": "{{WINDOW_ID}}"}', '{"name": "J\u00fcrgen \U0001f9ea"}'),
    f"{FUNCTION_BLOCK}.qualifier": Case(FUNCTION, "$LATEST", "live"),
    f"{MACHINE_BLOCK}.input": Case(MACHINE, '{"a": 1}', '{"a": [1, 2]}'),
    f"{MACHINE_BLOCK}.name": Case(MACHINE, "run-{{INVOCATION_ID}}", "{{INVOCATION_ID}}"),
}  # fmt: skip - a table
REPLACING = {"window_id", "task_type"}


def leaves(shape, path=""):
    for name, member in shape.members.items():
        place = f"{path}.{name}" if path else name
        if member.shape.kind == "structure":
            yield from leaves(member.shape, place)
        else:
            yield place


def with_values(task, values):
    """Give a copy of a task with each value in its place."""
    task = copy.deepcopy(task)
    for path, value in values.items():
        *parents, name = path.split(".")
        part = task
        for parent in parents:
            part = part.setdefault(parent, {})
        part[name] = value
    return task


def test_every_field_of_the_service_model_has_its_case():
    assert set(leaves(task_shape())) - REPLACING == CASES.keys()


def properties_shown_to_differ(result):
    """Read a preview's text: by logical name, the top-level properties that it marks as added, removed or changed."""
    shown = {}
    for block in result.output.split("[urn=")[1:]:
        name = block.partition("]")[0].rpartition("::")[2]
        shown[name] = set(re.findall(r"^      [~+-] (\w+)\s*:", block, flags=re.MULTILINE))
    return shown


@pytest.fixture
def variants(new_window):
    """The same tasks three times: each with its field's first value, with its second, and without it."""
    windows = itertools.cycle([new_window(), new_window()])
    tasks = {path: {**case.task, "window_id": next(windows)} for path, case in CASES.items()}
    first = {path: with_values(tasks[path], {**case.beside, path: case.first}) for path, case in CASES.items()}
    second = {path: with_values(tasks[path], {**case.beside, path: case.second}) for path, case in CASES.items()}
    return first, second, tasks


@pytest.fixture
def drift(ssm, as_request):
    """Make the tasks of a stack by hand what others are declared to be."""

    def change(stack, tasks):
        for path, task in tasks.items():
            fields = as_request(task)
            del fields["TaskType"]
            id_ = stack.resource(path)["id"]
            ssm.update_maintenance_window_task(WindowTaskId=id_, Replace=True, **{"Priority": 0, **fields})

    return change


def test_update_in_place_of_every_field(stack, apply, assert_held, variants, drift):
    first, second, cleared = variants
    own_properties = {path: {part.partition(".")[0] for part in (path, *CASES[path].beside)} for path in CASES}

    def assert_all_updated(result):
        assert {step.name: step.op for step in result.steps if step.name in CASES} == dict.fromkeys(CASES, "update")

    def assert_each_drift_is_shown_and_repaired(stack, declared):
        stack.refresh()
        shown = properties_shown_to_differ(stack.preview(diff=True))
        assert {path: shown.get(path) for path in CASES} == own_properties
        assert_all_updated(apply(stack))
        assert_held(declared)

    made = stack(second)
    apply(made)
    assert_held(second)
    ids = {path: made.resource(path)["id"] for path in CASES}

    assert_all_updated(apply(made, first))
    assert_held(first)

    drift(made, cleared)
    assert_each_drift_is_shown_and_repaired(made, first)

    assert_all_updated(apply(made, cleared))
    assert_held(cleared)

    drift(made, first)
    assert_each_drift_is_shown_and_repaired(made, cleared)

    assert {path: made.resource(path)["id"] for path in CASES} == ids


def test_a_task_loses_its_targets_and_gets_them_back_in_place_beside_a_task_of_others(
    stack, apply, assert_held, ssm, as_request, function, automation
):
    others = {"others": {**automation, "name": "of-others", "alarm_configuration": {"alarms": [{"name": "theirs"}]}}}
    ssm.register_task_with_maintenance_window(**as_request(others["others"]))
    targeted = {**function, "targets": TARGETS, **RATES}
    made = stack({"task": targeted})
    apply(made)
    id_ = made.resource("task")["id"]
    for task in (function, targeted):
        assert apply(made, {"task": task}).ops("task") == ["update"]
        assert_held({"task": task, **others})
        assert made.refresh().changed == {}
    assert made.resource("task")["id"] == id_
    made.destroy()
    assert_held(others)
