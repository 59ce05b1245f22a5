"""How a run ends when nothing but the node and the user's outcomes say so."""

from collections.abc import Mapping
from datetime import timedelta

from pulumi_ssm_maintenance.simulation._errors import RehearsalError
from pulumi_ssm_maintenance.simulation._names import find_by_step, find_by_task
from pulumi_ssm_maintenance.simulation._window import Task
from pulumi_ssm_maintenance.simulation._work import STATUSES, Call, Outcome, Outcomes, Runner, Work

_MINUTES_WITHOUT_NODE = 1.0
_RUN_COMMAND_GIVES_UP = timedelta(hours=2)  # the total of its default time-outs


def node_runner(outcomes: Outcomes | None) -> Runner:
    """Make runs end as the outcomes have it, and where they are silent as the node has it."""

    def run(call: Call) -> Work:
        outcome = given_outcome(outcomes, call)
        call.invocation.not_run = _why_not_run(call, outcome)
        if outcome is None and call.task.type == "AUTOMATION" and call.resource:
            return (yield from _on_node(call))
        if outcome is None:
            outcome = _of_node(call)
        return (yield from _after(_minutes(call, outcome), outcome))

    return run


def _why_not_run(call: Call, outcome: Outcome | None) -> str:
    if outcome is not None:
        return f"its outcome was given: {outcome.status}"
    because = {
        "AUTOMATION": "its steps are not known, as those of AWS's own runbooks",
        "LAMBDA": "a rehearsal runs no functions",
        "STEP_FUNCTIONS": "a rehearsal runs no state machines",
    }[call.task.type]
    assumed = "it ended as its node has it" if call.node else "it was taken to succeed"
    return f"{because}; {assumed}"


def check_outcomes(outcomes: Outcomes | None, tasks: list[Task]) -> None:
    """Refuse an outcome for a task that the window does not hold.

    Raises:
        RehearsalError: there is one.
    """
    if not isinstance(outcomes, Mapping):
        return
    for name in outcomes:
        if not any(_is_about(name, task) for task in tasks):
            names = ", ".join(
                [task.name for task in tasks] + [f"{task.name}.{step}" for task in tasks for step in _steps(task)]
            )
            raise RehearsalError(f"outcomes: no task, function or step is called {name!r}; allowed: {names or 'none'}")


def _is_about(name: str, task: Task) -> bool:
    is_step_of_it = any(find_by_step(task.name, step, [name]) for step in _steps(task))
    return is_step_of_it or find_by_task(task.name, [name]) is not None or name in _arn_names(task)


def given_outcome(outcomes: Outcomes | None, call: Call) -> Outcome | None:
    """Find the outcome that the user gives for a whole run."""
    found: Outcome | str | None = None
    if isinstance(outcomes, Mapping):
        name = find_by_task(call.task.name, outcomes)
        keys = [name] if name is not None else [key for key in _arn_names(call.task) if key in outcomes]
        found = outcomes[keys[0]] if keys else None
    elif outcomes is not None:
        found = outcomes(call)
    return read_outcome(call.task.name, found)


def read_outcome(where: str, given: Outcome | str | None) -> Outcome | None:
    """Read an outcome that may be no more than a status.

    Raises:
        RehearsalError: there is no such status.
    """
    outcome = Outcome(given) if isinstance(given, str) else given
    if outcome is not None and outcome.status not in {*STATUSES, "Hangs"}:
        raise RehearsalError(f"outcomes: {where} got {outcome.status!r}; allowed: {', '.join(sorted(STATUSES))}, Hangs")
    return outcome


def _steps(task: Task) -> list[str]:
    steps = (task.runbook or {}).get("mainSteps") or []
    return [step["name"] for step in steps]


def _arn_names(task: Task) -> tuple[str, str]:
    return task.arn, task.arn.rpartition(":")[2].rpartition("/")[2]


def _of_node(call: Call) -> Outcome:
    if call.node is None:
        return Outcome()
    status = call.node.outcome_of(call.task.name)
    return Outcome(status if status in {*STATUSES, "Hangs"} else "Failed")


def _minutes(call: Call, outcome: Outcome) -> float:
    if outcome.minutes is not None:
        return outcome.minutes
    return call.node.minutes_of(call.task.name) if call.node else _MINUTES_WITHOUT_NODE


def _after(minutes: float, outcome: Outcome) -> Work:
    yield None if outcome.status == "Hangs" else timedelta(minutes=minutes)
    return outcome


def _on_node(call: Call) -> Work:
    """Work on a node, which a runbook does by a command."""
    node = call.node
    if node is None or node.terminated:
        return Outcome("Failed", message=f"{call.resource} is terminated or unknown")
    minute = call.minute(call.started)
    reachable = node.reachable_from(minute)
    if reachable is None or timedelta(minutes=reachable - minute) > _RUN_COMMAND_GIVES_UP / 2:
        yield _RUN_COMMAND_GIVES_UP
        return Outcome("Failed", message="the agent of the node did not answer in time")
    outcome = _of_node(call)
    done = node.done_by(reachable, node.minutes_of(call.task.name))
    if done is None and outcome.status != "Hangs":
        yield _RUN_COMMAND_GIVES_UP
        return Outcome("Failed", message="the node never reported back")
    return (yield from _after((done or minute) - minute, outcome))
