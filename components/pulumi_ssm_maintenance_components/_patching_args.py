"""The arguments of a patching run."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import pulumi

from pulumi_ssm_maintenance.args import CutoffBehavior

from ._command_logs import LogsArgs
from ._freeze_periods import FreezePeriod
from ._notify import Notify
from ._patch_command import HooksArgs, Reboot
from ._roles import AnyRole
from ._run_baseline import AnyBaseline
from ._schedule import Schedule
from ._stop_alarm import AnyAlarm
from ._targets import Targets
from ._waves import WaveArgs
from ._window import AnyWindow, WindowSettings

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
