"""Let the pipeline of one repository preview, deploy and check, with a role for each and without stored keys."""

import pulumi
import pulumi_aws as aws

# What the host says of a job that asks for credentials: https://docs.github.com/actions/reference/security/oidc
# and https://docs.gitlab.com/ci/cloud_services/aws/.
HOSTS = {
    "github": {
        "issuer": "token.actions.githubusercontent.com",
        "audience": "sts.amazonaws.com",
        "preview": "repo:{repository}:pull_request",
        "deploy": "repo:{repository}:environment:production",  # who may deploy is set on the environment
        "read": "repo:{repository}:ref:refs/heads/main",
    },
    "gitlab": {
        "issuer": "gitlab.com",
        "audience": "https://{issuer}",
        "preview": "project_path:{repository}:ref_type:branch:ref:*",
        "deploy": "project_path:{repository}:ref_type:branch:ref:main",
        "read": "project_path:{repository}:ref_type:branch:ref:main",
    },
}

config = pulumi.Config()
host = HOSTS[config.require("host")]
issuer = config.get("issuer") or host["issuer"]
audience = host["audience"].format(issuer=issuer)
repository = config.require("repository")
account = aws.get_caller_identity_output().account_id
partition = aws.get_partition_output().partition


def arn(service: str, name: str, region: str = "*") -> pulumi.Output[str]:
    """Name what this account has in a service."""
    return pulumi.Output.format("arn:{0}:{1}:{2}:{3}:{4}", partition, service, region, account, name)


def allow(actions: list[str], resources: list[pulumi.Input[str]], **more: object) -> dict[str, object]:
    """Write one statement of a policy."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


windows = arn("ssm", "maintenancewindow/*")

DEPLOY = [
    allow(
        [
            "ssm:RegisterTaskWithMaintenanceWindow",
            "ssm:GetMaintenanceWindowTask",
            "ssm:UpdateMaintenanceWindowTask",
            "ssm:DeregisterTaskFromMaintenanceWindow",
        ],
        [windows, arn("ssm", "windowtask/*")],
    ),
    allow(
        ["iam:PassRole"],
        [arn("iam", f"role/{name}", region="") for name in config.require_object("task_roles")],
        Condition={"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}},
    ),
    allow(
        ["iam:CreateServiceLinkedRole"],
        [arn("iam", "role/aws-service-role/ssm.amazonaws.com/*", region="")],
        Condition={"StringEquals": {"iam:AWSServiceName": "ssm.amazonaws.com"}},
    ),
]
# `get` reads a task at preview.
PREVIEW = [allow(["ssm:GetMaintenanceWindowTask"], [windows])]
# What doctor, plan and status read: AWS names no resource for the last ones.
READ = [
    allow(
        [
            "ssm:DescribeMaintenanceWindowExecutions",
            "ssm:DescribeMaintenanceWindowTargets",
            "ssm:DescribeMaintenanceWindowTasks",
            "ssm:GetMaintenanceWindow",
            "ssm:GetMaintenanceWindowTask",
            "ssm:ListTagsForResource",
        ],
        [windows],
    ),
    # AWS's own documents belong to no account.
    allow(
        ["ssm:DescribeDocument", "ssm:GetDocument"],
        [pulumi.Output.format("arn:{0}:ssm:*:*:document/*", partition)],
    ),
    allow(["iam:GetRole", "iam:SimulatePrincipalPolicy"], [arn("iam", "role/*", region="")]),
    allow(["cloudwatch:DescribeAlarms"], [arn("cloudwatch", "alarm:*")]),
    allow(["sns:GetTopicAttributes"], [arn("sns", "*")]),
    allow(["lambda:GetFunctionConfiguration"], [arn("lambda", "function:*")]),
    allow(["states:DescribeStateMachine", "states:DescribeStateMachineAlias"], [arn("states", "stateMachine:*")]),
    allow(["s3:ListBucket"], [pulumi.Output.format("arn:{0}:s3:::*", partition)]),
    allow(
        [
            "cloudformation:DescribeStacks",
            "cloudformation:ListStackResources",
            "ec2:DescribeInstances",
            "logs:DescribeLogGroups",
            "resource-groups:ListGroupResources",
            "ssm:DescribeInstanceInformation",
            "ssm:DescribeInstancePatchStates",
            "ssm:DescribeMaintenanceWindowExecutionTaskInvocations",
            "ssm:DescribeMaintenanceWindowExecutionTasks",
            "ssm:DescribeMaintenanceWindowSchedule",
            "ssm:DescribeMaintenanceWindows",
            "ssm:DescribePatchGroups",
            "ssm:GetMaintenanceWindowExecutionTask",
            "ssm:ListCommandInvocations",
            "tag:GetResources",
        ],
        ["*"],
    ),
]


def of_state(actions: list[str]) -> list[dict[str, object]]:
    """Allow this with the state of the stacks."""
    if (name := config.get("state_bucket")) is None:
        return []
    bucket = pulumi.Output.format("arn:{0}:s3:::{1}", partition, name)
    return [allow(["s3:ListBucket"], [bucket]), allow(actions, [pulumi.Output.concat(bucket, "/.pulumi/*")])]


def role(name: str, statements: list[dict[str, object]], policies: list[str]) -> aws.iam.Role:
    """Make the role that the pipeline assumes for one job."""
    operator = "StringLike" if "*" in host[name] else "StringEquals"
    conditions: dict[str, dict[str, str]] = {"StringEquals": {f"{issuer}:aud": audience}}
    conditions.setdefault(operator, {})[f"{issuer}:sub"] = host[name].format(repository=repository)
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": provider_arn},
        "Condition": conditions,
    }
    made = aws.iam.Role(
        name,
        name=f"pipeline-{name}",
        assume_role_policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [trust]}),
        max_session_duration=3600,
    )
    policy = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements})
    aws.iam.RolePolicy(name, role=made.name, policy=policy)
    for index, policy_arn in enumerate(policies):
        aws.iam.RolePolicyAttachment(f"{name}-{index}", role=made.name, policy_arn=policy_arn)
    return made


provider_arn: pulumi.Input[str] | None = config.get("provider_arn")
if provider_arn is None:
    provider_arn = aws.iam.OpenIdConnectProvider("pipeline", url=f"https://{issuer}", client_id_lists=[audience]).arn

read_state = ["s3:GetObject"]
roles = {
    "preview": role("preview", PREVIEW + of_state(read_state), []),
    "deploy": role(
        "deploy",
        DEPLOY + of_state([*read_state, "s3:PutObject", "s3:DeleteObject"]),
        config.require_object("deploy_policies"),
    ),
    "read": role("read", READ + of_state(read_state), config.require_object("read_policies")),
}
for name, made in roles.items():
    pulumi.export(name, made.arn)
