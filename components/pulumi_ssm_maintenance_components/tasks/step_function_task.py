"""StepFunctionTask: a state machine that a window starts, once or for each of its targets."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Required, TypeAlias, Unpack

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.alerts.rules import metric_alarm
from pulumi_ssm_maintenance_components.alerts.topics import topic_arn
from pulumi_ssm_maintenance_components.foundation.arguments import given_args, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import location_of
from pulumi_ssm_maintenance_components.foundation.roles import Statement, service_role, state_machine_statements

from .execution_name import check_execution_name
from .payload import Json, rendered
from .window_task import WindowTask, WindowTaskArgs, window_task

__all__ = ["StepFunctionTask", "StepFunctionTaskArgs"]

AnyStateMachine: TypeAlias = aws.sfn.StateMachine | Mapping[str, Any] | pulumi.Input[str]

_ARN = re.compile(r"arn:[^:]+:states:[^:]+:\d{12}:stateMachine:[^:\s]+")

# https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
_FAILURES: Mapping[str, str] = MappingProxyType(
    {"failed": "ExecutionsFailed", "timed-out": "ExecutionsTimedOut", "aborted": "ExecutionsAborted"}
)


class StepFunctionTaskArgs(WindowTaskArgs, total=False):
    """The arguments of `StepFunctionTask`, which describes each of them."""

    state_machine: Required[AnyStateMachine]
    statements: Sequence[Statement]
    input: Json | None
    execution_name: str


class StepFunctionTask(Component):
    """A state machine that is started when a window opens.

    Args:
        name: the logical name.
        window: the window, or its id.
        state_machine: what is started: an `aws.sfn.StateMachine`, the ARN of one, or the definition of a new standard
            one as a dict.
        statements: what the role of a new state machine may do, as statements of a policy. Default: nothing.
        input: a dict, which may hold outputs, or JSON text: at most 4096 characters when written. Always secret in
            the state. Pseudo parameters are filled in by AWS, as in `LambdaTask`.
        execution_name: at most 80 characters once AWS has filled in its pseudo parameters, which must make it new each
            time: a standard workflow takes a name once in 90 days. Default: `{{INVOCATION_ID}}`.
        targets: `Targets`, several of them by name, or ids of window targets: one execution for each
            node or resource. Default: none, one execution in a window.
        max_concurrency: with targets only: how many at once, a number or a share as text. Default: `10%`.
        max_errors: with targets only: how many failures stop it, likewise. Default: `10%`.
        priority: 0 or more; a lower number runs earlier, equal numbers run side by side. Default: 0.
        cutoff_behavior: `CANCEL_TASK` starts nothing new after the cutoff. Default: `CONTINUE_TASK`.
        stop_on_alarm: the alarm that stops the task, or its name.
        task_role: the role that starts the state machine, or its ARN. Default: a new one for this one alone.
        notify: who is told of failures: a topic or its ARN, True for a new topic, a list of e-mail addresses for a
            new one that writes to them, False for nobody. Default: False.
        alarms: whether there are alarms on executions that failed, timed out or were aborted, whoever started them.
            Default: True.
        tags: on top of project, stack, run and managed-by.
        opts: the resource's options.

    Attributes:
        task_id: the task's id, the first one's where there are several.
        task_ids: the ids of all, of which there are several with more than ten window targets.
        target_ids: the ids of its window targets.
        state_machine_arn: the state machine's ARN.
        task_role_arn: the ARN of the role that starts it.
        state_machine_role_arn: the ARN of the role of a new state machine, or None.
        topic_arn: the topic's ARN, or None.
        alarm_arns: the alarms' ARNs, by `failed`, `timed-out` and `aborted`.

    Raises:
        ArgumentError: an argument is wrong.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowStepFunctionsParameters.html
    """

    task_id: pulumi.Output[str]
    task_ids: list[pulumi.Output[str]]
    target_ids: list[pulumi.Output[str]]
    state_machine_arn: pulumi.Output[str]
    task_role_arn: pulumi.Output[str]
    state_machine_role_arn: pulumi.Output[str] | None
    topic_arn: pulumi.Output[str] | None
    alarm_arns: dict[str, pulumi.Output[str]]

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[StepFunctionTaskArgs]
    ) -> None:
        super().__init__("StepFunctionTask", name, opts)
        where = f"StepFunctionTask {name!r}"
        args = given_args(where, args, StepFunctionTaskArgs)
        _check(where, args)
        has_targets = args.get("targets") is not None
        execution_name = args.get("execution_name", "{{INVOCATION_ID}}")
        check_execution_name(where, execution_name, has_targets=has_targets)
        text = rendered(where, "input", args.get("input"), unit="characters", has_targets=has_targets)
        task = window_task(self, name, where, args)
        self.state_machine_arn, self.state_machine_role_arn = self._state_machine(task, args)
        self.task_role_arn = task.role_arn(state_machine_statements(self.state_machine_arn), "Starts a state machine")
        self.task_ids = task.register(
            "STEP_FUNCTIONS",
            self.state_machine_arn,
            self.task_role_arn,
            {"step_functions": {"name": execution_name, "input": text}},
        )
        self.task_id, self.target_ids = self.task_ids[0], task.target_ids
        self.topic_arn = topic_arn(self, name, location_of(self), args.get("notify", False), task.tags)
        self.alarm_arns = self._alarms(task) if args.get("alarms", True) else {}
        self.register_outputs({key: getattr(self, key) for key in StepFunctionTask.__annotations__})

    def _state_machine(
        self, task: WindowTask, args: StepFunctionTaskArgs
    ) -> tuple[pulumi.Output[str], pulumi.Output[str] | None]:
        given = args["state_machine"]
        if isinstance(given, aws.sfn.StateMachine):
            return given.arn, None
        if not isinstance(given, Mapping):
            return pulumi.Output.from_input(given), None
        role = service_role(
            self,
            f"{task.name}-state-machine-role",
            "states.amazonaws.com",
            args.get("statements", ()),
            tags=task.tags,
            description="What the state machine of a maintenance window task may do",
        )
        made = aws.sfn.StateMachine(
            self.auto_named("state machine", f"{task.name}-state-machine"),
            definition=pulumi.Output.json_dumps(given),
            role_arn=role.arn,
            tags=task.tags,
            opts=self.child(),
        )
        return made.arn, role.arn

    def _alarms(self, task: WindowTask) -> dict[str, pulumi.Output[str]]:
        return {
            failure: metric_alarm(
                self,
                f"{task.name}-{failure}",
                namespace="AWS/States",
                metric_name=metric,
                dimensions={"StateMachineArn": self.state_machine_arn},
                topic_arn=self.topic_arn,
                description=f"{task.name}: an execution of the state machine {failure.replace('-', ' ')}",
                tags=task.tags,
            ).arn
            for failure, metric in _FAILURES.items()
        }


def _check(where: str, args: StepFunctionTaskArgs) -> None:
    given = args["state_machine"]
    if isinstance(given, str) and not _ARN.fullmatch(given):
        raise wrong(where, "state_machine", given, "an aws.sfn.StateMachine, an ARN, or a definition as a dict")
    if isinstance(given, Mapping) and not {"StartAt", "States"} <= given.keys():
        raise wrong(where, "state_machine", sorted(given), "a definition in Amazon States Language: StartAt and States")
    if "statements" in args and not isinstance(given, Mapping):
        raise wrong(where, "statements", args["statements"], "none for a state machine that is there already")
