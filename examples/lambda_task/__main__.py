"""Call a function for every node of a group, with the node's id in its payload."""

import json

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import MaintenanceWindowTask

config = pulumi.Config()

role = aws.iam.Role(
    "window-task",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
window = aws.ssm.MaintenanceWindow("nightly", schedule="rate(1 day)", duration=2, cutoff=1)
nodes = aws.ssm.MaintenanceWindowTarget(
    "workers",
    window_id=window.id,
    resource_type="INSTANCE",
    targets=[{"key": "tag:Role", "values": ["worker"]}],
)

# In an f-string, write the braces of a pseudo parameter twice. The payload is always secret in the state.
token = config.get_secret("ticketToken") or pulumi.Output.secret("none")
task = MaintenanceWindowTask(
    "drain",
    window_id=window.id,
    task_type="LAMBDA",
    task_arn=config.get("functionName") or "drain-worker",
    service_role_arn=role.arn,
    targets=[{"key": "WindowTargetIds", "values": [nodes.id]}],
    max_concurrency="1",
    max_errors="0",
    priority=1,
    task_invocation_parameters={
        "lambda_": {
            "payload": token.apply(lambda text: json.dumps({"node": "{{RESOURCE_ID}}", "token": text})),
            "qualifier": "live",
        }
    },
)

pulumi.export("window_id", window.id)
pulumi.export("task", task.arn)
