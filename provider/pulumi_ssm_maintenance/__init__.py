"""AWS Systems Manager maintenance window tasks for Pulumi Python programs."""

from . import errors, outputs
from ._dynamic import TaskProvider
from ._version import __version__
from .args import (
    AlarmArgs,
    AlarmConfigurationArgs,
    AutomationArgs,
    CloudWatchOutputConfigArgs,
    LambdaArgs,
    LoggingInfoArgs,
    MaintenanceWindowTaskArgs,
    NotificationConfigArgs,
    RunCommandArgs,
    StepFunctionsArgs,
    TargetArgs,
    TaskInvocationParametersArgs,
    TaskParameterValuesArgs,
)
from .provider import AssumeRoleArgs, AssumeRoleWithWebIdentityArgs, EndpointArgs, Provider, ProviderArgs
from .task import FROM_PULUMI_AWS, MaintenanceWindowTask

__all__ = [
    "FROM_PULUMI_AWS",
    "AlarmArgs",
    "AlarmConfigurationArgs",
    "AssumeRoleArgs",
    "AssumeRoleWithWebIdentityArgs",
    "AutomationArgs",
    "CloudWatchOutputConfigArgs",
    "EndpointArgs",
    "LambdaArgs",
    "LoggingInfoArgs",
    "MaintenanceWindowTask",
    "MaintenanceWindowTaskArgs",
    "NotificationConfigArgs",
    "Provider",
    "ProviderArgs",
    "RunCommandArgs",
    "StepFunctionsArgs",
    "TargetArgs",
    "TaskInvocationParametersArgs",
    "TaskParameterValuesArgs",
    "TaskProvider",
    "__version__",
    "errors",
    "outputs",
]
