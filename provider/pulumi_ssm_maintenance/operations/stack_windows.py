"""The windows that the state of a stack names."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .adopt.engine import Engine
from .errors import UsageError

_WINDOW: Final = "aws:ssm/maintenanceWindow:MaintenanceWindow"
_TASK: Final = "pulumi-python:dynamic/ssm:MaintenanceWindowTask"


@dataclass(frozen=True, slots=True)
class StackWindow:
    """A window that a stack names."""

    window_id: str
    region: str | None
    """None where the state does not say."""


def stack_windows(folder: Path, stack: str) -> tuple[StackWindow, ...]:
    """List the windows that a stack's state names: its own, and those of its tasks. Secrets stay encrypted.

    Args:
        folder: the folder of the project.
        stack: the stack's name.

    Raises:
        UsageError: the stack names no window.
        OperationError: the engine failed.
    """
    exported = json.loads(Engine(folder, stack).run("stack", "export"))
    found: dict[str, StackWindow] = {}
    for window in _named(exported["deployment"].get("resources") or ()):
        known = found.get(window.window_id)
        if known is None or known.region is None:
            found[window.window_id] = window
    if not found:
        raise UsageError(f"stack {stack} names no maintenance window")
    return tuple(found.values())


def _named(resources: Any) -> Iterator[StackWindow]:
    for one in resources:
        outputs: Mapping[str, Any] = one.get("outputs") or {}
        window_id = one.get("id") if one["type"] == _WINDOW else outputs.get("window_id")
        if one["type"] in {_WINDOW, _TASK} and isinstance(window_id, str):
            region = outputs.get("region")
            yield StackWindow(window_id, region if isinstance(region, str) else None)
