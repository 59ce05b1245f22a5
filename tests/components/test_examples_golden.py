"""What every example registers, so that a changed default is seen in review. UPDATE_GOLDEN=1 writes it anew."""

import json
import os
import runpy
from pathlib import Path

import pytest
import yaml
from tests.components.recorded_program import run

EXAMPLES = sorted(path.parent for path in (Path(__file__).parents[2] / "examples").glob("*/__main__.py"))
GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_registers_what_its_golden_file_says_and_prints_nothing(folder, monkeypatch, warnings):
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)
    project = yaml.safe_load((folder / "Pulumi.yaml").read_text())
    found = run(
        lambda: runpy.run_path(str(folder / "__main__.py"), run_name="__main__"),
        project=project["name"],
        config=configuration(project),
    )
    text = json.dumps([it.as_dict() for it in sorted(found, key=place)], indent=2, sort_keys=True, ensure_ascii=False)
    golden = GOLDEN / f"{folder.name}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(f"{text}\n")
    assert json.loads(text) == json.loads(golden.read_text())
    assert not warnings


# AWS names no resource for these, or a single node, tag, group or stack behind a group cannot be named in advance.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
NAMELESS = {
    *("ssm:CancelCommand", "ssm:GetCommandInvocation", "ssm:ListCommandInvocations", "ssm:ListCommands"),
    *("ssm:DescribeInstancePatchStates", "ec2:DescribeImages", "ec2:DescribeInstances", "ec2:DescribeSnapshots"),
    *("ssm:DescribeMaintenanceWindowExecutionTasks", "ssm:GetMaintenanceWindowExecutionTask"),
    "ssm:DescribeMaintenanceWindowExecutionTaskInvocations",
    *("ssm:DescribeInstanceInformation", "ssm:DescribeMaintenanceWindows", "ssm:DescribePatchGroups"),
    "ssm:DescribeMaintenanceWindowSchedule",
    "logs:DescribeLogGroups",
    *("resource-groups:ListGroupResources", "resource-groups:ListGroups", "tag:GetResources"),
    *("cloudformation:DescribeStacks", "cloudformation:ListStackResources"),
}


def test_no_policy_of_an_example_allows_all_actions_or_all_resources_where_aws_can_name_them():
    allowed = [
        it
        for path in GOLDEN.glob("*.json")
        for it in statements_of(json.loads(path.read_text()))
        if it["Effect"] == "Allow"
    ]
    assert len(allowed) > 50
    for statement in allowed:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not [action for action in actions if "*" in action], statement
        if "*" in statement.get("Resource", []):
            assert set(actions) <= NAMELESS, statement


def statements_of(node):
    """All policy statements in a golden file."""
    if isinstance(node, list):
        return [found for item in node for found in statements_of(item)]
    if not isinstance(node, dict):
        return []
    if "Effect" in node and "Action" in node:
        return [node]
    return [found for item in node.values() for found in statements_of(item)]


def test_each_golden_file_belongs_to_an_example():
    assert {path.stem for path in GOLDEN.glob("*.json")} == {folder.name for folder in EXAMPLES}


def place(resource):
    return resource.parent or "", resource.type, resource.name


def configuration(project):
    """The defaults of a project's configuration, as the engine hands them to the program."""
    values = {
        name: given.get("value", given.get("default")) if isinstance(given, dict) else given
        for name, given in project.get("config", {}).items()
    }
    return {
        name if ":" in name else f"{project['name']}:{name}": value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
        if value is not None
    }
