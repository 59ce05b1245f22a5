"""The roles of a patching run: one starts its tasks, one publishes failed nodes to the topic."""

import pulumi

from pulumi_ssm_maintenance_components.foundation.keys import key_of, key_statements
from pulumi_ssm_maintenance_components.foundation.roles import (
    Statement,
    automation_statements,
    pass_role_statement,
    publish_statement,
    resource_group_statements,
    role_arn,
    run_command_statements,
    ssm_role,
)

from .context import RunContext
from .plan import PatchPlan
from .runbook.patch_runbook import PatchRunbook


def notification_role(
    run: RunContext, plan: PatchPlan, topic_arn: pulumi.Input[str] | None
) -> pulumi.Output[str] | None:
    """Return the ARN of the role that publishes to the topic; None without a topic."""
    if topic_arn is None:
        return None
    if plan.roles.notification is not None:
        return role_arn(plan.roles.notification)
    role = ssm_role(
        run.component,
        f"{run.name}-notification-role",
        [publish_statement(topic_arn), *key_statements(key_of(run.component))],
        description="Tells of nodes on which patching failed",
        tags=run.tags,
    )
    return role.arn


def task_role(
    run: RunContext,
    plan: PatchPlan,
    notification_role_arn: pulumi.Output[str] | None,
    runbook: PatchRunbook | None,
) -> pulumi.Output[str]:
    """Return the ARN of the role that starts the commands and the runbook of a plan."""
    if plan.roles.task is not None:
        return role_arn(plan.roles.task)
    statements: list[Statement] = []
    passed: list[pulumi.Input[str]] = []
    if plan.documents:
        documents = [run.location.arn("ssm", f"document/{document}", owner="") for document in plan.documents]
        statements += run_command_statements(run.location, *documents)
        passed += [] if notification_role_arn is None else [notification_role_arn]
    if runbook is not None:
        statements += automation_statements(run.location, runbook.document_name)
        passed.append(runbook.assume_role_arn)
    if plan.has_resource_groups:
        statements += resource_group_statements()
    if passed:
        statements.append(pass_role_statement(passed))
    name = f"{run.name}-task-role"
    return ssm_role(run.component, name, statements, description="Starts patching on nodes", tags=run.tags).arn
