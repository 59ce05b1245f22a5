"""What tasks of all types share: their window, what they run on, how fast, as whom, and what stops them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Required, TypeAlias, TypedDict

import pulumi

from pulumi_ssm_maintenance import MaintenanceWindowTask
from pulumi_ssm_maintenance.args import (
    AlarmConfigurationArgs,
    CutoffBehavior,
    TargetArgs,
    TaskInvocationParametersArgs,
    TaskType,
)
from pulumi_ssm_maintenance_components.alerts.stop_alarm import AnyAlarm, alarm_configuration
from pulumi_ssm_maintenance_components.alerts.topics import Notify
from pulumi_ssm_maintenance_components.foundation.arguments import wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.names import full_name, full_tags, owner_information
from pulumi_ssm_maintenance_components.foundation.roles import (
    AnyRole,
    Statement,
    resource_group_statements,
    role_arn,
    ssm_role,
)
from pulumi_ssm_maintenance_components.windows.maintenance_window import AnyWindow, window_id
from pulumi_ssm_maintenance_components.windows.targets import Targets, split_window_targets

from .rates import demand_rates

TaskTargets: TypeAlias = Targets | Mapping[str, Targets] | Sequence[pulumi.Input[str]]

_USUAL_RATE = "10%"


class WindowTaskArgs(TypedDict, total=False):
    """The arguments that tasks of all types have; each component describes them."""

    window: Required[AnyWindow]
    targets: TaskTargets | None
    max_concurrency: str
    max_errors: str
    priority: int
    cutoff_behavior: CutoffBehavior | None
    stop_on_alarm: AnyAlarm | None
    task_role: AnyRole | None
    notify: Notify
    alarms: bool
    tags: Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True, slots=True)
class WindowTask:
    """A task before it is registered.

    Attributes:
        window_id: its window's id.
        target_ids: the ids of its window targets; none for a task that runs once in a window.
        alarm_configuration: what stops it.
        tags: the tags of what is made for it.
    """

    component: Component
    name: str
    args: WindowTaskArgs
    window_id: pulumi.Output[str]
    target_ids: list[pulumi.Output[str]]
    alarm_configuration: AlarmConfigurationArgs | None
    tags: dict[str, pulumi.Input[str]]

    def role_arn(self, statements: Sequence[Statement], description: str) -> pulumi.Output[str]:
        """Give the ARN of the role that starts the task, and make the role where none is given."""
        role = self.args.get("task_role")
        if role is None:
            more = resource_group_statements() if _has_resource_groups(self.args.get("targets")) else []
            name = f"{self.name}-task-role"
            role = ssm_role(self.component, name, [*statements, *more], tags=self.tags, description=description)
        return role_arn(role)

    def register(
        self,
        task_type: TaskType,
        task_arn: pulumi.Input[str],
        role_arn: pulumi.Input[str],
        invocation: TaskInvocationParametersArgs,
    ) -> list[pulumi.Output[str]]:
        """Register the task with its window, and give its id.

        More targets than one task takes are split over several, which run side by side, each with the rates.
        """
        shares = split_window_targets(self.target_ids) or [[]]
        return [
            self._register(number, ids, task_type, task_arn, role_arn, invocation).window_task_id
            for number, ids in enumerate(shares, start=1)
        ]

    def _register(  # noqa: PLR0913, PLR0917 - a task, and which one of several it is
        self,
        number: int,
        target_ids: list[pulumi.Input[str]],
        task_type: TaskType,
        task_arn: pulumi.Input[str],
        role_arn: pulumi.Input[str],
        invocation: TaskInvocationParametersArgs,
    ) -> MaintenanceWindowTask:
        targets: list[TargetArgs] = [{"key": "WindowTargetIds", "values": target_ids}]
        return MaintenanceWindowTask(
            f"{self.name}-task" if number == 1 else f"{self.name}-task.{number}",
            window_id=self.window_id,
            task_type=task_type,
            task_arn=task_arn,
            targets=targets if target_ids else None,
            max_concurrency=self._rate("max_concurrency"),
            max_errors=self._rate("max_errors"),
            priority=self.args.get("priority", 0),
            service_role_arn=role_arn,
            task_invocation_parameters=invocation,
            name=full_name(self.name, *([] if number == 1 else [str(number)])),
            cutoff_behavior=self.args.get("cutoff_behavior"),
            alarm_configuration=self.alarm_configuration,
            opts=self.component.child(),
        )

    def _rate(self, rate: str) -> str | None:
        return str(self.args.get(rate, _USUAL_RATE)) if self.target_ids else None


def window_task(component: Component, name: str, where: str, args: WindowTaskArgs) -> WindowTask:
    """Register what a task runs on.

    Raises:
        ArgumentError: the targets are none, or no targets at all; a rate is none, or has nothing to limit.
    """
    _check_rates(where, args)
    its_window = window_id(args["window"])
    target_ids = _target_ids(component, name, its_window, _named(where, args.get("targets")))
    alarm = alarm_configuration(where, args.get("stop_on_alarm"))
    return WindowTask(component, name, args, its_window, target_ids, alarm, full_tags(name, args.get("tags")))


def _check_rates(where: str, args: WindowTaskArgs) -> None:
    if args.get("targets") is not None:
        demand_rates(where, args.get("max_concurrency", _USUAL_RATE), args.get("max_errors", _USUAL_RATE))
        return
    for rate in ("max_concurrency", "max_errors"):
        if rate in args:
            raise wrong(where, rate, args.get(rate), "none without targets: the task runs once in a window")


def _named(where: str, targets: TaskTargets | None) -> Mapping[str, Targets] | Sequence[pulumi.Input[str]]:
    if targets is None:
        return ()
    named = {"": targets} if isinstance(targets, Targets) else targets
    if isinstance(named, str) or not named:
        raise wrong(where, "targets", named, "Targets, one or more of them by name, or a list of ids of window targets")
    return named


def _target_ids(
    component: Component,
    name: str,
    window_id: pulumi.Output[str],
    targets: Mapping[str, Targets] | Sequence[pulumi.Input[str]],
) -> list[pulumi.Output[str]]:
    if not isinstance(targets, Mapping):
        return [pulumi.Output.from_input(target_id) for target_id in targets]
    return [
        its_targets.register(
            "-".join(filter(None, (name, "target", key))),
            window_id,
            owner_information=owner_information(name, key),
            opts=component.child(),
        ).id
        for key, its_targets in targets.items()
    ]


def _has_resource_groups(targets: TaskTargets | None) -> bool:
    named = targets.values() if isinstance(targets, Mapping) else (targets,)
    return any(isinstance(its, Targets) and its.resource_type == "RESOURCE_GROUP" for its in named)
