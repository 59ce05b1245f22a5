"""Rotate the logs of all web servers every Sunday, and send an alert for servers where that failed."""

import pulumi

from pulumi_ssm_maintenance_components import MaintenanceWindow, RunCommandTask, Targets

config = pulumi.Config()

window = MaintenanceWindow("sundays", schedule="cron(0 3 ? * SUN *)", timezone="Europe/Berlin")
rotate = RunCommandTask(
    "rotate-logs",
    window=window,
    targets=Targets.by_tags({"Role": "web", "Environment": pulumi.get_stack()}),
    document={
        "schemaVersion": "2.2",
        "description": "Rotate the logs at once",
        "parameters": {"state": {"type": "String", "default": "/var/lib/logrotate/logrotate.status"}},
        "mainSteps": [
            {
                "action": "aws:runShellScript",
                "name": "rotate",
                "inputs": {"runCommand": ["logrotate --force --state '{{state}}' /etc/logrotate.conf"]},
            }
        ],
    },
    parameters={"state": config.get("state") or "/var/lib/logrotate/status"},
    max_errors="0",
    notify=True,
)

pulumi.export("window_id", window.window_id)
pulumi.export("task_id", rotate.task_id)
pulumi.export("alarm", rotate.alarm_arn)
pulumi.export("attach_to_the_nodes_role", rotate.node_policy_arn)
