"""Declare the same task in two regions.

The aws provider makes windows and their targets, and ours makes tasks. Each region needs both providers.
"""

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider

for region in ("us-east-1", "eu-west-1"):
    theirs = pulumi.ResourceOptions(provider=aws.Provider(f"aws-{region}", region=region))
    ours = pulumi.ResourceOptions(provider=Provider(f"tasks-{region}", region=region))

    window = aws.ssm.MaintenanceWindow(
        f"weekly-{region}", schedule="cron(0 2 ? * SAT *)", duration=4, cutoff=1, opts=theirs
    )
    nodes = aws.ssm.MaintenanceWindowTarget(
        f"web-{region}",
        window_id=window.id,
        resource_type="INSTANCE",
        targets=[{"key": "tag:Patch Group", "values": ["web"]}],
        opts=theirs,
    )
    task = MaintenanceWindowTask(
        f"scan-{region}",
        window_id=window.id,
        task_type="RUN_COMMAND",
        task_arn="AWS-RunPatchBaseline",
        targets=[{"key": "WindowTargetIds", "values": [nodes.id]}],
        max_concurrency="20%",
        max_errors="10%",
        task_invocation_parameters={"run_command": {"parameters": {"Operation": ["Scan"]}}},
        opts=ours,
    )
    pulumi.export(f"task-{region}", task.arn)
