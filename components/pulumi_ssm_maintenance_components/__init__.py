"""Component resources on top of `pulumi_ssm_maintenance`."""

from ._automation_runbook import AutomationRunbook, AutomationRunbookArgs
from ._calendar import PromotionGap, Run
from ._change_freeze import ChangeFreeze, ChangeFreezeArgs
from ._command_document import AnyDocument, CommandParameters
from ._command_logs import LogsArgs
from ._errors import ArgumentError
from ._freeze_periods import FreezePeriod, is_frozen
from ._here import Here
from ._lambda_function import AnyFunction, CodeArgs
from ._lambda_task import LambdaTask, LambdaTaskArgs
from ._notify import Notify
from ._patch_baseline import PatchBaseline, PatchBaselineArgs
from ._patch_command import HooksArgs, Reboot
from ._patch_rules import ComplianceLevel, PatchRule
from ._patch_systems import OperatingSystem, PatchFilters
from ._patch_waves import PatchWaves, PatchWavesArgs
from ._patching_args import Engine, PatchingRunArgs
from ._patching_config import EnvironmentConfig, PatchingConfig, SettingsConfig, TargetsConfig, WaveConfig
from ._patching_run import PatchingRun, RunEvent
from ._roles import AnyRole, Statement
from ._rounds import Room
from ._run_baseline import AnyBaseline
from ._run_command_task import RunCommandTask, RunCommandTaskArgs
from ._runbook_content import OnFailure, RunbookContent, RunbookParameters
from ._runbook_steps import Permit, Step
from ._schedule import Schedule
from ._schedule_error import ScheduleError
from ._schedules import At, Cron, PatchTuesday, Rate, RateUnit, parse_schedule
from ._step_function_task import AnyStateMachine, StepFunctionTask, StepFunctionTaskArgs
from ._stop_alarm import AnyAlarm
from ._targets import PatchGroupKey, Targets
from ._task_text import Json
from ._waves import WaveArgs, WaveIds
from ._window import AnyWindow, MaintenanceWindow, MaintenanceWindowArgs
from ._window_alerts import WindowAlerts, WindowAlertsArgs
from ._window_events import WindowEvent

__all__ = [
    "AnyAlarm",
    "AnyBaseline",
    "AnyDocument",
    "AnyFunction",
    "AnyRole",
    "AnyStateMachine",
    "AnyWindow",
    "ArgumentError",
    "At",
    "AutomationRunbook",
    "AutomationRunbookArgs",
    "ChangeFreeze",
    "ChangeFreezeArgs",
    "CodeArgs",
    "CommandParameters",
    "ComplianceLevel",
    "Cron",
    "Engine",
    "EnvironmentConfig",
    "FreezePeriod",
    "Here",
    "HooksArgs",
    "Json",
    "LambdaTask",
    "LambdaTaskArgs",
    "LogsArgs",
    "MaintenanceWindow",
    "MaintenanceWindowArgs",
    "Notify",
    "OnFailure",
    "OperatingSystem",
    "PatchBaseline",
    "PatchBaselineArgs",
    "PatchFilters",
    "PatchGroupKey",
    "PatchRule",
    "PatchTuesday",
    "PatchWaves",
    "PatchWavesArgs",
    "PatchingConfig",
    "PatchingRun",
    "PatchingRunArgs",
    "Permit",
    "PromotionGap",
    "Rate",
    "RateUnit",
    "Reboot",
    "Room",
    "Run",
    "RunCommandTask",
    "RunCommandTaskArgs",
    "RunEvent",
    "RunbookContent",
    "RunbookParameters",
    "Schedule",
    "ScheduleError",
    "SettingsConfig",
    "Statement",
    "Step",
    "StepFunctionTask",
    "StepFunctionTaskArgs",
    "Targets",
    "TargetsConfig",
    "WaveArgs",
    "WaveConfig",
    "WaveIds",
    "WindowAlerts",
    "WindowAlertsArgs",
    "WindowEvent",
    "is_frozen",
    "parse_schedule",
]
