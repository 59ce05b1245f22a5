"""Patch each node with a runbook: wait for an alarm, take an image, patch, check, and always report."""

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components import AutomationRunbook, MaintenanceWindow, PatchTuesday, Step, Targets

window = MaintenanceWindow("monthly", schedule=PatchTuesday(offset_days=5), timezone="Europe/Berlin")
errors = aws.cloudwatch.MetricAlarm(
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
report = pulumi.Config().get("report_function") or "arn:aws:lambda:us-east-1:123456789012:function:report"

runbook = AutomationRunbook(
    "patch",
    window=window,
    targets=Targets.by_patch_group("web"),
    max_concurrency="1",
    max_errors="0",
    steps=[
        Step.alarm_guard(alarm=errors),
        *Step.snapshot_patch_check(reboot="RebootIfNeeded"),
        Step.lambda_("report", report, payload={"node": "{{ InstanceId }}"}).always(),
    ],
)

pulumi.export("document", runbook.document_name)
pulumi.export("task", runbook.task_id)
