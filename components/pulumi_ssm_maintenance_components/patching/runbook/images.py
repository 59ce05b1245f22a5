"""The images that a patching run takes of its nodes: their tags, and what removes them."""

import pulumi

from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.names import full_name
from pulumi_ssm_maintenance_components.foundation.roles import Statement, allow
from pulumi_ssm_maintenance_components.patching.context import RunContext
from pulumi_ssm_maintenance_components.patching.plan import PatchPlan
from pulumi_ssm_maintenance_components.patching.waves import PRIORITY_STEP
from pulumi_ssm_maintenance_components.runbooks.automation_runbook import AutomationRunbook
from pulumi_ssm_maintenance_components.runbooks.scripts import REMOVE_IMAGES, TAG_IMAGE
from pulumi_ssm_maintenance_components.runbooks.steps import NODE, Step

_TAG = "ssm-maintenance-images-of"
"""The tag that tells which run an image belongs to. Tags of the user cannot change it."""


def image_steps(run: RunContext, plan: PatchPlan) -> list[Step]:
    """Return the steps that take and tag an image of a node; none unless the user wants them."""
    if plan.runbook is None or not plan.runbook.snapshot:
        return []
    tags = {**run.tags, "node": NODE, _TAG: full_name(run.name)}
    payload = {"ImageId": "{{ snapshot.ImageId }}", "Tags": tags}
    return [Step.snapshot(), Step.script("tag_image", TAG_IMAGE, payload=payload, permits=(_tagging,))]


def remove_images(run: RunContext, plan: PatchPlan, window_id: pulumi.Input[str]) -> AutomationRunbook | None:
    """Create the task that removes old images once in a window, beside the first wave; None without a retention."""
    if plan.runbook is None or plan.runbook.snapshot_retention_days is None:
        return None
    payload = {
        "RetentionDays": plan.runbook.snapshot_retention_days,
        "TagKey": _TAG,
        "TagValue": full_name(run.name),
    }

    def permit(location: Location) -> list[Statement]:
        return _removing(location, full_name(run.name))

    return AutomationRunbook(
        f"{run.name}-images",
        window=window_id,
        steps=[Step.script("remove_images", REMOVE_IMAGES, payload=payload, permits=(permit,))],
        description=f"{run.name}: removes images of nodes that are too old",
        priority=plan.priority + PRIORITY_STEP,
        task_role=plan.roles.task,
        assume_role=plan.roles.assume,
        alarms=False,
        tags=run.tags,
        opts=run.component.child(),
    )


def _images_and_snapshots(location: Location) -> list[pulumi.Output[str]]:
    # The ARNs of images and snapshots contain no account.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    return [location.arn("ec2", f"{kind}/*", owner="") for kind in ("image", "snapshot")]


def _tagging(location: Location) -> list[Statement]:
    return [allow(["ec2:CreateTags"], _images_and_snapshots(location)), allow(["ec2:DescribeImages"], ["*"])]


def _removing(location: Location, value: str) -> list[Statement]:
    images, snapshots = _images_and_snapshots(location)
    condition = {"StringEquals": {f"aws:ResourceTag/{_TAG}": value}}
    return [
        allow(["ec2:DescribeImages", "ec2:DescribeSnapshots"], ["*"]),
        allow(["ec2:DeregisterImage"], [images], Condition=condition),
        allow(["ec2:DeleteSnapshot"], [snapshots], Condition=condition),
    ]
