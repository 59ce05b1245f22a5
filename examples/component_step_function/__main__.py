"""Start a state machine for each node of a window. This program defines the state machine."""

import pulumi

from pulumi_ssm_maintenance_components import MaintenanceWindow, StepFunctionTask, Targets

config = pulumi.Config()

window = MaintenanceWindow("monthly", schedule="cron(0 3 ? * SUN#1 *)")
drain = StepFunctionTask(
    "drain",
    window=window,
    targets=Targets.by_tags({"Role": "worker"}),
    max_concurrency="1",
    state_machine={
        "StartAt": "Wait",
        "States": {"Wait": {"Type": "Wait", "Seconds": config.get_int("seconds") or 60, "End": True}},
    },
    execution_name="drain-{{INVOCATION_ID}}",
    input={"node": "{{RESOURCE_ID}}"},
)

pulumi.export("window_id", window.window_id)
pulumi.export("task_id", drain.task_id)
pulumi.export("alarms", drain.alarm_arns)
