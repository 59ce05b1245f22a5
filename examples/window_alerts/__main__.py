"""Alert the operations team when a run of a maintenance window fails, does not end in time, or is skipped."""

import pulumi

from pulumi_ssm_maintenance_components import WindowAlerts

alerts = WindowAlerts(
    "windows",
    windows=pulumi.Config().require_object("window_ids"),
    notify=["operations@example.com"],
)

pulumi.export("topic", alerts.topic_arn)
pulumi.export("alarms", alerts.alarm_arns)
