"""What runs on a target: a runbook, a function or a state machine, as far as the window sees it."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias

from ._nodes import Node
from ._rehearsal import CommandRun, Invocation, Message, Rehearsal
from ._window import Notifications, OutputPlace, Task

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


class Pending:
    """Something under way that others may wait for."""

    def __init__(self) -> None:
        self.is_done = False
        self._waiting: list[Callable[[], None]] = []

    def then(self, do: Callable[[], None]) -> None:
        """Do something when it is done; now if it is done already."""
        if self.is_done:
            do()
        else:
            self._waiting.append(do)

    def finish(self) -> None:
        """Note that it is done."""
        self.is_done = True
        waiting, self._waiting = self._waiting, []
        for do in waiting:
            do()


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait for something, for some time at most; None for as long as it takes."""

    until: Pending
    longest: timedelta | None = None


class StoppedError(Exception):
    """Raised inside a run that is stopped; its text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A command to send: what runs, and how."""

    name: str
    """The name of the task, by which nodes tell how long it takes and how it ends."""
    step: str = ""
    """The step of a runbook that sends it."""
    document: str
    document_version: str = ""
    parameters: Mapping[str, Any] = field(repr=False)
    targets: Mapping[str, Sequence[str]] | None = None
    """The targets, where they are no ids."""
    max_concurrency: str
    max_errors: str
    timeout_seconds: int
    execution_timeout_seconds: int
    notifications: Notifications | None = None
    output: OutputPlace = field(default_factory=OutputPlace)
    comment: str = ""
    service_role_arn: str = ""


class Surroundings(Protocol):
    """The night, as what runs in it sees it."""

    @property
    def record(self) -> Rehearsal:
        """What has happened so far."""
        ...

    @property
    def nodes(self) -> Mapping[str, Node]:
        """The nodes by id."""
        ...

    @property
    def now(self) -> datetime:
        """The time."""
        ...

    def new_id(self) -> str:
        """Return an id in the form of a UUID."""
        ...

    def emit(self, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str], source: str) -> None:
        """Send an event to EventBridge."""
        ...

    def publish(self, message: Message) -> None:
        """Send a message to a topic."""
        ...

    def cancel(self) -> None:
        """Cancel the run of the window."""
        ...

    def show_later_tasks(self) -> None:
        """Show tasks whose turn has not come to those who look at the run now."""
        ...

    def change_state(self, node_id: str, state: str) -> None:
        """Have a node be `running`, `stopped` or `terminated` from now on."""
        ...

    def send_command(self, sending: Sending, nodes: Sequence[Node]) -> tuple[CommandRun, Pending]:
        """Send a command to nodes."""
        ...


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
    around: Surroundings = field(repr=False)
    invocation: Invocation = field(repr=False)
    step: str = ""
    """The step of the runbook that asks for an outcome; empty for the whole run."""

    def minute(self, when: datetime) -> float:
        """The minutes from the opening to a time."""
        return (when - self.opened) / timedelta(minutes=1)


Work: TypeAlias = Generator[timedelta | Wait | None, datetime, Outcome]
"""A run under way: it yields how long or for what it waits, None for ever, is sent the time then, and returns how it
ended. `StoppedError` is raised in it when it is stopped."""
Runner: TypeAlias = Callable[[Call], Work]
Outcomes: TypeAlias = Callable[[Call], Outcome | str | None] | Mapping[str, Outcome | str]
"""How runs end: a function of the call, or a mapping by the name of a task or the last part of its ARN, and for a step
of a runbook by the name of the step, or of the task and the step, as in `fleet.snapshot`. What they leave out, the
node or the step itself decides."""
