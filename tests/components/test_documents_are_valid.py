"""The policies, state machines and runbooks of the examples, checked by tools that know AWS and not the components."""

import json
from pathlib import Path

import pytest
from tests.components import authorization, cloudformation

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
ROOT = Path(__file__).parents[2]
WINDOW = "arn:aws:ssm:us-east-1:123456789012:maintenancewindow/mw-0123456789abcdef0"


def policies_in(node):
    """All policies inside the inputs of a resource."""
    if isinstance(node, list):
        return [found for it in node for found in policies_in(it)]
    if not isinstance(node, dict):
        return []
    return [node] if "Statement" in node else [found for it in node.values() for found in policies_in(it)]


def contradictions(resources):
    """What AWS's reference says against the policies of resources."""
    return [line for policy in policies_in(resources) for line in authorization.mistakes(policy)]


def statement(action, resource="*", **more):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_policies_allow_what_awss_reference_of_actions_and_resources_demands(golden):
    assert contradictions(json.loads(golden.read_text())) == []


@pytest.mark.parametrize(
    ("golden", "action", "narrowed", "mistake"),
    [
        (
            "gated_patching_run",
            "ssm:StartAutomationExecution",
            ":automation-definition/",
            "requires automation-execution",
        ),
        ("patching_run", "ssm:SendCommand", ":instance/", "ssm:SendCommand: requires document"),
        ("component_step_function", "states:StartExecution", ":execution:", "none of these actions uses"),
    ],
)
def test_a_narrowed_policy_of_an_example_is_found(golden, action, narrowed, mistake):
    resources = json.loads((Path(__file__).parent / "golden" / f"{golden}.json").read_text())
    found = [it for policy in policies_in(resources) for it in policy["Statement"] if action in it["Action"]]
    assert found
    for each in found:
        resource = next((it for it in each["Resource"] if narrowed in it), each["Resource"][0])
        each["Resource"] = [resource.replace(":stateMachine:", narrowed)]
    assert any(mistake in line for line in contradictions(resources))


def test_policies_state_machines_and_runbooks_are_valid_cloudformation():
    resources = [resource for golden in GOLDEN for resource in json.loads(golden.read_text())]
    assert cloudformation.mistakes(resources) == []


def test_the_policy_of_the_page_agrees_with_awss_reference():
    page = (ROOT / "docs/permissions.md").read_text()
    policy = json.loads(page.partition("```json\n")[2].partition("```")[0])
    assert authorization.mistakes(policy) == []


@pytest.mark.parametrize(
    ("policy", "mistake"),
    [
        (statement("ssm:StartAutomation"), "ssm:StartAutomation: no such action"),
        (statement("simple:StartAutomation"), "simple:StartAutomation: no such action"),
        (
            statement(["ssm:UpdateMaintenanceWindow"], [WINDOW.replace("maintenancewindow", "document")]),
            "none of these actions uses arn:aws:ssm:us-east-1:123456789012:document/mw-0123456789abcdef0",
        ),
        (
            statement("ssm:StartAutomationExecution", "arn:aws:ssm:us-east-1:1:automation-definition/a:*"),
            "requires automation-execution, such as arn:*:ssm:*:*:automation-execution/*",
        ),
        (
            statement("iam:PassRole", Condition={"StringEquals": {"iam:PassedTo": "ssm.amazonaws.com"}}),
            "none of these actions has the condition key iam:PassedTo",
        ),
    ],
)
def test_a_mistake_in_a_policy_is_found(policy, mistake):
    assert any(mistake in line for line in authorization.mistakes(policy))


def test_a_right_policy_has_no_mistakes():
    condition = {"StringEquals": {"aws:SourceAccount": "1", "aws:ResourceTag/team": "web"}}
    assert authorization.mistakes(statement("ssm:UpdateMaintenanceWindow", WINDOW, Condition=condition)) == []
    streams = "arn:aws:logs:us-east-1:1:log-group:/aws/ssm/web:*"
    assert authorization.mistakes(statement(["logs:CreateLogStream", "logs:PutLogEvents"], streams)) == []


@pytest.mark.parametrize(
    ("kind", "inputs", "mistake"),
    [
        (
            "aws:iam/rolePolicy:RolePolicy",
            {"policy": statement("ssm:StartAutomation")},
            "'startautomation' is not one of",
        ),
        (
            "aws:sfn/stateMachine:StateMachine",
            {
                "roleArn": "arn:aws:iam::123456789012:role/x",
                "definition": {"StartAt": "A", "States": {"A": {"Type": "No"}}},
            },
            "'No' is not one of",
        ),
        (
            "aws:ssm/document:Document",
            {"documentType": "Automation", "content": {"schemaVersion": "3"}},
            "'3' is not one of",
        ),
    ],
)
def test_a_mistake_in_a_document_is_found(kind, inputs, mistake):
    assert any(mistake in line for line in cloudformation.mistakes([{"type": kind, "inputs": inputs}]))
