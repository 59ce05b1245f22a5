"""Approval of a patching run: asked once when the window opens, and not for each node."""

from collections.abc import Mapping

import pulumi

from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.roles import AnyRole
from pulumi_ssm_maintenance_components.runbooks.automation_runbook import AutomationRunbook
from pulumi_ssm_maintenance_components.runbooks.steps import Step

from .plan import PatchPlan
from .waves import PRIORITY_STEP


def ask_approval(  # noqa: PLR0913, PLR0917 - a question, and who asks whom
    component: Component,
    name: str,
    plan: PatchPlan,
    window_id: pulumi.Input[str],
    topic_arn: pulumi.Input[str] | None,
    roles: tuple[AnyRole | None, AnyRole | None],
    tags: Mapping[str, pulumi.Input[str]],
) -> AutomationRunbook | None:
    """Make the task that asks once in a window, before all waves; None where nobody is to be asked.

    Args:
        component: the parent.
        name: the name of the run.
        plan: what is patched and how.
        window_id: the window.
        topic_arn: the topic that asks.
        roles: another role that starts the runbook, and another one that it runs as.
        tags: the tags of what is made.
    """
    if plan.runbook is None or not plan.runbook.approvers or topic_arn is None:
        return None
    starter, its_role = roles
    question = Step.approve(
        topic_arn=topic_arn,
        approvers=plan.runbook.approvers,
        message=f"Patching run {name} waits for your approval",
        timeout_seconds=plan.runbook.approval_timeout,
    )
    return AutomationRunbook(
        f"{name}-approval",
        window=window_id,
        steps=[question],
        description=f"{name}: asks for approval before the first wave",
        priority=PRIORITY_STEP // 2,
        stop_on_alarm=plan.stop_on_alarm,
        task_role=starter,
        assume_role=its_role,
        alarms=False,
        tags=tags,
        opts=component.child(),
    )
