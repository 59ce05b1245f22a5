"""What the real aws plugin does with single types, by the source of the Terraform provider that it is made from."""

import json

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_ssm_maintenance.testing import EngineError

ACCOUNT = "111111111111"


def content(text):
    step = {"action": "aws:runShellScript", "name": "a", "inputs": {"runCommand": [text]}}
    return json.dumps({"schemaVersion": "2.2", "mainSteps": [step]})


def document(text="one", **settings):
    given = {"name": "document", "document_type": "Command", "content": content(text), **settings}
    return lambda: aws.ssm.Document("document", **given)


def window(**settings):
    return aws.ssm.MaintenanceWindow("window", schedule="rate(1 day)", duration=2, cutoff=1, **settings)


def target(**settings):
    def declare():
        aws.ssm.MaintenanceWindowTarget(
            "target",
            window_id=window().id,
            resource_type="INSTANCE",
            targets=[{"key": "tag:Role", "values": ["web"]}],
            **settings,
        )

    return declare


def task(**settings):
    def declare():
        task = aws.ssm.MaintenanceWindowTask(
            "task", window_id=window().id, task_type="LAMBDA", task_arn="arn:aws:lambda:x", **settings
        )
        pulumi.export("window", task.window_id)
        pulumi.export("task", task.window_task_id)

    return declare


@pytest.mark.parametrize("changed", ["name", "description"])
def test_a_new_name_or_description_replaces_a_target(local_stack, changed):
    stack = local_stack(target(name="web-servers", description="all of them"))
    stack.up()
    stack.program = target(**{"name": "web-servers", "description": "all of them", changed: "others"})
    assert "replace" in stack.up().ops("target")


def test_the_owner_of_a_target_changes_in_place_and_cannot_be_removed(local_stack):
    stack = local_stack(target(owner_information="ops"))
    stack.up()
    stack.program = target(owner_information="sre")
    assert stack.up().ops("target") == ["update"]
    stack.program = target()
    with pytest.raises(EngineError, match="OwnerInformation"):
        stack.up()


def test_a_removed_priority_or_cutoff_behavior_of_a_task_is_a_change(local_aws, local_stack):
    stack = local_stack(task(priority=5, cutoff_behavior="CANCEL_TASK"))
    stack.up()
    stack.program = task()
    (step,) = [step for step in stack.up().steps if step.name == "task"]
    assert (step.op, step.diffs) == ("update", ("cutoffBehavior", "priority"))
    ids = {"WindowId": stack.outputs["window"], "WindowTaskId": stack.outputs["task"]}
    held = local_aws.client("ssm").get_maintenance_window_task(**ids)
    assert held["Priority"] == 0
    assert "CutoffBehavior" not in held
    stack.expect_no_changes(refresh=True)


def test_a_priority_of_zero_is_no_difference_to_none(local_stack):
    stack = local_stack(task(priority=0))
    stack.up()
    stack.program = task()
    stack.expect_no_changes(refresh=True)


def test_a_change_of_tags_alone_updates_nothing_else(local_aws, local_stack):
    stack = local_stack(lambda: window(tags={"team": "ops"}))
    stack.up()
    stack.program = lambda: window(tags={"team": "sre"})
    local_aws.clear_requests()
    assert stack.up().ops("window") == ["update"]
    assert local_aws.requests("ssm", "UpdateMaintenanceWindow") == []
    assert len(local_aws.requests("ssm", "AddTagsToResource")) == 1


class TestDocument:
    def test_cannot_change_its_type_and_is_not_replaced_for_it(self, local_stack):
        stack = local_stack(document())
        stack.up()
        stack.program = document(document_type="Automation")
        assert stack.up().ops("document") == ["update"]
        assert stack.resource("document")["outputs"]["documentType"] == "Command"

    def test_fails_to_update_after_a_version_was_added_by_hand(self, local_aws, local_stack):
        stack = local_stack(document())
        stack.up()
        ssm = local_aws.client("ssm")
        ssm.update_document(Name="document", Content=content("by hand"), DocumentVersion="$LATEST")
        assert stack.preview(refresh=True, diff=True).ops("document")[-1] == "update", "the latest version is read back"
        stack.program = document("two")
        with pytest.raises(EngineError, match="InvalidDocumentVersion"):
            stack.up()

    def test_takes_content_that_exists_as_its_latest_version(self, local_aws, local_stack):
        stack = local_stack(document())
        stack.up()
        stack.program = document(version_name="renamed")
        assert stack.up().ops("document") == ["update"]
        held = local_aws.client("ssm").describe_document(Name="document")["Document"]
        assert (held["DefaultVersion"], held["LatestVersion"]) == ("1", "1")

    def test_knows_in_the_preview_which_change_makes_a_version(self, local_stack):
        def program(text="one", **settings):
            def declare():
                version = document(text, **settings)().latest_version
                version.apply(lambda version: pulumi.log.warn(f"version {version}"))

            return declare

        stack = local_stack(program())
        stack.up()
        stack.program = program(tags={"team": "ops"})
        assert stack.preview().messages("warning") == ["version 1"]
        stack.program = program("two")
        assert stack.preview().messages("warning") == []
        assert stack.up().messages("warning") == ["version 2"]

    def test_reads_back_whom_it_is_shared_with(self, local_aws, local_stack):
        stack = local_stack(document(permissions={"type": "Share", "account_ids": ACCOUNT}))
        stack.up()
        stack.expect_no_changes(refresh=True)
        ssm, name = local_aws.client("ssm"), "document"
        ssm.modify_document_permission(Name=name, PermissionType="Share", AccountIdsToRemove=[ACCOUNT])
        assert stack.preview(refresh=True, diff=True).ops("document")[-1] == "update"


def test_a_rule_of_a_baseline_has_the_defaults_of_the_plugin(local_aws, local_stack):
    def program():
        rule = {"patch_filters": [{"key": "PRODUCT", "values": ["*"]}]}
        pulumi.export("id", aws.ssm.PatchBaseline("baseline", approval_rules=[rule]).id)

    stack = local_stack(program)
    stack.up()
    stack.expect_no_changes(refresh=True)
    held = local_aws.client("ssm").get_patch_baseline(BaselineId=stack.outputs["id"])
    (rule,) = held["ApprovalRules"]["PatchRules"]
    del rule["PatchFilterGroup"]
    assert rule == {"ComplianceLevel": "UNSPECIFIED", "EnableNonSecurity": False, "ApproveAfterDays": 0}


def test_a_baseline_loses_the_lists_that_the_program_leaves_out(local_aws, local_stack):
    def program(**settings):
        return lambda: pulumi.export("id", aws.ssm.PatchBaseline("baseline", name="linux", **settings).id)

    stack = local_stack(program(description="what for", approved_patches=["a"]))
    stack.up()
    stack.program = program(description="what for")
    stack.up()
    held = local_aws.client("ssm").get_patch_baseline(BaselineId=stack.outputs["id"])
    assert (held["Description"], held["ApprovedPatches"]) == ("what for", [])
    stack.expect_no_changes(refresh=True)

    stack.program = program()  # the real plugin sends an empty description, which AWS refuses
    with pytest.raises(EngineError, match="Description"):
        stack.up()
