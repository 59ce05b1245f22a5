"""AutomationRunbook with a runbook that exists: of this account, of AWS, or shared by another account."""

import json

import pulumi_aws as aws
import pytest
from tests.components import authorization
from tests.components.event_patterns import automation_event, matches
from tests.components.left_over import left_over

from pulumi_ssm_maintenance_components import ArgumentError, AutomationRunbook, MaintenanceWindow, Step, Targets

HERE = "us-east-1:123456789012"
WINDOW = "mw-0123456789abcdef0"
WEB = Targets.by_tags({"Role": "web"})
ROLE = "arn:aws:iam::123456789012:role/automation"
SHARED = "arn:aws:ssm:us-east-1:210987654321:document/Shared-Restart"
START = {"document": "AWS-StartEC2Instance", "assume_role": ROLE}
CONTENT = json.dumps(
    {
        "schemaVersion": "0.3",
        "parameters": {"AutomationAssumeRole": {"type": "String"}, "InstanceId": {"type": "String"}},
        "assumeRole": "{{ AutomationAssumeRole }}",
        "mainSteps": [{"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT1M"}}],
    }
)


@pytest.fixture
def runbook(resources):
    """The resources of a task that runs a runbook which exists."""

    def make(**args):
        return resources(lambda: AutomationRunbook("start", window=WINDOW, **args))

    return make


def task(found):
    return found["MaintenanceWindowTask"]["start-task"]


def automation(found):
    return task(found)["task_invocation_parameters"]["automation"]


def starting(found):
    """What the task role may start, and what it may pass."""
    statements = found["RolePolicy"]["start-task-role"]["policy"]["Statement"]
    return {action: it["Resource"] for it in statements for action in it["Action"]}


def test_a_runbook_of_aws_runs_on_each_node_as_the_role_that_is_passed_to_it(runbook):
    found = runbook(**START, targets=WEB)
    assert task(found)["task_arn"] == "AWS-StartEC2Instance"
    assert automation(found) == {
        "document_version": "$DEFAULT",
        "parameters": {"InstanceId": ["{{RESOURCE_ID}}"], "AutomationAssumeRole": [ROLE]},
    }
    assert task(found)["cutoff_behavior"] == "CANCEL_TASK"
    assert "Document" not in found
    assert found["Role"].keys() == {"start-task-role"}


def test_the_task_role_may_start_a_runbook_of_aws_whose_arn_has_no_account(runbook):
    found = runbook(**START, targets=WEB)
    assert starting(found) == {
        "ssm:StartAutomationExecution": [
            "arn:aws:ssm:us-east-1::document/AWS-StartEC2Instance",
            f"arn:aws:ssm:{HERE}:automation-execution/*",
            "arn:aws:ssm:us-east-1:*:automation-definition/AWS-StartEC2Instance:*",
        ],
        "ssm:GetAutomationExecution": [f"arn:aws:ssm:{HERE}:automation-execution/*"],
        "iam:PassRole": [ROLE],
    }


@pytest.mark.parametrize(
    ("document", "account"),
    [
        ("Restart", "123456789012"),
        (f"arn:aws:ssm:{HERE}:document/Restart", "123456789012"),
        (SHARED, "210987654321"),
    ],
)
def test_the_task_role_may_start_a_runbook_of_this_account_and_one_that_another_account_shares(
    runbook, document, account
):
    found = runbook(document=document, assume_role=ROLE)
    name = document.rpartition("/")[2]
    assert task(found)["task_arn"] == document
    assert starting(found)["ssm:StartAutomationExecution"] == [
        f"arn:aws:ssm:us-east-1:{account}:document/{name}",
        f"arn:aws:ssm:{HERE}:automation-execution/*",
        f"arn:aws:ssm:us-east-1:{account}:automation-definition/{name}:*",
    ]


@pytest.mark.parametrize("document", ["AWS-PatchInstanceWithRollback", "Restart", SHARED])
def test_the_policy_of_the_task_role_agrees_with_awss_reference(runbook, document):
    found = runbook(document=document, statements=[], targets=WEB)
    assert authorization.mistakes(found["RolePolicy"]["start-task-role"]["policy"]) == []


def test_a_document_of_the_program_runs_in_the_version_that_the_program_knows(resources):
    def program():
        document = aws.ssm.Document("restart", document_type="Automation", content=CONTENT)
        AutomationRunbook("start", window=WINDOW, document=document, assume_role=ROLE)

    found = resources(program)
    assert task(found)["task_arn"] == "restart-1234567"
    assert automation(found)["document_version"] == "1"
    assert starting(found)["ssm:StartAutomationExecution"][0] == f"arn:aws:ssm:{HERE}:document/restart-1234567"


def test_a_version_may_be_chosen(runbook):
    assert automation(runbook(**START, document_version="7"))["document_version"] == "7"


def test_statements_make_a_role_that_only_systems_manager_may_use(runbook):
    allowed = {"Effect": "Allow", "Action": ["ec2:StartInstances"], "Resource": [f"arn:aws:ec2:{HERE}:instance/*"]}
    found = runbook(document="AWS-StartEC2Instance", statements=[allowed], targets=WEB)
    made = "arn:aws:iam::123456789012:role/start-assume-role-1234567"
    assert automation(found)["parameters"]["AutomationAssumeRole"] == [made]
    assert starting(found)["iam:PassRole"] == [made]
    assert found["RolePolicy"]["start-assume-role"]["policy"]["Statement"] == [allowed]
    (trust,) = found["Role"]["start-assume-role"]["assumeRolePolicy"]["Statement"]
    assert trust["Principal"] == {"Service": "ssm.amazonaws.com"}


def test_with_a_task_role_alone_no_role_is_passed(registered):
    made = []

    def program():
        made.append(AutomationRunbook("start", window=WINDOW, document="Restart", task_role=ROLE))
        made[0].assume_role_arn.apply(made.append)

    found = {it.name: it.inputs for it in registered(program)}
    invocation = found["start-task"]["task_invocation_parameters"]["automation"]
    assert invocation == {"document_version": "$DEFAULT"}
    assert made[1] == ROLE


@pytest.mark.parametrize(
    ("parameters", "passed"),
    [
        ({}, {"InstanceId": ["{{RESOURCE_ID}}"]}),
        ({"Nodes": ["{{ RESOURCE_ID }}"]}, {"Nodes": ["{{ RESOURCE_ID }}"]}),
        ({"Group": ["{{TARGET_ID}}"]}, {"Group": ["{{TARGET_ID}}"]}),
        ({"ReportS3Bucket": ["mine"]}, {"ReportS3Bucket": ["mine"], "InstanceId": ["{{RESOURCE_ID}}"]}),
    ],
)
def test_the_node_is_the_instance_id_unless_another_parameter_has_it(runbook, parameters, passed):
    found = runbook(**START, targets=WEB, parameters=parameters)
    assert automation(found)["parameters"] == {**passed, "AutomationAssumeRole": [ROLE]}


def test_a_task_role_of_your_own_may_pass_a_role_as_a_parameter(runbook):
    parameters = {"AutomationAssumeRole": [f"{ROLE}-too"]}
    found = runbook(document="Restart", task_role=ROLE, parameters=parameters)
    assert automation(found)["parameters"] == parameters


def test_without_targets_no_node_is_passed(runbook):
    assert automation(runbook(**START))["parameters"] == {"AutomationAssumeRole": [ROLE]}


@pytest.mark.parametrize(("document", "name"), [("AWS-StartEC2Instance", "AWS-StartEC2Instance"), (SHARED, SHARED)])
def test_failed_runs_are_reported_by_name_and_by_arn(runbook, document, name):
    pattern = runbook(document=document, assume_role=ROLE)["EventRule"]["start-failed"]["eventPattern"]
    assert matches(pattern, automation_event("Failed", name))
    assert matches(pattern, automation_event("Failed", document.rpartition("/")[2]))
    assert not matches(pattern, automation_event("Failed", "another"))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, r"steps: got \[\], allowed: one of `steps`, `content` and `document`"),
        (START | {"steps": [Step.snapshot()]}, r"steps: got \['steps', 'document'\], allowed: one of"),
        (START | {"content": CONTENT}, r"steps: got \['content', 'document'\], allowed: one of"),
        ({"document": "AWS-StartEC2Instance"}, "assume_role: got None, allowed: a role, or `statements`"),
        (
            {"document": "Restart", "parameters": {"AutomationAssumeRole": [ROLE]}},
            "parameters: got 'AutomationAssumeRole', allowed: others: pass the role as `assume_role`",
        ),
        (
            START | {"parameters": {"AutomationAssumeRole": [ROLE]}, "task_role": ROLE},
            "parameters: got 'AutomationAssumeRole', allowed: others",
        ),
        (START | {"document": "no name"}, "document: got 'no name', allowed: an aws.ssm.Document, a name such as"),
        (START | {"document": "./restart.yaml"}, r"document: got '\./restart\.yaml', allowed: an aws\.ssm\.Document"),
        (START | {"document": ROLE}, "document: got 'arn:aws:iam:.*', allowed: an aws.ssm.Document"),
        (START | {"document": {"schemaVersion": "0.3"}}, "document: got .*, allowed: .*aws.ssm.Document"),
        (START | {"document_version": "latest"}, "document_version: got 'latest', allowed: a number as text"),
        (START | {"on_failure": "Continue"}, "on_failure: got 'Continue', allowed: none without `steps`"),
        (START | {"description": "Starts"}, "description: got 'Starts', allowed: none without `steps`"),
        (
            {"content": CONTENT, "assume_role": ROLE, "document_version": "1"},
            "document_version: got '1', allowed: none without `document`",
        ),
        (
            {"content": "AWS-StartEC2Instance", "assume_role": ROLE},
            "content: got 'AWS-StartEC2Instance', .* such as document='AWS-StartEC2Instance'",
        ),
    ],
)
def test_wrong_arguments_are_refused_with_what_is_allowed(runbook, args, message):
    with pytest.raises(ArgumentError, match=message):
        runbook(**args)


def test_all_mistakes_are_reported_at_once(runbook):
    with pytest.raises(ArgumentError) as caught:
        runbook(document="no name", document_version="latest", on_failure="Continue", priority="first")
    told = [line.split(": ")[1] for line in str(caught.value).splitlines()]
    assert {"priority", "on_failure", "assume_role"} <= set(told)


def test_a_command_document_of_the_program_is_refused(registered):
    def program():
        document = aws.ssm.Document("restart", document_type="Command", content="{}")
        AutomationRunbook("start", window=WINDOW, document=document, assume_role=ROLE)

    with pytest.raises(ValueError, match="document: got 'restart-1234567, of type Command', allowed: a document"):
        registered(program)


def test_it_comes_up_stays_as_it_is_and_leaves_nothing(local_aws, local_stack):
    def program():
        window = MaintenanceWindow("nightly", schedule="rate(1 day)")
        document = aws.ssm.Document("restart", document_type="Automation", content=CONTENT)
        AutomationRunbook("restart", window=window, targets=WEB, document=document, statements=[])
        AutomationRunbook("start", window=window, targets=WEB, **START, notify=["operations@example.com"])

    stack = local_stack(program)
    stack.up()
    stack.expect_no_changes(refresh=True)
    ssm = local_aws.client("ssm")
    (window,) = ssm.describe_maintenance_windows()["WindowIdentities"]
    tasks = ssm.describe_maintenance_window_tasks(WindowId=window["WindowId"])["Tasks"]
    assert "AWS-StartEC2Instance" in {it["TaskArn"] for it in tasks}
    stack.destroy()
    assert not left_over(local_aws)
