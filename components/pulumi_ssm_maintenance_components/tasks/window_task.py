"""WindowTask: what the components of all task types share."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Required, TypeAlias, TypedDict

import pulumi

from pulumi_ssm_maintenance import MaintenanceWindowTask
from pulumi_ssm_maintenance.args import (
    AlarmConfigurationArgs,
    CutoffBehavior,
    TargetArgs,
    TaskInvocationParametersArgs,
    TaskType,
)
from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.alerts.stop_alarm import AnyAlarm, alarm_configuration
from pulumi_ssm_maintenance_components.alerts.topics import Notify, check_notify, topic_arn
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, all_at_once, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.keys import AnyKey, check_key, use_key
from pulumi_ssm_maintenance_components.foundation.location import Location, location_of
from pulumi_ssm_maintenance_components.foundation.names import check_tags, full_name, full_tags, owner_information
from pulumi_ssm_maintenance_components.foundation.roles import (
    AnyRole,
    Statement,
    check_roles,
    resource_group_statements,
    role_arn,
    ssm_role,
)
from pulumi_ssm_maintenance_components.windows.maintenance_window import AnyWindow, check_window_ids, window_id
from pulumi_ssm_maintenance_components.windows.targets import Targets, split_window_targets

from .rates import demand_rates

TaskTargets: TypeAlias = Targets | Mapping[str, Targets] | Sequence[pulumi.Input[str]]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowTarget.html
_TARGET_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DEFAULT_RATE = "10%"
_RATES: Mapping[str, str] = {"max_concurrency": _DEFAULT_RATE, "max_errors": _DEFAULT_RATE}


class WindowTaskArgs(TypedDict, total=False):
    """The arguments that the tasks of all types share."""

    window: Required[AnyWindow]
    """The window in which the task runs: a `MaintenanceWindow`, an `aws.ssm.MaintenanceWindow` or an id."""
    targets: TaskTargets | None
    """What the task runs on: `Targets`, several of them by name, or ids of window targets. The task runs once for each
    node or resource. More than ten window targets are split over several tasks. Default: none, so that the task runs
    once in each opening of the window; a command needs targets."""
    max_concurrency: str
    """How many targets run at once: a number or a percentage as text, such as `"5"` or `"10%"`. Only with `targets`.
    Default: `"10%"`."""
    max_errors: str
    """How many failures the task tolerates before it stops: a number or a percentage as text. Only with `targets`.
    Default: `"10%"`."""
    priority: int
    """0 or more. Tasks with a lower number start earlier, tasks with equal numbers run in parallel. Default: 0."""
    cutoff_behavior: CutoffBehavior | None
    """What happens at the cutoff of the window. `CONTINUE_TASK` lets the task go on, `CANCEL_TASK` starts nothing new,
    and tries to cancel running commands. Default: `CONTINUE_TASK`, and `CANCEL_TASK` for `AutomationRunbook`."""
    stop_on_alarm: AnyAlarm | None
    """The CloudWatch alarm that stops the task: an `aws.cloudwatch.MetricAlarm` or its name. The task stops also if
    Systems Manager cannot read the alarm. Default: none."""
    task_role: AnyRole | None
    """An existing role that starts the task, or its ARN. Default: a new role that may start this task and nothing
    else."""
    notify: Notify
    """Who is notified of failures: True for a new topic, a list of e-mail addresses for a new topic that writes to
    them, an `aws.sns.Topic` or its ARN, False for nobody. Default: False."""
    alarms: bool
    """Whether to create CloudWatch alarms on failures. Default: True."""
    kms_key: AnyKey | None
    """The KMS key that encrypts the topic, the log group and the bucket that the component makes: an `aws.kms.Key` or
    the ARN of a key. The new roles and the policy for the nodes may use it, also for an existing topic or bucket with
    this key. The policy of the key must let AWS's services use it: see docs/permissions.md. Default: no such key."""
    tags: Mapping[str, pulumi.Input[str]]
    """Tags in addition to `project`, `stack`, `run` and `managed-by`."""


class WindowTask(Component):
    """A task of a maintenance window, with its window targets, its role and its topic.

    A subclass reads its arguments with `_read`, declares what AWS needs, and calls `_register`.
    """

    task_id: pulumi.Output[str]
    """The id of the task; of the first one if there are several."""
    task_ids: list[pulumi.Output[str]]
    """The ids of all tasks. There are several if there are more than ten window targets."""
    target_ids: list[pulumi.Output[str]]
    """The ids of the window targets; empty for a task that runs once in each opening of the window."""
    task_role_arn: pulumi.Output[str]
    """The ARN of the role that starts the task."""
    topic_arn: pulumi.Output[str] | None
    """The ARN of the topic that is notified of failures, or None."""

    _args: WindowTaskArgs
    _location: Location
    _tags: dict[str, pulumi.Input[str]]
    _window_id: pulumi.Output[str]

    def _check(self, problems: Problems, args: WindowTaskArgs) -> None:
        """Check the arguments that tasks of all types share."""
        problems.check(lambda: check_window_ids(self.where, "window", [args["window"]]))
        problems.check(_check_targets, self.where, args)
        _check_rates(problems, args)
        problems.check(_alarm, self.where, args)
        problems.check(lambda: check_notify(self.where, args.get("notify", False)))
        problems.check(_check_priority, self.where, args)
        problems.check(check_key, self.where, args)
        problems.check(check_roles, self.where, args)
        problems.check(check_tags, self.where, args)

    def _begin(self, args: WindowTaskArgs) -> None:
        """Register the window targets, and declare the topic."""
        self._args, self._location = args, location_of(self)
        use_key(self, args.get("kms_key"))
        self._tags = full_tags(self.logical_name, args.get("tags"))
        self._window_id = window_id(args["window"])
        self.target_ids = self._register_targets(args.get("targets"))
        notify = args.get("notify", False)
        self.topic_arn = topic_arn(self, self.logical_name, self._location, notify, self._tags)

    def _start_with(self, statements: Sequence[Statement], description: str) -> None:
        """Set the role that starts the task: the existing one, or a new one with these statements."""
        role = self._args.get("task_role")
        if role is None:
            groups = resource_group_statements() if _has_resource_groups(self._args.get("targets")) else []
            name = f"{self.logical_name}-task-role"
            role = ssm_role(self, name, [*statements, *groups], tags=self._tags, description=description)
        self.task_role_arn = role_arn(role)

    def _register(
        self, task_type: TaskType, task_arn: pulumi.Input[str], invocation: TaskInvocationParametersArgs
    ) -> None:
        """Register the task with the window; several tasks with the same rates if one cannot have so many targets."""
        groups = split_window_targets(self.target_ids) or [[]]
        self.task_ids = [
            self._register_one(number, ids, task_type, task_arn, invocation).window_task_id
            for number, ids in enumerate(groups, start=1)
        ]
        self.task_id = self.task_ids[0]

    def _register_one(
        self,
        number: int,
        target_ids: list[pulumi.Input[str]],
        task_type: TaskType,
        task_arn: pulumi.Input[str],
        invocation: TaskInvocationParametersArgs,
    ) -> MaintenanceWindowTask:
        name, args = self.logical_name, self._args
        targets: list[TargetArgs] = [{"key": "WindowTargetIds", "values": target_ids}]
        return MaintenanceWindowTask(
            f"{name}-task" if number == 1 else f"{name}-task.{number}",
            window_id=self._window_id,
            task_type=task_type,
            task_arn=task_arn,
            targets=targets if target_ids else None,
            max_concurrency=args.get("max_concurrency", _DEFAULT_RATE) if target_ids else None,
            max_errors=args.get("max_errors", _DEFAULT_RATE) if target_ids else None,
            priority=args.get("priority", 0),
            service_role_arn=self.task_role_arn,
            task_invocation_parameters=invocation,
            name=full_name(name, *([] if number == 1 else [str(number)])),
            cutoff_behavior=args.get("cutoff_behavior"),
            alarm_configuration=_alarm(self.where, args),
            opts=self.child(),
        )

    def _register_targets(self, targets: TaskTargets | None) -> list[pulumi.Output[str]]:
        named = _named(targets)
        if not isinstance(named, Mapping):
            return [pulumi.Output.from_input(target_id) for target_id in named]
        return [
            part.register(
                "-".join(filter(None, (self.logical_name, "target", key))),
                self._window_id,
                owner_information=owner_information(self.logical_name, key),
                opts=self.child(),
            ).id
            for key, part in named.items()
        ]


def has_targets(args: WindowTaskArgs) -> bool:
    """Return whether a task runs on targets, and not once in each opening of the window."""
    return args.get("targets") is not None


@all_at_once
def _check_targets(where: str, args: WindowTaskArgs) -> Iterator[ArgumentError]:
    targets = args.get("targets")
    if targets is not None and not isinstance(targets, Targets) and not targets:
        yield wrong(
            where, "targets", targets, "Targets, one or more of them by name, or ids of window targets in a list"
        )
    ids = () if isinstance(targets, Targets | Mapping) else targets or ()
    for target in ids:
        if isinstance(target, str) and not _TARGET_ID.fullmatch(target):
            yield wrong(where, "targets", target, "ids of window targets: UUIDs; to select nodes, Targets.by_ids(…)")


def _check_priority(where: str, args: WindowTaskArgs) -> None:
    priority = args.get("priority", 0)
    if priority < 0:
        raise wrong(where, "priority", priority, "a whole number, 0 or more")


def _check_rates(problems: Problems, args: WindowTaskArgs) -> None:
    for rate, default in _RATES.items():
        problems.check(_check_rate, problems.where, rate, default, args)


def _check_rate(where: str, rate: str, default: str, args: Mapping[str, Any]) -> None:
    if args.get("targets") is not None:
        demand_rates(where, **{**_RATES, rate: args.get(rate, default)})
    elif rate in args:
        raise wrong(where, rate, args.get(rate), "none without targets: the task runs once in a window")


def _alarm(where: str, args: WindowTaskArgs) -> AlarmConfigurationArgs | None:
    return alarm_configuration(where, args.get("stop_on_alarm"))


def _named(targets: TaskTargets | None) -> Mapping[str, Targets] | Sequence[pulumi.Input[str]]:
    if targets is None:
        return ()
    return {"": targets} if isinstance(targets, Targets) else targets


def _has_resource_groups(targets: TaskTargets | None) -> bool:
    named = _named(targets)
    return isinstance(named, Mapping) and any(part.resource_type == "RESOURCE_GROUP" for part in named.values())
