"""What runs on a target: a runbook, a function or a state machine, as far as the window sees it."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from ._nodes import Node
from ._window import Task

STATUSES = frozenset({"Success", "Failed", "TimedOut", "Cancelled"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of a runbook, a function or a state machine ends."""

    status: str = "Success"
    """`Success`, `Failed`, `TimedOut`, `Cancelled`, or `Hangs` for a run that never ends."""
    minutes: float | None = None
    """How long it takes; None for as long as the node has it, or a minute where there is no node."""
    message: str | None = None
    """What the failure says."""


@dataclass(frozen=True, slots=True)
class Call:
    """One run that the window starts."""

    task: Task
    node: Node | None
    """The node that it works for; None for a task without targets, or for a resource that is no known node."""
    resource: str
    """The id of the node, the ARN of the resource, or an empty text."""
    parameters: Mapping[str, Any] = field(repr=False)
    """What it is given, with the pseudo parameters filled in."""
    started: datetime
    opened: datetime
    execution_id: str
    task_execution_id: str
    invocation_id: str

    def minute(self, when: datetime) -> float:
        """The minutes from the opening to a time."""
        return (when - self.opened) / timedelta(minutes=1)


Work: TypeAlias = Generator[timedelta | None, datetime, Outcome]
"""A run under way: it yields how long it waits, None for ever, is sent the time then, and returns how it ended."""
Runner: TypeAlias = Callable[[Call], Work]
Outcomes: TypeAlias = Callable[[Call], Outcome | str | None] | Mapping[str, Outcome | str]
"""How runs end: a function of the call, or a mapping by the name of a task or the last part of its ARN. What they
leave out, the node decides."""
