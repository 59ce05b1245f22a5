"""How a task is found by its name.

Components put project, stack and run before the name of a wave, so the last words of a task's name will do:
`canary` finds `shop-prod-web-canary`.
"""

from collections.abc import Iterable


def is_called(task: str, name: str) -> bool:
    """Whether a name stands for a task."""
    return task == name or task.endswith((f"-{name}", f".{name}", f"_{name}"))


def find_by_task(task: str, names: Iterable[str]) -> str | None:
    """The name among these that stands for a task, the whole name first."""
    found = [name for name in names if is_called(task, name)]
    return max(found, key=len, default=None)


def find_by_step(task: str, step: str, names: Iterable[str]) -> str | None:
    """The name among these that stands for a step of a task's runbook: `fleet.patch`, or `patch` in any task."""
    found = [name for name in names if name == step or is_step(task, step, name)]
    return max(found, key=len, default=None)


def is_step(task: str, step: str, name: str) -> bool:
    """Whether a name stands for a step of this task alone."""
    return name.endswith(f".{step}") and is_called(task, name.removesuffix(f".{step}"))
