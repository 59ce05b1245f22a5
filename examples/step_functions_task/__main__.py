"""Start a state machine once per window."""

import json

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import MaintenanceWindowTask

window = aws.ssm.MaintenanceWindow("monthly", schedule="cron(0 3 1 * ? *)", duration=3, cutoff=1)
role = aws.iam.Role(
    "machine",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
machine = aws.sfn.StateMachine(
    "rotate",
    role_arn=role.arn,
    definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
)

task = MaintenanceWindowTask(
    "rotate",
    window_id=window.id,
    task_type="STEP_FUNCTIONS",
    task_arn=machine.arn,
    task_invocation_parameters={
        "step_functions": {
            # A standard workflow accepts a name only once in 90 days.
            "name": "rotate-{{INVOCATION_ID}}",
            "input": json.dumps({"window": "{{WINDOW_EXECUTION_ID}}"}),
        }
    },
)

pulumi.export("window_id", window.id)
pulumi.export("task", task.arn)
