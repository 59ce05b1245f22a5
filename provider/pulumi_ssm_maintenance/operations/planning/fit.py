"""Whether the work of a window fits, by a simulation of its best case: every node is there, nothing fails."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final, Literal, cast

from pulumi_ssm_maintenance.core.words import counted
from pulumi_ssm_maintenance.operations.openings import timezone_of
from pulumi_ssm_maintenance.simulation import Call, Node, Outcome, Rehearsal, Target, Task, TaskRun, Window, simulate
from pulumi_ssm_maintenance.simulation import RehearsalError as SimulationError

from .calendar import PlannedOpening
from .source import PlannedTask, PlannedWindow

State = Literal["fits", "past the end", "cancelled", "left out", "unknown"]

WITHOUT_TARGETS: Final = 1.0
"""How many minutes a task without targets is taken to last."""

_TAG: Final = "tag:plan"
_LONG: Final = 60 * 60 * 24 * 30
"""A time-out that never ends anything: a plan shows the best case."""


@dataclass(frozen=True, slots=True)
class Step:
    """A task in an opening."""

    task: str
    """The task's name."""
    type: str
    """The type of task."""
    priority: int
    """The task's priority."""
    nodes: int | None
    """How many nodes it runs on; None where that is unknown, 0 for a task without targets."""
    at_once: int | None
    """How many of them at once."""
    rounds: int | None
    """How many nodes one after another, at most; None where that is unknown."""
    starts: datetime | None = None
    """None where it does not start, or where the time that nodes take is unknown."""
    ends: datetime | None = None
    """When it ends; None where that is unknown."""
    reached: int | None = None
    """The nodes that it begins to work on before its end."""
    left_out: int = 0
    """How many nodes it does not reach."""
    state: State = "unknown"
    """`fits`, `past the end`, `cancelled`, `left out` or `unknown`."""
    text: str = ""
    """Why it does not fit, and what would help."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What a window does in one opening."""

    steps: tuple[Step, ...]
    """What each task does, in the order of the window."""
    assumptions: Mapping[str, str]
    """What AWS does not document and this depends on, with what was assumed."""
    night: Rehearsal | None = field(default=None, repr=False, compare=False)
    """The simulated opening, which can be drawn; None where nodes or minutes are unknown."""

    @property
    def fits(self) -> bool | None:
        """Whether everything is done before the window closes; None where that is unknown."""
        states = {step.state for step in self.steps}
        if states & {"past the end", "cancelled", "left out"}:
            return False
        return None if "unknown" in states else True


def fit(
    window: PlannedWindow, opening: PlannedOpening, nodes: Mapping[str, int], minutes_per_node: float | None
) -> Fit:
    """Simulate one opening.

    Args:
        window: the window.
        opening: when it opens.
        nodes: how many nodes there are, by the name of the target. What is missing is unknown.
        minutes_per_node: how long the work takes on a node; None for unknown.
    """
    known = all(target.name in nodes for target in window.targets)
    if minutes_per_node is None or not known:
        return Fit(tuple(_rounds_only(task, nodes) for task in _in_order(window)), {})
    night = _simulated(window, opening, nodes, minutes_per_node)
    runs = {run.task.id: run for run in night.tasks}
    steps = tuple(
        _step(task, runs.get(str(number)), night, opening, nodes, minutes_per_node)
        for number, task in enumerate(_in_order(window))
    )
    return Fit(steps, {name: answer for name, answer in night.assumptions.items() if name == "rounding"}, night)


def _in_order(window: PlannedWindow) -> list[PlannedTask]:
    return sorted(window.tasks, key=lambda task: task.priority)


def _simulated(window: PlannedWindow, opening: PlannedOpening, nodes: Mapping[str, int], minutes: float) -> Rehearsal:
    names = [target.name for target in window.targets]
    fleet = [
        Node(f"{name} {number + 1}", tags={"plan": name}, minutes=minutes)
        for name in names
        for number in range(nodes[name])
    ]
    tasks = [
        Task(
            name=task.name,
            id=str(number),
            type=cast("Any", task.type),
            arn=task.arn,
            targets=[Target({_TAG: [target.name]}, id=target.name) for target in task.targets],
            priority=task.priority,
            max_concurrency=task.max_concurrency,
            max_errors="100%",
            cutoff_behavior=cast("Any", task.cutoff_behavior),
            timeout_seconds=_LONG,
            execution_timeout_seconds=_LONG,
        )
        for number, task in enumerate(_in_order(window))
    ]
    simulated = Window(
        tasks=tasks,
        duration=window.hours,
        cutoff=float(window.fields.get("Cutoff") or 0),
        name=window.name,
        timezone=timezone_of(window.fields),
    )
    return simulate(simulated, fleet, at=opening.opens, outcomes=lambda call: _outcome(call, minutes))


def _outcome(call: Call, minutes: float) -> Outcome:
    return Outcome("Success", minutes if call.resource else WITHOUT_TARGETS)


def _rounds_only(task: PlannedTask, nodes: Mapping[str, int]) -> Step:
    if not task.targets:
        return Step(task.name, task.type, task.priority, nodes=0, at_once=None, rounds=1)
    counts = [nodes.get(target.name) for target in task.targets]
    if None in counts:
        share = _share(task.max_concurrency)
        rounds = None if share is None else ceil(100 / share) * len(counts)
        return Step(task.name, task.type, task.priority, nodes=None, at_once=None, rounds=rounds)
    numbers = [count for count in counts if count is not None]
    return Step(task.name, task.type, task.priority, sum(numbers), _at_once(task, numbers), _rounds(task, numbers))


def _step(  # noqa: PLR0913, PLR0917 - what a step is told by
    task: PlannedTask,
    run: TaskRun | None,
    night: Rehearsal,
    opening: PlannedOpening,
    nodes: Mapping[str, int],
    minutes: float,
) -> Step:
    counts = [nodes[target.name] for target in task.targets]
    common = (task.name, task.type, task.priority, sum(counts), _at_once(task, counts), _rounds(task, counts))
    if run is None or run.started is None:
        text = "starts after the cutoff, so not at all"
        return Step(*common, reached=0, left_out=sum(counts), state="left out", text=text)
    done = [node for node in run.nodes if node.ended is not None and node.status == "Success"]
    begun = [node for node in run.nodes if node.started is not None and node.ended is not None]
    ends = max([node.ended for node in begun if node.ended is not None], default=run.ended or run.started)
    left_out = max(0, sum(counts) - len(done)) if counts else 0
    zone = opening.opens.tzinfo
    state: State = "fits"
    if left_out:
        state = "cancelled" if len(begun) > len(done) else "left out"
    elif ends > night.end:
        state = "past the end"
    return Step(
        *common,
        starts=run.started.astimezone(zone),
        ends=ends.astimezone(zone),
        reached=len(begun),
        left_out=left_out,
        state=state,
        text="" if state == "fits" else _advice(task, run.started, night, counts, minutes),
    )


def _advice(task: PlannedTask, started: datetime, night: Rehearsal, counts: Sequence[int], minutes: float) -> str:
    limit = night.cutoff if task.cutoff_behavior == "CANCEL_TASK" else night.end
    rounds = _rounds(task, counts) or 1
    need, left = rounds * minutes, (limit - started) / timedelta(minutes=1)
    hours = ceil((need - left) / 60)
    room = int(left // minutes)
    wider = f", or max_concurrency {ceil(sum(counts) / room)}" if room and sum(counts) else ""
    return (
        f"{counted(rounds, 'round')} of {minutes:g} min need {need:g} min, {max(0, left):g} are left:"
        f" {max(1, hours)} h more{wider}"
    )


def _share(rate: str) -> int | None:
    return int(rate[:-1]) if rate.endswith("%") else None


def _at_once(task: PlannedTask, counts: Sequence[int]) -> int | None:
    if not counts:
        return None
    return max(_lanes(task, count) for count in counts)


def _rounds(task: PlannedTask, counts: Sequence[int]) -> int | None:
    if not counts:
        return 1
    return sum(ceil(count / _lanes(task, count)) for count in counts)


def _lanes(task: PlannedTask, count: int) -> int:
    """How many of so many nodes run at once. AWS does not say how it rounds a share: down is assumed, one at least."""
    share = _share(task.max_concurrency)
    number = int(task.max_concurrency) if share is None else count * share // 100
    return max(1, min(number, max(1, count)))


def rounds_of(steps: Sequence[Step]) -> int | None:
    """How many rounds the steps take one after another; those of equal priority run side by side. None: unknown."""
    longest: dict[int, list[int | None]] = {}
    for step in steps:
        longest.setdefault(step.priority, []).append(step.rounds)
    if any(rounds is None for group in longest.values() for rounds in group):
        return None
    return sum(max(_numbers(group)) for group in longest.values())


def _numbers(values: Sequence[int | None]) -> Iterator[int]:
    return (value for value in values if value is not None)


__all__ = ["Fit", "SimulationError", "State", "Step", "fit", "rounds_of"]
