"""The pages of the reference: the public names, with the docstrings that editors show."""

import importlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_TASKS: Final = "pulumi_ssm_maintenance"
_COMPONENTS: Final = "pulumi_ssm_maintenance_components"
_OPERATIONS: Final = "pulumi_ssm_maintenance.operations"
_OF_TASKS: Final = {_TASKS, f"{_TASKS}.outputs", f"{_TASKS}.errors"}
_TYPES: Final = (
    "An argument of the type `Required[…]` must be given, every other one may be left out. `Input[…]` takes a value, or"
    " the output of a resource."
)


@dataclass(frozen=True, slots=True)
class _Reference:
    """The names of a package on one page; without names, all that no other page shows."""

    package: str
    names: str = ""
    guide: str = ""
    """The page in `docs` that shows how they work together."""

    @property
    def section(self) -> str:
        """The part of the reference in which the page stands."""
        return {_COMPONENTS: "components"}.get(self.package, "tasks" if self.package in _OF_TASKS else "python")


_PAGES: Final[Mapping[str, _Reference]] = MappingProxyType(
    {
        "MaintenanceWindowTask": _Reference(_TASKS, "MaintenanceWindowTask MaintenanceWindowTaskArgs"),
        "Parts of a task": _Reference(
            _TASKS,
            "TargetArgs TaskInvocationParametersArgs RunCommandArgs AutomationArgs LambdaArgs StepFunctionsArgs"
            " NotificationConfigArgs CloudWatchOutputConfigArgs AlarmConfigurationArgs AlarmArgs LoggingInfoArgs"
            " TaskParameterValuesArgs FROM_PULUMI_AWS",
        ),
        "Outputs of a task": _Reference("pulumi_ssm_maintenance.outputs"),
        "Provider": _Reference(
            _TASKS, "Provider ProviderArgs AssumeRoleArgs AssumeRoleWithWebIdentityArgs EndpointArgs"
        ),
        "Errors": _Reference("pulumi_ssm_maintenance.errors"),
        "PatchingRun": _Reference(_COMPONENTS, "PatchingRun PatchingRunArgs WaveArgs WaveIds HooksArgs LogsArgs"),
        "PatchWaves": _Reference(
            _COMPONENTS,
            "PatchWaves PatchWavesArgs PatchingConfig EnvironmentConfig SettingsConfig WaveConfig TargetsConfig"
            " PromotionGap Run",
        ),
        "PatchBaseline": _Reference(_COMPONENTS, "PatchBaseline PatchBaselineArgs PatchRule PatchSourceArgs"),
        "MaintenanceWindow": _Reference(_COMPONENTS, "MaintenanceWindow MaintenanceWindowArgs"),
        "Targets": _Reference(_COMPONENTS, "Targets"),
        "WindowAlerts": _Reference(_COMPONENTS, "WindowAlerts WindowAlertsArgs"),
        "ChangeFreeze": _Reference(_COMPONENTS, "ChangeFreeze ChangeFreezeArgs"),
        "AutomationRunbook": _Reference(_COMPONENTS, "AutomationRunbook AutomationRunbookArgs Step"),
        "RunCommandTask": _Reference(_COMPONENTS, "RunCommandTask RunCommandTaskArgs"),
        "LambdaTask": _Reference(_COMPONENTS, "LambdaTask LambdaTaskArgs CodeArgs"),
        "StepFunctionTask": _Reference(_COMPONENTS, "StepFunctionTask StepFunctionTaskArgs"),
        "Types of components": _Reference(_COMPONENTS),
        "Schedules": _Reference("pulumi_ssm_maintenance.schedules"),
        "Testing": _Reference("pulumi_ssm_maintenance.testing"),
        "Simulation": _Reference("pulumi_ssm_maintenance.simulation"),
        "Adoption": _Reference(f"{_OPERATIONS}.adopt", guide="adopt"),
        "Doctor": _Reference(f"{_OPERATIONS}.doctor", guide="doctor"),
        "Planning": _Reference(f"{_OPERATIONS}.planning", guide="plan"),
        "Runs": _Reference(f"{_OPERATIONS}.runs", guide="status"),
    }
)


def reference_pages() -> Iterator[tuple[str, str]]:
    """Give the path and the text of each page."""
    for title, page in _PAGES.items():
        names = page.names.split() or _names_of_no_other_page(page.package)
        path = f"{page.section}/{title.lower().replace(' ', '-')}.md"
        shown = [f"::: {_identifier(page.package, name)}" for name in names]
        yield path, "\n\n".join([f"# {title}", _introduction(page, names), *shown]) + "\n"


def _introduction(page: _Reference, names: list[str]) -> str:
    guide = f" [The guide](../../docs/{page.guide}.md) has examples." if page.guide else ""
    types = f" {_TYPES}" if any(name.endswith("Args") for name in names) else ""
    return f"Import these names from `{page.package}`.{guide}{types}"


def _identifier(package: str, name: str) -> str:
    """Name what is shown. A function that shares the name of its module is named in that module."""
    module = f"{package}.{name}"
    return f"{module}.{name}" if module in sys.modules else module


def _names_of_no_other_page(package: str) -> list[str]:
    elsewhere = {name for page in _PAGES.values() if page.package == package for name in page.names.split()}
    if package == _COMPONENTS:  # which export the schedules and the base of their errors too
        elsewhere.update(_public("pulumi_ssm_maintenance.schedules"), ["ArgumentError"])
    return [name for name in _public(package) if name not in elsewhere]


def _public(package: str) -> list[str]:
    module = importlib.import_module(package)
    own = [name for name, value in vars(module).items() if isinstance(value, type) and value.__module__ == package]
    return [*getattr(module, "__all__", own)]
