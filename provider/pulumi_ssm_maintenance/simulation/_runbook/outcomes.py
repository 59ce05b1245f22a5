"""The outcomes that a user gives for steps."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from pulumi_ssm_maintenance.simulation._names import find_by_step
from pulumi_ssm_maintenance.simulation._run.node_runner import read_outcome
from pulumi_ssm_maintenance.simulation._work import Call, Outcome, Outcomes

StepOutcomes: TypeAlias = Callable[[Call, str], Outcome | None]


def step_outcomes(outcomes: Outcomes | None) -> StepOutcomes:
    """Return a function that finds the outcome of a step, or None."""

    def find(call: Call, step: str) -> Outcome | None:
        found: Outcome | str | None = None
        if isinstance(outcomes, Mapping):
            name = find_by_step(call.task.name, step, outcomes)
            found = outcomes[name] if name is not None else None
        elif outcomes is not None:
            found = outcomes(replace(call, step=step))
        return read_outcome(f"{call.task.name}.{step}", found)

    return find
