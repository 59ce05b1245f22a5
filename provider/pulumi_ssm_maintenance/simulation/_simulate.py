"""The way in: simulate one run of a window."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from ._assumptions import Assumptions, Choices
from ._errors import RehearsalError, WindowClosedError
from ._nodes import Node
from ._rehearsal import Rehearsal, ScheduledUpdate
from ._run.alarms import STATES
from ._run.night import Listener, Night
from ._run.node_runner import check_outcomes
from ._runbook.aws import Aws
from ._runbook.runner import contents_of, runbook_runner
from ._sweep import sweep
from ._window import OtherRun, Window
from ._work import Outcomes, Runner

AlarmChanges = Mapping[str, Sequence[tuple[float, str]]]
"""What alarms do: for each name, the minutes after the opening and the states that it goes into then."""


def simulate(  # noqa: PLR0913 - the circumstances of a night, each by its name
    window: Window,
    nodes: Sequence[Node] = (),
    *,
    at: datetime,
    alarms: AlarmChanges | None = None,
    outcomes: Outcomes | None = None,
    assume: Assumptions | Literal["all"] | None = None,
    runner: Runner | None = None,
    aws: Aws | None = None,
    listener: Listener | None = None,
    scheduled_updates: Sequence[ScheduledUpdate] = (),
    other_runs: Sequence[OtherRun] = (),
    parameter_store: Mapping[str, str] | None = None,
    cancel_after: float | None = None,
    seed: int = 0,
) -> Rehearsal:
    """Simulate one run of a maintenance window, in virtual time.

    Args:
        window: the window.
        nodes: the nodes that exist.
        at: when the window opens, with a time zone.
        alarms: the alarms that exist, and what they do. An alarm is OK until its first change. An alarm that a task
            names and that is missing here cannot be read, which stops the task.
        outcomes: how runs of runbooks and their steps, of functions and of state machines end.
        assume: answers to what AWS does not document. `"all"` tries every combination of those that matter.
        runner: what runs a runbook, a function or a state machine; by default a runbook runs step by step where the
            task has its content, and `outcomes` and the node decide the rest.
        aws: the AWS that steps of runbooks work on; `LocalAws.rehearse` gives one.
        listener: hears each event, and gives what it leads to: messages, states of alarms, other deliveries.
        scheduled_updates: what schedules change of the window. Those before the opening are noted only; those after it
            send their events, and the run under way goes on.
        other_runs: the runs of this window and of others, in the same account and region. A run of the same window
            that has not ended makes AWS skip this one; AWS runs five windows at a time.
        parameter_store: the parameters that `{{ssm:name}}` may name. One that is missing fails the whole run. None:
            they stay as they are.
        cancel_after: the minutes after which somebody cancels the run. None: nobody does.
        seed: another seed gives other ids.

    Raises:
        RehearsalError: the window is disabled, or the circumstances do not fit.
    """
    _check(window, nodes, at, alarms or {})
    check_outcomes(outcomes, list(window.tasks))
    contents = contents_of(list(window.tasks))
    hears: Listener = listener or (lambda _: ())

    def night(assumptions: Assumptions) -> Rehearsal:
        return Night(
            window,
            nodes,
            opened=at.astimezone(UTC),
            alarms=alarms or {},
            choices=Choices(assumptions),
            runner=runner or runbook_runner(outcomes, aws, contents),
            listener=hears,
            scheduled_updates=scheduled_updates,
            other_runs=other_runs,
            stored=parameter_store,
            cancel_after=cancel_after,
            seed=seed,
        ).run()

    return sweep(night) if assume == "all" else night(assume or Assumptions())


def _check(window: Window, nodes: Sequence[Node], at: datetime, alarms: AlarmChanges) -> None:
    if not window.enabled:
        raise WindowClosedError(f"window {window.name!r} is disabled, so it does not open")
    if at.tzinfo is None:
        raise RehearsalError(f"at: {at.isoformat()} has no time zone")
    ids = [node.id for node in nodes]
    if twice := sorted({node_id for node_id in ids if ids.count(node_id) > 1} if len(set(ids)) < len(ids) else ()):
        raise RehearsalError(f"nodes: {twice[0]} is given twice")
    for name, changes in alarms.items():
        if strange := [state for _, state in changes if state not in STATES]:
            raise RehearsalError(f"alarms: {name} got {strange[0]!r}; allowed: {', '.join(sorted(STATES))}")
