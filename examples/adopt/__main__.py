"""Move a task from `aws.ssm.MaintenanceWindowTask` to `MaintenanceWindowTask` in one `pulumi up`.

The alias takes the task over with its id: nothing is registered or deregistered, and AWS is called only where something
differs. Try it:

1. `pulumi up`: the task as pulumi-aws manages it.
2. `pulumi config set moved true` and `pulumi up`: the same task, managed by this package.
3. `pulumi config set alarm <name of an alarm>` and `pulumi up`: what pulumi-aws could not do.
4. The alias has done its work and may go.
"""

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import FROM_PULUMI_AWS, AlarmConfigurationArgs, MaintenanceWindowTask

config = pulumi.Config()
alarm = config.get("alarm")

window = aws.ssm.MaintenanceWindow("nightly", schedule="rate(1 day)", duration=3, cutoff=1)
nodes = aws.ssm.MaintenanceWindowTarget(
    "web",
    window_id=window.id,
    resource_type="INSTANCE",
    targets=[{"key": "tag:Patch Group", "values": ["web"]}],
)

task: aws.ssm.MaintenanceWindowTask | MaintenanceWindowTask
if not config.get_bool("moved"):
    task = aws.ssm.MaintenanceWindowTask(
        "patch",
        name="patch-web",
        window_id=window.id,
        task_type="RUN_COMMAND",
        task_arn="AWS-RunPatchBaseline",
        targets=[{"key": "WindowTargetIds", "values": [nodes.id]}],
        max_concurrency="10%",
        max_errors="0",
        task_invocation_parameters={
            "run_command_parameters": {
                "parameters": [{"name": "Operation", "values": ["Install"]}],
                "timeout_seconds": 600,
            },
        },
    )
else:
    task = MaintenanceWindowTask(
        "patch",  # the same logical name
        name="patch-web",
        window_id=window.id,
        task_type="RUN_COMMAND",
        task_arn="AWS-RunPatchBaseline",
        targets=[{"key": "WindowTargetIds", "values": [nodes.id]}],
        max_concurrency="10%",
        max_errors="0",
        task_invocation_parameters={
            "run_command": {"parameters": {"Operation": ["Install"]}, "timeout_seconds": 600},
        },
        alarm_configuration=AlarmConfigurationArgs(alarms=[{"name": alarm}]) if alarm else None,
        opts=pulumi.ResourceOptions(aliases=[FROM_PULUMI_AWS]),
    )

pulumi.export("window_id", window.id)
pulumi.export("window_task_id", task.window_task_id)
