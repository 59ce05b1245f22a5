"""The name and the configuration of the stack that a program is rehearsed as."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped]  # a dependency of pulumi, without types

from pulumi_ssm_maintenance.simulation import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

UNNAMED = "rehearsal"
"""The name of the stack where the program has no stack file and the user gives no name."""
# JSON, since a state machine takes nothing else, and since a program may parse it.
_HIDDEN = '{"secret": "of the stack"}'
# Where the program would work on a real account.
_OTHER_ACCOUNTS = frozenset(
    {
        "accessKey",
        "allowedAccountIds",
        "assumeRole",
        "assumeRoleWithWebIdentity",
        "assumeRoles",
        "endpoints",
        "forbiddenAccountIds",
        "profile",
        "secretKey",
        "sharedConfigFiles",
        "sharedCredentialsFiles",
        "token",
    }
)


@dataclass(frozen=True, slots=True)
class StackSettings:
    """A stack: its name, its configuration without what leads to another account, and its secrets replaced."""

    name: str
    config: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What a reader should know of them."""


def read_stack(folder: Path, name: str | None) -> StackSettings:
    """Read the settings of a stack from its file, `Pulumi.<stack>.yaml`.

    Args:
        folder: the folder with the Pulumi.yaml.
        name: the name of the stack, with or without its organization and project. Default: that of the only stack
            file, and `rehearsal` where there is none.

    Raises:
        RehearsalError: there is no program, no such stack, or more than one stack and no name.
    """
    project = folder / "Pulumi.yaml"
    if not project.is_file():
        raise RehearsalError(f"{folder} has no Pulumi.yaml")
    files = _stack_files(folder / (_read(project).get("stackConfigDir") or ""))
    if name is None and len(files) > 1:
        raise RehearsalError(f"stack: {folder} has several: {', '.join(files)}; choose one with --stack")
    if not files:
        return StackSettings(_last_part(name or UNNAMED))
    found = next(iter(files)) if name is None else _last_part(name)
    if found not in files:
        raise RehearsalError(f"stack: {folder} has no Pulumi.{found}.yaml; stacks: {', '.join(files)}")
    settings = _settings(found, _read(files[found]).get("config") or {})
    if name is not None:
        return settings
    note = f"no stack was given: {found} is the only one with a file, so its name and configuration count"
    return StackSettings(found, settings.config, settings.secrets, (note, *settings.notes))


def _settings(stack: str, held: Mapping[str, Any]) -> StackSettings:
    kept = {key: value for key, value in held.items() if key.removeprefix("aws:") not in _OTHER_ACCOUNTS}
    secrets = {key: _HIDDEN for key, value in kept.items() if isinstance(value, dict) and "secure" in value}
    plain = {key: value for key, value in kept.items() if key not in secrets}
    notes = [f"secret {key} of stack {stack} stays encrypted; the program gets another text" for key in secrets]
    return StackSettings(stack, plain, secrets, tuple(notes))


def _stack_files(folder: Path) -> dict[str, Path]:
    """The stack files by the names of the stacks, which may have dots in them."""
    return {
        path.name.removeprefix("Pulumi.").removesuffix(".yaml"): path for path in sorted(folder.glob("Pulumi.*.yaml"))
    }


def _read(path: Path) -> Mapping[str, Any]:
    try:
        held = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RehearsalError(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    return held if isinstance(held, dict) else {}


def _last_part(name: str) -> str:
    return name.rpartition("/")[2]
