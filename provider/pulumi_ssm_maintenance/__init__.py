"""AWS Systems Manager maintenance window tasks for Pulumi Python programs."""

import importlib
import typing

from ._version import __version__

if typing.TYPE_CHECKING:
    from . import errors, outputs
    from ._dynamic import TaskProvider
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

if not typing.TYPE_CHECKING:  # type checkers and editors know the names from the imports above
    _HOMES = ("_dynamic", "args", "provider", "task")

    def __getattr__(name: str) -> object:
        """Load the names above when the first of them is used.

        They need pulumi, which takes longer to load than everything else. The help of the command line and the
        simulation do without it.
        """
        if name in {*_HOMES, "errors", "outputs"}:
            return importlib.import_module(f"{__name__}.{name}")
        if name not in __all__:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        for home in (importlib.import_module(f"{__name__}.{module}") for module in _HOMES):
            globals().update({public: getattr(home, public) for public in home.__all__})
        return globals()[name]

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
