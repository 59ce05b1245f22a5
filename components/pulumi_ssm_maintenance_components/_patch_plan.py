"""What a patching run does, read from its arguments before anything is made."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.args import AlarmConfigurationArgs, CutoffBehavior, RunCommandArgs

from ._arguments import demand_known, wrong
from ._command_logs import CommandLogs
from ._patch_command import PatchCommand, patch_command
from ._patching_args import PatchingRunArgs
from ._rounds import Room, room
from ._targets import Targets
from ._waves import Wave, WaveArgs, WaveTask, merged, read_waves

_SHORTEST_DELIVERY = 30  # of the API
_DELIVERY = 600
_CONCURRENCY = "10%"
_ONLY_WAVE = "all"


@dataclass(frozen=True, slots=True)
class PatchPlan:
    """What is patched and how."""

    command: PatchCommand
    waves: list[Wave]
    scan: Wave | None
    delivery_timeout: int
    cutoff_behavior: CutoffBehavior
    alarm_configuration: AlarmConfigurationArgs | None
    node_count: int | None

    @property
    def documents(self) -> list[str]:
        """The names of the documents that run."""
        return sorted({self.command.document, *([self.command.scan().document] if self.scan else [])})

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
        """Give the tasks of the waves."""

        def run_command(wave: Wave) -> RunCommandArgs:
            return {
                "parameters": self.command.parameters(wave.reboot),
                "timeout_seconds": self.delivery_timeout,
                **logs.arguments(f"{name}/{wave.name}"),
                **notifications,
            }

        return WaveTask(
            document=self.command.document,
            role_arn=role_arn,
            cutoff_behavior=self.cutoff_behavior,
            alarm_configuration=self.alarm_configuration,
            run_command=run_command,
        )

    def scanning(self) -> "PatchPlan":
        """Give the plan that scans what this one patches: it changes nothing, so that no alarm need stop it."""
        return replace(self, command=self.command.scan(), alarm_configuration=None)


def read_plan(where: str, args: PatchingRunArgs) -> PatchPlan:
    """Check and settle the arguments.

    Raises:
        ArgumentError: one is wrong.
    """
    demand_known(where, args, PatchingRunArgs)
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
    return PatchPlan(
        command=patch_command(
            where,
            install=install,
            hooks=args.get("hooks"),
            install_override_list=args.get("install_override_list"),
            baseline_override=args.get("baseline_override"),
        ),
        waves=waves,
        # A node that cannot be scanned is no reason to leave the others out.
        scan=merged("scan", waves, max_concurrency=max_concurrency, max_errors="100%") if scans else None,
        delivery_timeout=_delivery_timeout(where, args.get("delivery_timeout", _DELIVERY)),
        cutoff_behavior=args.get("cutoff_behavior", "CONTINUE_TASK"),
        alarm_configuration=_alarm_configuration(where, args),
        node_count=args.get("node_count"),
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


def _alarm_configuration(where: str, args: PatchingRunArgs) -> AlarmConfigurationArgs | None:
    alarm = args.get("stop_on_alarm")
    if alarm is None:
        return None
    if isinstance(alarm, str) and alarm.startswith("arn:"):
        raise wrong(where, "stop_on_alarm", alarm, "an alarm or its name, not its ARN")
    name = alarm.name if isinstance(alarm, aws.cloudwatch.MetricAlarm) else alarm
    return {"alarms": [{"name": name}], "ignore_poll_alarm_failure": False}
