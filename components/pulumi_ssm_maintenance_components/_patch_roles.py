"""The two roles of a patching run: what starts the command, and what tells of nodes on which it failed."""

from collections.abc import Mapping

import pulumi

from ._component import Component
from ._here import Here
from ._patch_plan import PatchPlan
from ._roles import (
    AnyRole,
    pass_role_statement,
    publish_statement,
    resource_group_statements,
    role_arn,
    run_command_statements,
    ssm_role,
)


def notification_role(
    component: Component,
    name: str,
    given: AnyRole | None,
    topic_arn: pulumi.Input[str] | None,
    tags: Mapping[str, pulumi.Input[str]],
) -> pulumi.Output[str] | None:
    """Give the ARN of the role that publishes to a topic; None where nobody is told."""
    if topic_arn is None:
        return None
    if given is not None:
        return role_arn(given)
    about = "Tells of nodes on which patching failed"
    statements = [publish_statement(topic_arn)]
    return ssm_role(component, f"{name}-notification-role", statements, description=about, tags=tags).arn


def task_role(  # noqa: PLR0913, PLR0917 - a role, and what it may do
    component: Component,
    name: str,
    here: Here,
    given: AnyRole | None,
    plan: PatchPlan,
    notification_role_arn: pulumi.Input[str] | None,
    tags: Mapping[str, pulumi.Input[str]],
) -> pulumi.Output[str]:
    """Give the ARN of the role that runs the documents of a plan."""
    if given is not None:
        return role_arn(given)
    documents = [here.arn("ssm", f"document/{document}", owner="") for document in plan.documents]
    statements = run_command_statements(here, *documents)
    if plan.has_resource_groups:
        statements += resource_group_statements()
    if notification_role_arn is not None:
        statements.append(pass_role_statement([notification_role_arn]))
    return ssm_role(component, f"{name}-task-role", statements, description="Starts patching on nodes", tags=tags).arn
