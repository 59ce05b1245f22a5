"""The arguments of a patching run."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import pulumi

from pulumi_ssm_maintenance.args import CutoffBehavior
from pulumi_ssm_maintenance.schedules import FreezePeriod, Schedule
from pulumi_ssm_maintenance_components.alerts.stop_alarm import AnyAlarm
from pulumi_ssm_maintenance_components.alerts.topics import Notify
from pulumi_ssm_maintenance_components.baselines.run_patch_baseline import HooksArgs, Reboot
from pulumi_ssm_maintenance_components.foundation.roles import AnyRole
from pulumi_ssm_maintenance_components.logs.command_logs import LogsArgs
from pulumi_ssm_maintenance_components.windows.maintenance_window import AnyWindow, WindowSettings
from pulumi_ssm_maintenance_components.windows.targets import Targets

from .baseline import AnyBaseline
from .waves import WaveArgs

__all__ = ["Engine", "PatchingRunArgs"]

Engine: TypeAlias = Literal["run_command", "runbook"]


class PatchingRunArgs(WindowSettings, total=False):
    """The arguments of `PatchingRun`, which describes each of them."""

    schedule: Schedule | str
    window: AnyWindow
    targets: Targets | Mapping[str, Targets]
    waves: Mapping[str, WaveArgs | Targets]
    engine: Engine
    install: bool
    reboot: Reboot
    scan_schedule: Schedule | str | None
    max_concurrency: str
    max_errors: str
    delivery_timeout: int
    cutoff_behavior: CutoffBehavior
    node_count: int | None
    minutes_per_node: float | None
    snapshot: bool
    approvers: Sequence[pulumi.Input[str]]
    approval_timeout: int
    hooks: HooksArgs | None
    baseline: AnyBaseline | None
    install_override_list: pulumi.Input[str] | None
    baseline_override: pulumi.Input[str] | None
    logs: LogsArgs | bool
    notify: Notify
    alarms: bool
    stop_on_alarm: AnyAlarm | None
    freeze: Sequence[FreezePeriod]
    task_role: AnyRole | None
    notification_role: AnyRole | None
    assume_role: AnyRole | None
    node_policy: bool
    tags: Mapping[str, pulumi.Input[str]]
