"""Patch the nodes of a group every Sunday night, and stop when the application's alarm goes off."""

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import MaintenanceWindowTask

window = aws.ssm.MaintenanceWindow("sunday-night", schedule="cron(0 2 ? * SUN *)", duration=4, cutoff=1)
nodes = aws.ssm.MaintenanceWindowTarget(
    "web",
    window_id=window.id,
    resource_type="INSTANCE",
    targets=[{"key": "tag:Patch Group", "values": ["web"]}],
)
alarm = aws.cloudwatch.MetricAlarm(
    "errors",
    namespace="AWS/ApplicationELB",
    metric_name="HTTPCode_Target_5XX_Count",
    statistic="Sum",
    comparison_operator="GreaterThanThreshold",
    threshold=50,
    period=60,
    evaluation_periods=3,
    treat_missing_data="notBreaching",
)

# The README shows the lines from here ...
# fmt: off
task = MaintenanceWindowTask(
    "patch",
    window_id=window.id, task_type="RUN_COMMAND", task_arn="AWS-RunPatchBaseline",
    targets=[{"key": "WindowTargetIds", "values": [nodes.id]}],
    max_concurrency="10%", max_errors="0",
    task_invocation_parameters={"run_command": {
        "parameters": {"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]}, "timeout_seconds": 600,
    }},
    alarm_configuration={"alarms": [{"name": alarm.name}]},
)
# fmt: on
# ... to here.

pulumi.export("window_id", window.id)
pulumi.export("task", task.arn)
