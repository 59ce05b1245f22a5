"""The content of a runbook, read once.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-reference.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_ssm_maintenance.simulation._errors import RehearsalError

_TIMEOUTS = {
    "aws:approve": 604800,
    "aws:changeInstanceState": 3600,
    "aws:executeScript": 600,
    "aws:waitForAwsResourceProperty": 3600,
}
"""Seconds after which a step times out that says nothing else."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step, with the defaults filled in."""

    name: str
    action: str
    inputs: Mapping[str, Any]
    outputs: Sequence[Mapping[str, Any]]
    on_failure: str
    """`Abort`, `Continue` or `step:<name>`."""
    on_cancel: str | None
    """The name of the step that runs when the runbook is cancelled during this one."""
    is_critical: bool
    is_end: bool
    next_step: str | None
    max_attempts: int
    timeout_seconds: int | None


@dataclass(frozen=True, slots=True)
class Content:
    """A runbook."""

    parameters: Mapping[str, Mapping[str, Any]]
    steps: Sequence[Step]
    outputs: Sequence[str]
    """The outputs of the whole, such as `patch.Status`."""

    def step(self, name: str) -> Step:
        """Find a step by its name."""
        return next(step for step in self.steps if step.name == name)

    def after(self, step: Step) -> Step | None:
        """Find the next step in the list."""
        position = self.steps.index(step) + 1
        return self.steps[position] if position < len(self.steps) else None


def read_content(where: str, content: Mapping[str, Any]) -> Content:
    """Read a runbook.

    Raises:
        RehearsalError: it has no steps, or refers to a step that it lacks.
    """
    steps = [_step(step) for step in content.get("mainSteps") or []]
    names = [step.name for step in steps]
    if not steps:
        raise RehearsalError(f"{where}: it has no steps")
    for step in steps:
        for name in (step.next_step, step.on_cancel, step.on_failure.removeprefix("step:")):
            if name is not None and name not in {*names, "Abort", "Continue"}:
                raise RehearsalError(
                    f"{where}: step {step.name!r} refers to a step {name!r}; steps: {', '.join(names)}"
                )
    return Content(content.get("parameters") or {}, steps, content.get("outputs") or [])


def _step(step: Mapping[str, Any]) -> Step:
    on_failure = str(step.get("onFailure") or "Abort")
    on_cancel = step.get("onCancel")
    timeout = step.get("timeoutSeconds", _TIMEOUTS.get(step["action"]))
    return Step(
        name=step["name"],
        action=step["action"],
        inputs=step.get("inputs") or {},
        outputs=step.get("outputs") or [],
        on_failure=on_failure,
        on_cancel=str(on_cancel).removeprefix("step:") if on_cancel and on_cancel != "Abort" else None,
        # A failure after which a step goes on counts only where the step says so.
        is_critical=_truth(step.get("isCritical"), default=on_failure != "Continue"),
        is_end=_truth(step.get("isEnd"), default=False),
        next_step=step.get("nextStep"),
        max_attempts=int(step.get("maxAttempts") or 1),
        timeout_seconds=int(timeout) if timeout is not None else None,
    )


def _truth(value: Any, *, default: bool) -> bool:
    return default if value is None else str(value).lower() == "true"
