"""MaintenanceWindow: a window with safe defaults that knows its next runs."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, Required, TypeAlias, TypedDict, Unpack, cast

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance.schedules import Schedule, parse_schedule, timezone_warning
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import location_of
from pulumi_ssm_maintenance_components.foundation.names import check_tags, full_name, full_tags
from pulumi_ssm_maintenance_components.foundation.shown import shown

__all__ = ["AnyWindow", "MaintenanceWindow", "MaintenanceWindowArgs"]

_HOURS = range(1, 25)
_OFFSETS = range(1, 7)
_DURATION, _CUTOFF = 4, 1
_ID = re.compile(r"mw-[0-9a-f]{17}")
_NAME = re.compile(r"[A-Za-z0-9_.-]{3,128}")
_LONGEST_DESCRIPTION = 128


class WindowSettings(TypedDict, total=False):
    """The settings of a window besides its schedule."""

    timezone: str
    """The IANA name of the schedule's time zone, such as `Europe/Berlin`. Default: UTC."""
    offset_days: int | None
    """How many days after the schedule the window opens, 1 to 6; for cron schedules only. Default: none."""
    duration: int
    """How long the window is open, in hours, 1 to 24. Default: 4."""
    cutoff: int
    """How long before the end no new task starts, in hours: 0 or more, less than `duration`. Default: 1."""
    enabled: pulumi.Input[bool]
    """Whether the window opens at all. A disabled window keeps its targets and tasks. Default: True."""
    start: datetime | None
    """When the window becomes active: a datetime with a time zone. Default: at once."""
    end: datetime | None
    """When the window stops being active: a datetime with a time zone. Default: never."""


class MaintenanceWindowArgs(WindowSettings, total=False):
    """The arguments of `MaintenanceWindow`."""

    schedule: Required[Schedule | str]
    """When the window opens: a `Cron`, `Rate`, `At` or `PatchTuesday`, or its text, such as `cron(0 2 ? * TUE#2 *)`."""
    description: pulumi.Input[str] | None
    """A description, 1 to 128 characters. Default: none."""
    allow_unassociated: bool
    """Whether tasks may run on nodes that are not targets of the window. Default: False."""
    window_name: str | None
    """The name of the window at AWS: 3 to 128 characters of `a-z A-Z 0-9 _ - .`. Default:
    `<project>-<stack>-<name>`."""
    tags: Mapping[str, pulumi.Input[str]]
    """Tags in addition to `project`, `stack`, `run` and `managed-by`."""


class MaintenanceWindow(Component):
    """Create a maintenance window with safe defaults, and check its schedule while the program runs.

    Arguments: see `MaintenanceWindowArgs`.

    Example::

        window = MaintenanceWindow("monthly", schedule=PatchTuesday(offset_days=4), timezone="Europe/Berlin")
        pulumi.export("next_runs", [run.isoformat() for run in window.next_runs(3)])

    Raises:
        ScheduleError: AWS would refuse the schedule.
        ArgumentError: an argument is wrong; for example, the cutoff is not shorter than the duration.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateMaintenanceWindow.html
    """

    window_id: pulumi.Output[str]
    """The id of the window, such as `mw-0123456789abcdef0`."""
    arn: pulumi.Output[str]
    """The ARN of the window, as events contain it."""
    schedule: Schedule
    """When the window opens, with the offset. Exported, it is a dict of `expression` and `offset_days`."""
    timezone: str
    """The IANA name of the time zone of the schedule."""
    duration: int
    """How long the window is open, in hours."""
    cutoff: int
    """How long before the end no new task starts, in hours."""

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[MaintenanceWindowArgs]
    ) -> None:
        """Create the window. `MaintenanceWindowArgs` describes the arguments; `opts` are the resource options."""
        super().__init__("MaintenanceWindow", name, opts)
        problems = Problems(self.where)
        args = problems.read(args, MaintenanceWindowArgs)
        check_window(problems, args)
        problems.check(_window_name, name, args)
        problems.check(_description, name, args)
        problems.check(check_tags, self.where, args)
        problems.raise_all()
        self.schedule = parse_schedule(args["schedule"], args.get("offset_days"))
        self.timezone = args.get("timezone", "UTC")
        self.duration, self.cutoff = open_hours(args)
        self._start, self._end = args.get("start"), args.get("end")
        self._may_open = args.get("enabled", True) is not False
        daylight_saving = _daylight_saving_warning(self.schedule, self.timezone, args)
        for warning in filter(None, (*self.schedule.warnings, timezone_warning(self.timezone), daylight_saving)):
            pulumi.log.warn(warning, self)
        window = aws.ssm.MaintenanceWindow(
            f"{name}-window",
            name=_window_name(name, args),
            schedule=self.schedule.expression,
            schedule_timezone=self.timezone,
            schedule_offset=self.schedule.offset_days,
            duration=self.duration,
            cutoff=self.cutoff,
            enabled=args.get("enabled", True),
            start_date=_moment(self.where, "start", args),
            end_date=_moment(self.where, "end", args),
            description=_description(name, args),
            allow_unassociated_targets=args.get("allow_unassociated", False),
            tags=full_tags(name, args.get("tags")),
            opts=self.child(),
        )
        self.window_id = window.id
        self.arn = location_of(self).arn("ssm", pulumi.Output.format("maintenancewindow/{0}", window.id))
        self.register_outputs({"window_id": self.window_id, "arn": self.arn, "schedule": self.describe()})

    def describe(self) -> str:
        """Describe in plain English when the window opens."""
        return self.schedule.describe(self.timezone)

    def next_runs(self, n: int = 1, *, after: datetime | None = None) -> list[datetime]:
        """Give the next times at which the window opens, in its time zone.

        Args:
            n: the number of times.
            after: only times later than this. Default: now.
        """
        return self.schedule.next_runs(n, after=after, timezone=self.timezone, start=self._start, end=self._end)


AnyWindow: TypeAlias = MaintenanceWindow | aws.ssm.MaintenanceWindow | pulumi.Input[str]


def window_id(window: AnyWindow) -> pulumi.Output[str]:
    """Return the id of a window. That of one resource is always the same output."""
    if isinstance(window, MaintenanceWindow):
        return window.window_id
    if isinstance(window, aws.ssm.MaintenanceWindow):
        return window.id
    return window if isinstance(window, pulumi.Output) else pulumi.Output.from_input(window)


def may_open(window: MaintenanceWindow) -> bool:
    """Return whether a window may open: False if the program disables it."""
    return window._may_open  # noqa: SLF001 - the same module


def check_window_ids(where: str, argument: str, windows: Iterable[AnyWindow]) -> None:
    """Check windows that are named by their ids.

    Raises:
        ArgumentError: a text is not the id of a window; a line for each.
    """
    allowed = "a MaintenanceWindow, an aws.ssm.MaintenanceWindow, or an id: mw- and 17 hex digits"
    wrong_ids = [each for each in windows if isinstance(each, str) and not _ID.fullmatch(each)]
    if wrong_ids:
        raise ArgumentError(*(f"{where}: {argument}: got {shown(each)}, allowed: {allowed}" for each in wrong_ids))


def check_window(problems: Problems, args: WindowSettings) -> None:
    """Check when a window opens, and for how long; `args` may have a schedule too."""
    window = cast("MaintenanceWindowArgs", args)
    schedule = problems.check(lambda: parse_schedule(window["schedule"])) if "schedule" in args else None
    if schedule is None:
        problems.check(_offset_days, problems.where, args)
    else:
        problems.check(lambda: schedule.with_offset(window.get("offset_days")))
    where = problems.where
    problems.check(lambda: check_duration(where, "duration", args.get("duration", _DURATION)))
    problems.check(lambda: check_cutoff(where, "cutoff", args.get("cutoff", _CUTOFF)))
    problems.check(lambda: check_cutoff(where, "cutoff", *reversed(open_hours(args))))
    problems.check(_timezone, where, args)
    for name in ("start", "end"):
        problems.check(_moment, problems.where, name, args)
    problems.check(_check_order, problems.where, args)


def _window_name(name: str, args: MaintenanceWindowArgs) -> str:
    window_name = args.get("window_name")
    if window_name is not None and not _NAME.fullmatch(window_name):
        allowed = "3 to 128 characters of a-z A-Z 0-9 _ - ."
        raise wrong(f"MaintenanceWindow {name!r}", "window_name", window_name, allowed)
    return window_name or full_name(name)


def _description(name: str, args: MaintenanceWindowArgs) -> pulumi.Input[str] | None:
    text = args.get("description")
    if isinstance(text, str) and not 1 <= len(text) <= _LONGEST_DESCRIPTION:
        raise wrong(f"MaintenanceWindow {name!r}", "description", text, f"1 to {_LONGEST_DESCRIPTION} characters")
    return text


def _offset_days(where: str, args: WindowSettings) -> None:
    days = args.get("offset_days")
    if days is not None and days not in _OFFSETS:
        raise wrong(where, "offset_days", days, "1 to 6 days")


def check_duration(where: str, argument: str, duration: int) -> None:
    """Check how long a window is open.

    Raises:
        ArgumentError: AWS does not open a window for so long.
    """
    if duration not in _HOURS:
        raise wrong(where, argument, duration, "1 to 24 hours")


def check_cutoff(where: str, argument: str, cutoff: int, duration: int | None = None) -> None:
    """Check how long before its end a window starts no task; without the duration, as far as that is possible.

    Raises:
        ArgumentError: the cutoff is negative, or not less than the duration.
    """
    if duration is None:
        if cutoff < 0:
            raise wrong(where, argument, cutoff, "0 hours or more, less than the duration")
    elif duration in _HOURS and cutoff >= duration:
        raise wrong(where, argument, cutoff, f"0 to {duration - 1} hours, less than the duration")


def open_hours(args: WindowSettings) -> tuple[int, int]:
    """Return the duration and the cutoff of a new window, in hours."""
    return args.get("duration", _DURATION), args.get("cutoff", _CUTOFF)


def _timezone(where: str, args: WindowSettings) -> None:
    timezone = args.get("timezone")
    if timezone is not None and not timezone.strip():
        raise wrong(where, "timezone", timezone, "an IANA name, such as 'Europe/Berlin', or leave it out for UTC")


def _check_order(where: str, args: WindowSettings) -> None:
    start, end = args.get("start"), args.get("end")
    if start is not None and end is not None and start.tzinfo and end.tzinfo and end <= start:
        allowed = f"a moment after the start, {start.isoformat()}: the window would never open"
        raise wrong(where, "end", end.isoformat(), allowed)


def _daylight_saving_warning(schedule: Schedule, timezone: str, args: WindowSettings) -> str | None:
    skipped = schedule.skipped_run(timezone, start=args.get("start"), end=args.get("end"))
    if skipped is None:
        return None
    return (
        f"schedule {schedule.expression!r}: on {skipped:%Y-%m-%d} the clocks of {timezone} skip {skipped:%H:%M}, so the"
        " window may not open on that day (AWS documents nothing for windows, and EventBridge Scheduler leaves such a"
        " run out): choose an hour that exists on every day"
    )


def _moment(where: str, name: Literal["start", "end"], args: WindowSettings) -> str | None:
    moment = args.get(name)
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise wrong(where, name, moment.isoformat(), "a datetime with a time zone")
    return moment.isoformat(timespec="seconds")
