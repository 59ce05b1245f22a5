"""The scripts that tag images of nodes and remove old ones: what they ask EC2."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.stub import Stubber

from pulumi_ssm_maintenance_components.runbooks.scripts import remove_images, tag_image

NOW = datetime.now(UTC)
KEY, VALUE = "ssm-maintenance-images-of", "shop-dev-web"
TAGGED = [{"Name": f"tag:{KEY}", "Values": [VALUE]}]


@pytest.fixture
def ec2(monkeypatch):
    """A client that answers as the test says, for both scripts."""
    client = boto3.Session("x", "x", region_name="us-east-1").client("ec2")
    for script in (tag_image, remove_images):
        monkeypatch.setattr(script.boto3, "client", lambda service: client)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def days_ago(days):
    return NOW - timedelta(days=days)


def an_image(number, days):
    return {"ImageId": f"ami-{number}", "CreationDate": days_ago(days).strftime("%Y-%m-%dT%H:%M:%S.000Z")}


def a_snapshot(number, days):
    return {"SnapshotId": f"snap-{number}", "StartTime": days_ago(days)}


def say_what_there_is(ec2, images, snapshots, removal=()):
    ec2.add_response("describe_images", {"Images": images}, {"Owners": ["self"], "Filters": TAGGED})
    for image in removal:
        ec2.add_response("deregister_image", {}, {"ImageId": image})
    ec2.add_response("describe_snapshots", {"Snapshots": snapshots}, {"OwnerIds": ["self"], "Filters": TAGGED})


def remove(days=30):
    return remove_images.handler({"RetentionDays": days, "TagKey": KEY, "TagValue": VALUE}, None)


def test_an_image_is_tagged_together_with_the_snapshots_of_its_volumes(ec2):
    mappings = [{"Ebs": {"SnapshotId": "snap-1"}}, {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"}]
    image = {"ImageId": "ami-1", "BlockDeviceMappings": mappings}
    ec2.add_response("describe_images", {"Images": [image]}, {"ImageIds": ["ami-1"]})
    tags = [{"Key": "run", "Value": "web"}]
    ec2.add_response("create_tags", {}, {"Resources": ["ami-1", "snap-1"], "Tags": tags})
    assert tag_image.handler({"ImageId": "ami-1", "Tags": {"run": "web"}}, None) == {"Tagged": ["ami-1", "snap-1"]}


def test_images_and_snapshots_that_are_too_old_are_removed_and_younger_ones_stay(ec2):
    say_what_there_is(
        ec2, [an_image(1, 31), an_image(2, 29)], [a_snapshot(1, 31), a_snapshot(2, 29)], removal=["ami-1"]
    )
    ec2.add_response("delete_snapshot", {}, {"SnapshotId": "snap-1"})
    assert remove() == {"Removed": ["ami-1", "snap-1"]}


def test_a_snapshot_whose_image_is_gone_already_is_removed_too(ec2):
    say_what_there_is(ec2, [], [a_snapshot(1, 31)])
    ec2.add_response("delete_snapshot", {}, {"SnapshotId": "snap-1"})
    assert remove() == {"Removed": ["snap-1"]}


def test_an_image_that_is_already_removed_is_no_failure(ec2):
    say_what_there_is(ec2, [], [a_snapshot(1, 31)])
    ec2.add_client_error("delete_snapshot", "InvalidSnapshot.NotFound")
    assert remove()


def test_one_that_cannot_be_removed_is_reported_and_the_others_are_removed(ec2):
    say_what_there_is(ec2, [], [a_snapshot(1, 31), a_snapshot(2, 31)])
    ec2.add_client_error("delete_snapshot", "InvalidSnapshot.InUse")
    ec2.add_response("delete_snapshot", {}, {"SnapshotId": "snap-2"})
    with pytest.raises(RuntimeError, match=r"could not remove snap-1: InvalidSnapshot.InUse$"):
        remove()
