"""The windows of a patching run: an existing one or a new one, and a new one for scans."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, cast

import pulumi

from pulumi_ssm_maintenance.schedules import Schedule, parse_schedule, read_periods
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, wrong
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.windows.maintenance_window import (
    AnyWindow,
    MaintenanceWindow,
    WindowSettings,
    check_window,
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
    """Check the settings of the new windows of a run, and collect all mistakes."""
    if args.keys() & {"window"}:
        return
    check_window(problems, args)
    if "scan_schedule" in args:
        problems.check(lambda: parse_schedule(cast("Schedule | str", args.get("scan_schedule"))))
    problems.check(_is_frozen, args)


def _is_frozen(args: PatchingRunArgs) -> bool:
    periods = args.get("freeze", ())
    if not periods:
        return False
    moment = datetime.now(UTC)
    return any(period.covers(moment) for period in read_periods(periods, args.get("timezone", "UTC"), "freeze"))


def run_window(run: RunContext, args: PatchingRunArgs) -> RunWindow:
    """Use the existing window, or create one.

    Raises:
        ArgumentError: the arguments have both a window and settings for a new one, or neither a window nor a
            schedule; or a window with a freeze has an output as `enabled`.
    """
    existing = args.get("window")
    window = _new_window(run, args) if existing is None else _existing_window(run, args, existing)
    if isinstance(window, MaintenanceWindow):
        return RunWindow(window.window_id, window.arn, window)
    id_ = window_id(window)
    return RunWindow(id_, run.location.arn("ssm", pulumi.Output.format("maintenancewindow/{0}", id_)), None)


def scan_window(run: RunContext, args: PatchingRunArgs) -> MaintenanceWindow | None:
    """Create the window for the scans of `scan_schedule`, if there is one.

    Raises:
        ArgumentError: the run uses an existing window, so that the settings for another one are not known.
    """
    schedule = args.get("scan_schedule")
    if schedule is None:
        return None
    if args.get("window") is not None:
        allowed = "none with `window`: make a PatchingRun with install=False and this as its schedule"
        raise wrong(run.where, "scan_schedule", schedule, allowed)
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
    schedule = args.get("schedule")
    if schedule is None:
        raise wrong(run.where, "schedule", schedule, "a schedule for a new window, or `window` for an existing one")
    settings = _settings(args)
    enabled = args.get("enabled", True)
    if args.get("freeze") and not isinstance(enabled, bool):
        allowed = "True or False with `freeze`: the end of a freeze would enable a window that the output disables"
        raise wrong(run.where, "enabled", "an output", allowed)
    if _is_frozen(args):
        settings["enabled"] = False
    return MaintenanceWindow(
        run.name, schedule=schedule, tags=args.get("tags", {}), opts=run.component.child(), **settings
    )


def _existing_window(run: RunContext, args: PatchingRunArgs, window: AnyWindow) -> AnyWindow:
    for name, value in args.items():
        if name in {"schedule", *_SETTINGS}:
            raise wrong(run.where, name, value, "none with `window`, which has its own")
    return window


def _settings(args: PatchingRunArgs) -> WindowSettings:
    picked: Any = {name: value for name, value in args.items() if name in _SETTINGS}
    settings: WindowSettings = picked
    return settings
