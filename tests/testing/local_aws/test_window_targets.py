from typing import Any

import pytest
from botocore.exceptions import ClientError

INSTANCE = "i-0123456789abcdef0"
UNKNOWN_WINDOW = "mw-00000000000000000"
UNKNOWN_TARGET = "00000000-0000-4000-8000-000000000000"
BY_TAG = [{"Key": "tag:Environment", "Values": ["prod", "test"]}, {"Key": "tag-key", "Values": ["Patched"]}]
BY_GROUP = [{"Key": "resource-groups:Name", "Values": ["group"]}]
FULL = {"Targets": BY_TAG, "OwnerInformation": "owner", "Name": "target", "Description": "what it is"}


@pytest.fixture
def window(ssm):
    return ssm.create_maintenance_window(
        Name="window", Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=False
    )["WindowId"]


def register(ssm, window, **target):
    given = {"ResourceType": "INSTANCE", "Targets": BY_TAG, **target}
    return ssm.register_target_with_maintenance_window(WindowId=window, **given)["WindowTargetId"]


def describe(ssm, window, **asked):
    return ssm.describe_maintenance_window_targets(WindowId=window, **asked)["Targets"]


def members(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def refusal(call, /, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    response: Any = caught.value.response
    return response["Error"]["Code"]


class TestRegister:
    def test_keeps_every_member(self, ssm, window):
        target = register(ssm, window, **FULL)
        ids = {"WindowId": window, "WindowTargetId": target, "ResourceType": "INSTANCE"}
        assert describe(ssm, window) == [{**FULL, **ids}]
        assert set(FULL) | set(ids) == set(ssm.meta.service_model.shape_for("MaintenanceWindowTarget").members)

    @pytest.mark.parametrize(
        ("resource_type", "targets"),
        [
            ("INSTANCE", [{"Key": "InstanceIds", "Values": [INSTANCE] * 50}]),
            ("INSTANCE", BY_TAG),
            ("RESOURCE_GROUP", BY_GROUP),
            (
                "RESOURCE_GROUP",
                [*BY_GROUP, {"Key": "resource-groups:ResourceTypeFilters", "Values": ["AWS::EC2::Instance"]}],
            ),
        ],
        ids=["ids", "tags", "group", "group_and_types"],
    )
    def test_takes_ids_tags_and_groups(self, ssm, window, resource_type, targets):
        register(ssm, window, ResourceType=resource_type, Targets=targets)
        assert describe(ssm, window)[0]["Targets"] == targets

    @pytest.mark.parametrize(
        ("resource_type", "targets"),
        [
            ("INSTANCE", BY_GROUP),
            ("RESOURCE_GROUP", BY_TAG),
            ("INSTANCE", [*BY_TAG, {"Key": "InstanceIds", "Values": [INSTANCE]}]),
            ("INSTANCE", [{"Key": "InstanceIds", "Values": [INSTANCE] * 51}]),
            ("INSTANCE", [{"Key": "InstanceIds", "Values": []}]),
            ("INSTANCE", [{"Key": "WindowTargetIds", "Values": [UNKNOWN_TARGET]}]),
            ("INSTANCE", []),
            ("INSTANCE", [{"Key": f"tag:{n}", "Values": ["a"]} for n in range(6)]),
            ("CLUSTER", BY_TAG),
        ],
        ids=["group", "tags", "mixed", "51_ids", "no_ids", "target_ids", "none", "6_entries", "unknown_type"],
    )
    def test_refuses_keys_that_do_not_belong_to_the_type(self, ssm, window, resource_type, targets):
        assert refusal(register, ssm, window, ResourceType=resource_type, Targets=targets) == "ValidationException"

    def test_refuses_a_key_without_values_in_the_words_of_aws(self, ssm, window):
        with pytest.raises(ClientError) as caught:
            register(ssm, window, Targets=[{"Key": "tag:Patch Group", "Values": []}])
        error: Any = caught.value.response["Error"]
        text = "Please specify at least one target.  Filter values can't be null and tag:Patch Group is."
        assert (error["Code"], error["Message"]) == ("ValidationException", text)

    def test_of_a_101st_target_is_refused(self, ssm, window):
        for _ in range(100):
            register(ssm, window)
        assert refusal(register, ssm, window) == "ResourceLimitExceededException"

    def test_in_a_missing_window_is_refused(self, ssm):
        assert refusal(register, ssm, UNKNOWN_WINDOW) == "DoesNotExistException"

    def test_token_makes_a_repetition_the_same_target(self, ssm, window):
        first = register(ssm, window, ClientToken="token")
        assert register(ssm, window, ClientToken="token") == first
        assert refusal(register, ssm, window, Name="other", ClientToken="token") == "IdempotentParameterMismatch"


class TestUpdate:
    def test_without_replace_keeps_what_is_left_out(self, ssm, window):
        target = register(ssm, window, **FULL)
        answer = ssm.update_maintenance_window_target(WindowId=window, WindowTargetId=target, Name="new")
        assert members(answer) == {**FULL, "Name": "new", "WindowId": window, "WindowTargetId": target}

    def test_with_replace_clears_what_is_left_out(self, ssm, window):
        target = register(ssm, window, **FULL)
        ids = {"WindowId": window, "WindowTargetId": target}
        answer = ssm.update_maintenance_window_target(**ids, Targets=BY_TAG, Replace=True)
        assert members(answer) == {**ids, "Targets": BY_TAG}

    def test_with_replace_needs_targets(self, ssm, window):
        ids = {"WindowId": window, "WindowTargetId": register(ssm, window)}
        assert refusal(ssm.update_maintenance_window_target, **ids, Replace=True) == "ValidationException"

    def test_turns_tags_into_a_group(self, ssm, window):
        ids = {"WindowId": window, "WindowTargetId": register(ssm, window)}
        ssm.update_maintenance_window_target(**ids, Targets=BY_GROUP)
        assert describe(ssm, window)[0]["ResourceType"] == "RESOURCE_GROUP"

    def test_of_a_missing_target_is_refused(self, ssm, window):
        ids = {"WindowId": window, "WindowTargetId": UNKNOWN_TARGET}
        assert refusal(ssm.update_maintenance_window_target, **ids, Name="new") == "DoesNotExistException"


class TestDeregister:
    def task_on(self, ssm, window, target):
        return ssm.register_task_with_maintenance_window(
            WindowId=window,
            TaskArn="AWS-RunShellScript",
            TaskType="RUN_COMMAND",
            Targets=[{"Key": "WindowTargetIds", "Values": [target]}],
            MaxConcurrency="1",
            MaxErrors="0",
        )["WindowTaskId"]

    def test_answers_with_both_ids(self, ssm, window):
        ids = {"WindowId": window, "WindowTargetId": register(ssm, window)}
        assert members(ssm.deregister_target_from_maintenance_window(**ids)) == ids
        assert describe(ssm, window) == []

    def test_safely_refuses_while_a_task_refers_to_it(self, ssm, window):
        target = register(ssm, window)
        task = self.task_on(ssm, window, target)
        ids = {"WindowId": window, "WindowTargetId": target}
        call = ssm.deregister_target_from_maintenance_window
        with pytest.raises(ssm.exceptions.TargetInUseException) as caught:
            call(**ids, Safe=True)
        text = f"This Target cannot be deregistered because it is still referenced in Task: {task}"
        assert caught.value.response["Error"]["Message"] == text
        ssm.deregister_task_from_maintenance_window(WindowId=window, WindowTaskId=task)
        assert members(call(**ids, Safe=True)) == ids

    def test_by_default_leaves_the_task_with_a_dangling_id(self, ssm, window):
        target = register(ssm, window)
        task = self.task_on(ssm, window, target)
        ssm.deregister_target_from_maintenance_window(WindowId=window, WindowTargetId=target)
        shown = ssm.get_maintenance_window_task(WindowId=window, WindowTaskId=task)
        assert shown["Targets"] == [{"Key": "WindowTargetIds", "Values": [target]}]

    def test_of_a_missing_target_is_refused(self, ssm, window):
        ids = {"WindowId": window, "WindowTargetId": UNKNOWN_TARGET}
        assert refusal(ssm.deregister_target_from_maintenance_window, **ids) == "DoesNotExistException"


class TestDescribe:
    @pytest.mark.parametrize(
        ("key", "value"), [("Type", "RESOURCE_GROUP"), ("OwnerInformation", "owner"), ("WindowTargetId", None)]
    )
    def test_filters_by_each_key(self, ssm, window, key, value):
        register(ssm, window)
        wanted = register(ssm, window, ResourceType="RESOURCE_GROUP", Targets=BY_GROUP, OwnerInformation="owner")
        found = describe(ssm, window, Filters=[{"Key": key, "Values": [value or wanted]}])
        assert [item["WindowTargetId"] for item in found] == [wanted]

    def test_pages(self, ssm, window):
        targets = [register(ssm, window) for _ in range(12)]
        pages = ssm.get_paginator("describe_maintenance_window_targets").paginate(
            WindowId=window, PaginationConfig={"PageSize": 10}
        )
        assert [item["WindowTargetId"] for page in pages for item in page["Targets"]] == targets

    def test_of_a_missing_window_is_refused(self, ssm):
        assert refusal(describe, ssm, UNKNOWN_WINDOW) == "DoesNotExistException"


class TestWindowsForTarget:
    @pytest.mark.parametrize(
        ("targets", "found"),
        [
            ([{"Key": "tag:Environment", "Values": ["test"]}], True),
            ([{"Key": "tag:Environment", "Values": ["other"]}], False),
            ([{"Key": "tag:Team", "Values": ["test"]}], False),
        ],
    )
    def test_are_those_with_a_target_that_matches(self, ssm, window, targets, found):
        register(ssm, window)
        listed = ssm.describe_maintenance_windows_for_target(ResourceType="INSTANCE", Targets=targets)
        expected = [{"WindowId": window, "Name": "window"}] if found else []
        assert listed["WindowIdentities"] == expected

    def test_are_those_with_a_task_on_the_node_too(self, ssm):
        window = ssm.create_maintenance_window(
            Name="open", Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=True
        )["WindowId"]
        targets = [{"Key": "InstanceIds", "Values": [INSTANCE]}]
        ssm.register_task_with_maintenance_window(
            WindowId=window,
            TaskArn="AWS-RunShellScript",
            TaskType="RUN_COMMAND",
            Targets=targets,
            MaxConcurrency="1",
            MaxErrors="0",
        )
        listed = ssm.describe_maintenance_windows_for_target(ResourceType="INSTANCE", Targets=targets)
        assert [item["WindowId"] for item in listed["WindowIdentities"]] == [window]
