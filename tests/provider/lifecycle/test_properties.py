"""A task's properties between inputs, state and AWS."""

import pytest
from hypothesis import given
from tests.provider.fake_gateway import ACCOUNT, SERVICE_LINKED_ROLE, answer
from tests.strategies import as_the_engine_sends, tasks

from pulumi_ssm_maintenance.core.identity import TaskId
from pulumi_ssm_maintenance.core.secrecy import ALWAYS
from pulumi_ssm_maintenance.lifecycle.properties import (
    BOOKKEEPING,
    COMPUTED,
    OWN_ARGUMENTS,
    Inputs,
    inputs_of,
    outputs,
)

REGION = "eu-west-1"
TASK = TaskId("mw-0123456789abcdef0", "4f7ca192-7e9a-40fe-9192-5cb15efc1a3b")
MINIMAL = {"window_id": TASK.window_id, "task_type": "LAMBDA", "task_arn": "clean-up"}
OWN = {"region": REGION, "idempotency_key": "key", BOOKKEEPING: {"name": "patch", "secrets": ["name"]}}


def outputs_of(inputs, account=ACCOUNT, **held):
    asked = Inputs(as_the_engine_sends(inputs))
    return outputs(asked, TASK, answer(asked.request | held), REGION, account)


@given(tasks())
def test_outputs_are_the_arguments_and_what_is_computed(task):
    role = task.get("service_role_arn", SERVICE_LINKED_ROLE)
    assert outputs_of({**task, **OWN}) == {
        **task,
        **OWN,
        "window_task_id": TASK.window_task_id,
        "arn": f"arn:aws:ssm:{REGION}:111122223333:windowtask/{TASK.window_task_id}",
        "effective_service_role_arn": role,
    }


@given(tasks())
def test_the_inputs_that_declare_a_task_are_those_that_declared_it(task):
    assert inputs_of(outputs_of({**task, **OWN})) == {**task, **OWN}


def test_a_value_of_aws_that_was_asked_for_is_an_output():
    assert outputs_of({**MINIMAL, "priority": 0.0})["priority"] == 0
    assert "priority" not in outputs_of(MINIMAL)


def test_drift_is_an_output_and_an_input():
    drifted = outputs_of(MINIMAL, Priority=7)
    assert drifted["priority"] == inputs_of(drifted)["priority"] == 7


@pytest.mark.parametrize(("given", "inputs"), [({}, {}), ({"lookup": ["region"]}, {"region": REGION})])
def test_the_inputs_of_a_lookup_are_those_that_were_given(given, inputs):
    facts = {"name": "found", **given}
    assert inputs_of(outputs_of({**MINIMAL, BOOKKEEPING: facts})) == {**inputs, BOOKKEEPING: facts}


def test_without_an_account_there_is_no_arn():
    assert "arn" not in outputs_of(MINIMAL, account=None)


def test_what_is_ours_is_no_part_of_the_request():
    ours = dict.fromkeys([*OWN_ARGUMENTS, *COMPUTED, "__provider"], "x")
    assert Inputs({**MINIMAL, **ours, **OWN}).arguments == MINIMAL


def test_bookkeeping_is_read():
    properties = Inputs({**MINIMAL, **OWN})
    assert (properties.name, properties.idempotency_key) == ("patch", "key")
    assert properties.secrets == (*ALWAYS, "name")


def test_without_bookkeeping_nothing_is_missing():
    properties = Inputs(MINIMAL)
    assert (properties.name, properties.idempotency_key, properties.secrets) == ("", "", ALWAYS)


@pytest.mark.parametrize(("path", "secret"), [("service_role_arn", True), ("name", False)])
def test_a_secret_role_is_secret_as_the_effective_role_too(path, secret):
    properties = Inputs({BOOKKEEPING: {"name": "patch", "secrets": [path]}})
    assert ("effective_service_role_arn" in properties.secrets) == secret


def test_outputs_are_of_their_own():
    inputs = {**MINIMAL, **OWN, "targets": [{"key": "InstanceIds", "values": ["i-01234567"]}]}
    outputs_of(inputs)["targets"][0]["values"].append("changed")
    assert inputs["targets"][0]["values"] == ["i-01234567"]
