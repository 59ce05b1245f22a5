"""Take a snapshot of the database once per window, with a runbook."""

import json

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import AutomationArgs, MaintenanceWindowTask, TaskInvocationParametersArgs

window = aws.ssm.MaintenanceWindow("nightly", schedule="cron(30 1 * * ? *)", duration=2, cutoff=0)
runbook = aws.ssm.Document(
    "snapshot",
    document_type="Automation",
    content=json.dumps(
        {
            "schemaVersion": "0.3",
            "parameters": {"Database": {"type": "String"}, "WindowId": {"type": "String"}},
            "mainSteps": [
                {
                    "name": "snapshot",
                    "action": "aws:executeAwsApi",
                    "inputs": {
                        "Service": "rds",
                        "Api": "CreateDBSnapshot",
                        "DBInstanceIdentifier": "{{ Database }}",
                        "DBSnapshotIdentifier": "window-{{ WindowId }}",
                    },
                }
            ],
        }
    ),
)

# A task without targets runs once per window and takes no rates.
task = MaintenanceWindowTask(
    "snapshot",
    window_id=window.id,
    task_type="AUTOMATION",
    task_arn=runbook.name,
    cutoff_behavior="CANCEL_TASK",
    task_invocation_parameters=TaskInvocationParametersArgs(
        automation=AutomationArgs(
            document_version="$DEFAULT",
            parameters={"Database": ["orders"], "WindowId": ["{{WINDOW_ID}}"]},
        )
    ),
)

pulumi.export("window_id", window.id)
pulumi.export("task", task.arn)
