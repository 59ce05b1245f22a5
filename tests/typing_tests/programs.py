"""What users' type checkers accept, reveal and refuse. This file is only type-checked; nothing runs it.

How it asserts, under `mypy --strict` and under basedpyright:

- Accepted code has no mark: an error on such a line fails the check.
- `assert_type` states the type that is revealed.
- Refused code carries `# type: ignore[...]`. If a mistake is no longer caught, mypy reports the comment as unused
  (`warn_unused_ignores`), and pyright as unnecessary (switched on for this file in the next line).
"""
# pyright: reportUnnecessaryTypeIgnoreComment=error

from collections.abc import Mapping, Sequence
from typing import assert_type

import pulumi

from pulumi_ssm_maintenance import (
    AlarmArgs,
    AlarmConfigurationArgs,
    AssumeRoleArgs,
    MaintenanceWindowTask,
    MaintenanceWindowTaskArgs,
    Provider,
    ProviderArgs,
    RunCommandArgs,
    TargetArgs,
    TaskInvocationParametersArgs,
    outputs,
)


def literals(window_id: pulumi.Output[str], target: pulumi.Output[str], role: pulumi.Output[str]) -> None:
    """A task in plain dicts, with outputs of other resources at any depth."""
    MaintenanceWindowTask(
        "patch",
        window_id=window_id,
        task_type="RUN_COMMAND",
        task_arn="AWS-RunPatchBaseline",
        targets=[{"key": "WindowTargetIds", "values": [target, "e32eecb2-646c-4f4b-8ed1-205fbfd3ad35"]}],
        max_concurrency="10%",
        max_errors="0",
        priority=1,
        service_role_arn=role,
        task_invocation_parameters={
            "run_command": {
                "parameters": {"Operation": ["Install"], "Other": target.apply(lambda one: [one])},
                "timeout_seconds": 600,
                "notification_config": {"notification_events": ["Failed"], "notification_type": "Command"},
            }
        },
        alarm_configuration={"alarms": [{"name": "too-hot"}], "ignore_poll_alarm_failure": False},
        cutoff_behavior="CONTINUE_TASK",
        region="eu-west-1",
        adopt=None,
        opts=pulumi.ResourceOptions(protect=True),
    )


def other_types(window_id: str, state_machine: pulumi.Output[str]) -> None:
    """The parameters of the other three task types."""
    MaintenanceWindowTask(
        "restart",
        window_id=window_id,
        task_type="AUTOMATION",
        task_arn="AWS-RestartEC2Instance",
        task_invocation_parameters={"automation": {"parameters": {"InstanceId": ["{{RESOURCE_ID}}"]}}},
    )
    MaintenanceWindowTask(
        "clean-up",
        window_id=window_id,
        task_type="LAMBDA",
        task_arn="clean-up",
        task_invocation_parameters={"lambda_": {"payload": pulumi.Output.json_dumps({"a": 1}), "qualifier": "live"}},
    )
    MaintenanceWindowTask(
        "drain",
        window_id=window_id,
        task_type="STEP_FUNCTIONS",
        task_arn=state_machine,
        task_invocation_parameters={"step_functions": {"input": "{}", "name": "{{INVOCATION_ID}}"}},
        idempotency_key=None,
    )


def constructors(window_id: pulumi.Output[str]) -> None:
    """The same with constructors, and with all arguments in one variable."""
    target = TargetArgs(key="InstanceIds", values=["i-01234567"])
    command = RunCommandArgs(parameters={"commands": ["uptime"]}, timeout_seconds=600)
    args = MaintenanceWindowTaskArgs(
        window_id=window_id,
        task_type="RUN_COMMAND",
        task_arn="AWS-RunShellScript",
        targets=[target],
        task_invocation_parameters=TaskInvocationParametersArgs(run_command=command),
        alarm_configuration=AlarmConfigurationArgs(alarms=[AlarmArgs(name="too-hot")]),
    )
    MaintenanceWindowTask("task", **args)


def revealed(task: MaintenanceWindowTask) -> None:
    """The types of outputs."""
    assert_type(task.id, pulumi.Output[str])
    assert_type(task.window_id, pulumi.Output[str])
    assert_type(task.window_task_id, pulumi.Output[str])
    assert_type(task.region, pulumi.Output[str])
    assert_type(task.arn, pulumi.Output[str | None])
    assert_type(task.effective_service_role_arn, pulumi.Output[str | None])
    assert_type(task.priority, pulumi.Output[int | None])
    assert_type(task.targets, pulumi.Output[Sequence[outputs.Target] | None])
    assert_type(task.alarm_configuration, pulumi.Output[outputs.AlarmConfiguration | None])
    assert_type(task.task_parameters, pulumi.Output[Mapping[str, outputs.TaskParameterValues] | None])
    assert_type(task.task_invocation_parameters, pulumi.Output[outputs.TaskInvocationParameters | None])


def revealed_inside(parameters: outputs.TaskInvocationParameters, target: outputs.Target) -> None:
    """The types inside structured outputs."""
    assert_type(parameters.run_command, outputs.RunCommand | None)
    assert_type(parameters.lambda_, outputs.Lambda | None)
    assert_type(target.key, str)
    assert_type(target.values, Sequence[str])
    if parameters.run_command:
        assert_type(parameters.run_command.timeout_seconds, int | None)
        assert_type(parameters.run_command.parameters, Mapping[str, Sequence[str]] | None)
    assert parameters.lambda_function is None  # type: ignore[attr-defined] # no such output


def looked_up() -> None:
    """An existing task."""
    found = MaintenanceWindowTask.get(
        "found", id="mw-0123456789abcdef0/4f7ca192-7e9a-40fe-9192-5cb15efc1a3b", region="eu-west-1"
    )
    assert_type(found, MaintenanceWindowTask)
    MaintenanceWindowTask.get("found", region="eu-west-1")  # type: ignore[call-arg] # no id


def providers() -> None:
    """Explicit providers and their arguments."""
    Provider("a", region="eu-west-1", assume_roles=[{"role_arn": "arn", "duration": "1h"}], endpoints=[{"ssm": "http"}])
    Provider("b", **ProviderArgs(profile="work", assume_roles=[AssumeRoleArgs(role_arn="arn")], max_retries=3))
    Provider("c", regoin="eu-west-1")  # type: ignore[call-arg] # a typo
    Provider("d", retry_mode="legacy")  # type: ignore[arg-type] # no such mode
    Provider("e", assume_roles=[{"role": "arn"}])  # type: ignore[list-item] # a typo inside
    Provider("f", max_retries="3")  # type: ignore[arg-type] # text for a number


def mistakes(window_id: pulumi.Output[str]) -> None:
    """What type checkers refuse."""
    MaintenanceWindowTask("a", window_id=window_id, task_type="LAMBDA")  # type: ignore[call-arg] # no task_arn
    MaintenanceWindowTask("b", window_id, "LAMBDA", "x")  # type: ignore[call-arg,arg-type] # by position
    MaintenanceWindowTask("c", window_id=window_id, task_type="LAMDA", task_arn="x")  # type: ignore[arg-type] # a typo
    MaintenanceWindowTask("d", window_id=window_id, task_type="LAMBDA", task_arn="x", max_error="1")  # type: ignore[call-arg] # a typo
    MaintenanceWindowTask("e", window_id=window_id, task_type="LAMBDA", task_arn="x", priority="1")  # type: ignore[arg-type] # text
    MaintenanceWindowTask("f", window_id=window_id, task_type="LAMBDA", task_arn="x", max_errors=1)  # type: ignore[arg-type] # a number
    args: MaintenanceWindowTaskArgs = {
        "window_id": window_id,
        "task_type": "LAMBDA",
        "task_arn": "x",
        "alarm_configuration": {"alarm": [{"name": "too-hot"}]},  # type: ignore[typeddict-item] # a typo in a literal
    }
    MaintenanceWindowTask("g", **args)
    TargetArgs(key="InstanceIds")  # type: ignore[typeddict-item] # no values
    TargetArgs(key="tag:Name", values=["web"])  # type: ignore[typeddict-item] # tags belong in a window target
    RunCommandArgs(timeout="600")  # type: ignore[typeddict-unknown-key] # a typo
    AlarmConfigurationArgs(alarms=[{"arn": "x"}])  # type: ignore[list-item] # a typo inside
