"""Patch baselines and groups of the stand-in, against the shapes that botocore knows: no local AWS has them all."""

from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber

from pulumi_ssm_maintenance.testing.aws_plugin import lifecycle
from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws
from pulumi_ssm_maintenance.testing.aws_plugin.aws.config import Config
from pulumi_ssm_maintenance.testing.aws_plugin.catalogue import CATALOGUE

BASELINE = CATALOGUE["aws:ssm/patchBaseline:PatchBaseline"]
GROUP = CATALOGUE["aws:ssm/patchGroup:PatchGroup"]
DEFAULT = CATALOGUE["aws:ssm/defaultPatchBaseline:DefaultPatchBaseline"]
ID = "pb-0123456789abcdef0"
INPUTS = {
    "name": "linux",
    "operatingSystem": "AMAZON_LINUX_2023",
    "approvedPatchesComplianceLevel": "UNSPECIFIED",
    "approvalRules": [{"approveAfterDays": 7, "patchFilters": [{"key": "CLASSIFICATION", "values": ["Security"]}]}],
    "rejectedPatches": ["kernel*"],
    "tags": {"team": "ops"},
}
RULES = {
    "PatchRules": [
        {
            "PatchFilterGroup": {"PatchFilters": [{"Key": "CLASSIFICATION", "Values": ["Security"]}]},
            "ApproveAfterDays": 7,
        }
    ]
}
TAGGED = {"ResourceType": "PatchBaseline", "ResourceId": ID}


@pytest.fixture
def aws():
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    return Aws(Config(region="us-east-1"), session, "us-east-1")


@pytest.fixture
def ssm(aws):
    with Stubber(aws.client("sts")) as sts, Stubber(aws.client("ssm")) as stubber:
        sts.add_response("get_caller_identity", {"Account": "123456789012"})
        yield stubber
        stubber.assert_no_pending_responses()


def held(**changes):
    return {
        "BaselineId": ID,
        "Name": "linux",
        "OperatingSystem": "AMAZON_LINUX_2023",
        "ApprovalRules": RULES,
        "ApprovedPatchesComplianceLevel": "UNSPECIFIED",
        "RejectedPatches": ["kernel*"],
        "RejectedPatchesAction": "ALLOW_AS_DEPENDENCY",
        "CreatedDate": datetime(2030, 1, 1, tzinfo=UTC),
    } | changes


def test_a_baseline_is_created_with_its_rules_and_read_back(aws, ssm):
    sent = {
        "Name": "linux",
        "OperatingSystem": "AMAZON_LINUX_2023",
        "ApprovedPatchesComplianceLevel": "UNSPECIFIED",
        "ApprovalRules": RULES,
        "RejectedPatches": ["kernel*"],
    }
    ssm.add_response("create_patch_baseline", {"BaselineId": ID}, sent)
    ssm.add_response("get_patch_baseline", held(), {"BaselineId": ID})
    ssm.add_response("add_tags_to_resource", {}, TAGGED | {"Tags": [{"Key": "team", "Value": "ops"}]})
    ssm.add_response("get_patch_baseline", held(), {"BaselineId": ID})
    ssm.add_response("list_tags_for_resource", {"TagList": [{"Key": "team", "Value": "ops"}]}, TAGGED)

    identity, outputs = lifecycle.create(BASELINE, aws, INPUTS)
    assert identity == ID
    assert {name: outputs[name] for name in INPUTS} == INPUTS
    assert outputs["arn"] == f"arn:aws:ssm:us-east-1:123456789012:patchbaseline/{ID}"
    assert outputs["tagsAll"] == {"team": "ops"}


def test_an_update_sends_what_changed_and_empties_the_lists_that_are_gone(aws, ssm):
    wanted = {"BaselineId": ID, "ApprovalRules": {"PatchRules": []}, "RejectedPatches": []}
    ssm.add_response("update_patch_baseline", {}, wanted)
    ssm.add_response("get_patch_baseline", held(ApprovalRules={"PatchRules": []}, RejectedPatches=[]))
    ssm.add_response("list_tags_for_resource", {"TagList": []}, TAGGED)

    state = INPUTS | {"rejectedPatchesAction": "ALLOW_AS_DEPENDENCY", "tags": {}, "tagsAll": {}}
    gone = ("approvalRules", "rejectedPatches", "tags")
    new = {name: value for name, value in INPUTS.items() if name not in gone}
    outputs = lifecycle.update(BASELINE, aws, ID, state, old=INPUTS, new=new)
    assert outputs["approvalRules"] == []


def test_a_baseline_that_is_gone_is_nothing(aws, ssm):
    ssm.add_client_error("get_patch_baseline", "DoesNotExistException")
    assert lifecycle.read(BASELINE, aws, ID, {}, INPUTS) is None


def test_a_group_is_found_among_all_that_are_registered(aws, ssm):
    inputs = {"baselineId": ID, "patchGroup": "web"}
    ssm.add_response(
        "register_patch_baseline_for_patch_group",
        {"BaselineId": ID, "PatchGroup": "web"},
        {"BaselineId": ID, "PatchGroup": "web"},
    )
    mappings = [("db", ID), ("web", ID)]
    listed = [{"PatchGroup": group, "BaselineIdentity": {"BaselineId": identity}} for group, identity in mappings]
    ssm.add_response("describe_patch_groups", {"Mappings": listed})

    identity, outputs = lifecycle.create(GROUP, aws, inputs)
    assert identity == f"web,{ID}"
    assert outputs == inputs | {"region": "us-east-1"}


def test_taking_the_default_back_gives_the_system_the_baseline_of_aws(aws, ssm):
    owned = {"BaselineId": "pb-aws-0123456789abcdef", "BaselineName": "AWS-AmazonLinux2023DefaultPatchBaseline"}
    ssm.add_response(
        "describe_patch_baselines",
        {
            "BaselineIdentities": [
                {"BaselineId": "pb-other-0123456789abcd", "BaselineName": "AWS-X", "OperatingSystem": "WINDOWS"},
                owned | {"OperatingSystem": "AMAZON_LINUX_2023"},
            ]
        },
        {"Filters": [{"Key": "OWNER", "Values": ["AWS"]}]},
    )
    ssm.add_response("register_default_patch_baseline", {}, {"BaselineId": "pb-aws-0123456789abcdef"})
    state = {"baselineId": ID, "operatingSystem": "AMAZON_LINUX_2023"}
    lifecycle.delete(DEFAULT, aws, "AMAZON_LINUX_2023", state)
