"""ChangeFreeze: disables maintenance windows at the start of a period, and enables them at its end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Required, TypedDict, Unpack

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance.schedules import FreezePeriod, Period, Switch, current_time, read_periods
from pulumi_ssm_maintenance_components.alerts.alarms import metric_alarm
from pulumi_ssm_maintenance_components.alerts.topics import Notify, check_notify, topic_arn
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, all_at_once, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.keys import AnyKey, check_key, key_of, key_statements, use_key
from pulumi_ssm_maintenance_components.foundation.location import location_of
from pulumi_ssm_maintenance_components.foundation.names import check_tags, full_name, full_tags
from pulumi_ssm_maintenance_components.foundation.roles import (
    AnyRole,
    allow,
    check_roles,
    on_behalf_of,
    role_arn,
    service_role,
)
from pulumi_ssm_maintenance_components.windows.maintenance_window import AnyWindow, check_window_ids, window_id

__all__ = ["ChangeFreeze", "ChangeFreezeArgs"]

# A universal target calls any operation of any AWS service, with the request as its input.
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
_UPDATE_WINDOW = "arn:{0}:scheduler:::aws-sdk:ssm:updateMaintenanceWindow"
_LONGEST_NAME = 64
_DEFAULT_ATTEMPTS = 185
_FOURTEEN_DAYS = 14 * 24 * 3600  # the longest time that SQS keeps a message
# An existing schedule keeps these while its time depends on the current time: AWS refuses a time in the past, for
# updates too (observed by users: https://github.com/DefangLabs/pulumi-defang/pull/425).
_PINNED = ["scheduleExpression", "scheduleExpressionTimezone", "target", "description"]


class ChangeFreezeArgs(TypedDict, total=False):
    """The arguments of `ChangeFreeze`."""

    windows: Required[Mapping[str, AnyWindow]]
    """The windows, by names of your choice, which become part of the names of the schedules. Each window is a
    `MaintenanceWindow`, an `aws.ssm.MaintenanceWindow` or a window id."""
    periods: Required[Sequence[FreezePeriod]]
    """The periods: `{"name": "christmas", "start": "2030-12-20T00:00", "end": "2031-01-02T06:00"}`. They must not
    overlap. A period has no schedules any more one day after its end."""
    timezone: str
    """The IANA name of the time zone of the periods. Default: UTC."""
    now: datetime | None
    """The current time, for tests: a datetime with a time zone. Default: the time at which the program runs."""
    role: AnyRole | None
    """The role that EventBridge Scheduler assumes: an `aws.iam.Role` or an ARN. It needs `ssm:UpdateMaintenanceWindow`
    on the windows, `sqs:SendMessage` on the queue, and with `kms_key` `kms:GenerateDataKey` and `kms:Decrypt` on the
    key. Default: a new role, which may do just that."""
    notify: Notify
    """Who is told if a window could not be disabled or enabled: True for a new topic without subscribers, a list of
    e-mail addresses for a new topic that writes to them, an `aws.sns.Topic` or its ARN, or False for nobody. An
    existing topic must allow `cloudwatch.amazonaws.com` to publish. Default: True."""
    alarms: bool
    """Whether to create the alarms. Default: True."""
    kms_key: AnyKey | None
    """The KMS key that encrypts the dead-letter queue and a new topic: an `aws.kms.Key` or the ARN of a key. The new
    role may use it. The policy of the key must let AWS's services use it: see docs/permissions.md. Default: no such
    key."""
    tags: Mapping[str, pulumi.Input[str]]
    """Tags in addition to `project`, `stack`, `run` and `managed-by`."""


class ChangeFreeze(Component):
    """Keep maintenance windows disabled during periods, whatever their tasks are.

    EventBridge Scheduler disables the windows at the start of each period and enables them at its end. A window of
    the same program also needs `enabled=not is_frozen(periods)`: this disables it at once if a period has begun, and
    a `pulumi up` during the period does not enable it. Windows of other programs are disabled ten minutes after such
    an `up`.

    EventBridge Scheduler retries for up to a day. If a schedule fails for good, its request goes to a dead-letter queue
    and two alarms tell the topic: otherwise patching would stay off, and nobody would know.

    A run that is under way at the start of a period continues. The end of a period enables every window, so leave out
    windows that must stay disabled. Two freezes of the same window must not overlap.

    Arguments: see `ChangeFreezeArgs`.

    Example::

        PERIODS = [{"name": "christmas", "start": "2030-12-20T00:00", "end": "2031-01-02T06:00"}]
        window = MaintenanceWindow("nightly", schedule="rate(1 day)", enabled=not is_frozen(PERIODS))
        ChangeFreeze("holidays", windows={"nightly": window}, periods=PERIODS)

    Raises:
        ArgumentError: there is no window, a period is wrong, or two periods overlap.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time
    """

    role_arn: pulumi.Output[str]
    """The ARN of the role that EventBridge Scheduler assumes."""
    schedule_arns: pulumi.Output[Mapping[str, str]]
    """The ARNs of the schedules, by `<window>-<period>-<moment>-<off or on>`."""
    group_name: pulumi.Output[str]
    """The name of the schedule group, which is the dimension `ScheduleGroup` of its metrics."""
    queue_arn: pulumi.Output[str]
    """The ARN of the dead-letter queue. It keeps the requests of failed schedules for 14 days."""
    topic_arn: pulumi.Output[str] | None
    """The ARN of the topic, or None."""
    alarm_arns: Mapping[str, pulumi.Output[str]]
    """The ARNs of the alarms: `dropped`, a schedule failed for good, and `dead-letters`, the queue has messages."""

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[ChangeFreezeArgs]
    ) -> None:
        """Create the schedules. `ChangeFreezeArgs` describes the arguments; `opts` are the resource options."""
        super().__init__("ChangeFreeze", name, opts)
        where = f"ChangeFreeze {name!r}"
        problems = Problems(where)
        args = problems.read(args, ChangeFreezeArgs)
        problems.check(_check_windows, where, args)
        problems.check(lambda: check_names(where, "windows", args["windows"]))
        problems.check(lambda: check_names(where, "periods", period_names(args["periods"])))
        problems.check(_periods, args)
        problems.check(lambda: current_time(args.get("now")))
        problems.check(lambda: check_notify(where, args.get("notify", True)))
        problems.check(check_key, where, args)
        problems.check(check_roles, where, args)
        problems.check(check_tags, where, args)
        problems.raise_all()
        self._windows = {key: window_id(window) for key, window in args["windows"].items()}
        self._timezone = args.get("timezone", "UTC")
        self._location = location_of(self)
        use_key(self, args.get("kms_key"))
        self._tags = full_tags(name, args.get("tags"))
        self.topic_arn = topic_arn(self, name, self._location, args.get("notify", True), self._tags)
        self.group_name = aws.scheduler.ScheduleGroup(
            f"{name}-group", name=full_name(name, longest=_LONGEST_NAME), tags=self._tags, opts=self.child()
        ).name
        queue = aws.sqs.Queue(
            self.auto_named("queue", f"{name}-dead-letters"),
            message_retention_seconds=_FOURTEEN_DAYS,
            kms_master_key_id=key_of(self),
            tags=self._tags,
            opts=self.child(),
        )
        self.queue_arn = queue.arn
        self.role_arn = self._role(args.get("role"))
        self.schedule_arns = pulumi.Output.all(**self._schedules(_periods(args), current_time(args.get("now"))))
        self.alarm_arns = self._alarms(queue) if args.get("alarms", True) else {}
        self.register_outputs({output: getattr(self, output) for output in ChangeFreeze.__annotations__})

    def _role(self, existing: AnyRole | None) -> pulumi.Output[str]:
        if existing is not None:
            return role_arn(existing)
        windows = [
            self._location.arn("ssm", pulumi.Output.format("maintenancewindow/{0}", window_id))
            for window_id in self._windows.values()
        ]
        role = service_role(
            self,
            f"{self.logical_name}-role",
            "scheduler.amazonaws.com",
            # https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
            [
                allow(["ssm:UpdateMaintenanceWindow"], windows),
                allow(["sqs:SendMessage"], [self.queue_arn]),
                *key_statements(key_of(self)),
            ],
            # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
            condition=on_behalf_of(
                self._location,
                self._location.arn("scheduler", pulumi.Output.format("schedule-group/{0}", self.group_name)),
            ),
            tags=self._tags,
            description="Switches maintenance windows off and on for change freezes",
        )
        return role.arn

    def _alarms(self, queue: aws.sqs.Queue) -> dict[str, pulumi.Output[str]]:
        # https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
        dropped = metric_alarm(
            self,
            f"{self.logical_name}-dropped",
            namespace="AWS/Scheduler",
            metric_name="InvocationDroppedCount",
            dimensions={"ScheduleGroup": self.group_name},
            topic_arn=self.topic_arn,
            description=f"{self.logical_name}: a maintenance window could not be disabled or enabled",
            tags=self._tags,
        )
        waiting = metric_alarm(
            self,
            f"{self.logical_name}-dead-letters",
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue.name},
            topic_arn=self.topic_arn,
            description=f"{self.logical_name}: the dead-letter queue has requests to disable or enable a window",
            tags=self._tags,
        )
        return {"dropped": dropped.arn, "dead-letters": waiting.arn}

    def _schedules(self, periods: Sequence[Period], now: datetime) -> dict[str, pulumi.Output[str]]:
        return {
            key: schedule.arn
            for window in self._windows
            for period in periods
            for switch in period.switches(now)
            for key, schedule in [self._schedule(window, period, switch)]
        }

    def _schedule(self, window: str, period: Period, switch: Switch) -> tuple[str, aws.scheduler.Schedule]:
        # The moment is part of the name, so that a moved period creates a new schedule even if the old one is pinned.
        word = "on" if switch.enabled else "off"
        key = f"{window}-{period.name}-{switch.due:%Y%m%dT%H%M%S}-{word}"
        schedule = aws.scheduler.Schedule(
            f"{self.logical_name}-{key}",
            name=full_name(self.logical_name, key, longest=_LONGEST_NAME),
            group_name=self.group_name,
            description=f"Switches maintenance window {window} {word}: {period.name}",
            schedule_expression=f"at({switch.moment.astimezone(period.start.tzinfo):%Y-%m-%dT%H:%M:%S})",
            schedule_expression_timezone=self._timezone,
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": pulumi.Output.format(_UPDATE_WINDOW, self._location.partition),
                "role_arn": self.role_arn,
                "input": pulumi.Output.json_dumps({"WindowId": self._windows[window], "Enabled": switch.enabled}),
                "retry_policy": _retry_policy(switch),
                "dead_letter_config": {"arn": self.queue_arn},
            },
            opts=self.child(ignore_changes=_PINNED if switch.is_pinned else None),
        )
        return key, schedule


def _check_windows(where: str, args: ChangeFreezeArgs) -> None:
    if not args["windows"]:
        raise wrong(where, "windows", args["windows"], "one window or more, by name")
    check_window_ids(where, "windows", args["windows"].values())


@all_at_once
def check_names(where: str, argument: str, names: Iterable[str]) -> Iterator[ArgumentError]:
    """Check names that become parts of the names of schedules at AWS.

    Raises:
        ArgumentError: two of them differ in the program, but not at AWS.
    """
    seen: dict[str, str] = {}
    for name in dict.fromkeys(names):
        other = seen.setdefault(full_name(name), name)
        if other != name:
            yield wrong(where, argument, name, f"a name that differs from {other!r} in letters, digits, _ . and -")


def period_names(periods: Iterable[FreezePeriod]) -> list[str]:
    """Return the names of periods."""
    return [period["name"] for period in periods]


def _periods(args: ChangeFreezeArgs) -> list[Period]:
    return read_periods(args["periods"], args.get("timezone", "UTC"), "periods")


def _retry_policy(switch: Switch) -> aws.scheduler.ScheduleTargetRetryPolicyArgsDict | None:
    if switch.retries_for is None:
        return None
    seconds = int(switch.retries_for.total_seconds())
    return {"maximum_event_age_in_seconds": seconds, "maximum_retry_attempts": _DEFAULT_ATTEMPTS}
