"""What tasks of all types share: window, targets, rates, role, the alarm that stops them, tags."""

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_ssm_maintenance_components import (
    ArgumentError,
    AutomationRunbook,
    LambdaTask,
    MaintenanceWindow,
    RunCommandTask,
    Step,
    StepFunctionTask,
    Targets,
)

WINDOW = "mw-0123456789abcdef0"
WEB = Targets.by_tags({"Role": "web"})
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:report"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:drain"
KINDS = {
    "RUN_COMMAND": (RunCommandTask, {"document": "AWS-RunShellScript"}),
    "LAMBDA": (LambdaTask, {"function": "report"}),
    "STEP_FUNCTIONS": (StepFunctionTask, {"state_machine": MACHINE}),
    "AUTOMATION": (AutomationRunbook, {"steps": [Step.lambda_("call", FUNCTION)]}),
}
WITHOUT_TARGETS = ["LAMBDA", "STEP_FUNCTIONS", "AUTOMATION"]


@pytest.fixture
def task(resources):
    """The resources of a task of some type."""

    def make(task_type, **args):
        kind, needed = KINDS[task_type]
        targets = {"targets": WEB} if task_type == "RUN_COMMAND" else {}
        return resources(lambda: kind("job", **{"window": WINDOW, **needed, **targets} | args))

    return make


def target_ids(count):
    return [f"e32eecb2-646c-4f4b-8ed1-{n:012}" for n in range(count)]


def only_task(found):
    (task,) = found["MaintenanceWindowTask"].values()
    return task


def tasks(found, *names):
    return [found["MaintenanceWindowTask"][f"{name}-task"] for name in names]


@pytest.mark.parametrize("task_type", KINDS)
def test_the_task_is_registered_under_a_readable_name_with_its_own_role(task, task_type):
    made = only_task(found := task(task_type))
    assert made["task_type"] == task_type
    assert made["window_id"] == WINDOW
    assert made["name"] == "shop-dev-job"
    assert made["service_role_arn"].startswith("arn:aws:iam::123456789012:role/job-task-role")
    trust = found["Role"]["job-task-role"]["assumeRolePolicy"]["Statement"]
    assert trust == [{"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}]


@pytest.mark.parametrize("task_type", KINDS)
def test_no_role_may_do_everything_and_no_action_is_a_pattern(task, task_type):
    policies = task(task_type, targets=WEB, notify=True)["RolePolicy"].values()
    actions = [action for it in policies for statement in it["policy"]["Statement"] for action in statement["Action"]]
    assert actions
    assert not [action for action in actions if "*" in action]


@pytest.mark.parametrize("task_type", KINDS)
def test_a_role_of_ones_own_is_taken_as_object_or_arn(resources, task_type):
    kind, needed = KINDS[task_type]

    def program():
        role = aws.iam.Role("mine", assume_role_policy="{}")
        for name, given in (("one", role), ("two", "arn:aws:iam::123456789012:role/theirs")):
            kind(name, window=WINDOW, targets=WEB, task_role=given, **needed)

    found = resources(program)
    assert [name for name in found["Role"] if name.endswith("task-role")] == []
    one, two = tasks(found, "one", "two")
    assert one["service_role_arn"].endswith(":role/mine-1234567")
    assert two["service_role_arn"] == "arn:aws:iam::123456789012:role/theirs"


@pytest.mark.parametrize("task_type", KINDS)
def test_targets_are_registered_with_the_window_and_limited_by_rates(task, task_type):
    made = only_task(found := task(task_type, targets=WEB, max_errors="0"))
    target = found["MaintenanceWindowTarget"]["job-target"]
    assert target["targets"] == [{"key": "tag:Role", "values": ["web"]}]
    assert target["ownerInformation"] == "dev/job"
    assert made["targets"] == [{"key": "WindowTargetIds", "values": ["id-of-job-target"]}]
    assert (made["max_concurrency"], made["max_errors"]) == ("10%", "0")


def test_several_targets_are_named_by_their_names(task):
    found = task("LAMBDA", targets={"web": WEB, "db": Targets.by_ids(["i-0123456789abcdef0"])})
    assert set(found["MaintenanceWindowTarget"]) == {"job-target-web", "job-target-db"}
    ids = ["id-of-job-target-web", "id-of-job-target-db"]
    assert only_task(found)["targets"] == [{"key": "WindowTargetIds", "values": ids}]


def test_window_targets_that_are_there_are_named_by_their_ids(task):
    ids = target_ids(2)
    found = task("LAMBDA", targets=ids)
    assert "MaintenanceWindowTarget" not in found
    assert only_task(found)["targets"] == [{"key": "WindowTargetIds", "values": ids}]


@pytest.mark.parametrize("task_type", KINDS)
@pytest.mark.parametrize("by", ["name", "id"])
def test_more_than_ten_targets_are_split_over_tasks_that_run_side_by_side(task, task_type, by):
    names, ids = [f"target-{n}" for n in range(23)], target_ids(23)
    targets = ids if by == "id" else dict.fromkeys(names, WEB)
    tasks = task(task_type, targets=targets, priority=3)["MaintenanceWindowTask"]
    ids = ids if by == "id" else [f"id-of-job-target-{name}" for name in names]
    assert {name: it["targets"][0]["values"] for name, it in tasks.items()} == {
        "job-task": ids[:10],
        "job-task.2": ids[10:20],
        "job-task.3": ids[20:],
    }
    assert {it["name"] for it in tasks.values()} == {"shop-dev-job", "shop-dev-job-2", "shop-dev-job-3"}
    shared = [{key: value for key, value in it.items() if key not in {"name", "targets"}} for it in tasks.values()]
    assert shared[0]["priority"] == 3
    assert shared[1:] == shared[:-1]


@pytest.mark.parametrize("task_type", KINDS)
def test_the_ids_of_all_tasks_are_outputs(registered, task_type):
    kind, needed = KINDS[task_type]
    ids = []

    def program():
        made = kind("job", window=WINDOW, targets=target_ids(11), **needed)
        pulumi.Output.all(made.task_id, *made.task_ids).apply(ids.append)
        assert len(made.target_ids) == 11

    registered(program)
    assert ids == [["id-of-job-task", "id-of-job-task", "id-of-job-task.2"]]


@pytest.mark.parametrize("task_type", WITHOUT_TARGETS)
def test_without_targets_it_runs_once_with_no_rates(task, task_type):
    made = only_task(task(task_type))
    assert not {"targets", "max_concurrency", "max_errors"} & made.keys()


def test_members_of_a_resource_group_may_be_looked_up(task):
    def actions(targets):
        (policy,) = task("LAMBDA", targets=targets)["RolePolicy"].values()
        return {action for statement in policy["policy"]["Statement"] for action in statement["Action"]}

    assert any(action.startswith("resource-groups:") for action in actions(Targets.by_resource_group("fleet")))
    assert actions(WEB) == {"lambda:InvokeFunction"}


@pytest.mark.parametrize("task_type", KINDS)
def test_an_alarm_stops_it_and_one_that_cannot_be_read_does_too(resources, task_type):
    kind, needed = KINDS[task_type]

    def program():
        alarm = aws.cloudwatch.MetricAlarm("shop", comparison_operator="x", evaluation_periods=1)
        kind("one", window=WINDOW, targets=WEB, stop_on_alarm=alarm, **needed)
        kind("two", window=WINDOW, targets=WEB, stop_on_alarm="theirs", **needed)
        kind("three", window=WINDOW, targets=WEB, **needed)

    one, two, three = tasks(resources(program), "one", "two", "three")
    assert one["alarm_configuration"] == {"alarms": [{"name": "shop-1234567"}], "ignore_poll_alarm_failure": False}
    assert two["alarm_configuration"]["alarms"] == [{"name": "theirs"}]
    assert "alarm_configuration" not in three


def test_the_window_may_be_a_component_a_resource_or_an_id(resources):
    def program():
        ours = MaintenanceWindow("ours", schedule="rate(1 day)")
        theirs = aws.ssm.MaintenanceWindow("theirs", schedule="rate(1 day)", duration=2, cutoff=1)
        for name, window in (
            ("one", ours),
            ("two", theirs),
            ("three", WINDOW),
            ("four", pulumi.Output.from_input(WINDOW)),
        ):
            LambdaTask(name, window=window, function="report")

    found = tasks(resources(program), "one", "two", "three", "four")
    assert [task["window_id"] for task in found] == ["id-of-ours-window", "id-of-theirs", WINDOW, WINDOW]


def test_priority_and_cutoff_go_along(task):
    made = only_task(task("LAMBDA", priority=3, cutoff_behavior="CANCEL_TASK"))
    assert (made["priority"], made["cutoff_behavior"]) == (3, "CANCEL_TASK")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"max_errors": "1"}, "LambdaTask 'job': max_errors: got '1', allowed: none without targets"),
        ({"targets": WEB, "max_concurrency": "0"}, "max_concurrency: got '0'"),
        ({"targets": {}}, "targets: got {}, allowed: Targets, one or more of them by name"),
        ({"targets": []}, "allowed: Targets, one or more of them by name, or ids of window targets in a list"),
        ({"stop_on_alarm": "arn:aws:cloudwatch:us-east-1:1:alarm:x"}, "an alarm or its name, not its ARN"),
        ({"targets": "some-id"}, "targets: got 'some-id'"),
        ({"target": WEB}, "there is no argument 'target'; do you mean 'targets'"),
    ],
)
def test_wrong_arguments_are_refused_while_the_program_runs(task, args, message):
    with pytest.raises(ArgumentError, match=message):
        task("LAMBDA", **args)
