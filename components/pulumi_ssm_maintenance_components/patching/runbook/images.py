"""The images that a patching run takes of its nodes: their tags, and what removes them."""

import pulumi

from pulumi_ssm_maintenance_components.foundation.names import full_name
from pulumi_ssm_maintenance_components.patching.context import RunContext
from pulumi_ssm_maintenance_components.patching.plan import PatchPlan
from pulumi_ssm_maintenance_components.patching.waves import PRIORITY_STEP
from pulumi_ssm_maintenance_components.runbooks.automation_runbook import AutomationRunbook
from pulumi_ssm_maintenance_components.runbooks.steps import NODE, Step

_TAG = "ssm-maintenance-images-of"
"""The tag that tells which run an image belongs to. Tags of the user cannot change it."""


def image_steps(run: RunContext, plan: PatchPlan) -> list[Step]:
    """Return the steps that take and tag an image of a node; none unless the user wants them."""
    if plan.runbook is None or not plan.runbook.snapshot:
        return []
    return [Step.snapshot(), Step.tag_image(tags={**run.tags, "node": NODE, _TAG: full_name(run.name)})]


def remove_images(run: RunContext, plan: PatchPlan, window_id: pulumi.Input[str]) -> AutomationRunbook | None:
    """Create the task that removes old images once in a window, beside the first wave; None without a retention."""
    if plan.runbook is None or plan.runbook.snapshot_retention_days is None:
        return None
    removal = Step.remove_images(
        tag_key=_TAG, tag_value=full_name(run.name), retention_days=plan.runbook.snapshot_retention_days
    )
    return AutomationRunbook(
        f"{run.name}-images",
        window=window_id,
        steps=[removal],
        description=f"{run.name}: removes images of nodes that are too old",
        priority=plan.priority + PRIORITY_STEP,
        task_role=plan.roles.task,
        assume_role=plan.roles.assume,
        alarms=False,
        tags=run.tags,
        opts=run.component.child(),
    )
