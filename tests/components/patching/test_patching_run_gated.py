"""Patching runs by a runbook: the document, the gates, both roles, approval, and their life on the engine."""

import json
from pathlib import Path

import pulumi_aws as aws
import pytest
from tests.components.event_patterns import automation_event, matches
from tests.components.left_over import left_over

from pulumi_ssm_maintenance_components import ArgumentError, PatchingRun, Targets
from pulumi_ssm_maintenance_components.runbooks.scripts import gate

EXAMPLE = Path(__file__).parents[3] / "examples" / "gated_patching_run"
HERE = "us-east-1:123456789012"
RUNBOOK = "web-runbook-1234567"
APPROVAL = "web-approval-runbook-1234567"
APPROVALS = f"arn:aws:sns:{HERE}:AutomationApprovals"
ROLE = "arn:aws:iam::123456789012:role/mine"
TASK = "pulumi-python:dynamic/ssm:MaintenanceWindowTask"
TARGET = "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget"
DOCUMENT = "aws:ssm/document:Document"
WEB, CANARY, DB = (Targets.by_patch_group(group) for group in ("web", "canary", "db"))
USUAL = {
    "engine": "runbook",
    "schedule": "cron(0 2 ? * SAT *)",
    "waves": {"canary": CANARY, "fleet": WEB},
    "reboot": "RebootIfNeeded",
}


@pytest.fixture
def run(resources):
    """The resources of a gated patching run; an argument of None is left out."""

    def make(**args):
        given = {name: value for name, value in (USUAL | args).items() if value is not None}
        return resources(lambda: PatchingRun("web", **given))

    return make


def task(found, name):
    return found["MaintenanceWindowTask"][name]


def parameters(found, name):
    return task(found, name)["task_invocation_parameters"]["automation"]["parameters"]


def steps(found, name="web-runbook"):
    return {step["name"]: step for step in found["Document"][name]["content"]["mainSteps"]}


def permissions(found, role):
    statements = found["RolePolicy"][role]["policy"]["Statement"]
    return {action: statement["Resource"] for statement in statements for action in statement["Action"]}


class TestWaves:
    def test_each_wave_is_a_task_that_runs_one_runbook_in_the_version_that_was_made(self, run):
        found = run()
        for name in ("web-canary", "web-fleet"):
            made = task(found, name)
            assert (made["task_type"], made["task_arn"]) == ("AUTOMATION", RUNBOOK)
            assert made["task_invocation_parameters"]["automation"]["document_version"] == "1"
            assert made["targets"] == [{"key": "WindowTargetIds", "values": [f"id-of-{name}"]}]
            assert parameters(found, name)["InstanceId"] == ["{{RESOURCE_ID}}"]
        assert list(found["Document"]) == ["web-runbook"]

    def test_they_follow_each_other_with_the_rates_of_any_run_and_the_cutoff_lets_running_ones_finish(self, run):
        canary, fleet = (task(run(), name) for name in ("web-canary", "web-fleet"))
        assert (canary["priority"], canary["max_errors"]) == (10, "0")
        assert (fleet["priority"], fleet["max_errors"], fleet["max_concurrency"]) == (20, "10%", "10%")
        assert canary["cutoff_behavior"] == fleet["cutoff_behavior"] == "CANCEL_TASK"
        assert task(run(cutoff_behavior="CONTINUE_TASK"), "web-fleet")["cutoff_behavior"] == "CONTINUE_TASK"

    def test_each_wave_passes_the_number_of_earlier_tasks_to_the_gate(self, run):
        many = {f"g{n}": Targets.by_patch_group(f"g{n}") for n in range(11)}
        found = run(waves={"canary": CANARY, "many": {"targets": many}, "fleet": WEB})
        runs = {name: parameters(found, name) for name in ("web-canary", "web-many", "web-many.2", "web-fleet")}
        assert {name: (it["Priority"], it["EarlierTasks"]) for name, it in runs.items()} == {
            "web-canary": (["10"], ["0"]),
            "web-many": (["20"], ["1"]),
            "web-many.2": (["20"], ["1"]),
            "web-fleet": (["30"], ["3"]),
        }
        for it in runs.values():
            assert it["Runbooks"] == [RUNBOOK]
            assert it["WindowExecutionId"] == ["{{WINDOW_EXECUTION_ID}}"]

    def test_a_wave_has_its_own_choice_for_reboots(self, run):
        found = run(waves={"canary": CANARY, "fleet": {"targets": WEB, "reboot": "NoReboot"}})
        assert parameters(found, "web-canary")["RebootOption"] == ["RebootIfNeeded"]
        assert parameters(found, "web-fleet")["RebootOption"] == ["NoReboot"]

    def test_an_alarm_stops_the_runs_and_the_runbook_may_read_it(self, run):
        found = run(stop_on_alarm="errors")
        assert task(found, "web-fleet")["alarm_configuration"]["alarms"] == [{"name": "errors"}]
        allowed = permissions(found, "web-assume-role")
        assert allowed["cloudwatch:DescribeAlarms"] == [f"arn:aws:cloudwatch:{HERE}:alarm:errors"]
        assert allowed["ssm:StopAutomationExecution"] == [f"arn:aws:ssm:{HERE}:automation-execution/*"]


class TestRunbook:
    def test_the_gate_comes_first_and_what_fails_ends_the_run(self, run):
        found = steps(run(snapshot=True))
        assert list(found) == ["gate", "snapshot", "tag_image", "patch", "check"]
        assert {step["onFailure"] for step in found.values()} == {"Abort"}

    def test_an_image_is_taken_where_asked_only(self, run):
        assert list(steps(run())) == ["gate", "patch", "check"]

    def test_the_gate_runs_the_source_of_its_module_with_the_parameters_of_the_task(self, run):
        inputs = steps(run())["gate"]["inputs"]
        assert inputs["Script"] == Path(gate.__file__).read_text()
        assert "{{" not in inputs["Script"], "Systems Manager would fill it in"
        assert inputs["InputPayload"] == {
            name: f"{{{{ {name} }}}}" for name in ("WindowExecutionId", "Priority", "EarlierTasks", "Runbooks")
        }

    def test_each_parameter_that_a_task_gives_is_declared_and_the_other_way_round(self, run):
        for args in ({}, {"install": False, "reboot": None}):
            found = run(**args)
            declared = found["Document"]["web-runbook"]["content"]["parameters"]
            assert parameters(found, "web-fleet").keys() == declared.keys()
            assert declared["Runbooks"]["type"] == "StringList"

    def test_the_patching_is_the_command_of_any_run_with_its_output_and_its_notifications(self, run):
        found = run(logs={"bucket": "mine"}, delivery_timeout=300, baseline_override="s3://lists/base.json")
        assert steps(found)["patch"]["inputs"] == {
            "DocumentName": "AWS-RunPatchBaseline",
            "InstanceIds": ["{{ InstanceId }}"],
            "Parameters": {
                "Operation": ["Install"],
                "RebootOption": ["{{ RebootOption }}"],
                "BaselineOverride": ["s3://lists/base.json"],
                "SnapshotId": ["{{ WindowExecutionId }}"],
            },
            "TimeoutSeconds": 300,
            "CloudWatchOutputConfig": {
                "CloudWatchLogGroupName": "/aws/ssm/shop-dev-web",
                "CloudWatchOutputEnabled": True,
            },
            "OutputS3BucketName": "mine",
            "OutputS3KeyPrefix": "web/{{ Wave }}",
            "ServiceRoleArn": "arn:aws:iam::123456789012:role/web-notification-role-1234567",
            "NotificationConfig": {
                "NotificationArn": f"arn:aws:sns:{HERE}:web-alerts-1234567",
                "NotificationEvents": ["TimedOut", "Cancelled", "Failed"],
                "NotificationType": "Invocation",
            },
        }
        assert steps(found)["patch"]["timeoutSeconds"] > 300 + 3600
        assert parameters(found, "web-fleet")["Wave"] == ["fleet"]

    def test_hooks_choose_the_document_that_has_them_for_the_step_and_its_role(self, run):
        found = run(hooks={"pre": "stop-web"})
        inputs = steps(found)["patch"]["inputs"]
        assert inputs["DocumentName"] == "AWS-RunPatchBaselineWithHooks"
        assert inputs["Parameters"]["PreInstallHookDocName"] == ["stop-web"]
        document, *_ = permissions(found, "web-assume-role")["ssm:SendCommand"]
        assert document == "arn:aws:ssm:us-east-1::document/AWS-RunPatchBaselineWithHooks"

    def test_the_check_knows_whether_its_node_was_to_reboot(self, run):
        mixed = {"waves": {"canary": CANARY, "fleet": {"targets": WEB, "reboot": "NoReboot"}}}
        for args in ({}, {"reboot": "NoReboot"}, mixed):
            payload = steps(run(**args))["check"]["inputs"]["InputPayload"]
            assert payload == {"InstanceId": "{{ InstanceId }}", "RebootOption": "{{ RebootOption }}"}

    def test_after_an_override_list_a_node_may_lack_patches_of_its_baseline(self, run):
        listed = steps(run(install_override_list="s3://lists/may.yaml"))["check"]["inputs"]["InputPayload"]
        assert listed["HasOverrideList"] is True
        assert "HasOverrideList" not in steps(run())["check"]["inputs"]["InputPayload"]

    def test_a_node_is_not_checked_after_a_baseline_override_which_compliance_does_not_follow(self, run):
        assert list(steps(run(baseline_override="s3://lists/base.json"))) == ["gate", "patch"]

    def test_a_scan_is_gated_and_reboots_nothing(self, run):
        found = run(install=False, reboot=None)
        assert list(steps(found)) == ["gate", "patch"]
        assert steps(found)["patch"]["inputs"]["Parameters"] == {
            "Operation": ["Scan"],
            "SnapshotId": ["{{ WindowExecutionId }}"],
        }


class TestRoles:
    def test_the_runbook_may_do_what_its_steps_need_and_pass_the_notification_role(self, run):
        found = run(snapshot=True)
        assert permissions(found, "web-assume-role") == {
            "ssm:DescribeMaintenanceWindowExecutionTaskInvocations": ["*"],
            "ssm:DescribeMaintenanceWindowExecutionTasks": ["*"],
            "ssm:GetMaintenanceWindowExecutionTask": ["*"],
            "ec2:CreateImage": [
                f"arn:aws:ec2:{HERE}:instance/*",
                "arn:aws:ec2:us-east-1::image/*",
                "arn:aws:ec2:us-east-1::snapshot/*",
            ],
            "ec2:DescribeImages": ["*"],
            "ec2:DescribeInstances": ["*"],
            "ec2:CreateTags": ["arn:aws:ec2:us-east-1::image/*", "arn:aws:ec2:us-east-1::snapshot/*"],
            "ssm:SendCommand": [
                "arn:aws:ssm:us-east-1::document/AWS-RunPatchBaseline",
                f"arn:aws:ec2:{HERE}:instance/*",
                f"arn:aws:ssm:{HERE}:managed-instance/*",
            ],
            "ssm:CancelCommand": ["*"],
            "ssm:GetCommandInvocation": ["*"],
            "ssm:ListCommandInvocations": ["*"],
            "ssm:ListCommands": ["*"],
            "iam:PassRole": ["arn:aws:iam::123456789012:role/web-notification-role-1234567"],
            "ssm:DescribeInstancePatchStates": ["*"],
        }

    def test_what_starts_it_may_start_this_runbook_and_pass_its_role_and_run_no_command(self, run):
        assert permissions(run(), "web-task-role") == {
            "ssm:StartAutomationExecution": [
                f"arn:aws:ssm:{HERE}:document/{RUNBOOK}",
                f"arn:aws:ssm:{HERE}:automation-execution/*",
                f"arn:aws:ssm:{HERE}:automation-definition/{RUNBOOK}:*",
            ],
            "ssm:GetAutomationExecution": [f"arn:aws:ssm:{HERE}:automation-execution/*"],
            "iam:PassRole": ["arn:aws:iam::123456789012:role/web-assume-role-1234567"],
        }

    def test_scans_in_between_are_commands_of_their_own_which_it_may_run_too(self, run):
        found = run(scan_schedule="rate(1 day)")
        scan = task(found, "web-scan")
        assert (scan["task_type"], scan["task_arn"]) == ("RUN_COMMAND", "AWS-RunPatchBaseline")
        assert scan["cutoff_behavior"] == "CONTINUE_TASK"
        allowed = permissions(found, "web-task-role")
        assert allowed["ssm:SendCommand"][0] == "arn:aws:ssm:us-east-1::document/AWS-RunPatchBaseline"
        assert len(allowed["iam:PassRole"]) == 2

    def test_without_notifications_there_is_no_role_to_pass(self, run):
        found = run(notify=False)
        assert "iam:PassRole" not in permissions(found, "web-assume-role")
        assert "NotificationConfig" not in steps(found)["patch"]["inputs"]

    def test_roles_that_are_there_take_the_place_of_new_ones(self, run):
        found = run(
            task_role=ROLE,
            notification_role=f"{ROLE}-too",
            assume_role=f"{ROLE}-as-well",
            event_role=f"{ROLE}-of-rules",
            approvers=["ann"],
        )
        assert "Role" not in found
        assert {it["service_role_arn"] for it in found["MaintenanceWindowTask"].values()} == {ROLE}
        for document in found["Document"].values():
            assert document["content"]["assumeRole"] == f"{ROLE}-as-well"


class TestImages:
    def test_images_and_their_snapshots_are_tagged_with_the_run_and_the_node(self, run):
        found = steps(run(snapshot=True, tags={"team": "operations"}))
        assert list(found) == ["gate", "snapshot", "tag_image", "patch", "check"]
        payload = found["tag_image"]["inputs"]["InputPayload"]
        assert payload["ImageId"] == "{{ snapshot.ImageId }}"
        assert payload["Tags"] | {"x": 1} == {
            "project": "shop",
            "stack": "dev",
            "run": "web",
            "managed-by": "pulumi",
            "team": "operations",
            "node": "{{ InstanceId }}",
            "ssm-maintenance-images-of": "shop-dev-web",
            "x": 1,
        }

    def test_old_images_are_removed_once_in_a_window_by_a_role_that_may_remove_these_only(self, run):
        found = run(snapshot=True, snapshot_retention_days=30, priority=100)
        removing = task(found, "web-images-task")
        assert "targets" not in removing
        assert removing["priority"] == task(found, "web-canary")["priority"] == 110
        (step,) = steps(found, "web-images-runbook").values()
        assert step["inputs"]["InputPayload"] == {
            "RetentionDays": 30,
            "TagKey": "ssm-maintenance-images-of",
            "TagValue": "shop-dev-web",
        }
        statements = found["RolePolicy"]["web-images-assume-role"]["policy"]["Statement"]
        limited = {it["Action"][0]: it.get("Condition") for it in statements}
        condition = {"StringEquals": {"aws:ResourceTag/ssm-maintenance-images-of": "shop-dev-web"}}
        assert limited["ec2:DeregisterImage"] == limited["ec2:DeleteSnapshot"] == condition

    def test_no_wave_waits_for_the_removal_and_a_failed_removal_is_reported(self, run):
        found = run(snapshot=True, snapshot_retention_days=30)
        assert parameters(found, "web-canary")["Runbooks"] == [RUNBOOK]
        assert parameters(found, "web-fleet")["EarlierTasks"] == ["1"]
        pattern = found["EventRule"]["web-runbook"]["eventPattern"]
        assert matches(pattern, automation_event("Failed", "web-images-runbook-1234567"))

    def test_images_stay_unless_asked(self, run):
        assert "web-images-task" not in run(snapshot=True)["MaintenanceWindowTask"]


class TestApproval:
    def test_it_is_asked_once_before_all_waves_by_a_task_without_targets(self, run):
        found = run(approvers=["ann", "bob"], approval_timeout=900)
        asking = task(found, "web-approval-task")
        assert asking["priority"] < task(found, "web-canary")["priority"]
        assert "targets" not in asking
        (question,) = steps(found, "web-approval-runbook").values()
        assert question["inputs"]["Approvers"] == ["ann", "bob"]
        assert question["inputs"]["NotificationArn"] == f"arn:aws:sns:{HERE}:Automation-shop-dev-web-approval"
        assert question["timeoutSeconds"] == 900
        assert permissions(found, "web-approval-assume-role").keys() == {"sns:Publish"}

    def test_a_topic_of_its_own_asks_since_aws_demands_a_prefix_of_its_name(self, run):
        found = run(approvers=["ann"], notify=["one@example.com"])
        assert found["Topic"]["web-approval"]["name"] == "Automation-shop-dev-web-approval"
        assert found["TopicSubscription"]["web-approval-one@example.com"]["endpoint"] == "one@example.com"
        assert permissions(found, "web-approval-assume-role")["sns:Publish"] == [
            f"arn:aws:sns:{HERE}:Automation-shop-dev-web-approval"
        ]
        assert found["EventTarget"]["web-failed"]["arn"] == f"arn:aws:sns:{HERE}:web-alerts-1234567"

    def test_other_people_than_those_who_hear_of_failures_may_be_asked(self, run):
        found = run(approvers=["ann"], notify=["one@example.com"], approval_topic=["ann@example.com"])
        assert {"web-approval-ann@example.com", "web-alerts-one@example.com"} == found["TopicSubscription"].keys()

    def test_an_existing_topic_may_ask_whoever_hears_of_failures(self, run):
        for notify in (False, f"arn:aws:sns:{HERE}:operations"):
            found = run(approvers=["ann"], notify=notify, approval_topic=APPROVALS)
            (question,) = steps(found, "web-approval-runbook").values()
            assert question["inputs"]["NotificationArn"] == APPROVALS
            assert "Topic" not in found

    @pytest.mark.parametrize("name", ["approvals", "Automation-approvals"])
    def test_a_topic_of_the_program_must_have_the_prefix_too(self, registered, name):
        def program():
            topic = aws.sns.Topic("approvals", name=name)
            PatchingRun("web", **USUAL, approvers=["ann"], approval_topic=topic)

        if name.startswith("Automation"):
            assert registered(program)
        else:
            # Only AWS knows the name, so that the SDK adds which resource needed it.
            with pytest.raises(ValueError, match=r"approval_topic: got '.*:approvals', allowed: the ARN of a topic"):
                registered(program)

    def test_every_wave_is_gated_by_it_the_first_one_too(self, run):
        found = run(approvers=["ann"])
        assert parameters(found, "web-canary")["EarlierTasks"] == ["1"]
        assert parameters(found, "web-fleet")["EarlierTasks"] == ["2"]
        assert parameters(found, "web-canary")["Runbooks"] == [RUNBOOK, APPROVAL]


def test_the_notification_of_a_failed_runbook_names_its_execution(run):
    found = run(approvers=["ann"])
    pattern = found["EventRule"]["web-runbook"]["eventPattern"]
    assert matches(pattern, automation_event("Failed", RUNBOOK))
    assert matches(pattern, automation_event("TimedOut", APPROVAL))
    assert not matches(pattern, automation_event("Success", RUNBOOK))
    assert not matches(pattern, automation_event("Failed", "another"))
    assert found["MetricAlarm"]["web-runbook"]["dimensions"] == {"RuleName": "web-runbook-1234567"}
    assert "EventRule" not in run(alarms=False)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"engine": "ansible"}, "engine: got 'ansible', allowed: 'run_command' or 'runbook'"),
        ({"engine": None, "snapshot": True}, "snapshot: got True, .* engine='runbook' has it"),
        ({"engine": None, "approvers": ["ann"]}, r"approvers: got \['ann'\], .* engine='runbook' has it"),
        ({"engine": None, "assume_role": ROLE}, "assume_role: got .* engine='runbook' has it"),
        ({"snapshot_retention_days": 30}, "snapshot_retention_days: got 30, allowed: none without `snapshot`"),
        ({"snapshot": True, "snapshot_retention_days": 0}, "snapshot_retention_days: got 0, allowed: 1 to 36500 days"),
        ({"snapshot": True, "snapshot_retention_days": 10**6}, "got 1000000, allowed: 1 to 36500 days"),
        (
            {"engine": None, "snapshot_retention_days": 30},
            "snapshot_retention_days: got 30, .* engine='runbook' has it",
        ),
        ({"install": False, "snapshot": True}, "snapshot: got True, allowed: none with install=False"),
        ({"install": False, "approvers": ["ann"]}, "approvers: got .* none with install=False"),
        ({"approvers": "ann"}, "approvers: got 'ann', allowed: a list"),
        *(
            ({"approvers": ["ann"], "notify": notify}, "approval_topic: got None, allowed: True for a new topic")
            for notify in (False, f"arn:aws:sns:{HERE}:operations")
        ),
        ({"approvers": [f"user{number}" for number in range(11)]}, "approvers: got 11, allowed: 1 to 10 approvers"),
        ({"approvers": ["ann"], "approval_topic": False}, "approval_topic: got False, allowed: not False"),
        ({"approvers": ["ann"], "approval_topic": ["ann"]}, "approval_topic: got 'ann', allowed: e-mail addresses"),
        (
            {"approvers": ["ann"], "approval_topic": f"arn:aws:sns:{HERE}:operations"},
            "approval_topic: got '.*:operations', allowed: the ARN of a topic whose name starts with 'Automation'",
        ),
        ({"approval_topic": True}, "approval_topic: got True, allowed: none without `approvers`"),
        ({"engine": None, "approval_topic": True}, "approval_topic: got True, .* engine='runbook' has it"),
        ({"approvers": ["ann"], "approval_timeout": 2592001}, "approval_timeout: got 2592001, allowed: 1 to 2592000"),
        ({"approval_timeout": 60}, "approval_timeout: got 60, allowed: none without `approvers`"),
        ({"approvers": ["ann"], "approval_timeout": 0}, "approval_timeout: got 0, allowed: 1 to 2592000 seconds"),
    ],
)
def test_what_means_nothing_to_the_engine_is_refused_with_the_cure(run, args, message):
    with pytest.raises(ArgumentError, match=message):
        run(**args)


def test_the_example_comes_up_stays_as_it_is_and_leaves_nothing(local_aws, local_stack):
    stack = local_stack(EXAMPLE)
    stack.up()
    stack.expect_no_changes(refresh=True)
    client = local_aws.client("ssm")
    (window,) = client.describe_maintenance_windows()["WindowIdentities"]
    listed = client.describe_maintenance_window_tasks(WindowId=window["WindowId"])["Tasks"]
    tasks = [
        client.get_maintenance_window_task(WindowId=window["WindowId"], WindowTaskId=it["WindowTaskId"])
        for it in sorted(listed, key=lambda it: it["Priority"])
    ]
    (removal,) = (it for it in tasks if "images-runbook" in it["TaskArn"])
    assert removal["Priority"] == 10
    asking, canary, fleet = (it for it in tasks if it is not removal)
    given = fleet["TaskInvocationParameters"]["Automation"]["Parameters"]
    assert given["Runbooks"] == [canary["TaskArn"], asking["TaskArn"]]
    assert (given["Priority"], given["EarlierTasks"]) == (["20"], ["2"])
    content = json.loads(client.get_document(Name=fleet["TaskArn"], DocumentVersion="1")["Content"])
    assert [step["name"] for step in content["mainSteps"]] == ["gate", "snapshot", "tag_image", "patch", "check"]
    stack.destroy()
    assert not left_over(local_aws)


CHANGES = (
    (
        "an image first is a new version of the runbook, which all waves run",
        {"snapshot": True},
        {("update", DOCUMENT, "web-runbook"), ("update", TASK, "web-canary"), ("update", TASK, "web-fleet")}
        | {("update", "aws:iam/rolePolicy:RolePolicy", "web-assume-role")},
    ),
    (
        "a wave in between replaces nothing, and tells the next one to wait for it",
        {"snapshot": True, "waves": {"canary": CANARY, "middle": DB, "fleet": WEB}},
        {("create", TARGET, "web-middle"), ("create", TASK, "web-middle"), ("update", TASK, "web-fleet")},
    ),
)


def test_a_change_touches_only_what_depends_on_it(local_aws, local_stack):
    stack = local_stack(lambda: PatchingRun("web", **USUAL) and None)
    stack.up()
    for change, args, expected in CHANGES:
        stack.program = lambda args=args: PatchingRun("web", **USUAL | args) and None
        touched = {(step.op, step.type, step.name) for step in stack.up().steps if step.op not in {"same", "read"}}
        assert touched == expected, change
    baseline = local_aws.client("ssm").create_patch_baseline(Name="mine", OperatingSystem="UBUNTU")["BaselineId"]
    stack.program = lambda: PatchingRun("web", **USUAL | CHANGES[-1][1], baseline=baseline) and None
    touched = {(step.op, step.name) for step in stack.up().steps if step.op not in {"same", "read"}}
    assert touched == {("create", f"web-group-{group}") for group in ("canary", "db", "web")}
    groups = local_aws.client("ssm").describe_patch_groups()["Mappings"]
    assert {it["PatchGroup"]: it["BaselineIdentity"]["BaselineId"] for it in groups} == dict.fromkeys(
        ("canary", "db", "web"), baseline
    )
    stack.expect_no_changes(refresh=True)
