"""What no update can change: the old task goes first, then the new one comes."""

REPLACED = {"delete-replaced", "replace", "create-replacement"}


def test_replaces_on_window_id_task_type_and_region(
    stack, apply, assert_held, held, window, new_window, program, automation, function
):
    other, abroad = new_window(), new_window("eu-west-1")
    before = {"moved": automation, "retyped": automation, "emigrated": automation}
    made = stack(before)
    apply(made)

    made.program = program(before | {"emigrated": {**automation, "region": "eu-west-1"}})
    assert made.preview().changed == {"replace": 1}

    changed = {"moved": {**automation, "window_id": other}, "retyped": function}
    emigrated = {**automation, "window_id": abroad, "region": "eu-west-1"}
    result = apply(made, {**changed, "emigrated": emigrated})
    assert [set(result.ops(name)) for name in before] == [REPLACED] * 3
    assert_held(changed)
    assert held(window).keys() == {made.resource("retyped")["id"]}
    assert held(other).keys() == {made.resource("moved")["id"]}
    assert held(abroad, "eu-west-1").keys() == {made.resource("emigrated")["id"]}

    # The task is found where it is, without any word of that in the configuration.
    assert made.refresh().changed == {}
    made.destroy()
    assert held(abroad, "eu-west-1") == {}


def test_a_replacement_deletes_before_it_creates_even_when_asked_for_by_hand(
    stack, apply, assert_held, calls, local_aws, automation
):
    made = stack({"task": automation})
    apply(made)
    old = made.resource("task")

    local_aws.clear_requests()
    result = apply(made, replace=[old["urn"]])
    assert set(result.ops("task")) == REPLACED
    changes = [name for name in calls() if not name.startswith("Get")]
    assert changes[0] == "DeregisterTaskFromMaintenanceWindow"
    assert "RegisterTaskWithMaintenanceWindow" in changes[1:]
    assert made.resource("task")["id"] != old["id"]
    assert_held({"task": automation})

    local_aws.clear_requests()
    apply(made, {"task": {**automation, "task_type": "LAMBDA", "task_invocation_parameters": None}})
    changes = [name for name in calls() if not name.startswith("Get")]
    assert changes == ["DeregisterTaskFromMaintenanceWindow", "RegisterTaskWithMaintenanceWindow"]
