"""Declare a window and a task in the account and the region of the stack's configuration."""

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import MaintenanceWindowTask

window = aws.ssm.MaintenanceWindow("weekly", schedule="cron(0 2 ? * SAT *)", duration=4, cutoff=1)
nodes = aws.ssm.MaintenanceWindowTarget(
    "web",
    window_id=window.id,
    resource_type="INSTANCE",
    targets=[{"key": "tag:Patch Group", "values": ["web"]}],
)
task = MaintenanceWindowTask(
    "scan",
    name="scan",
    window_id=window.id,
    task_type="RUN_COMMAND",
    task_arn="AWS-RunPatchBaseline",
    targets=[{"key": "WindowTargetIds", "values": [nodes.id]}],
    max_concurrency="20%",
    max_errors="10%",
    task_invocation_parameters={"run_command": {"parameters": {"Operation": ["Scan"]}}},
)
pulumi.export("task", task.arn)
