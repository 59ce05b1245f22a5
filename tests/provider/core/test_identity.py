"""Tokens, ids and ARNs: the same in every run, and of every version, for the same task."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.botocore_model import service_model
from tests.strategies import tasks

from pulumi_ssm_maintenance.core.codec import encode
from pulumi_ssm_maintenance.core.identity import (
    Account,
    TaskId,
    account_of,
    client_token,
    idempotency_key,
    parse_task_id,
)
from pulumi_ssm_maintenance.core.model import REGISTER

GOLDEN = json.loads((Path(__file__).parents[2] / "golden/wire_formats.json").read_text())
TASK_ID = "4f7ca192-7e9a-40fe-9192-5cb15efc1a3b"
REQUEST = {
    "WindowId": "mw-0123456789abcdef0",
    "TaskType": "LAMBDA",
    "TaskArn": "clean-up",
    "Priority": 1,
    "TaskInvocationParameters": {"Lambda": {"Payload": '{"text": "ü"}'.encode(), "Qualifier": "live"}},
}


def upside_down(value):
    """The same mappings, written in the opposite order."""
    if isinstance(value, dict):
        return {key: upside_down(value[key]) for key in reversed(value)}
    return [upside_down(part) for part in value] if isinstance(value, list) else value


def test_a_newer_version_finds_the_task_that_an_older_one_has_registered():
    key = idempotency_key("project", "stack", "urn:pulumi:stack::project::pulumi:pulumi:Stack::project-stack", "patch")
    assert key == GOLDEN["idempotency_key"]
    assert client_token(key, REQUEST) == GOLDEN["client_token"]
    assert client_token(key, REQUEST, TASK_ID) == GOLDEN["client_token_after_a_dead_task"]


@pytest.mark.parametrize("seed", ["0", "1"])
def test_a_token_is_the_same_in_every_process(seed):
    call = f"client_token('key', {upside_down(REQUEST)})"
    program = f"from pulumi_ssm_maintenance.core.identity import client_token; print({call})"
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == client_token("key", REQUEST)


@given(tasks())
def test_the_order_in_which_a_task_is_written_does_not_matter(task):
    request, _ = encode(task)
    again, _ = encode(upside_down(task))
    assert client_token("key", request) == client_token("key", again)


def test_a_token_is_as_long_as_aws_takes():
    token = service_model().operation_model(REGISTER).input_shape.members["ClientToken"]
    assert token.metadata["min"] <= len(client_token("key", REQUEST)) <= token.metadata["max"]


@given(tasks(), st.data())
def test_another_task_has_another_token(task, data):
    request, other = encode(task)[0], encode(data.draw(tasks()))[0]
    assert (client_token("key", request) == client_token("key", other)) == (request == other)


def test_the_key_and_the_dead_task_are_part_of_the_token():
    tokens = {
        client_token("key", REQUEST),
        client_token("another", REQUEST),
        client_token("key", REQUEST, TASK_ID),
        client_token("key", REQUEST, TASK_ID.replace("4", "5")),
        client_token("", REQUEST),
    }
    assert len(tokens) == 5


def test_another_payload_is_another_task():
    payload = {"TaskInvocationParameters": {"Lambda": {"Payload": b"{}"}}}
    other = {"TaskInvocationParameters": {"Lambda": {"Payload": b"[]"}}}
    assert client_token("key", payload) != client_token("key", other)


def test_every_part_of_a_place_counts_and_only_the_whole():
    assert idempotency_key("a", "b", "", "c") != idempotency_key("a", "b", "c", "")
    assert idempotency_key("a", "bc") != idempotency_key("ab", "c")
    assert len(idempotency_key("a" * 999)) == 32


@pytest.mark.parametrize(
    ("text", "task"),
    [
        (f"mw-0123456789abcdef0/{TASK_ID}", TaskId("mw-0123456789abcdef0", TASK_ID)),
        (f"mw-0123456789abcdef0/{TASK_ID.upper()}", TaskId("mw-0123456789abcdef0", TASK_ID.upper())),
        (TASK_ID, None),
        ("mw-0123456789abcdef0", None),
        ("mw-0123456789abcdef0/", None),
        (f"mw-0123456789ABCDEF0/{TASK_ID}", None),
        (f"mw-0123456789abcdef0/{TASK_ID}/", None),
        (f"mw-0123456789abcdef0/{TASK_ID}\n", None),
        (f"{TASK_ID}/mw-0123456789abcdef0", None),
        ("", None),
    ],
)
def test_a_task_is_named_by_its_window_and_its_id(text, task):
    assert parse_task_id(text) == task
    assert task is None or str(task) == text


@pytest.mark.parametrize(
    ("arn", "account"),
    [
        ("arn:aws:sts::111122223333:assumed-role/deploy/me", Account("111122223333", "aws")),
        ("arn:aws-us-gov:iam::111122223333:role/x", Account("111122223333", "aws-us-gov")),
        (f"arn:aws:ssm:eu-west-1:111122223333:windowtask/{TASK_ID}", Account("111122223333", "aws")),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", None),
        ("me", None),
        ("", None),
        (None, None),
    ],
)
def test_an_account_is_read_out_of_an_arn(arn, account):
    assert account_of(arn) == account


def test_a_tasks_arn_names_region_account_and_partition():
    arn = Account("111122223333", "aws-cn").task_arn("cn-north-1", TASK_ID)
    assert arn == f"arn:aws-cn:ssm:cn-north-1:111122223333:windowtask/{TASK_ID}"
    assert account_of(arn) == Account("111122223333", "aws-cn")
