"""What runbooks may do with images of nodes, and with the snapshots of their volumes."""

from collections.abc import Callable

import pulumi

from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import Statement, allow


def may_create_images(location: Location) -> list[Statement]:
    """Return what a role needs to create images of the instances of this account and region."""
    return [
        allow(["ec2:CreateImage"], [location.arn("ec2", "instance/*"), *_images_and_snapshots(location)]),
        # AWS has no resource for the Describe actions.
        allow(["ec2:DescribeImages", "ec2:DescribeInstances"], ["*"]),
    ]


def may_tag_images(location: Location) -> list[Statement]:
    """Return what a role needs to tag images and their snapshots."""
    return [allow(["ec2:CreateTags"], _images_and_snapshots(location)), allow(["ec2:DescribeImages"], ["*"])]


def may_remove_images(tag_key: str, tag_value: str) -> Callable[[Location], list[Statement]]:
    """Return what a role needs to remove the images and snapshots with a tag, and no others."""

    def permit(location: Location) -> list[Statement]:
        images, snapshots = _images_and_snapshots(location)
        condition = {"StringEquals": {f"aws:ResourceTag/{tag_key}": tag_value}}
        return [
            allow(["ec2:DescribeImages", "ec2:DescribeSnapshots"], ["*"]),
            allow(["ec2:DeregisterImage"], [images], Condition=condition),
            allow(["ec2:DeleteSnapshot"], [snapshots], Condition=condition),
        ]

    return permit


def _images_and_snapshots(location: Location) -> list[pulumi.Output[str]]:
    # The ARNs of images and snapshots contain no account.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    return [location.arn("ec2", f"{kind}/*", owner="") for kind in ("image", "snapshot")]
