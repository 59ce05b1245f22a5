"""Component resources on top of `pulumi_ssm_maintenance`."""

from ._automation_runbook import AutomationRunbook, AutomationRunbookArgs
from ._change_freeze import ChangeFreeze, ChangeFreezeArgs
from ._command_logs import LogsArgs
from ._errors import ArgumentError
from ._freeze_periods import FreezePeriod, is_frozen
from ._lambda_function import CodeArgs
from ._lambda_task import LambdaTask, LambdaTaskArgs
from ._patch_baseline import PatchBaseline, PatchBaselineArgs
from ._patch_command import HooksArgs
from ._patch_rules import PatchRule
from ._patch_waves import PatchWaves, PatchWavesArgs
from ._patching_args import PatchingRunArgs
from ._patching_config import PatchingConfig
from ._patching_run import PatchingRun
from ._run_command_task import RunCommandTask, RunCommandTaskArgs
from ._runbook_steps import Step
from ._schedule import Schedule
from ._schedule_error import ScheduleError
from ._schedules import At, Cron, PatchTuesday, Rate, parse_schedule
from ._step_function_task import StepFunctionTask, StepFunctionTaskArgs
from ._targets import Targets
from ._waves import WaveArgs, WaveIds
from ._window import MaintenanceWindow, MaintenanceWindowArgs
from ._window_alerts import WindowAlerts, WindowAlertsArgs

__all__ = [
    "ArgumentError",
    "At",
    "AutomationRunbook",
    "AutomationRunbookArgs",
    "ChangeFreeze",
    "ChangeFreezeArgs",
    "CodeArgs",
    "Cron",
    "FreezePeriod",
    "HooksArgs",
    "LambdaTask",
    "LambdaTaskArgs",
    "LogsArgs",
    "MaintenanceWindow",
    "MaintenanceWindowArgs",
    "PatchBaseline",
    "PatchBaselineArgs",
    "PatchRule",
    "PatchTuesday",
    "PatchWaves",
    "PatchWavesArgs",
    "PatchingConfig",
    "PatchingRun",
    "PatchingRunArgs",
    "Rate",
    "RunCommandTask",
    "RunCommandTaskArgs",
    "Schedule",
    "ScheduleError",
    "Step",
    "StepFunctionTask",
    "StepFunctionTaskArgs",
    "Targets",
    "WaveArgs",
    "WaveIds",
    "WindowAlerts",
    "WindowAlertsArgs",
    "is_frozen",
    "parse_schedule",
]
