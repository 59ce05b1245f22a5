"""Every example, as a user runs it: up, nothing left to do, destroy, nothing left at AWS."""

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
ROOT = EXAMPLES.parent

TASKS = {
    "quickstart": ["RUN_COMMAND"],
    "automation_task": ["AUTOMATION"],
    "lambda_task": ["LAMBDA"],
    "step_functions_task": ["STEP_FUNCTIONS"],
    "multi_region": ["RUN_COMMAND"],
}
"""The types of the tasks that an example leaves in the region of the stack's configuration."""


@pytest.mark.parametrize("name", TASKS)
def test_the_example_runs_twice_and_leaves_nothing(name, local_aws, local_stack):
    stack = local_stack(EXAMPLES / name)
    stack.up()
    stack.expect_no_changes()
    assert held(local_aws.client("ssm")) == TASKS[name]
    stack.destroy()
    assert windows(local_aws.client("ssm")) == []


def test_the_multi_region_example_registers_each_task_where_its_window_is(local_aws, local_stack):
    stack = local_stack(EXAMPLES / "multi_region")
    stack.up()
    assert held(local_aws.client("ssm", "us-east-1")) == held(local_aws.client("ssm", "eu-west-1")) == ["RUN_COMMAND"]
    assert stack.outputs["task-eu-west-1"].startswith("arn:aws:ssm:eu-west-1:")


def test_the_adopt_example_moves_a_task_without_registering_it_again(local_aws, local_stack):
    stack = local_stack(EXAMPLES / "adopt")
    stack.up()
    window_task_id = stack.outputs["window_task_id"]
    local_aws.clear_requests()
    moved = ["--config", "adopt:moved=true"]
    assert stack.up(args=moved).ops("patch") == ["update"]
    assert stack.outputs["window_task_id"] == window_task_id
    assert not stack.preview(args=moved).changed
    assert written(local_aws) == []
    assert held(local_aws.client("ssm")) == ["RUN_COMMAND"]

    stack.up(args=[*moved, "--config", "adopt:alarm=errors-high"])
    assert stack.outputs["window_task_id"] == window_task_id
    assert written(local_aws) == ["UpdateMaintenanceWindowTask"]


def test_the_root_project_is_the_quickstart(local_stack):
    stack = local_stack(ROOT)
    stack.up()
    stack.expect_no_changes()
    assert "MaintenanceWindowTask" in stack.resource("patch")["type"]


def test_every_example_of_a_raw_task_is_run_here():
    raw = {path.parent.name for path in EXAMPLES.glob("*/__main__.py") if imports_tasks(path.read_text())}
    assert raw == {*TASKS, "adopt", "several_accounts"}


def imports_tasks(text):
    return "from pulumi_ssm_maintenance import" in text


def written(local_aws):
    return [
        call.operation
        for call in local_aws.requests("ssm")
        if not call.operation.startswith(("Get", "Describe", "List"))
    ]


def windows(ssm):
    return [window["WindowId"] for window in ssm.describe_maintenance_windows()["WindowIdentities"]]


def held(ssm):
    return [
        task["Type"]
        for window in windows(ssm)
        for task in ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"]
    ]
