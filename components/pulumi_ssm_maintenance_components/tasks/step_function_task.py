"""StepFunctionTask: a state machine that a window starts, once or for each target."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Required, TypeAlias, Unpack

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.alerts.alarms import metric_alarm
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, wrong
from pulumi_ssm_maintenance_components.foundation.later import from_text
from pulumi_ssm_maintenance_components.foundation.roles import (
    Statement,
    check_statements,
    on_behalf_of,
    service_role,
    state_machine_statements,
    unqualified_state_machine,
)

from .execution_name import check_execution_name
from .payload import Json, rendered
from .window_task import WindowTask, WindowTaskArgs, has_targets

__all__ = ["StepFunctionTask", "StepFunctionTaskArgs"]

AnyStateMachine: TypeAlias = aws.sfn.StateMachine | Mapping[str, Any] | pulumi.Input[str]

_ARN = re.compile(r"arn:[^:]+:states:[^:]+:\d{12}:stateMachine:[^:\s]+(:[^:\s]+)?")

# https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
_FAILURES: Mapping[str, str] = MappingProxyType(
    {"failed": "ExecutionsFailed", "timed-out": "ExecutionsTimedOut", "aborted": "ExecutionsAborted"}
)
_NEW_NAME = "{{INVOCATION_ID}}"


class StepFunctionTaskArgs(WindowTaskArgs, total=False):
    """The arguments of `StepFunctionTask`."""

    state_machine: Required[AnyStateMachine]
    """The state machine: an `aws.sfn.StateMachine`, the ARN of an existing one, with or without a version or an alias,
    or the definition of a new standard one as a dict."""
    statements: Sequence[Statement]
    """IAM policy statements for the role of a new state machine. Default: none."""
    input: Json | None
    """What an execution gets: a dict, which may contain outputs, or JSON text. At most 4096 characters of JSON. Always
    secret in the state. AWS fills in pseudo parameters such as `{{WINDOW_ID}}`, and with targets `{{RESOURCE_ID}}`.
    Default: none."""
    execution_name: str
    """The name of an execution, at most 80 characters once AWS has filled in its pseudo parameters. They must make the
    name new each time: a standard workflow accepts a name once in 90 days. Default: `{{INVOCATION_ID}}`."""


class StepFunctionTask(WindowTask):
    """Start a state machine when a window opens.

    The component creates the task, the role that starts the state machine, and alarms on executions that fail, time out
    or are aborted, whoever starts them. For a definition it creates the state machine and its role too.

    Arguments: see `StepFunctionTaskArgs`.

    Example::

        StepFunctionTask("drain", window=window, state_machine=machine, input={"window": "{{WINDOW_ID}}"})

    Raises:
        ArgumentError: an argument is wrong.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowStepFunctionsParameters.html
    """

    state_machine_arn: pulumi.Output[str]
    """The ARN of the state machine that the task starts, with its version or alias."""
    state_machine_role_arn: pulumi.Output[str] | None
    """The ARN of the role of a new state machine, or None."""
    alarm_arns: dict[str, pulumi.Output[str]]
    """The ARNs of the alarms by `failed`, `timed-out` and `aborted`; empty without alarms."""

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[StepFunctionTaskArgs]
    ) -> None:
        """Create the task. `StepFunctionTaskArgs` describes the arguments; `opts` are the resource options."""
        super().__init__("StepFunctionTask", name, opts)
        problems = Problems(self.where)
        args = problems.read(args, StepFunctionTaskArgs)
        self._check(problems, args)
        problems.check(_check_state_machine, self.where, args)
        problems.check(_check_statements, self.where, args)
        problems.check(check_statements, self.where, args)
        problems.check(_check_execution_name, self.where, args)
        text = problems.check(_input, self.where, args)
        problems.raise_all()

        self._begin(args)
        self.state_machine_arn, self.state_machine_role_arn = self._state_machine(args)
        self._start_with(state_machine_statements(self.where, self.state_machine_arn), "Starts a state machine")
        execution = args.get("execution_name", _NEW_NAME)
        self._register("STEP_FUNCTIONS", self.state_machine_arn, {"step_functions": {"name": execution, "input": text}})
        self.alarm_arns = self._alarms() if args.get("alarms", True) else {}
        self.register_outputs(self.declared_outputs())

    def _state_machine(self, args: StepFunctionTaskArgs) -> tuple[pulumi.Output[str], pulumi.Output[str] | None]:
        """Return the ARNs of the state machine and, for a new one, of its role."""
        machine = args["state_machine"]
        if isinstance(machine, aws.sfn.StateMachine):
            return machine.arn, None
        if not isinstance(machine, Mapping):
            return pulumi.Output.from_input(machine), None
        role = service_role(
            self,
            f"{self.logical_name}-state-machine-role",
            "states.amazonaws.com",
            args.get("statements", ()),
            # https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html#prevent-cross-service-confused-deputy
            condition=on_behalf_of(self._location, self._location.arn("states", "stateMachine:*")),
            tags=self._tags,
            description="What the state machine of a maintenance window task may do",
        )
        created = aws.sfn.StateMachine(
            self.auto_named("state machine", f"{self.logical_name}-state-machine"),
            definition=pulumi.Output.json_dumps(machine),
            role_arn=role.arn,
            tags=self._tags,
            opts=self.child(),
        )
        return created.arn, role.arn

    def _alarms(self) -> dict[str, pulumi.Output[str]]:
        return {
            failure: metric_alarm(
                self,
                f"{self.logical_name}-{failure}",
                namespace="AWS/States",
                metric_name=metric,
                # The metrics of the state machine count the executions of its versions and aliases too.
                dimensions={
                    "StateMachineArn": from_text(
                        f"{self.where}: state_machine", self.state_machine_arn, unqualified_state_machine
                    )
                },
                topic_arn=self.topic_arn,
                description=f"{self.logical_name}: an execution of the state machine {failure.replace('-', ' ')}",
                tags=self._tags,
            ).arn
            for failure, metric in _FAILURES.items()
        }


def _check_state_machine(where: str, args: StepFunctionTaskArgs) -> None:
    machine = args["state_machine"]
    if isinstance(machine, str) and not _ARN.fullmatch(machine):
        raise wrong(where, "state_machine", machine, "an aws.sfn.StateMachine, an ARN, or a definition as a dict")
    if isinstance(machine, Mapping) and not {"StartAt", "States"} <= machine.keys():
        allowed = "a definition in Amazon States Language: StartAt and States"
        raise wrong(where, "state_machine", sorted(map(str, machine)), allowed)
    if isinstance(machine, Mapping):
        _check_start(where, machine)


def _check_start(where: str, machine: Mapping[str, Any]) -> None:
    start, states = machine["StartAt"], machine["States"]
    if isinstance(start, pulumi.Output) or isinstance(states, pulumi.Output):
        return
    if not isinstance(states, Mapping) or not states:
        raise wrong(where, "state_machine: States", states, "one state or more, by name")
    if not isinstance(start, str) or start not in states:
        raise wrong(where, "state_machine: StartAt", start, f"the name of a state: {', '.join(map(str, states))}")


def _check_statements(where: str, args: StepFunctionTaskArgs) -> None:
    if "statements" in args and not isinstance(args["state_machine"], Mapping):
        raise wrong(where, "statements", args["statements"], "none for an existing state machine")


def _check_execution_name(where: str, args: StepFunctionTaskArgs) -> None:
    check_execution_name(where, args.get("execution_name", _NEW_NAME), has_targets=has_targets(args))


def _input(where: str, args: StepFunctionTaskArgs) -> pulumi.Output[str] | None:
    return rendered(where, "input", args.get("input"), unit="characters", has_targets=has_targets(args))
