"""Looking up a task that nobody manages here."""

import pulumi
import pytest

from pulumi_ssm_maintenance import MaintenanceWindowTask
from pulumi_ssm_maintenance.testing import EngineError


@pytest.fixture
def registered(ssm, window, as_request, run_command):
    """Register a task by hand and give the id of its lookup."""
    id_ = ssm.register_task_with_maintenance_window(**as_request(run_command), Name="by-hand")["WindowTaskId"]
    return f"{window}/{id_}"


def test_get_reads_the_task_and_never_manages_it(stack, apply, held, calls, local_aws, registered, window):
    def program():
        found = MaintenanceWindowTask.get("found", registered)
        pulumi.export("name", found.name)
        pulumi.export("arn", found.arn)
        pulumi.export("timeout", found.task_invocation_parameters.run_command.timeout_seconds)

    made = stack(program)
    before = held(window)
    local_aws.clear_requests()
    apply(made)
    assert set(calls()) == {"GetMaintenanceWindowTask"}
    id_ = registered.partition("/")[2]
    arn = f"arn:aws:ssm:us-east-1:123456789012:windowtask/{id_}"
    assert made.outputs == {"name": "by-hand", "arn": arn, "timeout": 600}
    made.refresh()
    made.expect_no_changes()
    made.destroy()
    assert held(window) == before


def test_get_in_another_region(stack, apply, local_aws, new_window, as_request, automation):
    ssm, window = local_aws.client("ssm", "eu-west-1"), new_window("eu-west-1")
    request = as_request({**automation, "window_id": window})
    id_ = ssm.register_task_with_maintenance_window(**request)["WindowTaskId"]

    def program():
        found = MaintenanceWindowTask.get("found", f"{window}/{id_}", region="eu-west-1")
        pulumi.export("arn", found.arn)

    made = stack(program)
    apply(made)
    assert made.outputs["arn"] == f"arn:aws:ssm:eu-west-1:123456789012:windowtask/{id_}"
    assert made.refresh().changed == {}


@pytest.mark.parametrize(
    ("id_", "text"),
    [
        (
            "mw-0123456789abcdef0/00000000-0000-4000-8000-000000000000",
            "mw-0123456789abcdef0/00000000-0000-4000-8000-000000000000 in us-east-1 of account 123456789012",
        ),
        ("00000000-0000-4000-8000-000000000000", "<window_id>/<window_task_id>"),
    ],
    ids=["no-such-task", "no-window"],
)
def test_get_of_nothing_fails_at_preview_and_says_why(stack, id_, text):
    made = stack(lambda: MaintenanceWindowTask.get("found", id_))
    with pytest.raises(EngineError, match="error: ") as failed:
        made.preview()
    assert text in str(failed.value)


def test_a_preview_after_a_refresh_shows_no_change_of_what_was_looked_up(stack, registered):
    made = stack(lambda: MaintenanceWindowTask.get("found", registered))
    made.up()
    made.refresh()
    assert made.refresh().changed == {}
    shown = made.preview(diff=True).output
    assert "window_id" not in shown
    assert "task_arn" not in shown


def test_a_task_that_was_looked_up_can_be_managed_next(stack, apply, held, registered, window, run_command):
    made = stack(lambda: MaintenanceWindowTask.get("task", registered))
    made.up()
    made.refresh()
    made.program = lambda: MaintenanceWindowTask("task", **run_command, adopt=registered)
    made.up()
    made.expect_no_changes()
    assert [f"{window}/{id_}" for id_ in held(window)] == [registered]
