"""Start a state machine once per window."""

import json

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import MaintenanceWindowTask


def policy(*statements: dict[str, object]) -> pulumi.Output[str]:
    """Write a policy that allows these things."""
    allowed = [{"Effect": "Allow", **statement} for statement in statements]
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": allowed})


account, region = aws.get_caller_identity_output().account_id, aws.get_region_output().region
states = pulumi.Output.format("arn:{0}:states:{1}:{2}", aws.get_partition_output().partition, region, account)

window = aws.ssm.MaintenanceWindow("monthly", schedule="cron(0 3 1 * ? *)", duration=3, cutoff=1)
machine_role = aws.iam.Role(
    "machine",
    assume_role_policy=policy(
        {
            "Principal": {"Service": "states.amazonaws.com"},
            "Action": "sts:AssumeRole",
            # Only for the state machines of this account.
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account},
                "ArnLike": {"aws:SourceArn": pulumi.Output.concat(states, ":stateMachine:*")},
            },
        }
    ),
)
machine = aws.sfn.StateMachine(
    "rotate",
    role_arn=machine_role.arn,
    definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
)

# Without a role of its own, a task may only start state machines whose names begin with SSM.
task_role = aws.iam.Role(
    "window-task",
    assume_role_policy=policy({"Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}),
)
executions = pulumi.Output.concat(states, ":execution:", machine.name, ":*")
aws.iam.RolePolicy(
    "window-task",
    role=task_role.id,
    policy=policy(
        {"Action": "states:StartExecution", "Resource": [machine.arn]},
        {"Action": "states:DescribeExecution", "Resource": [executions]},
    ),
)

task = MaintenanceWindowTask(
    "rotate",
    window_id=window.id,
    task_type="STEP_FUNCTIONS",
    task_arn=machine.arn,
    service_role_arn=task_role.arn,
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
