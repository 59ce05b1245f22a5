"""The configuration of all environments, and how to read it.

Environments and waves are lists, since Pulumi's configuration does not keep the order of a mapping.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, Required, TypeAlias, TypedDict, cast

from pulumi_ssm_maintenance.args import CutoffBehavior
from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance.schedules import FreezePeriod, Period, Rate, Schedule, parse_schedule, read_periods
from pulumi_ssm_maintenance_components.baselines.run_patch_baseline import Reboot
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, typed_value, wrong
from pulumi_ssm_maintenance_components.patching.arguments import Engine
from pulumi_ssm_maintenance_components.patching.waves import ONLY_WAVE, WaveArgs
from pulumi_ssm_maintenance_components.windows.maintenance_window import check_cutoff, check_duration
from pulumi_ssm_maintenance_components.windows.targets import Targets

# As AWS's own baselines do for most systems.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-predefined-and-custom-patch-baselines.html
_APPROVE_AFTER_DAYS = 7
_NOT_OF_PATCHING_RUN = frozenset({"name", "targets", "waves", "approve_after_days", "approve_until_date"})
_HOURS = 4


class TargetsConfig(TypedDict, total=False):
    """What a wave patches. Use exactly one of `tags`, `patch_group`, `ids` and `resource_group`."""

    tags: dict[str, str | list[str]]
    """Tags of the nodes, with one value or several: `{Role: [web, proxy], Stage: production}`. At most 5."""
    patch_group: str | list[str]
    """The patch group of the nodes, or a list of patch groups."""
    patch_group_key: Literal["Patch Group", "PatchGroup"]
    """The key of the patch group's tag, only with `patch_group`. Default: `Patch Group`."""
    ids: list[str]
    """The ids of the nodes, at most 50."""
    resource_group: str
    """The name of a resource group."""


class WaveConfig(TypedDict, total=False):
    """A wave of an environment, with the settings of `WaveArgs`."""

    name: Required[str]
    """The name of the wave, unique in its environment."""
    targets: Required[TargetsConfig]
    """What the wave patches."""
    max_concurrency: str
    """How many nodes are patched at once: a number or a percentage as text. Default: that of the environment."""
    max_errors: str
    """How many failures the wave tolerates before it stops: a number or a percentage as text. Default: that of the
    environment; else `"0"` for the first of several waves, and `"10%"` for other waves."""
    reboot: Reboot
    """`RebootIfNeeded` or `NoReboot`. Default: that of the environment."""


class LogsConfig(TypedDict, total=False):
    """Where the output of commands goes, as `LogsArgs` in the form of a configuration."""

    log_group: bool | str
    """True for a new log group, the name of an existing one, or false for none. Default: true."""
    retention_days: int
    """How many days a new log group keeps the output, one of the numbers that CloudWatch Logs accepts. Default: 90."""
    bucket: bool | str
    """True for a new bucket, the name of an existing one, or false for none. Default: false."""


class SettingsConfig(TypedDict, total=False):
    """The settings of an environment, or the defaults for all environments.

    They are arguments of `PatchingRun` in the form of a configuration; `PatchingRunArgs` describes them in full.
    """

    schedule: str
    """When the window opens: `cron(…)` or `at(…)`. `rate(…)` is refused: it counts from the creation of the window, so
    that the calendar cannot show it. Required for each environment, here or in the defaults."""
    timezone: str
    """The IANA name of the time zone of the schedule. Default: UTC."""
    offset_days: int
    """How many days after the schedule the window opens, 1 to 6; for cron schedules only. Default: none."""
    duration: int
    """How long the window is open, in hours, 1 to 24. Default: 4."""
    cutoff: int
    """How long before the end no new task starts, in hours, less than `duration`. Default: 1."""
    enabled: bool
    """Whether the window opens at all. Default: True."""
    engine: Engine
    """`run_command` or `runbook`. Default: `run_command`."""
    install: bool
    """Whether to install patches; False only scans. Default: True."""
    snapshot: bool
    """Whether to take an image of each node first. Needs `engine: runbook`. Default: False."""
    snapshot_retention_days: int
    """How many days the images are kept. Default: for ever."""
    approvers: list[str]
    """Who must approve before the first wave. Needs `engine: runbook`. Default: no approval."""
    approval_topic: bool | str | list[str]
    """What asks the approvers: true for a new topic, a list of e-mail addresses, or the ARN of a topic whose name
    starts with `Automation`. Default: a new topic, which writes to the e-mail addresses of `notify` if there are
    some."""
    approval_timeout: int
    """How long the approvers have, in seconds. Default: 3600."""
    reboot: Reboot
    """`RebootIfNeeded` or `NoReboot`. Required to install, unless each wave has it."""
    scan_schedule: str
    """When to scan between the runs. Default: no scan."""
    scan_max_concurrency: str
    """How many nodes are scanned at once. Default: `max_concurrency`."""
    scan_max_errors: str
    """How many failures the scan tolerates before it stops. Default: `"100%"`."""
    scan_duration: int
    """How long the window of the scan is open, in hours. Default: `duration`."""
    scan_cutoff: int
    """How long before its end the window of the scan starts no new node, in hours. Default: `cutoff`."""
    priority: int
    """A number that is added to the priorities of all tasks. Default: 0."""
    document_version: str
    """The version of the AWS document that patches. Default: its default version."""
    comment: str
    """A comment on each command, at most 100 characters. Default: none."""
    logs: bool | LogsConfig
    """Where the output of commands goes: `LogsConfig`, true for a new log group, false for nowhere. Default: true."""
    key_prefix: str
    """The prefix of the keys in the bucket of `logs`. Default: the name of the run."""
    vpc_endpoints: bool
    """Whether the nodes reach AWS through VPC endpoints, so that their policy must name AWS's own buckets. Default:
    false."""
    kms_key: str
    """The ARN of the KMS key that encrypts what the run makes. Default: no such key."""
    max_concurrency: str
    """How many nodes are patched at once: a number or a percentage as text. Default: `"10%"`."""
    max_errors: str
    """How many failures a wave tolerates before it stops: a number or a percentage as text. Default: `"0"` for the
    first of several waves, and `"10%"` for other waves."""
    delivery_timeout: int
    """How long a command may wait for its node, in seconds. Default: 600."""
    cutoff_behavior: CutoffBehavior
    """`CONTINUE_TASK` or `CANCEL_TASK`. Default: `CONTINUE_TASK` for a command, `CANCEL_TASK` for a runbook."""
    node_count: int
    """The number of nodes, to compute the time that each round has."""
    minutes_per_node: float
    """How long a node takes, in minutes. With `node_count`, a preview warns if the nodes do not fit into the window."""
    notify: bool | str | list[str]
    """Who gets notifications: true for a new topic, a list of e-mail addresses, the ARN of a topic, or false. Default:
    true."""
    alarms: bool
    """Whether to create rules and alarms for failed runs. Default: True."""
    stop_on_alarm: str
    """The name of the CloudWatch alarm that stops the run. Default: none."""
    freeze: list[FreezePeriod]
    """Periods in which the window does not open. Default: none."""
    baseline: str
    """The id of the baseline of the nodes. Default: the baseline of the group, else that of the account."""
    approve_after_days: int
    """How many days after its release the environment's baseline approves a patch. Used only to compute the promotion
    gap. Default: 7."""
    approve_until_date: str
    """The last release date that the environment's baseline approves, such as `2030-01-31`, in place of
    `approve_after_days`. Used only to compute the promotion gap."""


class EnvironmentConfig(SettingsConfig, total=False):
    """An environment: its name, what it patches, and its settings."""

    name: Required[str]
    """The name of the environment, which is the name of its stack. Must be unique."""
    targets: TargetsConfig
    """What a single wave, named `all`, patches. Use either `targets` or `waves`."""
    waves: list[WaveConfig]
    """The waves, in their order."""


class PatchingConfig(TypedDict, total=False):
    """The patching of all environments."""

    defaults: SettingsConfig
    """Settings for all environments. An environment's own settings win."""
    environments: Required[list[EnvironmentConfig]]
    """The environments, in the order in which patches go through them."""


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment with all its settings; `run` holds the arguments of its `PatchingRun`."""

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


CheckRun: TypeAlias = Callable[[Problems, Mapping[str, Any], Collection[str]], None]
"""Checks the arguments of a `PatchingRun`, but for those whose mistakes are reported already."""


def read_environments(
    where: str, patching: Mapping[str, Any], checks: Mapping[str, CheckRun] = MappingProxyType({})
) -> dict[str, Environment]:
    """Read all environments, in their order.

    Args:
        where: the component.
        patching: the configuration.
        checks: by the names of environments, what checks the arguments of their runs too.

    Raises:
        ArgumentError: a key or a value is wrong.
        ScheduleError: AWS would refuse a schedule.
    """
    config = cast("PatchingConfig", _without_nulls(typed_value(where, "patching", patching, PatchingConfig)))
    defaults = config.get("defaults", {})
    problems = Problems(where)
    own = config["environments"]
    problems.check(_demand_names, where, [each["name"] for each in own])
    environments = [
        problems.check(
            _environment,
            f"{where}: environment {each['name']!r}",
            {**defaults, **each},
            checks.get(each["name"]),
        )
        for each in own
    ]
    problems.raise_all()
    return {environment.name: environment for environment in environments if environment is not None}


def _without_nulls(value: object) -> object:
    """Leave out what YAML gives as null, such as a key whose value is a comment: it is as if it were not there."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(part) for key, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list | tuple) else value


def _demand_names(where: str, names: list[str]) -> None:
    if not names or len({*names}) < len(names):
        raise wrong(where, "environments", names, "one environment or more, each with a different name")


def _environment(where: str, config: EnvironmentConfig, check: CheckRun | None) -> Environment:
    problems, timezone = Problems(where), config.get("timezone", "UTC")
    schedule = problems.check(_schedule, where, config)
    patched = problems.check(_patched, where, config)
    until = problems.check(_until, where, config)
    freezes = problems.check(read_periods, config.get("freeze", []), timezone, "freeze")
    problems.check(check_duration, where, "duration", config.get("duration", _HOURS))
    if "cutoff" in config:
        problems.check(check_cutoff, where, "cutoff", config["cutoff"])
        problems.check(check_cutoff, where, "cutoff", config["cutoff"], config.get("duration", _HOURS))
    settings = {key: value for key, value in config.items() if key not in _NOT_OF_PATCHING_RUN}
    run = {**settings, **(patched or {"waves": None})}
    if check is not None:
        parts = {"schedule": schedule, "waves": patched, "targets": patched, "freeze": freezes}
        check(problems, run, {name for name, part in parts.items() if part is None})
    problems.raise_all()
    assert schedule is not None and patched is not None and freezes is not None  # noqa: S101, PT018 - or raise_all has raised
    return Environment(
        name=config["name"],
        waves=tuple(patched.get("waves", [ONLY_WAVE])),
        schedule=schedule,
        timezone=timezone,
        hours=config.get("duration", _HOURS),
        enabled=config.get("enabled", True),
        freezes=tuple(freezes),
        approve_after_days=config.get("approve_after_days", _APPROVE_AFTER_DAYS),
        approve_until_date=until,
        run=run,
    )


def _schedule(where: str, config: EnvironmentConfig) -> Schedule:
    if "schedule" not in config:
        raise ArgumentError(f"{where}: schedule is required, here or in the defaults")
    schedule = parse_schedule(config["schedule"], config.get("offset_days"))
    if isinstance(schedule, Rate):
        allowed = "cron(…) or at(…): a rate counts from the creation of the window, which the calendar does not know"
        raise wrong(where, "schedule", config["schedule"], allowed)
    return schedule


def _patched(where: str, config: EnvironmentConfig) -> dict[str, Any]:
    """Give the argument of a `PatchingRun` that says what it patches: `targets` or `waves`."""
    waves, targets = config.get("waves"), config.get("targets")
    if (waves is None) == (targets is None):
        keys = sorted(key for key in ("targets", "waves") if key in config)
        raise wrong(where, "targets", keys, "either `targets`, for a single wave, or `waves`")
    if targets is not None:
        return {"targets": _targets(where, targets)}
    listed = waves or []
    names = [wave["name"] for wave in listed]
    if len({*names}) < len(names):
        raise wrong(where, "waves", names, "different names")
    problems = Problems(where)
    for wave in listed:
        inner = Problems(f"{where}: wave {wave['name']!r}")
        inner.check(_targets, inner.where, wave["targets"])
        problems.check(inner.raise_all)
    problems.raise_all()
    return {"waves": {wave["name"]: _wave(f"{where}: wave {wave['name']!r}", wave) for wave in listed}}


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
    text = config.get("approve_until_date")
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong(where, "approve_until_date", text, "a day, such as '2030-01-31'") from None
