"""Call a function once whenever a window opens. Its code is in the folder `report`."""

from pathlib import Path

import pulumi

from pulumi_ssm_maintenance_components import LambdaTask, MaintenanceWindow

config = pulumi.Config()

window = MaintenanceWindow("nightly", schedule="rate(1 day)", duration=2)
report = LambdaTask(
    "report",
    window=window,
    function=Path("report"),
    payload={"window": "{{WINDOW_ID}}", "team": config.get("team") or "ops", "token": config.get_secret("token")},
    notify=True,
)

pulumi.export("window_id", window.window_id)
pulumi.export("task_id", report.task_id)
pulumi.export("function", report.function_arn)
pulumi.export("alarm", report.alarm_arn)
