"""Runs at Systems Manager after a runbook has taken an image of a node: tags the image and its snapshots."""

from typing import Any

import boto3  # Systems Manager has it


def handler(events: dict[str, Any], _context: object) -> dict[str, Any]:
    """Tag an image and its snapshots, and return their ids."""
    client = boto3.client("ec2")
    (image,) = client.describe_images(ImageIds=[events["ImageId"]])["Images"]
    volumes = [mapping.get("Ebs", {}) for mapping in image["BlockDeviceMappings"]]
    tagged = [image["ImageId"], *(volume["SnapshotId"] for volume in volumes if "SnapshotId" in volume)]
    client.create_tags(Resources=tagged, Tags=[{"Key": key, "Value": value} for key, value in events["Tags"].items()])
    return {"Tagged": tagged}
