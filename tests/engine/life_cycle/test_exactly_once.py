"""Exactly one task for each resource, whatever breaks on the way."""

import re
import time
from pathlib import Path

import jmespath
import pulumi
import pytest

from pulumi_ssm_maintenance import MaintenanceWindowTask
from pulumi_ssm_maintenance.testing import EngineError, Fault

REGISTER = "RegisterTaskWithMaintenanceWindow"
GET = "GetMaintenanceWindowTask"
UPDATE = "UpdateMaintenanceWindowTask"
DEADLINE_SECONDS = 60
# botocore waits at most 1 s before the second attempt, 2 s before the third and 4 s before the fourth.
LONGEST_FIRST_PAUSES_SECONDS = 7
LIFE_CYCLE = Path(__file__).parents[3] / "docs/life-cycle.md"


@pytest.fixture
def interrupted(local_aws):
    """Start an `up` and return when its task is registered and the state does not know it yet."""

    def start(stack):
        local_aws.inject(Fault.hang(DEADLINE_SECONDS, operation=GET))
        running = stack.start_up()
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not local_aws.requests("ssm", REGISTER):
            assert time.monotonic() < deadline, running.output()
            time.sleep(0.05)
        return running

    yield start
    local_aws.clear_faults()


class TestKilledBetweenRegistrationAndSave:
    @pytest.mark.parametrize("victim", ["everything", "engine"])
    def test_the_next_run_finds_the_task(
        self, launcher, stack, apply, assert_held, held, local_aws, interrupted, window, run_command, victim
    ):
        made = stack({"task": run_command})
        running = interrupted(made)
        running.kill() if victim == "everything" else running.kill_engine()
        local_aws.clear_faults()
        (id_,) = held(window)
        made.cancel()
        apply(made)
        assert_held({"task": run_command})
        assert made.resource("task")["id"] == id_

    def test_a_killed_plugin_needs_no_cancel(
        self, launcher, stack, apply, assert_held, held, local_aws, interrupted, window, run_command
    ):
        made = stack({"task": run_command})
        running = interrupted(made)
        assert running.kill_plugin("pulumi.dynamic") == 1
        with pytest.raises(EngineError):
            running.wait()
        local_aws.clear_faults()
        (id_,) = held(window)
        apply(made)
        assert_held({"task": run_command})
        assert made.resource("task")["id"] == id_


def test_a_plugin_whose_engine_was_killed_while_aws_throttled_registers_nothing_more(
    launcher, stack, apply, assert_held, local_aws, window, run_command
):
    local_aws.inject(Fault.error("ThrottlingException", operation=REGISTER))
    made = stack({"task": run_command})
    running = made.start_up()
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not local_aws.requests("ssm", REGISTER):
        assert time.monotonic() < deadline, running.output()
        time.sleep(0.05)
    running.kill_engine()
    assert [item for item in running.processes() if "-m pulumi.dynamic" in item.command]
    local_aws.clear_faults()

    made.cancel()
    changed = {"task": {**run_command, "priority": 7}}
    apply(made, changed)
    time.sleep(LONGEST_FIRST_PAUSES_SECONDS)  # for what the plugin of the killed engine might still send
    assert_held(changed)
    made.refresh()
    made.expect_no_changes()


def test_a_task_left_behind_is_found_as_the_page_says(
    stack, apply, assert_held, held, ssm, local_aws, interrupted, window, run_command
):
    """The one case that can leave a task: a create that was cut off, and whose program then changed."""
    made = stack({"task": run_command})
    interrupted(made).kill()
    local_aws.clear_faults()
    made.cancel()
    changed = {"task": {**run_command, "priority": 7}}
    assert "::task, interrupted while creating" in apply(made, changed).output
    assert len(held(window)) == 2

    page = LIFE_CYCLE.read_text()
    (query,) = re.findall(r"aws ssm describe-maintenance-window-tasks --window-id mw-\w+ --query '(.*)'", page)
    (line,) = re.findall(r"pulumi stack export \| grep (\w+)", page)
    listed = jmespath.search(query, ssm.describe_maintenance_window_tasks(WindowId=window))
    known = [text for text in made.pulumi("stack", "export", "--stack", made.name).splitlines() if line in text]
    (left,) = [id_ for id_, *_ in listed if not any(id_ in text for text in known)]
    ssm.deregister_task_from_maintenance_window(WindowId=window, WindowTaskId=left)
    made.refresh()
    made.expect_no_changes()
    assert_held(changed)


def test_a_former_name_that_is_used_again_needs_another_idempotency_key(
    stack, apply, assert_held, held, window, automation
):
    def renamed():
        MaintenanceWindowTask("new", **automation, opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")]))

    made = stack({"old": automation})
    apply(made)
    apply(made, renamed)
    (kept,) = held(window)

    again = {"new": automation, "old": automation}
    with pytest.raises(EngineError, match=r"belongs to 'new' now\. Give the new task an idempotency_key of its own"):
        apply(made, again)
    assert held(window).keys() == {kept}

    again["old"] = {**automation, "idempotency_key": "old, once more"}
    apply(made, again)
    assert made.resource("new")["id"] == kept
    assert {made.resource(name)["id"] for name in again} == held(window).keys()
    assert_held(again)


def test_a_connection_cut_after_the_registration_makes_no_second_task(
    stack, apply, assert_held, local_aws, run_command, automation
):
    local_aws.inject(Fault.reset_after(operation=REGISTER, times=2))
    declared = {"command": run_command, "automation": automation}
    apply(stack(declared))
    assert len(local_aws.requests("ssm", REGISTER)) == 4
    assert_held(declared)


def test_once_it_is_registered_a_task_is_in_the_state_even_where_it_cannot_be_read(
    stack, assert_held, local_aws, run_command
):
    for operation in (GET, UPDATE):
        local_aws.inject(Fault.access_denied(operation=operation))
    made = stack({"task": run_command})
    result = made.up()
    assert "could not be read back" in result.output
    made.expect_no_changes()
    assert "effective_service_role_arn" not in made.resource("task")["outputs"]
    local_aws.clear_faults()
    assert_held({"task": run_command})
    made.refresh()
    assert "effective_service_role_arn" in made.resource("task")["outputs"]
    made.expect_no_changes()


def test_a_destroyed_task_is_made_again_even_where_it_cannot_be_read(stack, apply, assert_held, local_aws, run_command):
    made = stack({"task": run_command})
    made.up()
    made.destroy()
    local_aws.inject(Fault.access_denied(operation=GET))
    apply(made)
    local_aws.clear_faults()
    assert_held({"task": run_command})


def test_three_times_destroyed_and_deployed_again_in_a_kept_window(stack, apply, assert_held, held, window, automation):
    made = stack({"task": automation})
    ids = set()
    for _ in range(3):
        made.up()
        assert_held({"task": automation})
        ids |= held(window).keys()
        made.destroy()
        assert held(window) == {}
    assert len(ids) == 3


def test_a_task_that_was_changed_since_its_token_is_set_to_what_is_declared(
    stack, apply, assert_held, held, ssm, window, run_command
):
    made = stack({"task": run_command})
    apply(made)
    task = made.resource("task")
    made.pulumi("state", "delete", task["urn"], "--yes", "--stack", made.name)
    ssm.update_maintenance_window_task(
        WindowId=window, WindowTaskId=task["id"], Name="by-hand", AlarmConfiguration={"Alarms": [{"Name": "by-hand"}]}
    )
    apply(made)
    assert_held({"task": run_command})
    assert held(window).keys() == {task["id"]}


def test_a_read_lag_longer_than_the_patience_leaves_one_task(
    stack, apply, assert_held, held, local_aws, window, automation
):
    local_aws.inject(Fault.read_lag(5))
    made = stack({"task": automation})
    made.up()
    local_aws.clear_faults()
    made.expect_no_changes()
    assert_held({"task": automation})
    assert held(window).keys() == {made.resource("task")["id"]}


class Nested(pulumi.ComponentResource):
    def __init__(self, name, task, depth, opts=None):
        super().__init__("test:index:Nested", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        MaintenanceWindowTask("task", **task, opts=child)
        if depth:
            Nested("inner", task, depth - 1, child)


def test_identical_tasks_are_as_many_as_are_declared(stack, apply, assert_held, held, window, automation):
    def program():
        MaintenanceWindowTask("task", **automation)
        MaintenanceWindowTask("beside", **automation)
        Nested("component", automation, depth=1)

    places = [{"name": "dev"}, {"name": "prod"}, {"name": "dev", "project": "other"}]
    stacks = [stack(program, **place) for place in places]
    for made in stacks:
        apply(made)
    known = [item["id"] for made in stacks for item in made.resources if item["type"].endswith("MaintenanceWindowTask")]
    assert len(known) == 4 * len(stacks)
    assert set(known) == held(window).keys()
    assert_held(dict(enumerate([automation] * len(known))))

    stacks[0].destroy()
    assert held(window).keys() == set(known[4:])
