"""MaintenanceWindow: a window with safe defaults, which can say when it opens next."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Required, TypeAlias, TypedDict, Unpack

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance.schedules import Schedule, parse_schedule, timezone_warning
from pulumi_ssm_maintenance_components.foundation.arguments import given_args, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import location_of
from pulumi_ssm_maintenance_components.foundation.names import full_name, full_tags

__all__ = ["AnyWindow", "MaintenanceWindow", "MaintenanceWindowArgs"]

_HOURS = range(1, 25)
_NAME = re.compile(r"[A-Za-z0-9_.-]{3,128}")
_LONGEST_DESCRIPTION = 128


class WindowSettings(TypedDict, total=False):
    """When a window opens, for how long and whether at all; `MaintenanceWindow` describes each of them."""

    timezone: str
    offset_days: int | None
    duration: int
    cutoff: int
    enabled: pulumi.Input[bool]
    start: datetime | None
    end: datetime | None


class MaintenanceWindowArgs(WindowSettings, total=False):
    """The arguments of `MaintenanceWindow`, which describes each of them."""

    schedule: Required[Schedule | str]
    description: pulumi.Input[str] | None
    allow_unassociated: bool
    window_name: str | None
    tags: Mapping[str, pulumi.Input[str]]


class MaintenanceWindow(Component):
    """A maintenance window.

    Args:
        name: the logical name; the window is called `<project>-<stack>-<name>`.
        schedule: when it opens: a `Cron`, `Rate`, `At` or `PatchTuesday`, or the text of one.
        timezone: the IANA name of the schedule's time zone. Default: UTC.
        offset_days: how many days later than the schedule says, 1 to 6; cron only. Default: none.
        duration: how long it is open, 1 to 24 hours. Default: 4.
        cutoff: how long before the end no task starts any more, in hours, less than `duration`. Default: 1.
        enabled: whether it opens at all; targets and tasks stay either way. Default: True.
        start: when it becomes active. Default: at once.
        end: when it stops being active. Default: never.
        description: 1 to 128 characters.
        allow_unassociated: whether tasks may name nodes that are not among the window's targets. Default: False.
        window_name: another name, 3 to 128 characters of `a-z A-Z 0-9 _ - .`.
        tags: on top of project, stack, run and managed-by.
        opts: the resource's options.

    Attributes:
        window_id: the window's id.
        arn: the window's ARN, as events name it.
        schedule: the schedule.

    Raises:
        ScheduleError: AWS would refuse the schedule.
        ArgumentError: the window would close before its cutoff.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateMaintenanceWindow.html
    """

    window_id: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[MaintenanceWindowArgs]
    ) -> None:
        super().__init__("MaintenanceWindow", name, opts)
        args = given_args(f"MaintenanceWindow {name!r}", args, MaintenanceWindowArgs)
        self.schedule = parse_schedule(args["schedule"], args.get("offset_days"))
        self.timezone = args.get("timezone", "UTC")
        self.duration, self.cutoff = _hours(name, args.get("duration", 4), args.get("cutoff", 1))
        self._start, self._end = args.get("start"), args.get("end")
        for warning in filter(None, (*self.schedule.warnings, timezone_warning(self.timezone))):
            pulumi.log.warn(warning, self)
        window = aws.ssm.MaintenanceWindow(
            f"{name}-window",
            name=_window_name(name, args.get("window_name")),
            schedule=self.schedule.expression,
            schedule_timezone=self.timezone,
            schedule_offset=self.schedule.offset_days,
            duration=self.duration,
            cutoff=self.cutoff,
            enabled=args.get("enabled", True),
            start_date=_moment(self._start),
            end_date=_moment(self._end),
            description=_description(name, args.get("description")),
            allow_unassociated_targets=args.get("allow_unassociated", False),
            tags=full_tags(name, args.get("tags")),
            opts=self.child(),
        )
        self.window_id = window.id
        self.arn = location_of(self).arn("ssm", pulumi.Output.format("maintenancewindow/{0}", window.id))
        self.register_outputs({"window_id": self.window_id, "arn": self.arn, "schedule": self.describe()})

    def describe(self) -> str:
        """Say in words when the window opens."""
        return self.schedule.describe(self.timezone)

    def next_runs(self, n: int = 1, *, after: datetime | None = None) -> list[datetime]:
        """Give the next times that the window opens, in its time zone.

        Args:
            n: how many.
            after: only times later than this. Default: later than now.
        """
        return self.schedule.next_runs(n, after=after, timezone=self.timezone, start=self._start, end=self._end)


AnyWindow: TypeAlias = MaintenanceWindow | aws.ssm.MaintenanceWindow | pulumi.Input[str]


def window_id(window: AnyWindow) -> pulumi.Output[str]:
    """Give the id of a window that is an object, or an id already."""
    if isinstance(window, MaintenanceWindow):
        return window.window_id
    return window.id if isinstance(window, aws.ssm.MaintenanceWindow) else pulumi.Output.from_input(window)


def _window_name(name: str, given: str | None) -> str:
    if given is not None and not _NAME.fullmatch(given):
        raise wrong(f"MaintenanceWindow {name!r}", "window_name", given, "3 to 128 characters of a-z A-Z 0-9 _ - .")
    return given or full_name(name)


def _description(name: str, given: pulumi.Input[str] | None) -> pulumi.Input[str] | None:
    if isinstance(given, str) and not 1 <= len(given) <= _LONGEST_DESCRIPTION:
        raise wrong(f"MaintenanceWindow {name!r}", "description", given, f"1 to {_LONGEST_DESCRIPTION} characters")
    return given


def _hours(name: str, duration: int, cutoff: int) -> tuple[int, int]:
    where = f"MaintenanceWindow {name!r}"
    if type(duration) is not int or duration not in _HOURS:
        raise wrong(where, "duration", duration, "1 to 24 hours")
    if type(cutoff) is not int or not 0 <= cutoff < duration:
        raise wrong(where, "cutoff", cutoff, f"0 to {duration - 1} hours, less than the duration")
    return duration, cutoff


def _moment(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ArgumentError(f"start and end: got {moment.isoformat()}, allowed is a datetime with a time zone")
    return moment.isoformat(timespec="seconds")
