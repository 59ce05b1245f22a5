"""What is deleted by hand: the task, or its window with all that is in it."""

import pytest

from pulumi_ssm_maintenance.testing import EngineError


@pytest.fixture
def two_windows(run_command, automation, new_window):
    return {"first": run_command, "second": {**automation, "window_id": new_window()}}


def test_disappears(stack, apply, assert_held, ssm, two_windows, window, new_window):
    made = stack(two_windows)

    def delete_by_hand():
        ssm.deregister_task_from_maintenance_window(WindowId=window, WindowTaskId=made.resource("first")["id"])
        ssm.delete_maintenance_window(WindowId=two_windows["second"]["window_id"])

    apply(made)
    delete_by_hand()
    assert made.refresh().changed == {"delete": 2}
    two_windows["second"]["window_id"] = new_window()
    assert apply(made, two_windows).changed == {"create": 2}
    assert_held(two_windows)

    # To destroy what is gone already is no failure.
    delete_by_hand()
    made.destroy()
    assert made.resources == []


def test_an_update_of_a_task_that_is_gone_says_how_to_go_on_and_that_works(
    stack, apply, assert_held, ssm, run_command, window
):
    made = stack({"task": run_command})
    apply(made)
    id_ = made.resource("task")["id"]
    ssm.deregister_task_from_maintenance_window(WindowId=window, WindowTaskId=id_)

    run_command["priority"] = 8
    with pytest.raises(EngineError) as failed:
        made.up()
    assert f"{window}/{id_}" in str(failed.value)
    assert "run `pulumi refresh`, then `pulumi up`" in str(failed.value)

    made.refresh()
    apply(made)
    assert_held({"task": run_command})
