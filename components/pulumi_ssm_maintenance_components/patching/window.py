"""The window of a run: one that is given, or a new one."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pulumi

from pulumi_ssm_maintenance.schedules import is_frozen
from pulumi_ssm_maintenance_components.foundation.arguments import wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.windows.maintenance_window import (
    AnyWindow,
    MaintenanceWindow,
    WindowSettings,
    window_id,
)

from .arguments import PatchingRunArgs

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
    """A window, and what is known of it.

    Attributes:
        window_id: its id.
        window_arn: its ARN.
        component: the component that made it; None for one that is given in another way.
    """

    window_id: pulumi.Output[str]
    window_arn: pulumi.Output[str]
    component: MaintenanceWindow | None

    @property
    def minutes(self) -> int | None:
        """How long tasks may start, where that is known."""
        return (self.component.duration - self.component.cutoff) * 60 if self.component else None

    @property
    def schedule_text(self) -> str | None:
        """In words when it opens, where that is known."""
        return self.component.describe() if self.component else None

    def console_url(self, location: Location) -> pulumi.Output[str]:
        """Give the address of its page in the console."""
        host = location.partition.apply(lambda partition: _CONSOLES.get(partition, _CONSOLES["aws"]))
        page = "https://{0}.{1}/systems-manager/maintenance-windows/{2}/description?region={0}"
        return pulumi.Output.format(page, location.region, host, self.window_id)


def run_window(component: Component, name: str, where: str, location: Location, args: PatchingRunArgs) -> RunWindow:
    """Take the window that is given, or make one.

    Raises:
        ArgumentError: there are a window and settings for a new one, or neither a window nor a schedule; or it is not
            known whether a window with a freeze is meant to be on.
    """
    given = args.get("window")
    window = _own_window(component, name, where, args) if given is None else _checked(where, args, given)
    if isinstance(window, MaintenanceWindow):
        return RunWindow(window.window_id, window.arn, window)
    its_id = window_id(window)
    return RunWindow(its_id, location.arn("ssm", pulumi.Output.format("maintenancewindow/{0}", its_id)), None)


def scan_window(component: Component, name: str, where: str, args: PatchingRunArgs) -> MaintenanceWindow | None:
    """Make the window for scans in between, where they are wanted.

    Raises:
        ArgumentError: the run's own window is not made here, so that its settings are not known.
    """
    schedule = args.get("scan_schedule")
    if schedule is None:
        return None
    if args.get("window") is not None:
        allowed = "none with `window`: make a PatchingRun with install=False and this as its schedule"
        raise wrong(where, "scan_schedule", schedule, allowed)
    settings = _settings(args)
    settings.pop("offset_days", None)
    return MaintenanceWindow(
        f"{name}-scan", schedule=schedule, tags=args.get("tags", {}), opts=component.child(), **settings
    )


def _own_window(component: Component, name: str, where: str, args: PatchingRunArgs) -> MaintenanceWindow:
    schedule = args.get("schedule")
    if schedule is None:
        raise wrong(where, "schedule", schedule, "a schedule for a window of its own, or `window` for another one")
    settings = _settings(args)
    enabled = args.get("enabled", True)
    if args.get("freeze") and not isinstance(enabled, bool):
        allowed = "True or False with `freeze`, whose end would switch on what an output means to be off"
        raise wrong(where, "enabled", "an output", allowed)
    if is_frozen(args.get("freeze", ()), timezone=args.get("timezone", "UTC")):
        settings["enabled"] = False
    return MaintenanceWindow(name, schedule=schedule, tags=args.get("tags", {}), opts=component.child(), **settings)


def _checked(where: str, args: PatchingRunArgs, window: AnyWindow) -> AnyWindow:
    for name, given in args.items():
        if name in {"schedule", *_SETTINGS}:
            raise wrong(where, name, given, "none with `window`, which has its own")
    return window


def _settings(args: PatchingRunArgs) -> WindowSettings:
    picked: Any = {name: value for name, value in args.items() if name in _SETTINGS}
    settings: WindowSettings = picked
    return settings
