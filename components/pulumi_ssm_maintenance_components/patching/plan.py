"""The plan of a patching run: its arguments, checked and with all defaults, before any resource is created."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pulumi

from pulumi_ssm_maintenance.args import (
    AlarmConfigurationArgs,
    CutoffBehavior,
    RunCommandArgs,
    TaskInvocationParametersArgs,
)
from pulumi_ssm_maintenance.schedules import Room, room
from pulumi_ssm_maintenance_components.alerts.stop_alarm import AnyAlarm, alarm_configuration
from pulumi_ssm_maintenance_components.baselines.run_patch_baseline import PatchCommand, patch_command
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, unless_reported, wrong
from pulumi_ssm_maintenance_components.foundation.roles import AnyRole
from pulumi_ssm_maintenance_components.logs.command_logs import CommandLogs
from pulumi_ssm_maintenance_components.tasks.rates import demand_rates
from pulumi_ssm_maintenance_components.windows.maintenance_window import MaintenanceWindow, open_hours
from pulumi_ssm_maintenance_components.windows.targets import Targets

from .arguments import PatchingRunArgs
from .baseline import check_baseline, demand_patch_groups
from .engine import RunbookSettings, check_engine, read_engine
from .waves import ONLY_WAVE, Wave, WaveArgs, WavePosition, WaveTask, merged, read_waves

_SHORTEST_DELIVERY, _LONGEST_DELIVERY = 30, 2592000  # bounds of the API
_DELIVERY = 600
_CONCURRENCY = "10%"
_SCAN_ONLY = ("scan_max_concurrency", "scan_max_errors", "scan_duration", "scan_cutoff")
_LONGEST_COMMENT = 100  # of the API
_LONGEST_PREFIX = 400  # the API takes 500 characters, the name of a wave included

# CANCEL_TASK tries to kill a running command, but lets running automations finish and starts no more of them.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterTaskWithMaintenanceWindow.html
_CUTOFF_OF_COMMANDS: CutoffBehavior = "CONTINUE_TASK"
_CUTOFF_OF_RUNBOOKS: CutoffBehavior = "CANCEL_TASK"


@dataclass(frozen=True, slots=True)
class ExistingRoles:
    """The roles that the user passes in place of new ones.

    Attributes:
        task: starts the commands and the runbook.
        notification: publishes failed nodes.
        assume: the role that the runbook runs as.
    """

    task: AnyRole | None
    notification: AnyRole | None
    assume: AnyRole | None


@dataclass(frozen=True, slots=True)
class PatchPlan:
    """What is patched, and how. Without `runbook`, a command patches each node."""

    command: PatchCommand
    runbook: RunbookSettings | None
    waves: list[Wave]
    scan: Wave | None
    delivery_timeout: int
    cutoff_behavior: CutoffBehavior
    stop_on_alarm: AnyAlarm | None
    alarm_configuration: AlarmConfigurationArgs | None
    node_count: int | None
    patch_groups: list[str]
    priority: int
    key_prefix: str
    document_version: pulumi.Input[str] | None
    comment: pulumi.Input[str] | None
    roles: ExistingRoles

    @property
    def documents(self) -> list[str]:
        """The names of the documents that the tasks run as commands."""
        patching = [] if self.runbook else [self.command.document]
        return sorted({*patching, *([self.command.scan().document] if self.scan else [])})

    @property
    def has_resource_groups(self) -> bool:
        """Whether a wave targets a resource group."""
        return any(
            targets.resource_type == "RESOURCE_GROUP" for wave in self.waves for targets in wave.targets.values()
        )

    def room(self, minutes: int | None) -> Room | None:
        """Return the time that each round has, if tasks may start for this many minutes."""
        if minutes is None:
            return None
        return room(minutes, [(wave.max_concurrency, wave.longest_queue) for wave in self.waves], self.node_count)

    def task(self, role_arn: pulumi.Input[str], logs: CommandLogs, notifications: RunCommandArgs) -> WaveTask:
        """Return the task of each wave, as a command."""

        def invocation(wave: Wave, _: WavePosition) -> TaskInvocationParametersArgs:
            sending = self.sending(logs.arguments(f"{self.key_prefix}/{wave.name}"), notifications)
            return {"run_command": {"parameters": self.command.parameters(wave.reboot), **sending}}

        return WaveTask(
            task_type="RUN_COMMAND",
            task_arn=self.command.document,
            role_arn=role_arn,
            priority=self.priority,
            cutoff_behavior=self.cutoff_behavior,
            alarm_configuration=self.alarm_configuration,
            invocation=invocation,
        )

    def sending(self, logs: RunCommandArgs, notifications: RunCommandArgs) -> RunCommandArgs:
        """Return how a command is sent: its delivery timeout, its logs and its notifications."""
        sending: RunCommandArgs = {"timeout_seconds": self.delivery_timeout, **logs, **notifications}
        if self.document_version is not None:
            sending["document_version"] = self.document_version
        if self.comment is not None:
            sending["comment"] = self.comment
        return sending

    def scanning(self) -> "PatchPlan":
        """Return the plan that scans what this plan patches. A scan changes nothing, so no alarm stops it."""
        scan = self.command.scan()
        return replace(
            self,
            command=scan,
            priority=0,
            # A version of another document means nothing to the one that scans.
            document_version=self.document_version if scan.document == self.command.document else None,
            runbook=None,
            cutoff_behavior=_CUTOFF_OF_COMMANDS if self.runbook else self.cutoff_behavior,
            alarm_configuration=None,
        )


def check_plan(problems: Problems, name: str, args: PatchingRunArgs) -> None:
    """Check the arguments of a run, and collect all mistakes."""
    where = problems.where
    check_engine(problems, args)
    for rule in _RULES:
        problems.check(rule, where, args)
    for argument in _SCAN_ONLY:
        problems.check(_check_scan_only, where, argument, args)
    problems.check(_key_prefix, where, name, args)
    problems.check(lambda: check_baseline(where, args.get("baseline")))


def read_plan(where: str, name: str, args: PatchingRunArgs) -> PatchPlan:
    """Check the arguments, and fill in the defaults.

    Raises:
        ArgumentError: an argument is wrong.
    """
    waves, runbook = _waves(where, args), read_engine(where, args)
    return PatchPlan(
        command=_command(where, args),
        runbook=runbook,
        waves=waves,
        scan=_scan(where, args),
        delivery_timeout=_delivery_timeout(where, args),
        cutoff_behavior=args.get("cutoff_behavior", _CUTOFF_OF_RUNBOOKS if runbook else _CUTOFF_OF_COMMANDS),
        stop_on_alarm=args.get("stop_on_alarm"),
        alarm_configuration=_alarm(where, args),
        node_count=args.get("node_count"),
        patch_groups=demand_patch_groups(where, args.get("baseline"), waves),
        priority=_priority(where, args),
        key_prefix=_key_prefix(where, name, args),
        document_version=args.get("document_version"),
        comment=_comment(where, args),
        roles=ExistingRoles(args.get("task_role"), args.get("notification_role"), args.get("assume_role")),
    )


def _waves(where: str, args: PatchingRunArgs) -> list[Wave]:
    waves = read_waves(
        where,
        _groups(where, args),
        # A wrong type of one of these is no reason to leave the rest of the waves unchecked.
        install=unless_reported(args, "install", default=True, harmless=False),
        max_concurrency=unless_reported(args, "max_concurrency", _CONCURRENCY, harmless=_CONCURRENCY),
        max_errors=unless_reported(args, "max_errors", None, harmless=None),
        reboot=unless_reported(args, "reboot", None, harmless="NoReboot"),
        is_named="waves" in args,
    )
    demand_patch_groups(where, args.get("baseline"), waves)
    return waves


def _command(where: str, args: PatchingRunArgs) -> PatchCommand:
    return patch_command(
        where,
        install=unless_reported(args, "install", default=True, harmless=True),
        hooks=unless_reported(args, "hooks", None, harmless=None),
        install_override_list=unless_reported(args, "install_override_list", None, harmless=None),
        baseline_override=unless_reported(args, "baseline_override", None, harmless=None),
    )


def _alarm(where: str, args: PatchingRunArgs) -> AlarmConfigurationArgs | None:
    return alarm_configuration(where, args.get("stop_on_alarm"))


def _groups(where: str, args: PatchingRunArgs) -> Mapping[str, WaveArgs | Targets]:
    match args:
        case {"waves": waves} if "targets" not in args:
            return waves
        case {"targets": targets} if "waves" not in args:
            return {ONLY_WAVE: {"targets": targets}}
    passed = sorted({"targets", "waves"} & args.keys())
    raise wrong(where, "targets", passed, "either `targets`, for a single wave, or `waves`")


def _scan(where: str, args: PatchingRunArgs) -> Wave | None:
    if args.get("scan_schedule") is None:
        return None
    # A node that cannot be scanned must not stop the scan of the others.
    errors = args.get("scan_max_errors", "100%")
    concurrency = args.get("scan_max_concurrency", args.get("max_concurrency", _CONCURRENCY))
    demand_rates(where, concurrency if "scan_max_concurrency" in args else _CONCURRENCY, errors, "scan_")
    return merged("scan", _waves(where, args), max_concurrency=concurrency, max_errors=errors)


def _check_scan_only(where: str, argument: str, args: PatchingRunArgs) -> None:
    if argument in args and "scan_schedule" not in args:
        raise wrong(where, argument, args.get(argument), "none without `scan_schedule`")


def _priority(where: str, args: PatchingRunArgs) -> int:
    priority = args.get("priority", 0)
    if priority < 0:
        raise wrong(where, "priority", priority, "a whole number, 0 or more")
    return priority


def _key_prefix(where: str, name: str, args: PatchingRunArgs) -> str:
    prefix, logs = args.get("key_prefix"), args.get("logs", True)
    if prefix is None:
        return name
    if isinstance(logs, bool) or not logs.get("bucket"):
        raise wrong(where, "key_prefix", prefix, "none without a bucket in `logs`")
    if not 1 <= len(prefix) <= _LONGEST_PREFIX:
        raise wrong(where, "key_prefix", prefix, f"1 to {_LONGEST_PREFIX} characters")
    return prefix


def _check_vpc_endpoints(where: str, args: PatchingRunArgs) -> None:
    if args.get("vpc_endpoints", False) and not args.get("node_policy", True):
        raise wrong(where, "vpc_endpoints", True, "none with node_policy=False: it is a part of that policy")  # noqa: FBT003


def _comment(where: str, args: PatchingRunArgs) -> pulumi.Input[str] | None:
    comment = args.get("comment")
    if isinstance(comment, str) and len(comment) > _LONGEST_COMMENT:
        raise wrong(where, "comment", comment, f"at most {_LONGEST_COMMENT} characters")
    return comment


def _node_count(where: str, args: PatchingRunArgs) -> None:
    count = args.get("node_count")
    if count is not None and count < 0:
        raise wrong(where, "node_count", count, "a whole number, 0 or more")


def _minutes_per_node(where: str, args: PatchingRunArgs) -> None:
    minutes = args.get("minutes_per_node")
    if minutes is not None and minutes <= 0:
        raise wrong(where, "minutes_per_node", minutes, "a number of minutes above 0")


def _delivery_timeout(where: str, args: PatchingRunArgs) -> int:
    seconds = args.get("delivery_timeout", _DELIVERY)
    if seconds < _SHORTEST_DELIVERY:
        raise wrong(where, "delivery_timeout", seconds, f"{_SHORTEST_DELIVERY} seconds or more")
    if seconds > _LONGEST_DELIVERY:
        raise wrong(where, "delivery_timeout", seconds, f"at most {_LONGEST_DELIVERY} seconds, which is 30 days")
    return seconds


def _delivery_before_cutoff(where: str, args: PatchingRunArgs) -> None:
    """Demand that no command can start after the cutoff, where the window is known."""
    window = args.get("window")
    if window is None:
        duration, cutoff = open_hours(args)
    elif isinstance(window, MaintenanceWindow):
        duration, cutoff = window.duration, window.cutoff
    else:
        return
    seconds, timeout = (duration - cutoff) * 3600, _delivery_timeout(where, args)
    if 0 < seconds <= timeout:
        raise wrong(where, "delivery_timeout", timeout, f"less than {seconds} seconds, which is when the cutoff comes")


_RULES = (
    _waves,
    _command,
    _scan,
    _delivery_timeout,
    _delivery_before_cutoff,
    _priority,
    _comment,
    _node_count,
    _minutes_per_node,
    _alarm,
    _check_vpc_endpoints,
)
