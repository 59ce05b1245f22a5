"""Attributes that the program did not give, and ignore_changes, on the real engine."""

import pulumi

from pulumi_ssm_maintenance import MaintenanceWindowTask


def test_an_attribute_that_was_not_given_is_never_unknown_and_plans_no_update(stack, apply, automation, function):
    def program():
        first = MaintenanceWindowTask("first", **automation)
        MaintenanceWindowTask("second", **function, priority=first.priority, name=first.name)
        for name in ("priority", "targets", "name", "adopt"):
            pulumi.export(name, getattr(first, name))
        pulumi.export("id", first.full_id)

    made = stack(program)
    apply(made)
    assert made.outputs["id"] == f"{automation['window_id']}/{made.resource('first')['id']}"
    result = made.preview(diff=True)
    assert result.changed == {}
    assert "[unknown]" not in result.output


def test_ignore_changes_keeps_a_field_that_was_set_by_hand(stack, held, ssm, window, automation):
    opts = pulumi.ResourceOptions(ignore_changes=["priority", "name"])
    seen = []

    def program():
        task = MaintenanceWindowTask("task", **automation, opts=opts)
        pulumi.export("priority", task.priority)
        task.name.apply(seen.append)

    made = stack(program)
    made.up()
    (id_,) = held(window)
    ssm.update_maintenance_window_task(WindowId=window, WindowTaskId=id_, Priority=7, Name="by-hand")
    made.refresh()
    result = made.up()
    assert result.ops("task") == ["same"]
    assert made.outputs["priority"] == 7
    assert seen[-1] == "by-hand"
    task = held(window)[id_]
    assert (task["Priority"], task["Name"]) == (7, "by-hand")
