"""IAM roles and policy statements.

The API has two roles with the name `service_role_arn`. The *task role* starts the command, runbook, function or state
machine. The *notification role* publishes the status of a command. The components use these two names.

https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-maintenance-permissions.html
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.errors import ArgumentError

from .arguments import all_at_once, unless_reported, wrong
from .component import Component
from .documents import document_arn
from .later import from_text
from .location import Location

Statement: TypeAlias = dict[str, Any]
AnyRole: TypeAlias = aws.iam.Role | pulumi.Input[str]

# AWS has no resource for these actions.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
_COMMAND_ACTIONS = ("ssm:CancelCommand", "ssm:GetCommandInvocation", "ssm:ListCommandInvocations", "ssm:ListCommands")

# As in AWS's own policy for such roles: a group may contain any resource.
_GROUP_ACTIONS = ("resource-groups:ListGroupResources", "resource-groups:ListGroups", "tag:GetResources")

_ROLE_ARGUMENTS = ("role", "task_role", "notification_role", "event_role", "assume_role")
_ROLE_ARN = re.compile(r"arn:[\w-]+:iam::\d{12}:role/\S+|\{\{.*\}\}")  # or a parameter of a runbook

_EFFECTS = ("Allow", "Deny")
_PARTS_OF_STATE_MACHINE = 7  # arn:aws:states:<region>:<account>:stateMachine:<name>


def ssm_role(  # noqa: PLR0913 - one parameter for each part
    component: Component,
    name: str,
    statements: Sequence[Statement],
    *,
    condition: Mapping[str, Any] | None = None,
    tags: Mapping[str, pulumi.Input[str]] | None = None,
    description: str | None = None,
) -> aws.iam.Role:
    """Create a role for Systems Manager with these statements and no others.

    AWS documents no condition for the trust of task roles and of notification roles, so it has none by default.
    """
    return service_role(
        component, name, "ssm.amazonaws.com", statements, condition=condition, tags=tags, description=description
    )


def service_role(  # noqa: PLR0913 - one parameter for each part
    component: Component,
    name: str,
    service: str,
    statements: Sequence[Statement],
    *,
    condition: Mapping[str, Any] | None = None,
    tags: Mapping[str, pulumi.Input[str]] | None = None,
    description: str | None = None,
) -> aws.iam.Role:
    """Create a role that one service may assume, with these statements and no others.

    The aws provider generates the name of the role, so that a replacement can exist beside it.

    Args:
        component: the parent.
        name: the logical name.
        service: the service that may assume the role, such as `ssm.amazonaws.com`.
        statements: the policy statements.
        condition: the condition of the trust, as `on_behalf_of` returns it.
        tags: the tags.
        description: the description.
    """
    trust: Statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if condition is not None:
        trust["Condition"] = condition
    role_name = component.auto_named("role", name)
    role = aws.iam.Role(
        role_name,
        assume_role_policy=policy([trust]),
        description=description,
        tags=tags,
        opts=component.child(),
    )
    if statements:
        aws.iam.RolePolicy(role_name, role=role.id, policy=policy(statements), opts=component.child())
    return role


def on_behalf_of(location: Location, source: pulumi.Input[str] | Sequence[pulumi.Input[str]]) -> Mapping[str, Any]:
    """Return the condition that lets a service assume a role for resources of this account only.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html

    Args:
        location: the account.
        source: the ARN of the resource for which the service acts, which may contain `*`, or several ARNs.
    """
    return {
        "StringEquals": {"aws:SourceAccount": location.account_id},
        "ArnLike": {"aws:SourceArn": source},
    }


@all_at_once
def check_roles(where: str, args: Mapping[str, Any]) -> Iterator[ArgumentError]:
    """Check the roles among the arguments of a component that are named by their ARNs.

    Raises:
        ArgumentError: a text is not the ARN of a role; a line for each.
    """
    allowed = "an aws.iam.Role or the ARN of a role, such as arn:aws:iam::123456789012:role/name"
    for name in _ROLE_ARGUMENTS:
        role = unless_reported(args, name, None, harmless=None)
        if isinstance(role, str) and not _ROLE_ARN.fullmatch(role):
            yield wrong(where, name, role, allowed)


def wrong_statements(where: str, argument: str, statements: Sequence[Statement]) -> Iterator[ArgumentError]:
    """Give the mistakes in the policy statements of a user, which AWS reports only when the role is made.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
    """
    for index, statement in enumerate(statements):
        place = f"{argument}[{index}]"
        elements = {str(name).casefold(): value for name, value in statement.items()}
        effect = elements.get("effect")
        if not isinstance(effect, pulumi.Output) and effect not in _EFFECTS:
            yield wrong(where, f"{place}: Effect", effect, "'Allow' or 'Deny'")
        for name in ("Action", "Resource"):
            if not elements.get(name.casefold()) and not elements.get(f"not{name.casefold()}"):
                yield wrong(where, place, sorted(map(str, statement)), f"a statement with {name} or Not{name}")


@all_at_once
def check_statements(where: str, args: Mapping[str, Any]) -> Iterator[ArgumentError]:
    """Check the argument `statements` of a component.

    Raises:
        ArgumentError: AWS would refuse a statement.
    """
    yield from wrong_statements(where, "statements", args.get("statements", ()))


def role_arn(role: AnyRole) -> pulumi.Output[str]:
    """Return the ARN of a role."""
    return role.arn if isinstance(role, aws.iam.Role) else pulumi.Output.from_input(role)


def policy(statements: Sequence[Statement]) -> pulumi.Output[str]:
    """Return a policy document as JSON. Statements may contain outputs."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: Sequence[str], resources: Sequence[pulumi.Input[str]], **more: Any) -> Statement:
    """Return a statement that allows actions on resources."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources), **more}


def run_command_statements(location: Location, *document_arns: pulumi.Input[str]) -> list[Statement]:
    """Return what a task role needs to run Command documents on the nodes of this account and region."""
    nodes = [location.arn("ec2", "instance/*"), location.arn("ssm", "managed-instance/*")]
    return [allow(["ssm:SendCommand"], [*document_arns, *nodes]), allow(_COMMAND_ACTIONS, ["*"])]


def resource_group_statements() -> list[Statement]:
    """Return what a task role needs to find the members of resource groups.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/configuring-maintenance-window-permissions-console.html
    """
    return [allow(_GROUP_ACTIONS, ["*"])]


def automation_statements(location: Location, document: pulumi.Input[str]) -> list[Statement]:
    """Return what a task role needs to start one runbook, by name or ARN.

    To start it, AWS checks the document and the execution, and may check the definition.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
    """
    arn = document_arn(location, document)
    definition = arn.apply(_definition)
    executions = location.arn("ssm", "automation-execution/*")
    return [
        allow(["ssm:StartAutomationExecution"], [arn, executions, definition]),
        allow(["ssm:GetAutomationExecution"], [executions]),
    ]


def _definition(document: str) -> str:
    # The documents of AWS have no account, and AWS documents none for their definitions, so any one will do: nobody
    # else can use the prefixes of AWS.
    arn = document.replace(":document/", ":automation-definition/", 1).replace("::automation", ":*:automation", 1)
    return f"{arn}:*"


def lambda_statements(function_arn: pulumi.Input[str], qualifier: pulumi.Input[str] | None) -> list[Statement]:
    """Return what a task role needs to call one function, or one version or alias of it."""
    called = pulumi.Output.format("{0}:{1}", function_arn, qualifier) if qualifier else function_arn
    return [allow(["lambda:InvokeFunction"], [called])]


def state_machine_statements(where: str, state_machine_arn: pulumi.Input[str]) -> list[Statement]:
    """Return what a task role needs to start one state machine.

    For a version or an alias, AWS checks the state machine itself and has a condition for the qualifier.
    https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html
    """
    unqualified = from_text(f"{where}: state_machine", state_machine_arn, unqualified_state_machine)
    executions = unqualified.apply(lambda arn: f"{arn.replace(':stateMachine:', ':execution:', 1)}:*")
    return [
        allow(["states:StartExecution"], [unqualified]),
        allow(["states:DescribeExecution"], [executions]),
    ]


def unqualified_state_machine(arn: str) -> str:
    """Return the ARN of a state machine without the version or alias at its end."""
    return ":".join(arn.split(":")[:_PARTS_OF_STATE_MACHINE])


def pass_role_statement(role_arns: Sequence[pulumi.Input[str]]) -> Statement:
    """Return what a role needs to pass other roles to Systems Manager."""
    return allow(["iam:PassRole"], role_arns, Condition={"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}})


def publish_statement(topic_arn: pulumi.Input[str]) -> Statement:
    """Return what a role needs to publish to a topic."""
    return allow(["sns:Publish"], [topic_arn])
