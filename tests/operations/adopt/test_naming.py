"""The names that what is adopted gets."""

import pytest

from pulumi_ssm_maintenance.operations.adopt.naming import Unique, target_name, task_name, variable


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"Name": "Patch.All", "TaskArn": "AWS-RunPatchBaseline"}, "Patch.All"),
        ({"TaskArn": "AWS-RunPatchBaseline"}, "run-patch-baseline"),
        ({"TaskArn": "AWSFleetManager-AddUsersToGroups"}, "add-users-to-groups"),
        ({"TaskArn": "Acme-Cleanup"}, "acme-cleanup"),
        ({"TaskArn": "arn:aws:ssm:eu-west-1:123456789012:document/Acme-Cleanup"}, "acme-cleanup"),
        ({"TaskArn": "arn:aws:lambda:eu-west-1:123456789012:function:SSMReport"}, "ssm-report"),
        ({"TaskArn": "arn:aws:lambda:eu-west-1:123456789012:function:report:live"}, "report"),
        ({"TaskArn": "report"}, "report"),
        ({"TaskArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:NightlyChecks"}, "nightly-checks"),
        ({"TaskArn": "arn:aws:states:eu-west-1:123456789012:activity:wait_here"}, "wait-here"),
        ({"TaskArn": "éé"}, "task"),
        ({"TaskArn": "AWS-StopEC2Instance"}, "stop-ec2-instance"),
    ],
)
def test_a_task_is_called_by_its_name_or_by_what_it_runs(fields, name):
    assert task_name(fields) == name


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"Name": "Web.Nodes", "Targets": []}, "Web.Nodes"),
        ({"Targets": [{"Key": "tag:Patch Group", "Values": ["db servers", "x"]}]}, "db-servers"),
        ({"Targets": [{"Key": "InstanceIds", "Values": ["i-0123456789abcdef0"]}]}, "instances"),
        ({"Targets": [{"Key": "resource-groups:Name", "Values": ["fleet"]}]}, "fleet"),
        ({"Targets": [{"Key": "tag:x"}]}, "targets"),
        ({}, "targets"),
    ],
)
def test_a_target_is_called_by_its_name_or_by_what_it_selects(fields, name):
    assert target_name(fields) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("web-nodes", "web_nodes"),
        ("Prod.Patching", "prod_patching"),
        ("3am", "_3am"),
        ("config", "config_"),
        ("list", "list_"),
        ("class", "class_"),
        ("---", "window"),
    ],
)
def test_a_variable_is_a_python_name_that_hides_nothing(name, expected):
    assert variable(name) == expected
    assert expected.isidentifier()


def test_each_name_is_used_once():
    names = Unique()
    assert [names.take(*wanted) for wanted in (["a"], ["a"], ["a"], ["a", "b"], ["a", "b"])] == [
        "a",
        "a-2",
        "a-3",
        "b",
        "b-2",
    ]
