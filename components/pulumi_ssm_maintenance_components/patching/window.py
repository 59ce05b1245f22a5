"""The windows of a patching run: an existing one or a new one, and a new one for scans."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, cast

import pulumi

from pulumi_ssm_maintenance.schedules import Schedule, ScheduleError, parse_schedule, read_periods
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, wrong
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.freezes.change_freeze import check_names, period_names
from pulumi_ssm_maintenance_components.windows.maintenance_window import (
    MaintenanceWindow,
    WindowSettings,
    check_cutoff,
    check_duration,
    check_window,
    check_window_ids,
    may_open,
    open_hours,
    window_id,
)

from .arguments import PatchingRunArgs
from .context import RunContext

_SETTINGS = tuple(WindowSettings.__annotations__)

_CONSOLES: Mapping[str, str] = MappingProxyType(
    {
        "aws": "console.aws.amazon.com",
        "aws-cn": "console.amazonaws.cn",
        "aws-us-gov": "console.amazonaws-us-gov.com",
    }
)


@dataclass(frozen=True, slots=True)
class RunWindow:
    """The window of a run.

    Attributes:
        window_id: its id.
        window_arn: its ARN.
        component: the `MaintenanceWindow`, if the window is one.
    """

    window_id: pulumi.Output[str]
    window_arn: pulumi.Output[str]
    component: MaintenanceWindow | None

    @property
    def minutes(self) -> int | None:
        """The minutes in which tasks may start, if known."""
        return (self.component.duration - self.component.cutoff) * 60 if self.component else None

    @property
    def schedule_text(self) -> str | None:
        """The schedule in plain English, if known."""
        return self.component.describe() if self.component else None

    def console_url(self, location: Location) -> pulumi.Output[str]:
        """Return the address of the window's page in the console."""
        host = location.partition.apply(lambda partition: _CONSOLES.get(partition, _CONSOLES["aws"]))
        page = "https://{0}.{1}/systems-manager/maintenance-windows/{2}/description?region={0}"
        return pulumi.Output.format(page, location.region, host, self.window_id)


def check_windows(problems: Problems, args: PatchingRunArgs) -> None:
    """Check the existing window of a run, or the settings of new ones, and collect all mistakes."""
    where = problems.where
    if "window" in args:
        problems.check(lambda: check_window_ids(where, "window", [args["window"]]))
        for name in sorted(args.keys() & {"schedule", *_SETTINGS}):
            problems.check(_refuse, where, name, args, "none with `window`, which has its own")
        if "scan_schedule" in args:
            allowed = "none with `window`: make a PatchingRun with install=False and this as its schedule"
            problems.check(_refuse, where, "scan_schedule", args, allowed)
    else:
        problems.check(_demand_schedule, where, args)
        check_window(problems, args)
        problems.check(_demand_known_enabled, where, args)
        if "scan_schedule" in args:
            problems.check(_scan_schedule, args)
            problems.check(_scan_duration, where, args)
            problems.check(_scan_cutoff, where, args)
    problems.check(_is_frozen, args)
    problems.check(lambda: check_names(where, "freeze", period_names(args.get("freeze", ()))))


def _refuse(where: str, name: str, args: Mapping[str, Any], allowed: str) -> None:
    raise wrong(where, name, args[name], allowed)


def _demand_schedule(where: str, args: PatchingRunArgs) -> None:
    if args.get("schedule") is None:
        raise wrong(where, "schedule", None, "a schedule for a new window, or `window` for an existing one")


def _demand_known_enabled(where: str, args: PatchingRunArgs) -> None:
    if args.get("freeze") and not isinstance(args.get("enabled", True), bool):
        allowed = "True or False with `freeze`: the end of a freeze would enable a window that the output disables"
        raise wrong(where, "enabled", args.get("enabled"), allowed)


def _scan_schedule(args: PatchingRunArgs) -> None:
    try:
        parse_schedule(cast("Schedule | str", args.get("scan_schedule")))
    except ScheduleError as error:
        error.args = tuple(f"scan_{line}" for line in error.problems)
        raise


def _scan_duration(where: str, args: PatchingRunArgs) -> None:
    if "scan_duration" in args:
        check_duration(where, "scan_duration", args["scan_duration"])


def _scan_cutoff(where: str, args: PatchingRunArgs) -> None:
    if "scan_cutoff" in args:
        check_cutoff(where, "scan_cutoff", args["scan_cutoff"])
        duration, _ = open_hours(args)
        check_cutoff(where, "scan_cutoff", args["scan_cutoff"], args.get("scan_duration", duration))


def _is_frozen(args: PatchingRunArgs) -> bool:
    periods = args.get("freeze", ())
    if not periods:
        return False
    moment = datetime.now(UTC)
    return any(period.covers(moment) for period in read_periods(periods, args.get("timezone", "UTC"), "freeze"))


def run_window(run: RunContext, args: PatchingRunArgs) -> RunWindow:
    """Use the existing window, or create one."""
    existing = args.get("window")
    window = _new_window(run, args) if existing is None else existing
    if isinstance(window, MaintenanceWindow):
        return RunWindow(window.window_id, window.arn, window)
    id_ = window_id(window)
    return RunWindow(id_, run.location.arn("ssm", pulumi.Output.format("maintenancewindow/{0}", id_)), None)


def window_may_open(args: PatchingRunArgs) -> bool:
    """Return whether the window of a run may open, except in a freeze: False if the program disables it."""
    existing = args.get("window")
    return may_open(existing) if isinstance(existing, MaintenanceWindow) else args.get("enabled", True) is not False


def scan_window(run: RunContext, args: PatchingRunArgs) -> MaintenanceWindow | None:
    """Create the window for the scans of `scan_schedule`, if there is one."""
    schedule = args.get("scan_schedule")
    if schedule is None:
        return None
    settings = _settings(args)
    settings.pop("offset_days", None)
    if "scan_duration" in args:
        settings["duration"] = args["scan_duration"]
        # The cutoff of the run may be longer than the whole scan.
        settings["cutoff"] = min(args.get("cutoff", 1), max(args["scan_duration"] - 1, 0))
    if "scan_cutoff" in args:
        settings["cutoff"] = args["scan_cutoff"]
    return MaintenanceWindow(
        f"{run.name}-scan", schedule=schedule, tags=args.get("tags", {}), opts=run.component.child(), **settings
    )


def _new_window(run: RunContext, args: PatchingRunArgs) -> MaintenanceWindow:
    settings = _settings(args)
    if _is_frozen(args):
        settings["enabled"] = False
    return MaintenanceWindow(
        run.name,
        schedule=cast("Schedule | str", args.get("schedule")),
        tags=args.get("tags", {}),
        opts=run.component.child(),
        **settings,
    )


def _settings(args: PatchingRunArgs) -> WindowSettings:
    picked: Any = {name: value for name, value in args.items() if name in _SETTINGS}
    settings: WindowSettings = picked
    return settings
