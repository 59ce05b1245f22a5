"""Component resources on top of `pulumi_ssm_maintenance`."""

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance.schedules import (
    At,
    Cron,
    FreezePeriod,
    PatchTuesday,
    Rate,
    RateUnit,
    Room,
    Schedule,
    ScheduleError,
    is_frozen,
    parse_schedule,
)

from .alerts.stop_alarm import AnyAlarm
from .alerts.topics import Notify
from .alerts.window_alerts import WindowAlerts, WindowAlertsArgs
from .alerts.window_events import WindowEvent
from .baselines.operating_systems import OperatingSystem, PatchFilters
from .baselines.patch_baseline import PatchBaseline, PatchBaselineArgs, PatchSourceArgs
from .baselines.patch_rules import ComplianceLevel, PatchRule
from .baselines.run_patch_baseline import HooksArgs, Reboot
from .foundation.keys import AnyKey
from .foundation.location import Here, Location
from .foundation.roles import AnyRole, Statement
from .freezes.change_freeze import ChangeFreeze, ChangeFreezeArgs
from .logs.command_logs import LogsArgs
from .patching.arguments import Engine, PatchingRunArgs
from .patching.baseline import AnyBaseline
from .patching.environments.calendar import PromotionGap, Run
from .patching.environments.configuration import (
    EnvironmentConfig,
    LogsConfig,
    PatchingConfig,
    SettingsConfig,
    TargetsConfig,
    WaveConfig,
)
from .patching.environments.patch_waves import PatchWaves, PatchWavesArgs
from .patching.patching_run import PatchingRun, RunEvent
from .patching.waves import WaveArgs, WaveIds
from .runbooks.automation_runbook import AutomationRunbook, AutomationRunbookArgs
from .runbooks.content import OnFailure, RunbookContent, RunbookParameters
from .runbooks.existing_runbook import AnyRunbook
from .runbooks.steps import Permit, Step
from .tasks.command_document import AnyDocument, CommandParameters
from .tasks.lambda_function import AnyFunction, CodeArgs
from .tasks.lambda_task import LambdaTask, LambdaTaskArgs
from .tasks.payload import Json
from .tasks.run_command_task import RunCommandTask, RunCommandTaskArgs
from .tasks.step_function_task import AnyStateMachine, StepFunctionTask, StepFunctionTaskArgs
from .windows.maintenance_window import AnyWindow, MaintenanceWindow, MaintenanceWindowArgs
from .windows.targets import PatchGroupKey, Targets

__all__ = [
    "AnyAlarm",
    "AnyBaseline",
    "AnyDocument",
    "AnyFunction",
    "AnyKey",
    "AnyRole",
    "AnyRunbook",
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
    "Location",
    "LogsArgs",
    "LogsConfig",
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
    "PatchSourceArgs",
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
