"""The file for `pulumi import` that brings what is adopted into a stack."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from pulumi_ssm_maintenance.core.identity import TaskId
from pulumi_ssm_maintenance.core.secrecy import marked
from pulumi_ssm_maintenance.lifecycle.properties import BOOKKEEPING, Properties, inputs_of, outputs
from pulumi_ssm_maintenance.operations.errors import UsageError
from pulumi_ssm_maintenance.operations.live import LiveTask, LiveWindow

from .plan import AdoptedProvider, Adoption

WINDOW: Final = "aws:ssm/maintenanceWindow:MaintenanceWindow"
TARGET: Final = "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget"
AWS_PROVIDER: Final = "pulumi:providers:aws"
TASK_PROVIDER: Final = "pulumi:providers:pulumi-python"
TASK: Final = "pulumi-python:dynamic/ssm:MaintenanceWindowTask"

# What pulumi_aws.Provider sets where the program leaves it out.
_AWS_DEFAULTS: Final = {"skipCredentialsValidation": "false", "skipRegionValidation": "true"}

# How the engine writes a secret in a file. https://www.pulumi.com/docs/iac/concepts/secrets/
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a constant of Pulumi's protocol


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """One resource of an import file."""

    type: str
    """The type token of the resource."""
    name: str
    """The logical name."""
    id: str
    """As an import names it, with the window's id before a target's."""
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The other keys of the entry, as the import file has them. They may hold secrets."""

    @property
    def physical_id(self) -> str:
        """The id in the state."""
        return self.id.rpartition("/")[2]


def import_entries(adoption: Adoption) -> tuple[ImportEntry, ...]:
    """List what is imported, the owners first."""
    return tuple(_entries(adoption))


def import_file(entries: tuple[ImportEntry, ...], held: Mapping[str, str] | None = None) -> str:
    """Write the import file. It holds secrets in clear.

    Args:
        entries: what is imported.
        held: URNs of what the stack holds, by the names by which entries call it.
    """
    table = {"nameTable": dict(held)} if held else {}
    resources = [{"type": e.type, "name": e.name, "id": e.id, **e.details} for e in entries]
    return json.dumps({**table, "resources": resources}, indent=2, ensure_ascii=False) + "\n"


def pulumi_aws_version() -> str:
    """Give the version of pulumi-aws that the program will run with, which the state names.

    Raises:
        UsageError: it is not installed.
    """
    try:
        return version("pulumi_aws")
    except PackageNotFoundError:
        raise UsageError(
            "windows and targets are resources of pulumi-aws, which is not installed:"
            " pip install 'pulumi-ssm-maintenance[components]'"
        ) from None


def _entries(adoption: Adoption) -> Iterator[ImportEntry]:
    plugin = {"version": pulumi_aws_version()}
    for provider in adoption.providers:
        yield from _provider_entries(adoption, provider)
    for window in adoption.windows:
        window_id = window.live.window_id
        of_window, of_task = _chosen(window.provider)
        yield ImportEntry(WINDOW, window.name, window_id, plugin | of_window)
        for target in window.targets:
            id_ = f"{window_id}/{target.live.window_target_id}"
            yield ImportEntry(TARGET, target.name, id_, plugin | of_window)
        for task in window.tasks:
            bookkeeping = {"name": task.name, "secrets": sorted(secret.path for secret in task.secrets)}
            properties = task_properties(window.live, task.live, bookkeeping)
            yield ImportEntry(TASK, task.name, task.live.window_task_id, properties | of_task)


def _provider_entries(adoption: Adoption, provider: AdoptedProvider) -> Iterator[ImportEntry]:
    """List a pair of providers. Their inputs are those that the program's have in the state."""
    roles = [provider.role_arn] if provider.role_arn else []
    of_window, of_task = _chosen(provider)
    assumed = {"assumeRoles": json.dumps([{"roleArn": role} for role in roles])} if roles else {}
    inputs: dict[str, Any] = {"region": provider.region, **assumed, **_AWS_DEFAULTS}
    own = {"logicalName": provider.name, "version": pulumi_aws_version(), "inputs": inputs}
    yield ImportEntry(AWS_PROVIDER, provider.name, "", {"name": of_window["provider"], **own})
    if any(window.tasks for window in adoption.windows if window.provider == provider):
        settings = {"aws:assumeRoles": [{"role_arn": role} for role in roles]} if roles else {}
        own = {"logicalName": provider.name, "inputs": {"aws:region": provider.region, **settings}}
        yield ImportEntry(TASK_PROVIDER, provider.name, "", {"name": of_task["provider"], **own})


def _chosen(provider: AdoptedProvider | None) -> tuple[dict[str, str], dict[str, str]]:
    """Name the providers of a window and of its tasks as the entries of the file do, where names have to differ."""
    if not provider:
        return {}, {}
    return {"provider": f"{AWS_PROVIDER}::{provider.name}"}, {"provider": f"{TASK_PROVIDER}::{provider.name}"}


def task_properties(window: LiveWindow, task: LiveTask, bookkeeping: Mapping[str, Any]) -> dict[str, Any]:
    """Give a task's inputs and outputs as the provider would have left them in the state.

    Args:
        window: the window of the task.
        task: the task as AWS holds it.
        bookkeeping: its logical name and the paths of its secrets.
    """
    from pulumi.dynamic.dynamic import serialize_provider  # noqa: PLC0415 - takes longer to load than all the rest

    from pulumi_ssm_maintenance._dynamic import TaskProvider  # noqa: PLC0415 - as above

    asked = Properties({"region": window.region, BOOKKEEPING: bookkeeping})
    task_id = TaskId(window.window_id, task.window_task_id)
    held = {**task.fields, "WindowId": window.window_id}
    found = outputs(asked, task_id, held, window.region, window.account)
    provider = {"__provider": serialize_provider(TaskProvider())}
    return {
        "inputs": marked(inputs_of(found) | provider, asked.secrets, _secret),
        "outputs": marked(found | provider, asked.secrets, _secret),
    }


def _secret(value: Any) -> dict[str, str]:
    return {_SIGNATURE: _SECRET, "plaintext": json.dumps(value)}
