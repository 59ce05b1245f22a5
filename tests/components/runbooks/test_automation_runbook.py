"""AutomationRunbook: what arrives at AWS, what changes with a changed step, and what is left in the end."""

import json
from pathlib import Path

import pulumi_aws as aws
import pytest
from tests.components.event_patterns import automation_event, matches

from pulumi_ssm_maintenance_components import ArgumentError, AutomationRunbook, MaintenanceWindow, Step, Targets

EXAMPLE = Path(__file__).parents[3] / "examples" / "automation_runbook"
HERE = "us-east-1:123456789012"
FUNCTION = f"arn:aws:lambda:{HERE}:function:report"
DOCUMENT = "tidy-runbook-1234567"
# AWS names no resource for these.
NAMELESS = (
    "ec2:DescribeImages",
    "ec2:DescribeInstances",
    "ssm:CancelCommand",
    "ssm:DescribeInstancePatchStates",
    "ssm:GetCommandInvocation",
    "ssm:ListCommandInvocations",
    "ssm:ListCommands",
)
CONTENT = {
    "schemaVersion": "0.3",
    "parameters": {"Database": {"type": "String"}},
    "mainSteps": [
        {
            "name": "snapshot",
            "action": "aws:executeAwsApi",
            "inputs": {"Service": "rds", "Api": "CreateDBSnapshot", "DBInstanceIdentifier": "{{ Database }}"},
        }
    ],
}


def tasks(local_aws):
    ssm = local_aws.client("ssm")
    windows = ssm.describe_maintenance_windows()["WindowIdentities"]
    return [
        ssm.get_maintenance_window_task(WindowId=window["WindowId"], WindowTaskId=task["WindowTaskId"])
        for window in windows
        for task in ssm.describe_maintenance_window_tasks(WindowId=window["WindowId"])["Tasks"]
    ]


def statements(local_aws, part):
    iam = local_aws.client("iam")
    (role,) = (role for role in iam.list_roles()["Roles"] if part in role["RoleName"])
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "ssm.amazonaws.com"}
    (name,) = iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
    document = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]
    return role["Arn"], document["Statement"]


def content(local_aws, version):
    ssm = local_aws.client("ssm")
    (document,) = ssm.list_documents(Filters=[{"Key": "Owner", "Values": ["Self"]}])["DocumentIdentifiers"]
    return json.loads(ssm.get_document(Name=document["Name"], DocumentVersion=version)["Content"])


def permissions(local_aws):
    _, allowed = statements(local_aws, "assume-role")
    return {action: statement["Resource"] for statement in allowed for action in statement["Action"]}


def expected_permissions(local_aws):
    """What the steps of the example need, and nothing else."""
    (alarm,) = (
        alarm["AlarmName"]
        for alarm in local_aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
        if alarm["Namespace"] == "AWS/ApplicationELB"
    )
    return {
        "cloudwatch:DescribeAlarms": [f"arn:aws:cloudwatch:{HERE}:alarm:{alarm}"],
        "ec2:CreateImage": [
            f"arn:aws:ec2:{HERE}:instance/*",
            "arn:aws:ec2:us-east-1::image/*",
            "arn:aws:ec2:us-east-1::snapshot/*",
        ],
        **{action: ["*"] for action in NAMELESS},
        "ssm:SendCommand": [
            "arn:aws:ssm:us-east-1::document/AWS-RunPatchBaseline",
            f"arn:aws:ec2:{HERE}:instance/*",
            f"arn:aws:ssm:{HERE}:managed-instance/*",
        ],
        "lambda:InvokeFunction": [FUNCTION],
    }


def test_the_example_makes_a_runbook_that_runs_once_for_each_node(local_aws, local_stack):
    stack = local_stack(EXAMPLE)
    stack.up()
    stack.expect_no_changes(refresh=True)

    (task,) = tasks(local_aws)
    assume_role, _ = statements(local_aws, "assume-role")
    task_role, allowed = statements(local_aws, "task-role")
    name = task["TaskArn"]
    assert task["TaskType"] == "AUTOMATION"
    assert task["TaskInvocationParameters"] == {
        "Automation": {
            "DocumentVersion": "1",
            "Parameters": {"InstanceId": ["{{RESOURCE_ID}}"], "WindowExecutionId": ["{{WINDOW_EXECUTION_ID}}"]},
        }
    }
    assert (task["MaxConcurrency"], task["MaxErrors"], task["CutoffBehavior"]) == ("1", "0", "CANCEL_TASK")
    assert task["ServiceRoleArn"] == task_role
    assert content(local_aws, "1")["assumeRole"] == assume_role
    assert allowed == [
        {
            "Effect": "Allow",
            "Action": ["ssm:StartAutomationExecution"],
            "Resource": [
                f"arn:aws:ssm:{HERE}:document/{name}",
                f"arn:aws:ssm:{HERE}:automation-execution/*",
                f"arn:aws:ssm:{HERE}:automation-definition/{name}:*",
            ],
        },
        {
            "Effect": "Allow",
            "Action": ["ssm:GetAutomationExecution"],
            "Resource": [f"arn:aws:ssm:{HERE}:automation-execution/*"],
        },
        {
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": [assume_role],
            "Condition": {"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}},
        },
    ]

    assert permissions(local_aws) == expected_permissions(local_aws)

    stack.destroy()
    assert local_aws.client("iam").list_roles()["Roles"] == []
    assert local_aws.client("ssm").describe_maintenance_windows()["WindowIdentities"] == []
    assert (
        local_aws.client("ssm").list_documents(Filters=[{"Key": "Owner", "Values": ["Self"]}])["DocumentIdentifiers"]
        == []
    )
    assert local_aws.client("events").list_rules()["Rules"] == []
    assert local_aws.client("cloudwatch").describe_alarms()["MetricAlarms"] == []


def test_systems_manager_may_use_the_role_of_a_runbook_for_executions_of_this_account_only(resources):
    made = resources(runbook(steps=[Step.lambda_("call", FUNCTION)]))
    (trust,) = made["Role"]["tidy-assume-role"]["assumeRolePolicy"]["Statement"]
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ssm:{HERE}:automation-execution/*"},
    }
    # AWS shows no condition for the role that starts a task of a window.
    (starting,) = made["Role"]["tidy-task-role"]["assumeRolePolicy"]["Statement"]
    assert "Condition" not in starting


@pytest.mark.parametrize(("qualifier", "called"), [(None, FUNCTION), ("live", f"{FUNCTION}:live")])
@pytest.mark.parametrize("name", ["report", FUNCTION])
def test_a_step_may_call_a_function_by_its_name_or_its_arn(resources, name, qualifier, called):
    made = resources(runbook(steps=[Step.lambda_("call", name, qualifier=qualifier)]))
    (step,) = made["Document"]["tidy-runbook"]["content"]["mainSteps"]
    assert step["inputs"]["FunctionName"] == name
    (statement,) = made["RolePolicy"]["tidy-assume-role"]["policy"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == (["lambda:InvokeFunction"], [called])


def test_a_rule_and_an_alarm_watch_the_runs_of_this_runbook(resources):
    made = resources(runbook(steps=[Step.lambda_("call", FUNCTION)], notify=True))
    pattern = made["EventRule"]["tidy-failed"]["eventPattern"]
    ends = ("Failed", "TimedOut", "Cancelled", "Canceled", "Rejected")
    assert all(matches(pattern, automation_event(status, DOCUMENT)) for status in ends)
    assert not matches(pattern, automation_event("Success", DOCUMENT))
    assert not matches(pattern, automation_event("Failed", "another"))
    alarm = made["MetricAlarm"]["tidy-failed"]
    assert alarm["dimensions"] == {"RuleName": "tidy-failed-1234567"}
    assert alarm["treatMissingData"] == "notBreaching"
    assert made["EventTarget"]["tidy-failed"]["arn"].endswith("tidy-alerts-1234567")
    assert alarm["alarmActions"] == [made["EventTarget"]["tidy-failed"]["arn"]]


def runbook(**args):
    def program():
        window = MaintenanceWindow("nightly", schedule="rate(1 day)")
        AutomationRunbook("tidy", window=window, **args)

    return program


def test_a_changed_step_makes_a_new_version_and_the_task_runs_it(local_aws, local_stack):
    stack = local_stack(runbook(steps=[Step.lambda_("call", FUNCTION, timeout_seconds=60)]))
    stack.up()
    stack.program = runbook(steps=[Step.lambda_("call", FUNCTION, timeout_seconds=90)])
    assert stack.up().changed == {"update": 2}

    (task,) = tasks(local_aws)
    assert task["TaskInvocationParameters"]["Automation"]["DocumentVersion"] == "2"
    assert content(local_aws, "2")["mainSteps"][0]["timeoutSeconds"] == 90
    stack.expect_no_changes(refresh=True)


def test_without_targets_a_runbook_runs_once_in_a_window(resources):
    own = {"Effect": "Allow", "Action": ["rds:CreateDBSnapshot"], "Resource": [f"arn:aws:rds:{HERE}:db:orders"]}
    made = resources(runbook(content=CONTENT, parameters={"Database": ["orders"]}, statements=[own]))
    task = made["MaintenanceWindowTask"]["tidy-task"]
    assert not {"targets", "max_concurrency", "max_errors"} & {key for key, value in task.items() if value is not None}
    assert task["task_invocation_parameters"]["automation"]["parameters"] == {"Database": ["orders"]}
    assert made["RolePolicy"]["tidy-assume-role"]["policy"]["Statement"] == [own]


def test_the_alarm_that_stops_it_is_the_tasks_and_the_runbook_may_read_it(resources):
    made = resources(runbook(steps=[Step.lambda_("call", FUNCTION)], stop_on_alarm="errors"))
    configured = made["MaintenanceWindowTask"]["tidy-task"]["alarm_configuration"]
    assert configured == {"alarms": [{"name": "errors"}], "ignore_poll_alarm_failure": False}
    allowed = made["RolePolicy"]["tidy-assume-role"]["policy"]["Statement"]
    assert {action: statement["Resource"] for statement in allowed[1:] for action in statement["Action"]} == {
        "cloudwatch:DescribeAlarms": [f"arn:aws:cloudwatch:{HERE}:alarm:errors"],
        "ssm:StopAutomationExecution": [f"arn:aws:ssm:{HERE}:automation-execution/*"],
    }


def test_roles_and_a_topic_that_are_there_already_are_used_and_none_is_made(resources):
    own, starter = (f"arn:aws:iam::123456789012:role/{name}" for name in ("own", "starter"))
    topic = f"arn:aws:sns:{HERE}:operations"
    given = {"assume_role": own, "task_role": starter, "notify": topic, "parameters": {"Database": ["orders"]}}
    made = resources(runbook(content=CONTENT, event_role=f"{own}-too", **given))
    assert "Role" not in made
    assert made["EventTarget"]["tidy-failed"]["roleArn"] == f"{own}-too"
    assert "Topic" not in made
    assert made["MaintenanceWindowTask"]["tidy-task"]["service_role_arn"] == starter
    assert made["Document"]["tidy-runbook"]["content"]["assumeRole"] == own
    assert made["EventTarget"]["tidy-failed"]["arn"] == topic


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, r"steps: got \[\], allowed: one of `steps`, `content` and `document`"),
        ({"steps": [Step.snapshot()]}, "step 'snapshot' works on a node"),
        ({"content": CONTENT, "parameters": {"Database": ["x"]}}, "the component does not know what `content` needs"),
        ({"content": CONTENT, "statements": []}, "a value for 'Database', which has no default"),
        ({"steps": [Step.lambda_("call", FUNCTION)], "onfailure": "Abort"}, "do you mean 'on_failure'"),
    ],
)
def test_wrong_arguments_are_refused_with_what_is_allowed(args, message, registered):
    with pytest.raises(ArgumentError, match=message):
        registered(runbook(**args))


def test_it_is_usable_twice_in_one_stack(local_aws, local_stack):
    def program():
        window = aws.ssm.MaintenanceWindow("nightly", schedule="rate(1 day)", duration=2, cutoff=0)
        for name in ("web", "db"):
            AutomationRunbook(
                name,
                window=window,
                targets=Targets.by_patch_group(name),
                steps=Step.snapshot_patch_check(reboot="NoReboot"),
            )

    stack = local_stack(program)
    stack.up()
    assert len(tasks(local_aws)) == 2
    stack.expect_no_changes()
