"""Patch the web servers on the Saturday after Patch Tuesday, a canary first. An alarm of the application stops it."""

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components import PatchingRun, PatchTuesday, Targets

errors = aws.cloudwatch.MetricAlarm(
    "errors",
    namespace="AWS/ApplicationELB", metric_name="HTTPCode_Target_5XX_Count", statistic="Sum",
    comparison_operator="GreaterThanThreshold", threshold=50, period=60, evaluation_periods=3,
    treat_missing_data="notBreaching",
)  # fmt: skip
# fmt: off
run = PatchingRun(
    "web",
    schedule=PatchTuesday(offset_days=4, at="02:00"), timezone="Europe/Berlin",
    waves={"canary": Targets.by_patch_group("web-canary"), "fleet": Targets.by_patch_group("web")},
    reboot="RebootIfNeeded",
    stop_on_alarm=errors,
    notify=["operations@example.com"],
)
# fmt: on
pulumi.export("next_run", run.schedule_text)
pulumi.export("node_policy_arn", run.node_policy_arn)
