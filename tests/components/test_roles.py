"""The roles of all examples and components: who may assume each one, and whether a task's role may start the task."""

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from tests.components.minimal import FREEZE, MINIMAL, SCHEDULE, WEB, WINDOW

import pulumi_ssm_maintenance_components as components
from pulumi_ssm_maintenance_components import (
    AutomationRunbook,
    LambdaTask,
    PatchingRun,
    RunCommandTask,
    StepFunctionTask,
)

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
CODE = Path(__file__).parents[2] / "examples" / "component_lambda_task" / "report"
HERE = "us-east-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/"
TASK = "pulumi-python:dynamic/ssm:MaintenanceWindowTask"

RUNBOOK = {
    "schedule": SCHEDULE,
    "waves": {"canary": WEB, "fleet": WEB},
    "reboot": "RebootIfNeeded",
    "engine": "runbook",
}
WITH_MORE_ROLES = [
    (
        PatchingRun,
        RUNBOOK | {"snapshot": True, "snapshot_retention_days": 30, "approvers": ["ann"], "freeze": [FREEZE]},
    ),
    (PatchingRun, MINIMAL[PatchingRun] | {"scan_schedule": "rate(1 day)"}),
    (RunCommandTask, MINIMAL[RunCommandTask] | {"notify": True}),
    (AutomationRunbook, {"window": WINDOW, "document": "AWS-StartEC2Instance", "statements": [], "notify": True}),
    (LambdaTask, {"window": WINDOW, "function": CODE}),
    (StepFunctionTask, {"window": WINDOW, "state_machine": {"StartAt": "x", "States": {"x": {"Type": "Succeed"}}}}),
]
EVERY_POLICY = {"logs": {"bucket": True}, "vpc_endpoints": True, "stop_on_alarm": "errors"}
CASES = [*((kind, args) for kind, args in MINIMAL.items()), *WITH_MORE_ROLES]

# For which resources of this account AWS's guides let each service assume a role. They show no condition for the roles
# of functions, for those that start the tasks of a window, and for those that send its notifications.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-iam.html
# https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html#prevent-cross-service-confused-deputy
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
# https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
SOURCES = {
    "ssm.amazonaws.com for a runbook": rf"arn:aws:ssm:{HERE}:automation-execution/\*",
    "states.amazonaws.com": rf"arn:aws:states:{HERE}:stateMachine:\*",
    "scheduler.amazonaws.com": rf"arn:aws:scheduler:{HERE}:schedule-group/[^*/]+",
    "events.amazonaws.com": rf"arn:aws:events:{HERE}:rule/[^*/]+",
    "ssm.amazonaws.com": None,
    "lambda.amazonaws.com": None,
}


def open_roles(resources):
    """Give the roles that a service may assume for another account, or that no rule of these tests knows."""
    roles = [it for it in resources if it["type"] == "aws:iam/role:Role"]
    runbooks = roles_of_runbooks(resources)
    return [it["name"] for it in roles if not all(is_closed(one, arn_of(it) in runbooks) for one in trust_of(it))]


def trust_of(role):
    return role["inputs"]["assumeRolePolicy"]["Statement"]


def arn_of(role):
    return ROLE + role["inputs"].get("name", f"{role['name']}-1234567")


def roles_of_runbooks(resources):
    """The ARNs of the roles that documents name, and that tasks pass to documents."""
    contents = [it["inputs"].get("content") for it in resources]
    passed = [role for it in resources for role in parameters_of(it, "automation").get("AutomationAssumeRole", ())]
    return {*passed, *(it["assumeRole"] for it in contents if isinstance(it, dict) and "assumeRole" in it)}


def parameters_of(resource, block):
    return invocation_of(resource["inputs"]).get(block, {}).get("parameters") or {}


def invocation_of(task):
    """The invocation parameters of a task, also where they are secret."""
    found = task.get("task_invocation_parameters") or {}
    return found.get("value", found)


def is_closed(statement, is_of_a_runbook):
    condition = statement.get("Condition", {})
    if "Federated" in statement["Principal"]:
        keys = {key.rpartition(":")[2] for tests in condition.values() for key in tests}
        return keys == {"aud", "sub"}
    service = statement["Principal"]["Service"]
    service = f"{service} for a runbook" if is_of_a_runbook else service
    if SOURCES.get(service, "") is None:
        return not condition
    found = condition.get("ArnLike", {}).get("aws:SourceArn", ())
    sources = [found] if isinstance(found, str) else found
    return (
        condition.get("StringEquals") == {"aws:SourceAccount": "123456789012"}
        and bool(sources)
        and all(re.fullmatch(SOURCES[service], source) for source in sources)
    )


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_no_service_may_use_a_role_of_an_example_for_another_account(golden):
    assert open_roles(json.loads(golden.read_text())) == []


@pytest.mark.parametrize(("kind", "args"), CASES, ids=[f"{kind.__name__}-{len(args)}" for kind, args in CASES])
def test_no_service_may_use_a_role_of_a_component_for_another_account(kind, args, registered):
    more = {"notify": True} if "notify" in typed(kind) and "notify" not in args else {}
    found = [it.as_dict() for it in registered(lambda: kind("web", **args, **more))]
    assert open_roles(found) == []


def typed(kind):
    return getattr(components, f"{kind.__name__}Args").__annotations__


@pytest.mark.parametrize(
    ("golden", "role"),
    [
        ("change_freeze", "holidays-role"),
        ("component_step_function", "drain-state-machine-role"),
        ("step_functions_task", "machine"),
        ("gated_patching_run", "web-assume-role"),
        ("window_alerts", "windows-events"),
    ],
)
def test_a_role_without_its_condition_is_found(golden, role):
    resources = json.loads((GOLDEN[0].parent / f"{golden}.json").read_text())
    (found,) = (it for it in resources if it["type"] == "aws:iam/role:Role" and it["name"] == role)
    for changed in ({}, {"StringEquals": {"aws:SourceAccount": "123456789012"}}):
        (statement,) = trust_of(found)
        statement["Condition"] = changed
        assert open_roles(resources) == [role]


def test_a_role_for_a_service_that_no_rule_knows_is_found():
    trust = {"Statement": [{"Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = {"type": "aws:iam/role:Role", "name": "new", "inputs": {"assumeRolePolicy": trust}}
    assert open_roles([role]) == ["new"]


def tasks_that_cannot_start(resources):
    """Give the tasks whose role may not start what they name."""
    tasks = [it for it in resources if it["type"] == TASK]
    return [it["name"] for it in tasks if not all(may(resources, it, *needed) for needed in needs(it["inputs"]))]


def needs(task):
    """The actions with which Systems Manager starts a task, each with its resource."""
    kind, arn = task["task_type"], task["task_arn"]
    if kind == "LAMBDA":
        qualifier = invocation_of(task).get("lambda_", {}).get("qualifier")
        called = arn if arn.startswith("arn:") else f"arn:aws:lambda:{HERE}:function:{arn}"
        return [("lambda:InvokeFunction", f"{called}:{qualifier}" if qualifier else called)]
    if kind == "STEP_FUNCTIONS":
        return [("states:StartExecution", ":".join(arn.split(":")[:7]))]
    owner = f"us-east-1:{'' if arn.startswith('AWS-') else '123456789012'}"
    document = arn if arn.startswith("arn:") else f"arn:aws:ssm:{owner}:document/{arn}"
    if kind == "RUN_COMMAND":
        nodes = f"arn:aws:ec2:{HERE}:instance/i-0123456789abcdef0"
        return [("ssm:SendCommand", document), ("ssm:SendCommand", nodes)]
    run = f"arn:aws:ssm:{HERE}:automation-execution/333ba70b-2333-48db-b17e-a5e69c6f4d1c"
    return [("ssm:StartAutomationExecution", document), ("ssm:StartAutomationExecution", run)]


def may(resources, task, action, resource):
    role = task["inputs"].get("service_role_arn")
    if role is None:
        # What AWS's policy AmazonSSMServiceRolePolicy, of the service-linked role, allows.
        # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSSMServiceRolePolicy.html
        return action.startswith("ssm:") or ":SSM" in resource
    names = [it["name"] for it in resources if it["type"] == "aws:iam/role:Role" and arn_of(it) == role]
    statements = [
        statement
        for it in resources
        if it["type"] == "aws:iam/rolePolicy:RolePolicy" and it["inputs"]["role"] in {f"id-of-{name}" for name in names}
        for statement in it["inputs"]["policy"]["Statement"]
    ]
    return any(action in listed(it["Action"]) and covers(listed(it["Resource"]), resource) for it in statements)


def covers(patterns, resource):
    return any(fnmatchcase(resource, pattern) for pattern in patterns)


def listed(value):
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_the_role_of_each_task_of_an_example_may_start_it(golden):
    assert tasks_that_cannot_start(json.loads(golden.read_text())) == []


@pytest.mark.parametrize(("kind", "args"), CASES, ids=[f"{kind.__name__}-{len(args)}" for kind, args in CASES])
def test_the_role_of_each_task_of_a_component_may_start_it(kind, args, registered):
    found = [it.as_dict() for it in registered(lambda: kind("web", **args))]
    assert tasks_that_cannot_start(found) == []


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
@pytest.mark.parametrize(
    ("kind", "args"), WITH_MORE_ROLES, ids=[f"{kind.__name__}-{len(it)}" for kind, it in WITH_MORE_ROLES]
)
def test_every_arn_names_the_partition_of_the_region(kind, args, partition, registered):
    more = {name: value for name, value in EVERY_POLICY.items() if name in typed(kind)}
    found = registered(lambda: kind("web", **more, **args), partition=partition)
    arns = [arn for it in found for arn in re.findall(r"arn:[\w-]+:[^\"']*", json.dumps(it.inputs))]
    assert len(arns) > 3
    assert [arn for arn in arns if not arn.startswith(f"arn:{partition}:")] == []
