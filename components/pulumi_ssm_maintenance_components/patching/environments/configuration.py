"""The patching of all environments as it stands in the configuration of a project.

Environments and waves are lists, since Pulumi's configuration does not keep the order of a mapping.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Required, TypedDict, cast

from pulumi_ssm_maintenance.args import CutoffBehavior
from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance.schedules import FreezePeriod, Period, Rate, Schedule, parse_schedule, read_periods
from pulumi_ssm_maintenance_components.baselines.run_patch_baseline import Reboot
from pulumi_ssm_maintenance_components.foundation.arguments import wrong
from pulumi_ssm_maintenance_components.patching.arguments import Engine
from pulumi_ssm_maintenance_components.patching.waves import WaveArgs
from pulumi_ssm_maintenance_components.windows.targets import Targets

from .typed_mapping import read_typed

# As AWS's own baselines do for most systems.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-predefined-and-custom-patch-baselines.html
_USUAL_LAG = 7
_OF_PATCH_WAVES = frozenset({"name", "targets", "waves", "approve_after_days", "approve_until_date"})
_HOURS = 4


class TargetsConfig(TypedDict, total=False):
    """What a wave patches, by one of these."""

    tags: dict[str, str | list[str]]
    patch_group: str | list[str]
    patch_group_key: Literal["Patch Group", "PatchGroup"]
    ids: list[str]
    resource_group: str


class WaveConfig(TypedDict, total=False):
    """A wave, as `WaveArgs` has it."""

    name: Required[str]
    targets: Required[TargetsConfig]
    max_concurrency: str
    max_errors: str
    reboot: Reboot


class SettingsConfig(TypedDict, total=False):
    """The settings of an environment, which may be defaults for all; `PatchingRun` describes them."""

    schedule: str
    timezone: str
    offset_days: int
    duration: int
    cutoff: int
    enabled: bool
    engine: Engine
    install: bool
    snapshot: bool
    approvers: list[str]
    approval_timeout: int
    reboot: Reboot
    scan_schedule: str
    max_concurrency: str
    max_errors: str
    delivery_timeout: int
    cutoff_behavior: CutoffBehavior
    node_count: int
    minutes_per_node: float
    notify: bool | str | list[str]
    alarms: bool
    stop_on_alarm: str
    freeze: list[FreezePeriod]
    baseline: str
    approve_after_days: int
    """After how many days the environment's baseline approves a patch. Default: 7."""
    approve_until_date: str
    """Or up to which day of release it does, such as `2030-01-31`."""


class EnvironmentConfig(SettingsConfig, total=False):
    """An environment: its name, which is that of its stack, what it patches, and its settings."""

    name: Required[str]
    targets: TargetsConfig
    waves: list[WaveConfig]


class PatchingConfig(TypedDict, total=False):
    """All environments, in the order in which patches go through them."""

    defaults: SettingsConfig
    environments: Required[list[EnvironmentConfig]]


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment with all its settings.

    Attributes:
        run: the arguments of its `PatchingRun`.
    """

    name: str
    waves: tuple[str, ...]
    schedule: Schedule
    timezone: str
    hours: int
    enabled: bool
    freezes: tuple[Period, ...]
    approve_after_days: int
    approve_until_date: date | None
    run: Mapping[str, Any]


def read_environments(where: str, patching: Mapping[str, Any]) -> dict[str, Environment]:
    """Read all environments, in their order.

    Raises:
        ArgumentError: a key or a value is wrong; the text names its place.
        ScheduleError: AWS would refuse a schedule.
    """
    config = read_typed(f"{where}: patching", patching, PatchingConfig)
    defaults = config.get("defaults", {})
    found = [_environment(f"{where}: environment {it['name']!r}", {**defaults, **it}) for it in config["environments"]]
    named = {environment.name: environment for environment in found}
    if not found or len(named) < len(found):
        names = [environment.name for environment in found]
        raise wrong(where, "environments", names, "one environment or more, each with a name of its own")
    return named


def _environment(where: str, config: EnvironmentConfig) -> Environment:
    if "schedule" not in config:
        raise ArgumentError(f"{where}: schedule is required, here or in the defaults")
    schedule = parse_schedule(config["schedule"], config.get("offset_days"))
    if isinstance(schedule, Rate):
        allowed = "cron(…) or at(…): a rate counts from the creation of the window, so that no calendar can tell"
        raise wrong(where, "schedule", config["schedule"], allowed)
    waves = _waves(where, config)
    timezone = config.get("timezone", "UTC")
    return Environment(
        name=config["name"],
        waves=tuple(waves),
        schedule=schedule,
        timezone=timezone,
        hours=config.get("duration", _HOURS),
        enabled=config.get("enabled", True),
        freezes=tuple(read_periods(config.get("freeze", []), timezone)),
        approve_after_days=config.get("approve_after_days", _USUAL_LAG),
        approve_until_date=_until(where, config),
        run={**{key: value for key, value in config.items() if key not in _OF_PATCH_WAVES}, "waves": waves},
    )


def _waves(where: str, config: EnvironmentConfig) -> dict[str, WaveArgs]:
    waves, targets = config.get("waves"), config.get("targets")
    if (waves is None) == (targets is None):
        given = sorted(key for key in ("targets", "waves") if key in config)
        raise wrong(where, "targets", given, "either `targets`, for a single wave, or `waves`")
    listed: list[WaveConfig] = [{"name": "all", "targets": targets}] if targets is not None else waves or []
    named = {wave["name"]: _wave(f"{where}: wave {wave['name']!r}", wave) for wave in listed}
    if len(named) < len(listed):
        raise wrong(where, "waves", [wave["name"] for wave in listed], "names that differ")
    return named


def _wave(where: str, config: WaveConfig) -> WaveArgs:
    rest = {key: value for key, value in config.items() if key != "name"}
    return cast("WaveArgs", {**rest, "targets": _targets(where, config["targets"])})


def _targets(where: str, config: TargetsConfig) -> Targets:
    ways = sorted(config.keys() - {"patch_group_key"})
    if len(ways) != 1 or ("patch_group_key" in config and ways != ["patch_group"]):
        raise wrong(where, "targets", sorted(config), "one of tags, patch_group, ids and resource_group")
    if "tags" in config:
        return Targets.by_tags(config["tags"])
    if "ids" in config:
        return Targets.by_ids(config["ids"])
    if "resource_group" in config:
        return Targets.by_resource_group(config["resource_group"])
    groups = config.get("patch_group", [])
    named = [groups] if isinstance(groups, str) else groups
    return Targets.by_patch_group(*named, key=config.get("patch_group_key", "Patch Group"))


def _until(where: str, config: EnvironmentConfig) -> date | None:
    given = config.get("approve_until_date")
    if given is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise wrong(where, "approve_until_date", given, "a day, such as '2030-01-31'") from None
