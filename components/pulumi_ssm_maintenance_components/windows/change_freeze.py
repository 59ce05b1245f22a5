"""ChangeFreeze: periods in which windows stay shut, by schedules that switch them off and on again."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Required, TypedDict, Unpack

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.schedules import FreezePeriod, Period, Switch, read_periods
from pulumi_ssm_maintenance_components.foundation.arguments import given_args, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import location_of
from pulumi_ssm_maintenance_components.foundation.names import full_name, full_tags
from pulumi_ssm_maintenance_components.foundation.roles import AnyRole, allow, role_arn, service_role

from .maintenance_window import AnyWindow, window_id

__all__ = ["ChangeFreeze", "ChangeFreezeArgs"]

# A universal target: any operation of any service, with its request as input.
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
_UPDATE_WINDOW = "arn:{0}:scheduler:::aws-sdk:ssm:updateMaintenanceWindow"
_LONGEST_NAME = 64
_DEFAULT_ATTEMPTS = 185
# What a schedule that is there already keeps while its moment depends on now: AWS refuses a moment in the past, for
# changes too (observed by users: https://github.com/DefangLabs/pulumi-defang/pull/425).
_PINNED = ["scheduleExpression", "scheduleExpressionTimezone", "target", "description"]


class ChangeFreezeArgs(TypedDict, total=False):
    """The arguments of `ChangeFreeze`, which describes each of them."""

    windows: Required[Mapping[str, AnyWindow]]
    periods: Required[Sequence[FreezePeriod]]
    timezone: str
    now: datetime | None
    role: AnyRole | None
    tags: Mapping[str, pulumi.Input[str]]


class ChangeFreeze(Component):
    """Periods in which windows do not open, whatever their tasks are. No function and no runbook is needed.

    EventBridge Scheduler switches the windows off at the start of each period and on at its end. A window of the same
    program also needs `enabled=not is_frozen(periods)`: so a period that has begun holds at once, and an `up` during
    it does not switch the window on. Other windows are switched off ten minutes after such an `up`.

    A run that is under way when a period starts goes on. A window that is to stay off after a freeze does not belong
    here: the end of the period would switch it on. Two freezes of one window must not overlap.

    Args:
        name: the logical name.
        windows: the windows by names of your choice, which go into those of the schedules: a `MaintenanceWindow`, an
            `aws.ssm.MaintenanceWindow`, or the id of one that exists.
        periods: the periods: `{"name": "christmas", "start": "2030-12-20T00:00", "end": "2031-01-02T06:00"}`. One
            that is over by a day makes no schedules any more.
        timezone: the IANA name of the periods' time zone. Default: UTC.
        now: another moment than now, with a time zone.
        role: a role that EventBridge Scheduler may assume, or its ARN. Default: a new one, which may update these
            windows and do nothing else.
        tags: on top of project, stack, run and managed-by.
        opts: the resource's options.

    Attributes:
        role_arn: the ARN of the role.
        schedule_arns: the ARNs of the schedules, by `<window>-<period>-<start or end>-<off or on>`.

    Raises:
        ArgumentError: there is no window, a period is none, or two overlap.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time
    """

    role_arn: pulumi.Output[str]
    schedule_arns: pulumi.Output[Mapping[str, str]]

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[ChangeFreezeArgs]
    ) -> None:
        super().__init__("ChangeFreeze", name, opts)
        where = f"ChangeFreeze {name!r}"
        args = given_args(where, args, ChangeFreezeArgs)
        self._windows = {key: window_id(window) for key, window in args["windows"].items()}
        if not self._windows:
            raise wrong(where, "windows", args["windows"], "one window or more, by name")
        self._timezone = args.get("timezone", "UTC")
        self._location = location_of(self)
        self.role_arn = self._role(args)
        self.schedule_arns = pulumi.Output.all(
            **self._schedules(read_periods(args["periods"], self._timezone), args.get("now") or datetime.now(UTC))
        )
        self.register_outputs({"role_arn": self.role_arn, "schedule_arns": self.schedule_arns})

    def _role(self, args: ChangeFreezeArgs) -> pulumi.Output[str]:
        given = args.get("role")
        if given is not None:
            return role_arn(given)
        windows = [
            self._location.arn("ssm", pulumi.Output.format("maintenancewindow/{0}", window_id))
            for window_id in self._windows.values()
        ]
        role = service_role(
            self,
            f"{self._logical_name}-role",
            "scheduler.amazonaws.com",
            [allow(["ssm:UpdateMaintenanceWindow"], windows)],
            tags=full_tags(self._logical_name, args.get("tags")),
            description="Switches maintenance windows off and on for change freezes",
        )
        return role.arn

    def _schedules(self, periods: Sequence[Period], now: datetime) -> dict[str, pulumi.Output[str]]:
        return {
            key: schedule.arn
            for window in self._windows
            for period in periods
            for switch in period.switches(now)
            for key, schedule in [self._schedule(window, period, switch)]
        }

    def _schedule(self, window: str, period: Period, switch: Switch) -> tuple[str, aws.scheduler.Schedule]:
        # With the moment in its name a moved period makes a new schedule, even where the old one is pinned.
        word = "on" if switch.enabled else "off"
        key = f"{window}-{period.name}-{switch.due:%Y%m%dT%H%M%S}-{word}"
        schedule = aws.scheduler.Schedule(
            f"{self._logical_name}-{key}",
            name=full_name(self._logical_name, key, longest=_LONGEST_NAME),
            description=f"Switches maintenance window {window} {word}: {period.name}",
            schedule_expression=f"at({switch.moment.astimezone(period.start.tzinfo):%Y-%m-%dT%H:%M:%S})",
            schedule_expression_timezone=self._timezone,
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": pulumi.Output.format(_UPDATE_WINDOW, self._location.partition),
                "role_arn": self.role_arn,
                "input": pulumi.Output.json_dumps({"WindowId": self._windows[window], "Enabled": switch.enabled}),
                "retry_policy": _retry_policy(switch),
            },
            opts=self.child(ignore_changes=_PINNED if switch.is_pinned else None),
        )
        return key, schedule


def _retry_policy(switch: Switch) -> aws.scheduler.ScheduleTargetRetryPolicyArgsDict | None:
    if switch.retries_for is None:
        return None
    seconds = int(switch.retries_for.total_seconds())
    return {"maximum_event_age_in_seconds": seconds, "maximum_retry_attempts": _DEFAULT_ATTEMPTS}
