"""Credentials of another account, or a configuration for another region: nothing is lost."""

import json

import pytest
from tests.accounts import environment_of

from pulumi_ssm_maintenance.testing import EngineError, Fault


@pytest.fixture
def other_account(local_aws):
    """The environment of a caller in another account."""
    return environment_of(local_aws, "222222222222")


def remembered(stack):
    """What the state says of each resource; the engine's own notes are lost in every refresh, its order in some."""
    parts = ("urn", "type", "id", "inputs", "outputs")
    return sorted(json.dumps([item.get(part) for part in parts]) for item in stack.resources)


@pytest.fixture
def made(stack, apply, run_command, automation):
    stack = stack({"command": run_command, "automation": automation})
    apply(stack)
    return stack


def test_credentials_of_another_account_and_expired_ones_empty_no_state(
    made, other_account, local_aws, held, window, program, run_command, automation
):
    state, tasks = remembered(made), held(window)
    made.program = program({"command": {**run_command, "priority": 5}, "automation": automation})

    def assert_nothing_happens(text, **options):
        for operation in (made.refresh, made.destroy, made.up):
            with pytest.raises(EngineError, match=text):
                operation(**options)
            assert remembered(made) == state
        assert held(window) == tasks

    both = "it is in account 123456789012, and the credentials belong to account 222222222222"
    assert_nothing_happens(both, env=other_account)
    local_aws.inject(Fault.expired_credentials())
    with pytest.raises(EngineError, match="ExpiredTokenException"):
        made.refresh()
    assert remembered(made) == state
    local_aws.clear_faults()
    assert made.up().changed == {"update": 1}


def test_a_configuration_for_another_region_loses_nothing(made, held, window):
    abroad = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
    state = remembered(made)
    assert made.refresh(env=abroad).changed == {}
    assert remembered(made) == state
    made.destroy(env=abroad)
    assert held(window) == {}


def test_a_missing_task_is_kept_while_the_account_of_the_credentials_is_unknown(made, local_aws, ssm, window):
    ssm.deregister_task_from_maintenance_window(WindowId=window, WindowTaskId=made.resource("command")["id"])
    state = remembered(made)
    local_aws.inject(Fault.access_denied(service="sts"))
    with pytest.raises(EngineError, match="STS did not name the account of the credentials"):
        made.refresh()
    assert remembered(made) == state
    local_aws.clear_faults()
    assert made.refresh().changed == {"delete": 1}
