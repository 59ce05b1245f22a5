"""Runs at Systems Manager once in a window: removes images of a patching run that are too old, and their snapshots."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3  # Systems Manager has it
from botocore.exceptions import ClientError

_GONE = {"InvalidAMIID.NotFound", "InvalidAMIID.Unavailable", "InvalidSnapshot.NotFound"}


def handler(events: dict[str, Any], _context: object) -> dict[str, Any]:
    """Remove images and snapshots with a tag that are older than some days; fail if one could not be removed."""
    client: Any = boto3.client("ec2")
    oldest = datetime.now(UTC) - timedelta(days=int(events["RetentionDays"]))
    tagged = [{"Name": f"tag:{events['TagKey']}", "Values": [events["TagValue"]]}]
    images = [
        image["ImageId"]
        for page in client.get_paginator("describe_images").paginate(Owners=["self"], Filters=tagged)
        for image in page["Images"]
        if datetime.fromisoformat(image["CreationDate"]) < oldest
    ]
    failed = [*_remove(images, lambda image: client.deregister_image(ImageId=image))]
    # By their own tags, so that a snapshot whose image is gone already does not stay.
    snapshots = [
        snapshot["SnapshotId"]
        for page in client.get_paginator("describe_snapshots").paginate(OwnerIds=["self"], Filters=tagged)
        for snapshot in page["Snapshots"]
        if snapshot["StartTime"] < oldest
    ]
    failed += _remove(snapshots, lambda snapshot: client.delete_snapshot(SnapshotId=snapshot))
    if failed:
        raise RuntimeError(f"could not remove {'; '.join(failed)}")
    return {"Removed": [*images, *snapshots]}


def _remove(names: list[str], remove: Callable[[str], object]) -> list[str]:
    """Remove each, and return what failed with the reason."""
    failed = []
    for name in names:
        try:
            remove(name)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            if code not in _GONE:
                failed.append(f"{name}: {code}")
    return failed
