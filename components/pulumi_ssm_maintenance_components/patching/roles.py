"""The two roles of a patching run: what starts its tasks, and what tells of nodes on which patching failed."""

from collections.abc import Mapping

import pulumi

from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import (
    AnyRole,
    Statement,
    automation_statements,
    pass_role_statement,
    publish_statement,
    resource_group_statements,
    role_arn,
    run_command_statements,
    ssm_role,
)

from .plan import PatchPlan
from .runbook import PatchRunbook


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
    location: Location,
    given: AnyRole | None,
    plan: PatchPlan,
    notification_role_arn: pulumi.Output[str] | None,
    runbook: PatchRunbook | None,
    tags: Mapping[str, pulumi.Input[str]],
) -> pulumi.Output[str]:
    """Give the ARN of the role that runs the documents of a plan, and its runbook."""
    if given is not None:
        return role_arn(given)
    statements: list[Statement] = []
    passed: list[pulumi.Input[str]] = []
    if plan.documents:
        documents = [location.arn("ssm", f"document/{document}", owner="") for document in plan.documents]
        statements += run_command_statements(location, *documents)
        passed += [] if notification_role_arn is None else [notification_role_arn]
    if runbook is not None:
        statements += automation_statements(location, runbook.document_name)
        passed.append(runbook.assume_role_arn)
    if plan.has_resource_groups:
        statements += resource_group_statements()
    if passed:
        statements.append(pass_role_statement(passed))
    return ssm_role(component, f"{name}-task-role", statements, description="Starts patching on nodes", tags=tags).arn
