"""What the local AWS says about nodes: those that were added, and the members of resource groups."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pulumi_ssm_maintenance.simulation import Node

WEB = {"Patch Group": "web"}
ONE, TWO = "i-0123456789abcdef0", "i-0123456789abcdef1"


@pytest.fixture
def information(ssm):
    """The nodes that Systems Manager lists, by id."""

    def asked(*filters):
        found = ssm.describe_instance_information(Filters=list(filters))["InstanceInformationList"]
        return {node["InstanceId"]: node for node in found}

    return asked


def test_an_added_node_is_listed_and_found_by_its_tags(aws, information):
    aws.add_nodes(Node(ONE, tags=WEB, platform="Windows", agent_version="3.0.501.0"), Node(TWO))
    assert list(information()) == [ONE, TWO]
    found = information({"Key": "tag:Patch Group", "Values": ["web"]})
    assert list(found) == [ONE]
    node = found[ONE]
    assert (node["PingStatus"], node["PlatformType"], node["AgentVersion"]) == ("Online", "Windows", "3.0.501.0")


def test_a_node_that_does_not_answer_is_listed_and_a_stopped_one_is_not(aws, information):
    aws.add_nodes(Node(ONE, offline=True), Node(TWO))
    assert information()[ONE]["PingStatus"] == "ConnectionLost"
    aws.add_nodes(Node(ONE, stopped=True), Node(TWO, terminated=True))
    assert information() == {}


def test_a_node_is_in_its_region_and_account(aws, information):
    aws.add_nodes(Node(ONE), region="eu-west-1")
    aws.add_nodes(Node(TWO), account="210987654321")
    assert information() == {}
    there = aws.client("ssm", "eu-west-1").describe_instance_information()["InstanceInformationList"]
    assert [node["InstanceId"] for node in there] == [ONE]


@pytest.fixture
def groups(aws):
    return aws.client("resource-groups")


@pytest.fixture
def group(groups):
    """A group of what has a tag."""

    def make(*types):
        query = {
            "ResourceTypeFilters": types or ["AWS::AllSupported"],
            "TagFilters": [{"Key": "Team", "Values": ["a"]}],
        }
        query = {"Type": "TAG_FILTERS_1_0", "Query": json.dumps(query)}
        groups.create_group(Name="team-a", ResourceQuery=query)
        return "team-a"

    return make


@pytest.fixture
def instance(aws):
    """Make an instance of a team."""

    def make(team):
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "Team", "Value": team}]}]
        made = aws.client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, TagSpecifications=tags)
        return made["Instances"][0]["InstanceId"]

    return make


def test_a_group_has_the_instances_that_its_query_finds(groups, group, instance):
    mine, _ = instance("a"), instance("b")
    members = [one["Identifier"] for one in groups.list_group_resources(Group=group())["Resources"]]
    assert members == [
        {"ResourceArn": f"arn:aws:ec2:us-east-1:123456789012:instance/{mine}", "ResourceType": "AWS::EC2::Instance"}
    ]


def test_a_group_has_members_of_its_types_only_and_lists_them_in_pages(groups, group, instance, aws):
    made = {instance("a") for _ in range(3)}
    aws.client("s3").create_bucket(Bucket="bucket-of-team-a")
    tagging = {"TagSet": [{"Key": "Team", "Value": "a"}]}
    aws.client("s3").put_bucket_tagging(Bucket="bucket-of-team-a", Tagging=tagging)
    pages = list(
        groups.get_paginator("list_group_resources").paginate(
            Group=group("AWS::EC2::Instance"), PaginationConfig={"PageSize": 2}
        )
    )
    assert len(pages) == 2
    found = {one["Identifier"]["ResourceArn"].rpartition("/")[2] for page in pages for one in page["Resources"]}
    assert found == made


def test_a_group_that_does_not_exist_is_refused(groups):
    with pytest.raises(ClientError) as caught:
        groups.list_group_resources(Group="missing")
    response: Any = caught.value.response
    assert response["Error"]["Code"] == "NotFoundException"
