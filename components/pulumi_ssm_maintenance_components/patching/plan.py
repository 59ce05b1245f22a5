"""What a patching run does, read from its arguments before anything is made."""

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
from pulumi_ssm_maintenance_components.foundation.arguments import wrong
from pulumi_ssm_maintenance_components.logs.command_logs import CommandLogs
from pulumi_ssm_maintenance_components.windows.targets import Targets

from .arguments import PatchingRunArgs
from .baseline import demand_patch_groups
from .engine import RunbookSettings, read_engine
from .waves import Turn, Wave, WaveArgs, WaveTask, merged, read_waves

_SHORTEST_DELIVERY = 30  # of the API
_DELIVERY = 600
_CONCURRENCY = "10%"
_ONLY_WAVE = "all"

# To cancel a command is to try and kill it; runs of a runbook that are under way go on, and none begins.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterTaskWithMaintenanceWindow.html
_CUTOFF_OF_COMMANDS: CutoffBehavior = "CONTINUE_TASK"
_CUTOFF_OF_RUNBOOKS: CutoffBehavior = "CANCEL_TASK"


@dataclass(frozen=True, slots=True)
class PatchPlan:
    """What is patched and how; without `runbook` by a command alone."""

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

    @property
    def documents(self) -> list[str]:
        """The names of the documents that tasks run as commands."""
        patching = [] if self.runbook else [self.command.document]
        return sorted({*patching, *([self.command.scan().document] if self.scan else [])})

    @property
    def has_resource_groups(self) -> bool:
        """Whether a wave is a resource group."""
        return any(it.resource_type == "RESOURCE_GROUP" for wave in self.waves for it in wave.targets.values())

    def room(self, where: str, minutes: int | None) -> Room | None:
        """Say what time there is, in a window that takes tasks for so many minutes.

        Raises:
            ArgumentError: a node could start after the cutoff.
        """
        if minutes is None:
            return None
        if self.delivery_timeout >= minutes * 60:
            allowed = f"less than {minutes * 60} seconds, which is when the cutoff comes"
            raise wrong(where, "delivery_timeout", self.delivery_timeout, allowed)
        return room(minutes, [(wave.max_concurrency, wave.longest_queue) for wave in self.waves], self.node_count)

    def task(
        self, name: str, role_arn: pulumi.Input[str], logs: CommandLogs, notifications: RunCommandArgs
    ) -> WaveTask:
        """Give the tasks of the waves, as commands."""

        def invocation(wave: Wave, _: Turn) -> TaskInvocationParametersArgs:
            sending = self.sending(logs.arguments(f"{name}/{wave.name}"), notifications)
            return {"run_command": {"parameters": self.command.parameters(wave.reboot), **sending}}

        return WaveTask(
            task_type="RUN_COMMAND",
            task_arn=self.command.document,
            role_arn=role_arn,
            cutoff_behavior=self.cutoff_behavior,
            alarm_configuration=self.alarm_configuration,
            invocation=invocation,
        )

    def sending(self, logs: RunCommandArgs, notifications: RunCommandArgs) -> RunCommandArgs:
        """Say how the command is sent, by whatever sends it: until when, and where its output and its failures go."""
        return {"timeout_seconds": self.delivery_timeout, **logs, **notifications}

    def scanning(self) -> "PatchPlan":
        """Give the plan that scans what this one patches: it changes nothing, so that no alarm need stop it."""
        return replace(
            self,
            command=self.command.scan(),
            runbook=None,
            cutoff_behavior=_CUTOFF_OF_COMMANDS if self.runbook else self.cutoff_behavior,
            alarm_configuration=None,
        )


def read_plan(where: str, args: PatchingRunArgs) -> PatchPlan:
    """Check and settle the arguments.

    Raises:
        ArgumentError: one is wrong.
    """
    install, max_concurrency = args.get("install", True), args.get("max_concurrency", _CONCURRENCY)
    waves = read_waves(
        where,
        _groups(where, args),
        install=install,
        max_concurrency=max_concurrency,
        max_errors=args.get("max_errors"),
        reboot=args.get("reboot"),
    )
    scans = args.get("scan_schedule") is not None
    runbook = read_engine(where, args)
    return PatchPlan(
        command=patch_command(
            where,
            install=install,
            hooks=args.get("hooks"),
            install_override_list=args.get("install_override_list"),
            baseline_override=args.get("baseline_override"),
        ),
        runbook=runbook,
        waves=waves,
        # A node that cannot be scanned is no reason to leave the others out.
        scan=merged("scan", waves, max_concurrency=max_concurrency, max_errors="100%") if scans else None,
        delivery_timeout=_delivery_timeout(where, args.get("delivery_timeout", _DELIVERY)),
        cutoff_behavior=args.get("cutoff_behavior", _CUTOFF_OF_RUNBOOKS if runbook else _CUTOFF_OF_COMMANDS),
        stop_on_alarm=args.get("stop_on_alarm"),
        alarm_configuration=alarm_configuration(where, args.get("stop_on_alarm")),
        node_count=args.get("node_count"),
        patch_groups=demand_patch_groups(where, args.get("baseline"), waves),
    )


def _groups(where: str, args: PatchingRunArgs) -> Mapping[str, WaveArgs | Targets]:
    match args:
        case {"waves": waves} if "targets" not in args:
            return waves
        case {"targets": targets} if "waves" not in args:
            return {_ONLY_WAVE: {"targets": targets}}
    given = sorted({"targets", "waves"} & args.keys())
    raise wrong(where, "targets", given, "either `targets`, for a single wave, or `waves`")


def _delivery_timeout(where: str, seconds: int) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < _SHORTEST_DELIVERY:
        raise wrong(where, "delivery_timeout", seconds, f"{_SHORTEST_DELIVERY} seconds or more")
    return seconds
