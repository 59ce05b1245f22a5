"""What is secret is marked in state, and taken out of every text."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import tasks

from pulumi_ssm_maintenance.core.secrecy import ALWAYS, REDACTED, marked, redactor
from pulumi_ssm_maintenance.lifecycle.properties import Properties

PAYLOAD = {"task_invocation_parameters": {"lambda_": {"payload": '{"password": "hünter2"}'}}}


def forms(value):
    """The ways in which a message may show a value."""
    return {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(value)[1:-1])[1:-1],
        base64.b64encode(value.encode()).decode(),
    }


@pytest.mark.parametrize("form", sorted(forms('{"password": "hünter2"}')))
def test_a_sensitive_value_is_taken_out_in_every_form(form):
    assert redactor(PAYLOAD, ALWAYS)(f"AWS says: '{form}' is bad") == f"AWS says: '{REDACTED}' is bad"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=5), st.text(" .:", max_size=3))
def test_no_form_of_a_secret_value_is_left(value, around):
    redact = redactor({"name": value}, ["name"])
    assert all(form not in redact(f"{around}{form}{around}").replace(REDACTED, "") for form in forms(value))


@pytest.mark.parametrize(
    ("arguments", "secrets", "text", "redacted"),
    [
        # Sensitive by the model, at any depth.
        ({"description": "confidential"}, [], "confidential!", f"{REDACTED}!"),
        (
            {"task_invocation_parameters": {"run_command": {"parameters": {"commands": ["echo hunter2"]}}}},
            [],
            "got ['echo hunter2']",
            f"got ['{REDACTED}']",
        ),
        ({"task_parameters": {"a": {"values": ["hunter2"]}}}, [], "hunter2", REDACTED),
        # Secret by the user.
        ({"name": "hunter2"}, [], "hunter2", "hunter2"),
        ({"name": "hunter2"}, ["name"], "hunter2", REDACTED),
        ({"targets": [{"values": ["i-01234567"]}]}, ["targets"], "i-01234567", REDACTED),
        ({"targets": [{"values": ["i-01234567"]}]}, ["targets[1]"], "i-01234567", "i-01234567"),
        ({"priority": 123456.0}, ["priority"], "got 123456", f"got {REDACTED}"),
        ({"task_arn": 111122223333.0}, ["task_arn"], "got 111122223333", f"got {REDACTED}"),
        # The names in a mapping that is secret as a whole.
        ({"task_invocation_parameters": {"run_command": {"parameters": {"hunter2": ["x"]}}}}, [], "hunter2", "hunter2"),
        (
            {"task_invocation_parameters": {"run_command": {"parameters": {"hunter2": ["x"]}}}},
            ["task_invocation_parameters.run_command.parameters"],
            "AWS-RunShellScript has no parameter hunter2",
            f"AWS-RunShellScript has no parameter {REDACTED}",
        ),
        (
            {"task_invocation_parameters": {"run_command": {}}},
            ["task_invocation_parameters"],
            "run_command",
            "run_command",
        ),
        # As Python writes it.
        ({"name": 'it\'s "hunter2"\x1b'}, ["name"], repr('it\'s "hunter2"\x1b'), f"'{REDACTED}'"),
        # A short value would be found inside other words.
        ({"name": "arn"}, ["name"], "learn arn: arn", f"learn {REDACTED}: {REDACTED}"),
        ({"priority": 1.0}, ["priority"], "1 of 11", f"{REDACTED} of 11"),
        # The longest first, so that no part of one is left.
        ({"name": "secret", "description": "secret-suffix"}, ["name"], "secret-suffix", REDACTED),
        # Nothing to hide.
        ({"description": ""}, [], "a text", "a text"),
        ({}, [], "a text", "a text"),
    ],
)
def test_only_what_is_secret_is_taken_out(arguments, secrets, text, redacted):
    assert redactor(arguments, secrets)(text) == redacted


@given(tasks())
def test_what_is_always_secret_is_marked_and_nothing_else_is_touched(task):
    found = []
    plain = marked(task, Properties(task).secrets, lambda value: found.append(value) or value)
    assert plain == task
    parameters = task.get("task_invocation_parameters", {})
    always = [
        parameters.get("lambda_", {}).get("payload"),
        parameters.get("step_functions", {}).get("input"),
        task.get("task_parameters"),
    ]
    assert sorted(map(repr, found)) == sorted(repr(value) for value in always if value is not None)


def test_only_the_outermost_value_is_marked():
    task = {"targets": [{"key": "InstanceIds", "values": ["a", "b"]}]}
    plain = marked(task, ["targets[0].values", "targets[0].values[1]"], lambda value: ("secret", value))
    assert plain == {"targets": [{"key": "InstanceIds", "values": ("secret", ["a", "b"])}]}


def test_marking_copies():
    task = {"targets": [{"values": ["a"]}]}
    marked(task, ["targets[0].values"], lambda value: value)["targets"][0]["values"] = "changed"
    assert task == {"targets": [{"values": ["a"]}]}
