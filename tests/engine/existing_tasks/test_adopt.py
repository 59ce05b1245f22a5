"""Taking over a task that exists."""

import time

import pulumi
import pytest

from pulumi_ssm_maintenance import MaintenanceWindowTask
from pulumi_ssm_maintenance.testing import EngineError, Fault


@pytest.fixture
def register(ssm, as_request):
    """Register a task by hand, and give what adopts it."""

    def by_hand(task, **more):
        id_ = ssm.register_task_with_maintenance_window(**{**as_request(task), **more})["WindowTaskId"]
        return f"{task['window_id']}/{id_}"

    return by_hand


def test_adopt(
    stack, apply, assert_held, held, calls, local_aws, register, window, new_window, run_command, automation
):
    # The alarm and the role are what other tools would leave, or wipe, without a word.
    left_by_others = {"AlarmConfiguration": {"Alarms": [{"Name": "others"}]}, "Name": "others", "Priority": 9}
    adopted = {
        "same": {**run_command, "adopt": register(run_command)},
        "different": {**automation, "adopt": register(automation, **left_by_others)},
    }
    ids = held(window).keys()
    local_aws.clear_requests()

    made = stack(adopted)
    apply(made)
    assert sorted(calls()) == ["GetMaintenanceWindowTask"] * 2 + ["UpdateMaintenanceWindowTask"]
    assert_held(adopted)
    assert held(window).keys() == ids == {made.resource(name)["id"] for name in adopted}

    # Whether `adopt` stays or goes is no difference.
    made.program = lambda: [
        MaintenanceWindowTask("same", **run_command),
        MaintenanceWindowTask("different", **automation),
    ]
    made.expect_no_changes()

    # A replacement runs create again, with `adopt` still there.
    moved = {"same": adopted["same"], "different": {**adopted["different"], "window_id": new_window()}}
    result = apply(made, moved)
    assert_held(moved)
    assert "a new task was registered instead" in result.output
    assert "'different'" in result.output


def test_adopt_of_a_task_that_is_gone_or_of_another_type_fails_and_changes_nothing(
    stack, held, register, window, ssm, automation, function
):
    other_type = register(function)
    before = held(window)
    gone = f"{window}/00000000-0000-4000-8000-000000000000"
    for adopt, reason in (
        (gone, "DoesNotExistException"),
        (other_type, "it is a LAMBDA task, and AUTOMATION is declared"),
    ):
        with pytest.raises(EngineError) as failed:
            stack({"task": {**automation, "adopt": adopt}}, name=f"s{adopt[-4:]}").up()
        assert f"could not adopt maintenance window task {adopt}" in str(failed.value)
        assert reason in str(failed.value)
    assert held(window) == before


def test_a_replacement_with_adopt_is_refused_at_preview_and_the_task_lives(
    stack, apply, held, register, window, local_aws, automation
):
    adopted = {"task": {**automation, "adopt": register(automation)}}
    made = stack(adopted)
    apply(made)
    before = held(window)
    retyped = {"task_type": "LAMBDA", "task_arn": "function", "task_invocation_parameters": None}
    made.program = lambda: MaintenanceWindowTask("task", **{**adopted["task"], **retyped})
    local_aws.clear_requests()
    for deploy in (made.preview, made.up):
        with pytest.raises(EngineError, match=r"adopt: a change of task_type replaces the task: .* Remove `adopt`"):
            deploy()
    assert local_aws.requests("ssm") == []
    assert held(window) == before
    apply(made, {"task": {**automation, **retyped}})
    assert [task["TaskType"] for task in held(window).values()] == ["LAMBDA"]


def test_a_replacement_by_hand_registers_a_new_task_in_spite_of_adopt(stack, held, register, window, automation):
    made = stack({"task": {**automation, "adopt": register(automation)}})
    made.up()
    (old,) = held(window)
    result = made.up(replace=[made.resource("task")["urn"]])
    assert "adopt names the task that this replacement has deregistered" in result.output
    assert held(window).keys() == {made.resource("task")["id"]}
    assert held(window).keys() != {old}


def test_a_replacement_that_was_killed_after_the_removal_is_completed_in_spite_of_adopt(
    stack, apply, assert_held, held, register, window, local_aws, automation
):
    adopted = {"task": {**automation, "adopt": register(automation)}}
    made = stack(adopted)
    made.up()
    local_aws.clear_requests()
    local_aws.inject(Fault.hang(60, operation="RegisterTaskWithMaintenanceWindow"))
    running = made.start_up(replace=[made.resource("task")["urn"]])
    deadline = time.monotonic() + 60
    while not local_aws.requests("ssm", "DeregisterTaskFromMaintenanceWindow"):
        assert time.monotonic() < deadline, running.output()
        time.sleep(0.05)
    time.sleep(0.5)  # until the engine has saved that the old task is gone
    running.kill()
    local_aws.clear_faults()
    made.cancel()
    assert held(window) == {}
    result = apply(made)
    assert "adopt names a task that an interrupted replacement has deregistered" in result.output
    assert_held(adopted)


def test_two_resources_that_adopt_one_task_are_refused_at_preview(stack, held, register, window, automation):
    adopt = register(automation)
    before = held(window)
    made = stack({name: {**automation, "adopt": adopt} for name in ("one", "two")})
    with pytest.raises(EngineError, match=r"adopt: names the task of '(one|two)': a task belongs to one resource only"):
        made.up()
    assert held(window) == before


def test_a_former_name_that_is_used_again_gets_no_task_of_the_renamed_resource(stack, held, window, automation):
    made = stack({"old": automation})
    made.up()
    (id_,) = held(window)

    renamed = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])
    made.program = lambda: MaintenanceWindowTask("new", **automation, opts=renamed)
    assert made.up().changed == {}

    def name_used_again():
        new = MaintenanceWindowTask("new", **automation)
        MaintenanceWindowTask("old", **automation, opts=pulumi.ResourceOptions(depends_on=[new]))

    made.program = name_used_again
    with pytest.raises(EngineError, match=r"belongs to 'new' now. Give the new task an idempotency_key of its own"):
        made.up()
    assert held(window).keys() == {id_}


@pytest.mark.parametrize("at_once", [True, False], ids=["in one run", "in a later run"])
def test_a_renamed_task_that_is_replaced_leaves_no_old_one(stack, held, new_window, window, automation, at_once):
    made = stack({"old": automation})
    made.up()
    renamed = {"opts": pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])}
    if not at_once:
        made.program = lambda: MaintenanceWindowTask("new", **automation, **renamed)
        made.up()
    made.program = lambda: MaintenanceWindowTask("new", **automation | {"window_id": other}, **renamed)
    other = new_window()
    made.up()
    assert held(window) == {}
    assert held(other).keys() == {made.resource("new")["id"]}


def test_a_task_that_a_new_resource_has_adopted_outlives_the_old_resource(stack, held, window, automation):
    made = stack({"old": automation})
    made.up()
    (id_,) = held(window)
    made.program = lambda: MaintenanceWindowTask("new", **automation, adopt=f"{window}/{id_}")
    result = made.up()
    assert "was not deregistered, since 'new' has the same task" in result.output
    assert held(window).keys() == {id_}


def test_a_task_moves_from_one_resource_to_another_in_two_steps(stack, apply, assert_held, held, window, automation):
    def retained():
        MaintenanceWindowTask("old", **automation, opts=pulumi.ResourceOptions(retain_on_delete=True))

    made = stack({"old": automation})
    apply(made)
    (id_,) = held(window)
    apply(made, retained)
    adopted = {"new": {**automation, "priority": 2, "adopt": f"{window}/{id_}"}}
    assert apply(made, adopted).changed == {"create": 1, "delete": 1}
    assert_held(adopted)
    assert held(window).keys() == {id_}
