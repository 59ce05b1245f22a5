"""Roles that Systems Manager assumes: what starts a task, and what tells about it.

Two roles are called `service_role_arn` by the API. The *task role* starts the command, runbook, function or state
machine; the *notification role* publishes a command's status. Here they keep these two names.

https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-maintenance-permissions.html
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pulumi
import pulumi_aws as aws

from .component import Component
from .location import Location

Statement: TypeAlias = dict[str, Any]
AnyRole: TypeAlias = aws.iam.Role | pulumi.Input[str]

# Systems Manager names no resource for these.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
_ABOUT_COMMANDS = ("ssm:CancelCommand", "ssm:GetCommandInvocation", "ssm:ListCommandInvocations", "ssm:ListCommands")

# As AWS's own policy for such roles has them: what a group holds may be anything, and a lookup of tags has no resource.
_ABOUT_GROUPS = ("resource-groups:ListGroupResources", "resource-groups:ListGroups", "tag:GetResources")


def ssm_role(
    component: Component,
    name: str,
    statements: Sequence[Statement],
    *,
    tags: Mapping[str, pulumi.Input[str]] | None = None,
    description: str | None = None,
) -> aws.iam.Role:
    """Make a role for Systems Manager with these statements and nothing else."""
    return service_role(component, name, "ssm.amazonaws.com", statements, tags=tags, description=description)


def service_role(  # noqa: PLR0913 - a role is made of just these
    component: Component,
    name: str,
    service: str,
    statements: Sequence[Statement],
    *,
    tags: Mapping[str, pulumi.Input[str]] | None = None,
    description: str | None = None,
) -> aws.iam.Role:
    """Make a role that one service may assume, with these statements and nothing else.

    The role has a name that AWS's provider makes up, so that a replacement can stand beside it.
    """
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    role = aws.iam.Role(
        component.auto_named("role", name),
        assume_role_policy=policy([trust]),
        description=description,
        tags=tags,
        opts=component.child(),
    )
    if statements:
        aws.iam.RolePolicy(name, role=role.id, policy=policy(statements), opts=component.child())
    return role


def role_arn(role: AnyRole) -> pulumi.Output[str]:
    """Give the ARN of a role that is an object, or an ARN already."""
    return role.arn if isinstance(role, aws.iam.Role) else pulumi.Output.from_input(role)


def policy(statements: Sequence[Statement]) -> pulumi.Output[str]:
    """Write a policy document; statements may hold outputs."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: Sequence[str], resources: Sequence[pulumi.Input[str]], **more: Any) -> Statement:
    """Write a statement."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources), **more}


def run_command_statements(location: Location, *document_arns: pulumi.Input[str]) -> list[Statement]:
    """Say what a task role needs to run Command documents on the nodes of this account and region."""
    nodes = [location.arn("ec2", "instance/*"), location.arn("ssm", "managed-instance/*")]
    return [allow(["ssm:SendCommand"], [*document_arns, *nodes]), allow(_ABOUT_COMMANDS, ["*"])]


def resource_group_statements() -> list[Statement]:
    """Say what a task role needs to find the members of resource groups.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/configuring-maintenance-window-permissions-console.html
    """
    return [allow(_ABOUT_GROUPS, ["*"])]


def automation_statements(location: Location, document_name: pulumi.Input[str]) -> list[Statement]:
    """Say what a task role needs to run one runbook."""
    runbook = pulumi.Output.format("automation-definition/{0}:*", document_name)
    return [
        allow(["ssm:StartAutomationExecution"], [location.arn("ssm", runbook)]),
        allow(["ssm:GetAutomationExecution"], [location.arn("ssm", "automation-execution/*")]),
    ]


def lambda_statements(function_arn: pulumi.Input[str], qualifier: pulumi.Input[str] | None) -> list[Statement]:
    """Say what a task role needs to call one function, or one version or alias of it."""
    called = pulumi.Output.format("{0}:{1}", function_arn, qualifier) if qualifier else function_arn
    return [allow(["lambda:InvokeFunction"], [called])]


def state_machine_statements(state_machine_arn: pulumi.Input[str]) -> list[Statement]:
    """Say what a task role needs to run one state machine."""
    executions = pulumi.Output.from_input(state_machine_arn).apply(
        lambda arn: f"{arn.replace(':stateMachine:', ':execution:', 1)}:*"
    )
    return [
        allow(["states:StartExecution"], [state_machine_arn]),
        allow(["states:DescribeExecution"], [executions]),
    ]


def pass_role_statement(role_arns: Sequence[pulumi.Input[str]]) -> Statement:
    """Let a role hand others to Systems Manager."""
    return allow(["iam:PassRole"], role_arns, Condition={"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}})


def publish_statement(topic_arn: pulumi.Input[str]) -> Statement:
    """Say what a notification role needs."""
    return allow(["sns:Publish"], [topic_arn])
