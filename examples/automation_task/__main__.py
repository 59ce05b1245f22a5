"""Take a snapshot of the database once per window, with a runbook."""

import json

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import AutomationArgs, MaintenanceWindowTask, TaskInvocationParametersArgs

DATABASE = "orders"


def policy(*statements: dict[str, object]) -> pulumi.Output[str]:
    """Write a policy that allows these things."""
    allowed = [{"Effect": "Allow", **statement} for statement in statements]
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": allowed})


account, region = aws.get_caller_identity_output().account_id, aws.get_region_output().region
partition = aws.get_partition_output().partition


def arn(service: str, name: pulumi.Input[str]) -> pulumi.Output[str]:
    """Name what this account has in this region."""
    return pulumi.Output.format("arn:{0}:{1}:{2}:{3}:{4}", partition, service, region, account, name)


window = aws.ssm.MaintenanceWindow("nightly", schedule="cron(30 1 * * ? *)", duration=2, cutoff=0)
runbook = aws.ssm.Document(
    "snapshot",
    document_type="Automation",
    content=json.dumps(
        {
            "schemaVersion": "0.3",
            "parameters": {"Database": {"type": "String"}, "WindowExecutionId": {"type": "String"}},
            "mainSteps": [
                {
                    "name": "snapshot",
                    "action": "aws:executeAwsApi",
                    "inputs": {
                        "Service": "rds",
                        "Api": "CreateDBSnapshot",
                        "DBInstanceIdentifier": "{{ Database }}",
                        "DBSnapshotIdentifier": "window-{{ WindowExecutionId }}",
                    },
                }
            ],
        }
    ),
)

# The runbook names no role, so it runs with the permissions of the role that starts it.
role = aws.iam.Role(
    "window-task",
    assume_role_policy=policy({"Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}),
)
executions = arn("ssm", "automation-execution/*")
definition = arn("ssm", pulumi.Output.concat("automation-definition/", runbook.name, ":*"))
aws.iam.RolePolicy(
    "window-task",
    role=role.id,
    policy=policy(
        {"Action": "ssm:StartAutomationExecution", "Resource": [runbook.arn, executions, definition]},
        {"Action": "ssm:GetAutomationExecution", "Resource": [executions]},
        {
            "Action": "rds:CreateDBSnapshot",
            "Resource": [arn("rds", f"db:{DATABASE}"), arn("rds", "snapshot:window-*")],
        },
    ),
)

# A task without targets runs once per window and takes no rates.
task = MaintenanceWindowTask(
    "snapshot",
    window_id=window.id,
    task_type="AUTOMATION",
    task_arn=runbook.name,
    service_role_arn=role.arn,
    cutoff_behavior="CANCEL_TASK",
    task_invocation_parameters=TaskInvocationParametersArgs(
        automation=AutomationArgs(
            document_version="$DEFAULT",
            parameters={"Database": [DATABASE], "WindowExecutionId": ["{{WINDOW_EXECUTION_ID}}"]},
        )
    ),
)

pulumi.export("window_id", window.id)
pulumi.export("task", task.arn)
