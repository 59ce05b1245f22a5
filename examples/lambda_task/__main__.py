"""Call a function for every node of a group, with the node's id in its payload."""

import json

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import MaintenanceWindowTask

config = pulumi.Config()
function, alias = config.get("functionName") or "drain-worker", "live"


def policy(**statement: object) -> pulumi.Output[str]:
    """Write a policy that allows one thing."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


# Without a role of its own, a task may only call functions whose names begin with SSM.
role = aws.iam.Role(
    "window-task",
    assume_role_policy=policy(Principal={"Service": "ssm.amazonaws.com"}, Action="sts:AssumeRole"),
)
partition = aws.get_partition_output().partition
function_arn = pulumi.Output.format("arn:{0}:lambda:*:*:function:{1}:{2}", partition, function, alias)
aws.iam.RolePolicy("window-task", role=role.id, policy=policy(Action="lambda:InvokeFunction", Resource=[function_arn]))

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
    task_arn=function,
    service_role_arn=role.arn,
    targets=[{"key": "WindowTargetIds", "values": [nodes.id]}],
    max_concurrency="1",
    max_errors="0",
    priority=1,
    task_invocation_parameters={
        "lambda_": {
            "payload": token.apply(lambda text: json.dumps({"node": "{{RESOURCE_ID}}", "token": text})),
            "qualifier": alias,
        }
    },
)

pulumi.export("window_id", window.id)
pulumi.export("task", task.arn)
