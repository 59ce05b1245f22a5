"""Patch baselines, patch groups and defaults of the local AWS, by what AWS documents and its model declares."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pulumi_ssm_maintenance.testing.aws_plugin.resources.ssm_patching import _AWS_DEFAULT
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.patching.aws_owned_baselines import NAMES
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.service import OPERATIONS

UNKNOWN = "pb-00000000000000000"
RULES = {
    "PatchRules": [
        {
            "PatchFilterGroup": {"PatchFilters": [{"Key": "CLASSIFICATION", "Values": ["Security"]}]},
            "ComplianceLevel": "HIGH",
            "ApproveAfterDays": 7,
            "EnableNonSecurity": True,
        }
    ]
}
FULL = {
    "Name": "linux",
    "OperatingSystem": "AMAZON_LINUX_2023",
    "Description": "what for",
    "GlobalFilters": {"PatchFilters": [{"Key": "PRODUCT", "Values": ["*"]}]},
    "ApprovalRules": RULES,
    "ApprovedPatches": ["curl*"],
    "ApprovedPatchesComplianceLevel": "CRITICAL",
    "ApprovedPatchesEnableNonSecurity": True,
    "RejectedPatches": ["kernel*"],
    "RejectedPatchesAction": "BLOCK",
    "Sources": [{"Name": "own", "Products": ["*"], "Configuration": "[own]"}],
    "AvailableSecurityUpdatesComplianceStatus": "NON_COMPLIANT",
}
LEFT_OUT = {
    "GlobalFilters": {"PatchFilters": []},
    "ApprovalRules": {"PatchRules": []},
    "ApprovedPatches": [],
    "ApprovedPatchesComplianceLevel": "UNSPECIFIED",
    "ApprovedPatchesEnableNonSecurity": False,
    "RejectedPatches": [],
    "RejectedPatchesAction": "ALLOW_AS_DEPENDENCY",
    "Sources": [],
}


def create(ssm, **baseline):
    return ssm.create_patch_baseline(**{"Name": "base", **baseline})["BaselineId"]


def get(ssm, baseline):
    answer = ssm.get_patch_baseline(BaselineId=baseline)
    return {name: value for name, value in answer.items() if name not in {"ResponseMetadata", "ModifiedDate"}}


def tags(ssm, baseline):
    listed = ssm.list_tags_for_resource(ResourceType="PatchBaseline", ResourceId=baseline)["TagList"]
    return {tag["Key"]: tag["Value"] for tag in listed}


def default_of(ssm, system):
    return ssm.get_default_patch_baseline(OperatingSystem=system)["BaselineId"]


def for_group(ssm, group, system):
    return ssm.get_patch_baseline_for_patch_group(PatchGroup=group, OperatingSystem=system)["BaselineId"]


def refusal(call, /, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    response: Any = caught.value.response
    return response["Error"]["Code"]


class TestBaselines:
    def test_are_given_an_id_of_the_form_that_the_model_asks_for(self, ssm):
        baseline = create(ssm)
        assert re.fullmatch(ssm.meta.service_model.shape_for("BaselineId").metadata["pattern"], baseline)
        assert re.fullmatch("pb-[0-9a-f]{17}", baseline)

    def test_return_what_was_set_and_when(self, ssm):
        shown = get(ssm, baseline := create(ssm, **FULL))
        created = shown.pop("CreatedDate")
        assert shown == {**FULL, "BaselineId": baseline, "PatchGroups": []}
        assert abs(datetime.now(UTC) - created) < timedelta(minutes=5)

    def test_full_baseline_covers_every_member_of_the_model(self, ssm):
        request = ssm.meta.service_model.operation_model("CreatePatchBaseline").input_shape
        assert set(FULL) == set(request.members) - {"ClientToken", "Tags"}

    def test_show_the_documented_values_of_what_was_left_out(self, ssm):
        shown = get(ssm, create(ssm))
        assert {name: shown[name] for name in LEFT_OUT} == LEFT_OUT
        assert shown["OperatingSystem"] == "WINDOWS"

    def test_are_found_by_their_arn_too(self, ssm):
        baseline = create(ssm)
        assert get(ssm, f"arn:aws:ssm:us-east-1:123456789012:patchbaseline/{baseline}")["BaselineId"] == baseline

    def test_are_created_once_for_a_token(self, ssm):
        assert create(ssm, ClientToken="same") == create(ssm, ClientToken="same")
        assert refusal(create, ssm, Name="other", ClientToken="same") == "IdempotentParameterMismatch"

    def test_are_limited_to_fifty(self, ssm):
        for _ in range(50):
            create(ssm)
        assert refusal(create, ssm) == "ResourceLimitExceededException"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"Name": "a b c"},
            {"OperatingSystem": "BEOS"},
            {"RejectedPatchesAction": "MAYBE"},
            {"ApprovedPatches": ["x"] * 51},
        ],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_keep_to_the_model(self, ssm, wrong):
        assert refusal(create, ssm, **wrong) == "ValidationException"

    @pytest.mark.parametrize("ways", [{}, {"ApproveAfterDays": 7, "ApproveUntilDate": "2030-01-31"}])
    def test_have_rules_with_exactly_one_way_to_say_when(self, ssm, ways):
        rule = {"PatchFilterGroup": {"PatchFilters": []}, **ways}
        assert refusal(create, ssm, ApprovalRules={"PatchRules": [rule]}) == "ValidationException"

    def test_do_not_exist_under_another_id(self, ssm):
        assert refusal(get, ssm, UNKNOWN) == "DoesNotExistException"
        assert refusal(ssm.update_patch_baseline, BaselineId=UNKNOWN) == "DoesNotExistException"

    def test_are_separate_in_accounts_and_regions(self, aws, ssm):
        baseline = create(ssm)
        for other in (aws.client("ssm", region="eu-central-1"), aws.client("ssm", account="222222222222")):
            assert refusal(get, other, baseline) == "DoesNotExistException"


class TestUpdate:
    def test_keeps_what_it_leaves_out(self, ssm):
        baseline = create(ssm, **FULL)
        ssm.update_patch_baseline(BaselineId=baseline, Name="renamed", RejectedPatches=[])
        shown = get(ssm, baseline)
        assert {name: shown[name] for name in FULL} == {**FULL, "Name": "renamed", "RejectedPatches": []}

    def test_with_replace_clears_what_it_leaves_out(self, ssm):
        baseline = create(ssm, **FULL)
        answer = ssm.update_patch_baseline(BaselineId=baseline, Name="renamed", Replace=True)
        shown = get(ssm, baseline)
        assert {name: shown[name] for name in LEFT_OUT} == LEFT_OUT
        assert "Description" not in shown
        assert shown["OperatingSystem"] == FULL["OperatingSystem"]
        assert {name: answer[name] for name in LEFT_OUT} == LEFT_OUT

    def test_with_replace_needs_what_a_creation_needs(self, ssm):
        assert refusal(ssm.update_patch_baseline, BaselineId=create(ssm), Replace=True) == "ValidationException"


class TestDelete:
    def test_removes_the_baseline_and_answers_with_its_id(self, ssm):
        baseline = create(ssm)
        assert ssm.delete_patch_baseline(BaselineId=baseline)["BaselineId"] == baseline
        assert refusal(get, ssm, baseline) == "DoesNotExistException"

    def test_of_a_missing_one_counts_as_done(self, ssm):
        assert ssm.delete_patch_baseline(BaselineId=UNKNOWN)["BaselineId"] == UNKNOWN

    def test_is_refused_while_a_group_is_registered(self, ssm):
        baseline = create(ssm)
        ssm.register_patch_baseline_for_patch_group(BaselineId=baseline, PatchGroup="web")
        with pytest.raises(ssm.exceptions.ResourceInUseException) as caught:
            ssm.delete_patch_baseline(BaselineId=baseline)
        text = "PatchBaseline to be deleted is used for Patch Group: web"
        assert caught.value.response["Error"]["Message"] == text
        ssm.deregister_patch_baseline_for_patch_group(BaselineId=baseline, PatchGroup="web")
        ssm.delete_patch_baseline(BaselineId=baseline)

    def test_is_refused_for_a_default(self, ssm):
        aws_owned, baseline = default_of(ssm, "WINDOWS"), create(ssm)
        ssm.register_default_patch_baseline(BaselineId=baseline)
        assert refusal(ssm.delete_patch_baseline, BaselineId=baseline) == "ResourceInUseException"
        ssm.register_default_patch_baseline(BaselineId=aws_owned)
        ssm.delete_patch_baseline(BaselineId=baseline)


class TestDescribe:
    def test_lists_a_default_of_aws_for_every_system_of_the_model(self, ssm):
        listed = ssm.describe_patch_baselines(MaxResults=100)["BaselineIdentities"]
        systems = ssm.meta.service_model.shape_for("OperatingSystem").enum
        assert sorted(item["OperatingSystem"] for item in listed) == sorted(systems)
        for item in listed:
            assert item["DefaultBaseline"] is True
            assert item["BaselineId"] == default_of(ssm, item["OperatingSystem"])
            assert re.fullmatch(r"arn:aws:ssm:us-east-1:\d{12}:patchbaseline/pb-[0-9a-f]{17}", item["BaselineId"])

    def test_shows_own_baselines_by_their_bare_ids(self, ssm):
        baseline = create(ssm, Name="mine", Description="what for", OperatingSystem="UBUNTU")
        (item,) = ssm.describe_patch_baselines(Filters=[{"Key": "OWNER", "Values": ["Self"]}])["BaselineIdentities"]
        assert item == {
            "BaselineId": baseline,
            "BaselineName": "mine",
            "BaselineDescription": "what for",
            "OperatingSystem": "UBUNTU",
            "DefaultBaseline": False,
        }

    @pytest.mark.parametrize(
        ("filters", "names"),
        [
            ({"NAME_PREFIX": ["my-"]}, ["my-linux", "my-windows"]),
            ({"NAME_PREFIX": ["my-", "AWS-Rocky"]}, ["AWS-RockyLinuxDefaultPatchBaseline", "my-linux", "my-windows"]),
            ({"OWNER": ["Self"], "OPERATING_SYSTEM": ["SUSE"]}, ["my-linux"]),
            ({"OWNER": ["AWS"], "OPERATING_SYSTEM": ["SUSE"]}, ["AWS-SuseDefaultPatchBaseline"]),
        ],
    )
    def test_filters_by_name_owner_and_system(self, ssm, filters, names):
        create(ssm, Name="my-linux", OperatingSystem="SUSE")
        create(ssm, Name="my-windows")
        conditions = [{"Key": key, "Values": values} for key, values in filters.items()]
        listed = ssm.describe_patch_baselines(Filters=conditions)["BaselineIdentities"]
        assert [item["BaselineName"] for item in listed] == names

    def test_gives_pages(self, ssm):
        pages = ssm.get_paginator("describe_patch_baselines").paginate(PaginationConfig={"PageSize": 4})
        sizes = [len(page["BaselineIdentities"]) for page in pages]
        assert sizes == [4, 4, 4, 3]

    def test_refuses_a_filter_that_it_does_not_know(self, ssm):
        filters = [{"Key": "COLOUR", "Values": ["blue"]}]
        assert refusal(ssm.describe_patch_baselines, Filters=filters) == "ValidationException"


class TestDefaults:
    def test_are_of_aws_in_every_region_until_another_is_registered(self, aws):
        for region in ("us-east-1", "cn-north-1"):
            ssm = aws.client("ssm", region=region)
            owned = default_of(ssm, "ROCKY_LINUX")
            assert get(ssm, owned)["Name"] == "AWS-RockyLinuxDefaultPatchBaseline"
            assert f":{region}:" in owned
            baseline = create(ssm, OperatingSystem="ROCKY_LINUX")
            assert ssm.register_default_patch_baseline(BaselineId=baseline)["BaselineId"] == baseline
            assert default_of(ssm, "ROCKY_LINUX") == baseline
            assert default_of(ssm, "SUSE") != baseline

    def test_go_back_to_aws_by_the_whole_arn_only(self, ssm):
        owned = default_of(ssm, "SUSE")
        ssm.register_default_patch_baseline(BaselineId=create(ssm, OperatingSystem="SUSE"))
        bare = owned.rpartition("/")[2]
        assert refusal(ssm.register_default_patch_baseline, BaselineId=bare) == "DoesNotExistException"
        ssm.register_default_patch_baseline(BaselineId=owned)
        assert default_of(ssm, "SUSE") == owned

    def test_are_asked_for_windows_when_no_system_is_named(self, ssm):
        assert ssm.get_default_patch_baseline()["OperatingSystem"] == "WINDOWS"


class TestGroups:
    def test_get_their_own_baseline_for_its_system_and_the_default_for_others(self, ssm):
        baseline = create(ssm, OperatingSystem="UBUNTU")
        ssm.register_patch_baseline_for_patch_group(BaselineId=baseline, PatchGroup="web")
        assert for_group(ssm, "web", "UBUNTU") == baseline
        assert for_group(ssm, "web", "SUSE") == default_of(ssm, "SUSE")
        assert for_group(ssm, "db", "UBUNTU") == default_of(ssm, "UBUNTU")
        assert get(ssm, baseline)["PatchGroups"] == ["web"]

    def test_hold_baselines_of_several_systems(self, ssm):
        for system in ("UBUNTU", "WINDOWS"):
            baseline = create(ssm, OperatingSystem=system)
            ssm.register_patch_baseline_for_patch_group(BaselineId=baseline, PatchGroup="web")
            assert for_group(ssm, "web", system) == baseline

    def test_hold_one_baseline_of_a_system(self, ssm):
        first, second = create(ssm), create(ssm)
        for _ in range(2):
            ssm.register_patch_baseline_for_patch_group(BaselineId=first, PatchGroup="web")
        register = ssm.register_patch_baseline_for_patch_group
        assert refusal(register, BaselineId=second, PatchGroup="web") == "AlreadyExistsException"

    def test_take_a_baseline_that_aws_owns(self, ssm):
        owned = default_of(ssm, "SUSE")
        ssm.register_patch_baseline_for_patch_group(BaselineId=owned, PatchGroup="web")
        assert for_group(ssm, "web", "SUSE") == owned

    def test_of_a_missing_baseline_are_refused(self, ssm):
        register = ssm.register_patch_baseline_for_patch_group
        assert refusal(register, BaselineId=UNKNOWN, PatchGroup="web") == "DoesNotExistException"

    def test_of_a_baseline_are_limited_to_twenty_five(self, ssm):
        baseline = create(ssm)
        register = ssm.register_patch_baseline_for_patch_group
        for number in range(25):
            register(BaselineId=baseline, PatchGroup=f"group-{number}")
        assert refusal(register, BaselineId=baseline, PatchGroup="one-more") == "ResourceLimitExceededException"
        assert register(BaselineId=baseline, PatchGroup="group-0")["PatchGroup"] == "group-0"

    def test_are_deregistered_once(self, ssm):
        baseline = create(ssm)
        pair = {"BaselineId": baseline, "PatchGroup": "web"}
        ssm.register_patch_baseline_for_patch_group(**pair)
        answer = ssm.deregister_patch_baseline_for_patch_group(**pair)
        assert {name: answer[name] for name in pair} == pair
        assert for_group(ssm, "web", "WINDOWS") == default_of(ssm, "WINDOWS")
        assert refusal(ssm.deregister_patch_baseline_for_patch_group, **pair) == "DoesNotExistException"

    def test_are_listed_with_their_baselines(self, ssm):
        baseline = create(ssm, Name="mine", OperatingSystem="UBUNTU")
        for group in ("web-prod", "db-prod"):
            ssm.register_patch_baseline_for_patch_group(BaselineId=baseline, PatchGroup=group)
        (mapping,) = ssm.describe_patch_groups(Filters=[{"Key": "NAME_PREFIX", "Values": ["web"]}])["Mappings"]
        assert mapping["PatchGroup"] == "web-prod"
        assert mapping["BaselineIdentity"]["BaselineId"] == baseline
        others = [{"Key": "OPERATING_SYSTEM", "Values": ["SUSE"]}]
        assert ssm.describe_patch_groups(Filters=others)["Mappings"] == []


class TestTags:
    def test_are_set_at_creation_changed_and_removed(self, ssm):
        baseline = create(ssm, Tags=[{"Key": "team", "Value": "ops"}])
        assert tags(ssm, baseline) == {"team": "ops"}
        named = {"ResourceType": "PatchBaseline", "ResourceId": baseline}
        ssm.add_tags_to_resource(**named, Tags=[{"Key": "team", "Value": "sre"}, {"Key": "os", "Value": "linux"}])
        assert tags(ssm, baseline) == {"team": "sre", "os": "linux"}
        ssm.remove_tags_from_resource(**named, TagKeys=["os"])
        assert tags(ssm, baseline) == {"team": "sre"}

    def test_of_a_missing_baseline_are_refused(self, ssm):
        assert refusal(tags, ssm, UNKNOWN) == "InvalidResourceId"

    def test_of_other_resources_are_left_to_moto(self, ssm):
        ssm.put_parameter(Name="own", Value="value", Type="String", Tags=[{"Key": "team", "Value": "ops"}])
        listed = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="own")["TagList"]
        assert listed == [{"Key": "team", "Value": "ops"}]


def test_no_baseline_operation_of_the_model_that_keeps_something_is_left_to_moto(ssm):
    about_patches = {"DescribeEffectivePatchesForPatchBaseline"}
    operations = {name for name in ssm.meta.service_model.operation_names if "PatchBaseline" in name}
    assert operations - about_patches <= set(OPERATIONS)


def test_the_aws_plugin_finds_the_default_of_aws_for_every_system_by_its_name():
    assert all(_AWS_DEFAULT.fullmatch(name) for name in NAMES.values())
    assert not _AWS_DEFAULT.fullmatch("AWS-WindowsPredefinedPatchBaseline-OS")
