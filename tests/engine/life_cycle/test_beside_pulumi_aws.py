"""The whole of a window in one program: window and target by pulumi_aws, the task by this package."""

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import MaintenanceWindowTask


def patching():
    window = aws.ssm.MaintenanceWindow("nightly", schedule="cron(0 2 * * ? *)", duration=3, cutoff=1)
    target = aws.ssm.MaintenanceWindowTarget(
        "web",
        window_id=window.id,
        resource_type="INSTANCE",
        targets=[{"key": "tag:Role", "values": ["web"]}],
    )
    task = MaintenanceWindowTask(
        "patch",
        window_id=window.id,
        task_type="RUN_COMMAND",
        task_arn="AWS-RunPatchBaseline",
        targets=[{"key": "WindowTargetIds", "values": [target.id]}],
        max_concurrency="10%",
        max_errors="0",
        task_invocation_parameters={"run_command": {"parameters": {"Operation": ["Install"]}}},
        alarm_configuration={"alarms": [{"name": "errors"}]},
    )
    pulumi.export("window", window.id)
    pulumi.export("target", target.id)
    pulumi.export("task", task.id)


def test_a_window_with_its_target_and_task_in_one_program(stack, apply, held, calls, local_aws, ssm):
    made = stack(patching, config={"aws:region": "us-east-1"})
    apply(made)
    outputs = made.outputs
    (task,) = held(outputs["window"]).values()
    assert task["Targets"] == [{"Key": "WindowTargetIds", "Values": [outputs["target"]]}]
    assert made.refresh().changed == {}

    # A new window: the task is deleted from the old one before it is registered with the new one.
    local_aws.clear_requests()
    result = apply(made, replace=[made.resource("nightly")["urn"]])
    assert "create-replacement" in result.ops("patch")
    changes = [name for name in calls() if not name.startswith("Get")]
    moved = [name for name in changes if "Task" in name]
    assert moved == ["DeregisterTaskFromMaintenanceWindow", "RegisterTaskWithMaintenanceWindow"]
    assert made.outputs["window"] != outputs["window"]
    assert held(made.outputs["window"]).keys() == {made.outputs["task"]}

    made.destroy()
    assert ssm.describe_maintenance_windows()["WindowIdentities"] == []
