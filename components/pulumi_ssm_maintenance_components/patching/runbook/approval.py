"""The approval of a patching run: asked once when the window opens, and not for each node."""

import pulumi

from pulumi_ssm_maintenance_components.foundation.keys import key_of
from pulumi_ssm_maintenance_components.patching.context import RunContext
from pulumi_ssm_maintenance_components.patching.plan import PatchPlan
from pulumi_ssm_maintenance_components.patching.waves import PRIORITY_STEP
from pulumi_ssm_maintenance_components.runbooks.approvals import approval_topic
from pulumi_ssm_maintenance_components.runbooks.automation_runbook import AutomationRunbook
from pulumi_ssm_maintenance_components.runbooks.steps import Step


def run_approval_topic(run: RunContext, plan: PatchPlan) -> pulumi.Output[str] | None:
    """Return the ARN of the topic that asks the approvers; None if the run has none. Create it if it is a new one."""
    if plan.runbook is None or plan.runbook.approval_topic is None:
        return None
    return approval_topic(run.component, f"{run.name}-approval", plan.runbook.approval_topic, run.tags)


def ask_approval(
    run: RunContext, plan: PatchPlan, window_id: pulumi.Input[str], topic_arn: pulumi.Input[str] | None
) -> AutomationRunbook | None:
    """Create the task that asks for approval before all waves; None if the run has no approvers."""
    if plan.runbook is None or topic_arn is None:
        return None
    question = Step.approve(
        kms_key=key_of(run.component),
        topic_arn=topic_arn,
        approvers=plan.runbook.approvers,
        message=f"Patching run {run.name} waits for your approval",
        timeout_seconds=plan.runbook.approval_timeout,
    )
    return AutomationRunbook(
        f"{run.name}-approval",
        window=window_id,
        steps=[question],
        description=f"{run.name}: asks for approval before the first wave",
        priority=plan.priority + PRIORITY_STEP // 2,
        stop_on_alarm=plan.stop_on_alarm,
        task_role=plan.roles.task,
        assume_role=plan.roles.assume,
        alarms=False,
        tags=run.tags,
        opts=run.component.child(),
    )
