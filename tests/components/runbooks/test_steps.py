"""Runbooks of steps, and runbooks that are read: what stands in the document, and what is refused."""

import json
from types import SimpleNamespace

import pytest

from pulumi_ssm_maintenance_components import ArgumentError, Step
from pulumi_ssm_maintenance_components.runbooks.content import check_parameters, compose, read_content, task_parameters
from pulumi_ssm_maintenance_components.runbooks.scripts import check_patches as check

TOPIC = "arn:aws:sns:us-east-1:123456789012:AutomationApprovals"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:report"
ROLE = "arn:aws:iam::123456789012:role/runbook"
SNAPSHOT = "{{ WindowExecutionId }}"
ON_NODE = {"description": "d", "on_node": True, "on_failure": "Abort"}
YAML = """
schemaVersion: "0.3"
assumeRole: "{{ AutomationAssumeRole }}"
parameters:
  AutomationAssumeRole: {type: String}
  InstanceId: {type: String}
  Reason: {type: String, default: maintenance}
mainSteps:
  - {name: stop, action: "aws:changeInstanceState", inputs: {InstanceIds: ["{{ InstanceId }}"], DesiredState: stopped}}
"""


def composed(*steps, on_failure="Abort", on_node=True):
    runbook = compose("runbook", steps, description="d", on_node=on_node, on_failure=on_failure)
    return {step["name"]: step for step in runbook.content["mainSteps"]}


def report():
    return Step.lambda_("report", FUNCTION)


def removal(**changes):
    return Step.remove_images(**{"tag_key": "app", "tag_value": "shop", "retention_days": 30} | changes)


def test_a_failed_step_ends_the_runbook():
    steps = composed(*Step.snapshot_patch_check(reboot="NoReboot"))
    assert [step["onFailure"] for step in steps.values()] == ["Abort"] * 3
    assert [step.get("isEnd", False) for step in steps.values()] == [False, False, True]


def test_each_clean_up_step_runs_even_if_earlier_steps_failed():
    steps = composed(Step.snapshot(), report().always(), Step.script("tidy", "def handler(e, c): ...").always())
    assert {name: step["onFailure"] for name, step in steps.items()} == {
        "snapshot": "step:report",
        "report": "Continue",
        "tidy": "Continue",
    }


def test_an_image_of_any_runbook_can_be_tagged_and_removed_by_its_tag():
    steps = composed(Step.snapshot(), Step.tag_image(tags={"app": "shop", "node": "{{ InstanceId }}"}))
    assert steps["tag_image"]["inputs"]["InputPayload"] == {
        "ImageId": "{{ snapshot.ImageId }}",
        "Tags": {"app": "shop", "node": "{{ InstanceId }}"},
    }
    removal = Step.remove_images(tag_key="app", tag_value="shop", retention_days=30)
    payload = composed(removal, on_node=False)["remove_images"]["inputs"]["InputPayload"]
    assert payload == {"RetentionDays": 30, "TagKey": "app", "TagValue": "shop"}
    (permit,) = removal.permits
    here = SimpleNamespace(arn=lambda service, resource, owner: f"arn:aws:{service}:::{resource}")
    of_this_app = {"StringEquals": {"aws:ResourceTag/app": "shop"}}
    assert {it["Action"][0]: it.get("Condition") for it in permit(here)} == {
        "ec2:DescribeImages": None,
        "ec2:DeregisterImage": of_this_app,
        "ec2:DeleteSnapshot": of_this_app,
    }


def test_a_script_of_powershell_needs_no_handler_and_gets_none():
    inputs = composed(Step.script("own", "Get-Date", runtime="PowerShell 7.4", handler=""))["own"]["inputs"]
    assert inputs == {"Runtime": "PowerShell 7.4", "Script": "Get-Date"}
    with pytest.raises(ArgumentError, match="handler: got '', allowed: the name of a function in the script"):
        Step.script("own", "def handler(e, c): ...", handler="")


def test_a_failure_counts_even_if_later_steps_succeed():
    steps = composed(Step.snapshot(), report().always(), on_failure="Continue")
    assert steps["snapshot"]["onFailure"] == "Continue"
    assert all(step["isCritical"] for step in steps.values())


def test_a_node_is_a_parameter_where_there_are_targets_and_not_without():
    with_node = compose("r", [Step.snapshot()], description="d", on_node=True, on_failure="Abort")
    assert list(with_node.parameters) == ["InstanceId"]
    without = compose("r", [report()], description="d", on_node=False, on_failure="Abort")
    assert "parameters" not in without.content


def test_patching_runs_the_document_on_the_node_with_the_reboot_that_was_chosen():
    assert composed(Step.run_patch(reboot="NoReboot"))["patch"]["inputs"] == {
        "DocumentName": "AWS-RunPatchBaseline",
        "InstanceIds": ["{{ InstanceId }}"],
        "Parameters": {"Operation": ["Install"], "RebootOption": ["NoReboot"], "SnapshotId": [SNAPSHOT]},
    }
    scan = composed(Step.run_patch(install=False))["patch"]["inputs"]["Parameters"]
    assert scan == {"Operation": ["Scan"], "SnapshotId": [SNAPSHOT]}


def test_all_nodes_of_a_window_get_the_patches_of_one_snapshot_and_a_run_by_hand_needs_none():
    runbook = compose("r", Step.snapshot_patch_check(reboot="NoReboot"), **ON_NODE)
    assert runbook.parameters["WindowExecutionId"]["default"] == ""
    given = task_parameters(runbook, {}, on_targets=True, role_arn="r")
    assert given["WindowExecutionId"] == ["{{WINDOW_EXECUTION_ID}}"]
    without = compose("r", [Step.snapshot()], **ON_NODE)
    assert "WindowExecutionId" not in task_parameters(without, {}, on_targets=True, role_arn="r")


def test_an_image_has_a_name_of_its_own_and_does_not_reboot_the_node():
    inputs = composed(Step.snapshot())["snapshot"]["inputs"]
    assert inputs["ImageName"] == "{{ InstanceId }}-{{ automation:EXECUTION_ID }}"
    assert inputs["NoReboot"] is True


def test_a_guard_lets_pass_what_is_not_in_alarm():
    inputs = composed(Step.alarm_guard(alarm="errors"))["alarm_guard"]["inputs"]
    assert inputs["AlarmNames"] == ["errors"]
    assert inputs["DesiredValues"] == ["OK", "INSUFFICIENT_DATA"]


def test_an_approval_waits_as_long_as_its_timeout():
    step = composed(Step.approve(topic_arn=TOPIC, approvers=["ann", "bob"], required=2, timeout_seconds=900))["approve"]
    assert step["timeoutSeconds"] == 900
    assert step["inputs"]["MinRequiredApprovals"] == 2


def test_an_approval_that_aws_would_refuse_is_refused_with_all_its_mistakes():
    topic = "arn:aws:sns:us-east-1:123456789012:approvals"
    with pytest.raises(ArgumentError) as caught:
        Step.approve(
            topic_arn=topic,
            approvers=[f"user{number}" for number in range(11)],
            message="x" * 4097,
            required=12,
            timeout_seconds=2592001,
        )
    assert str(caught.value).splitlines() == [
        f"Step 'approve': topic_arn: got '{topic}', allowed: the ARN of a topic whose name starts with 'Automation'",
        "Step 'approve': approvers: got 11, allowed: 1 to 10 approvers",
        "Step 'approve': message: got 4097, allowed: at most 4096 characters",
        "Step 'approve': required: got 12, allowed: 1 to 11, the number of approvers",
        "Step 'approve': timeout_seconds: got 2592001, allowed: 1 to 2592000 seconds, which is 30 days",
    ]
    assert Step.approve(topic_arn=TOPIC, approvers=["ann"] * 10, message="x" * 4096)


def test_a_script_may_come_from_a_file(tmp_path):
    file = tmp_path / "script.py"
    file.write_text("def handler(events, context): ...\n")
    assert composed(Step.script("own", file))["own"]["inputs"]["Script"] == file.read_text()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Step.snapshot("take image"), "name: got 'take image'"),
        (lambda: Step.tag_image(tags={}), "tags: got {}, allowed: one tag or more"),
        (lambda: removal(tag_value=""), "tag_value: got .., allowed: text"),
        (lambda: removal(retention_days=0), "retention_days: got 0, allowed: 1 to 36500 days"),
        (lambda: removal(retention_days=True), "retention_days: got True, allowed: a whole number"),
        (Step.run_patch, "reboot: got None"),
        (lambda: Step.run_patch(reboot="Never"), "reboot: got 'Never'"),
        (lambda: Step.approve(topic_arn=TOPIC, approvers=["ann"], required=2), "required: got 2"),
        (lambda: Step.lambda_("call", FUNCTION, timeout_seconds=301), "timeout_seconds: got 301"),
        (lambda: Step.lambda_("call", f"{FUNCTION}:live"), "Step 'call': function: got .*:live', .* without qualifier"),
        (
            lambda: Step.lambda_("call", "my function"),
            "function: got 'my function', allowed: an aws.lambda_.Function, a name",
        ),
        (lambda: Step.approve(topic_arn=f"{TOPIC}.fifo", approvers=["ann"]), "topic_arn: .* a standard topic"),
        (lambda: Step.script("own", "x", timeout_seconds=601), "timeout_seconds: got 601"),
        (composed, "one step or more"),
        (lambda: composed(Step.snapshot(), Step.snapshot()), "each with another name"),
        (lambda: composed(report().always(), Step.snapshot()), "after all others"),
        (lambda: composed(Step.snapshot(), on_node=False), "step 'snapshot' works on a node"),
    ],
)
def test_wrong_steps_are_refused_with_what_is_allowed(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


def test_a_runbook_is_read_from_yaml_json_a_mapping_or_a_file(tmp_path):
    file = tmp_path / "runbook.yaml"
    file.write_text(YAML)
    found = read_content("r", YAML).content
    assert list(found["parameters"]) == ["AutomationAssumeRole", "InstanceId", "Reason"]
    for content in (json.dumps(found), found, file, str(file)):
        assert read_content("r", content).content == found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("schemaVersion: 0.3\nmainSteps: [{}]\n", "schemaVersion '0.3' as text"),
        ({"schemaVersion": "2.2", "mainSteps": [{}]}, "schemaVersion '0.3' as text"),
        ('{"schemaVersion": "0.3"}', "and mainSteps"),
        ("a: b: c\n", "YAML or JSON; mapping values are not allowed here"),
    ],
)
def test_what_is_no_runbook_is_refused(content, message):
    with pytest.raises(ArgumentError, match=message):
        read_content("r", content)


def approving(**inputs):
    """A runbook whose program writes the approval itself."""
    step = {
        "name": "ask",
        "action": "aws:approve",
        "inputs": {"NotificationArn": TOPIC, "Approvers": ["ann"], **inputs},
    }
    return {"schemaVersion": "0.3", "mainSteps": [step]}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            {"NotificationArn": TOPIC.replace("Automation", "")},
            "NotificationArn: got .*, allowed: the ARN of a topic whose",
        ),
        ({"Approvers": [f"user{number}" for number in range(11)]}, "approvers: got 11, allowed: 1 to 10 approvers"),
        ({"Message": "x" * 4097}, "message: got 4097, allowed: at most 4096 characters"),
    ],
)
def test_an_approval_in_a_content_that_aws_would_refuse_is_refused(inputs, message):
    with pytest.raises(ArgumentError, match=rf"^r: content: step 'ask': {message}"):
        read_content("r", approving(**inputs))


def test_an_approval_in_a_content_may_take_its_topic_from_a_parameter():
    assert read_content("r", approving(NotificationArn="{{ Topic }}", Approvers="{{ Approvers }}"))
    assert read_content("r", approving())


def test_a_runbook_is_given_its_node_and_its_role():
    found = task_parameters(read_content("r", YAML), {"Reason": ["x"]}, on_targets=True, role_arn=ROLE)
    assert found == {"Reason": ["x"], "InstanceId": ["{{RESOURCE_ID}}"], "AutomationAssumeRole": [ROLE]}


def test_a_runbook_that_takes_its_role_as_a_parameter_keeps_doing_so():
    assert read_content("r", YAML).with_role(ROLE)["assumeRole"] == "{{ AutomationAssumeRole }}"
    own = read_content(
        "r", {"schemaVersion": "0.3", "mainSteps": [{"name": "x", "action": "aws:sleep"}], "assumeRole": ROLE}
    )
    assert own.own_role == ROLE


@pytest.mark.parametrize(
    ("given", "on_targets", "message"),
    [
        ({}, False, "a value for 'InstanceId', which has no default; without targets there is no node"),
        ({"Reson": ["x"]}, True, "'Reson', allowed: those of the runbook: .* do you mean 'Reason'"),
    ],
)
def test_parameters_that_the_runbook_does_not_take_are_refused(given, on_targets, message):
    with pytest.raises(ArgumentError, match=message):
        check_parameters("r", read_content("r", YAML), given, on_targets=on_targets)


@pytest.fixture
def patch_state(monkeypatch):
    """Set what Systems Manager says of the node's patches."""

    def say(*states):
        answer = {"InstancePatchStates": list(states)}
        client = SimpleNamespace(describe_instance_patch_states=lambda InstanceIds: answer)  # noqa: N803 - the API's
        monkeypatch.setattr(check.boto3, "client", lambda service: client)

    return say


def test_a_patched_node_passes_the_check(patch_state):
    patch_state({"InstalledCount": 9, "MissingCount": 0, "FailedCount": 0})
    assert check.handler({"InstanceId": "i-1"}, None) == {
        "MissingCount": 0,
        "FailedCount": 0,
        "InstalledPendingRebootCount": 0,
    }


@pytest.mark.parametrize(
    "state", [{"MissingCount": 1}, {"FailedCount": 2}, {"MissingCount": 0, "InstalledPendingRebootCount": 1}]
)
def test_a_node_that_lacks_patches_does_not_pass(patch_state, state):
    patch_state(state)
    with pytest.raises(RuntimeError, match="i-1 lacks patches"):
        check.handler({"InstanceId": "i-1"}, None)


def test_patches_of_the_baseline_may_be_missing_after_an_override_list_since_compliance_follows_the_baseline(
    patch_state,
):
    listed = {"InstanceId": "i-1", "HasOverrideList": True}
    patch_state({"MissingCount": 7})
    assert check.handler(listed, None) == {"FailedCount": 0, "InstalledPendingRebootCount": 0}
    for count in ("FailedCount", "InstalledPendingRebootCount"):
        patch_state({"MissingCount": 7, count: 1})
        with pytest.raises(RuntimeError, match="i-1 lacks patches"):
            check.handler(listed, None)


def test_patches_of_a_node_that_was_not_to_reboot_may_wait_and_none_may_have_failed(patch_state):
    (*_, step) = Step.snapshot_patch_check(reboot="NoReboot")
    payload = step.inputs["InputPayload"] | {"InstanceId": "i-1"}
    patch_state({"MissingCount": 2, "InstalledPendingRebootCount": 9})
    assert check.handler(payload, None) == {"FailedCount": 0}
    patch_state({"FailedCount": 1})
    with pytest.raises(RuntimeError, match="i-1 lacks patches"):
        check.handler(payload, None)


def test_a_node_that_has_never_reported_does_not_pass(patch_state):
    patch_state()
    with pytest.raises(RuntimeError, match="i-1 has never reported"):
        check.handler({"InstanceId": "i-1"}, None)


def test_the_check_is_sent_as_it_stands_in_its_module():
    inputs = composed(Step.check_patches())["check"]["inputs"]
    names = {}
    exec(compile(inputs["Script"], "check", "exec"), names)  # what Systems Manager does with it
    assert callable(names[inputs["Handler"]])
    assert inputs["InputPayload"] == {"InstanceId": "{{ InstanceId }}"}
    assert inputs["Runtime"] == "python3.11"
