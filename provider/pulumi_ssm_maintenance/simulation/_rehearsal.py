"""What a rehearsal gives: the run of the window as AWS would report it, and what AWS would not report."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ._errors import RehearsalError
from ._names import is_called
from ._window import OutputPlace, Task, Window


@dataclass(slots=True)
class NodeRun:
    """What happened on one node, in the words of Run Command."""

    node: str
    """The node's id, or the ARN of another resource; empty for a task without targets."""
    status: str = "Pending"
    """`Pending`, `Delayed`, `InProgress`, `Success`, `Failed`, `TimedOut` or `Cancelled`."""
    status_details: str = "Pending"
    """The status, or what is behind it: `DeliveryTimedOut`, `ExecutionTimedOut`, `Terminated`, `Undeliverable` …"""
    started: datetime | None = None
    """When the work began; None where it never did."""
    ended: datetime | None = None
    reason: str | None = None
    """Why it was left out, or why it failed."""
    output: str = field(default="", repr=False)
    """What the command printed: as the node has it, or a line which says that nothing ran."""


@dataclass(slots=True)
class CommandRun:
    """A command that a task or a runbook sent."""

    id: str
    document: str
    document_version: str
    parameters: Mapping[str, Any] = field(repr=False)
    requested: datetime
    expires: datetime
    """When nodes that have not reported back time out."""
    nodes: list[NodeRun]
    targets: Mapping[str, Sequence[str]] | None
    """The targets that the nodes were found by; None for ids."""
    max_concurrency: str
    max_errors: str
    timeout_seconds: int
    comment: str = ""
    service_role_arn: str = ""
    output: OutputPlace = field(default_factory=OutputPlace)
    """Where what it prints is written to."""
    status: str = "Pending"
    """`Pending`, `InProgress`, `Success`, `Failed`, `TimedOut` or `Cancelled`."""
    status_details: str = "Pending"
    """The status, or what is behind it, such as `Incomplete`."""
    ended: datetime | None = None


@dataclass(slots=True)
class StepRun:
    """A step of a runbook."""

    id: str
    name: str
    action: str
    """Such as `aws:runCommand`."""
    status: str = "Pending"
    """`Pending`, `InProgress`, `Waiting`, `Success`, `Failed`, `TimedOut` or `Cancelled`. A step that was not reached
    stays Pending."""
    started: datetime | None = None
    ended: datetime | None = None
    attempts: int = 0
    inputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What the action got, with the references filled in."""
    outputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    message: str | None = None
    """Why it failed."""
    log: str = field(default="", repr=False)
    """What a script printed."""
    next_step: str | None = None
    """The step after it, where it is known."""


@dataclass(slots=True)
class RunbookRun:
    """A run of a runbook, step by step."""

    id: str
    document: str
    document_version: str
    parameters: Mapping[str, Any] = field(repr=False)
    started: datetime
    executed_by: str
    steps: list[StepRun]
    status: str = "InProgress"
    """`InProgress`, `Waiting`, `Success`, `Failed`, `TimedOut` or `Cancelled`."""
    ended: datetime | None = None
    message: str | None = None
    """Why it failed."""
    outputs: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def step(self, name: str) -> StepRun:
        """Find a step by its name.

        Raises:
            RehearsalError: none has this name.
        """
        for step in self.steps:
            if step.name == name:
                return step
        raise RehearsalError(f"no step called {name!r}; steps: {', '.join(step.name for step in self.steps)}")


@dataclass(slots=True)
class Invocation:
    """What the window started: a command on all nodes of a target, or one run of anything else."""

    id: str
    task: str
    """The name of the task."""
    target: str
    """The node's id or the resource; for a command, the id of its only node or a count such as `40 nodes`."""
    window_target_id: str
    owner_information: str
    parameters: Mapping[str, Any] = field(repr=False)
    """What the document, the function or the state machine got, with the pseudo parameters filled in."""
    status: str = "PENDING"
    status_details: str | None = None
    execution_id: str | None = None
    """The id of the command or of the runbook's execution."""
    started: datetime | None = None
    ended: datetime | None = None
    nodes: list[NodeRun] = field(default_factory=list)
    command: str | None = None
    """The command's own status details, such as `Incomplete`."""
    runbook: RunbookRun | None = None
    """The run of the runbook, where its steps are known."""
    not_run: str | None = None
    """Why the runbook, the function or the state machine did not run, so that its end was given or assumed."""

    def step(self, name: str) -> StepRun:
        """Find a step of the runbook by its name.

        Raises:
            RehearsalError: none has this name.
        """
        if self.runbook is None:
            raise RehearsalError(f"no step called {name!r}: this invocation has run no runbook step by step")
        return self.runbook.step(name)


@dataclass(slots=True)
class TaskRun:
    """A task in this run of the window."""

    task: Task
    id: str
    """The id of the task's execution."""
    status: str | None = None
    """As AWS names it; None where AWS has no row of it."""
    status_details: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    invocations: list[Invocation] = field(default_factory=list)
    triggered_alarm: tuple[str, str] | None = None
    """The alarm that stopped it, and its state: `ALARM`, or `UNKNOWN` where it could not be read."""
    reason: str | None = None
    """Why it never started."""

    @property
    def name(self) -> str:
        """The task's name."""
        return self.task.name

    @property
    def type(self) -> str:
        """The task's type."""
        return self.task.type

    @property
    def priority(self) -> int:
        """The task's priority."""
        return self.task.priority

    @property
    def nodes(self) -> list[NodeRun]:
        """What happened on each node, over all invocations."""
        return [node for invocation in self.invocations for node in invocation.nodes]


@dataclass(frozen=True, slots=True)
class Event:
    """What EventBridge got."""

    time: datetime
    source: str
    detail_type: str
    detail: Mapping[str, Any]
    resources: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What a topic got."""

    time: datetime
    topic: str
    """The topic's ARN."""
    subject: str | None
    body: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a queue or a log group got from a rule of EventBridge."""

    time: datetime
    sender: str
    """The rule."""
    target: str
    """The ARN of the queue or the log group."""
    body: str


@dataclass(frozen=True, slots=True)
class NotDelivered:
    """What a rule or an alarm would have called, and the rehearsal does not call."""

    time: datetime
    sender: str
    """The rule or the alarm."""
    target: str
    """The ARN of what it would have called."""
    reason: str


@dataclass(frozen=True, slots=True)
class ScheduledUpdate:
    """A change of the window by a schedule of EventBridge Scheduler, before or during the night."""

    time: datetime
    schedule: str
    """The name of the schedule."""
    changes: Mapping[str, Any]
    """What it changes, such as `{"Enabled": False}`."""
    refusal: str | None = None
    """Why AWS refuses it, so that it changes nothing; None for one that takes effect."""

    @property
    def words(self) -> str:
        """What it does, in words."""
        if self.refusal:
            return f"changes nothing, because AWS refuses it: {self.refusal}"
        words = {True: "enables the window", False: "disables the window", None: "changes the window"}
        return words[self.changes.get("Enabled")]


@dataclass(frozen=True, slots=True)
class AlarmState:
    """A state that an alarm went into."""

    time: datetime
    name: str
    state: str
    """`OK`, `ALARM` or `INSUFFICIENT_DATA`."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A node that was not reached."""

    node: str
    task: str | None
    """The task that would have run on it; None where no task would."""
    reason: str


@dataclass(frozen=True, slots=True)
class Dependency:
    """A question that AWS leaves open, and that decides how this night ends."""

    assumption: str
    """Its name in `Assumptions`."""
    question: str
    assumed: str
    """What the rehearsal assumed."""
    otherwise: str
    """The other answer."""
    outcome: str
    """How the night ends then."""
    together_with: Mapping[str, str] = field(default_factory=dict)
    """Other assumptions that must differ as well."""


@dataclass(slots=True)
class Rehearsal:
    """One run of a maintenance window, as it would happen.

    `task(name)` finds a task, `timeline()` tells the night as text, and `save(path)` draws it.
    """

    window: Window
    id: str
    """The id of the window's execution."""
    opened: datetime
    cutoff: datetime
    """From when no task starts."""
    end: datetime
    """The end of the window."""
    status: str
    """`SUCCESS`, `FAILED`, `TIMED_OUT`, `CANCELLED`, `SKIPPED_OVERLAPPING` where the run before had not ended;
    `IN_PROGRESS` or `CANCELLING` where something never ends."""
    status_details: str | None
    ended: datetime | None
    """When the last task ended; None where it never does."""
    tasks: list[TaskRun]
    """The tasks by priority."""
    events: list[Event]
    """What EventBridge got."""
    messages: list[Message]
    """What topics got."""
    alarms: list[AlarmState]
    """The states that alarms went through; each begins with its state at the opening."""
    left_out: list[LeftOut]
    """The nodes that were not reached, and why."""
    assumptions: Mapping[str, str]
    """The assumptions that this night made use of, with the answers: AWS documents none of them."""
    commands: list[CommandRun] = field(default_factory=list)
    """Every command, those of runbooks too, in the order in which they were sent."""
    waited_until: datetime | None = None
    """Until when it was PENDING, because other windows ran; None where it did not wait."""
    deliveries: list[Delivery] = field(default_factory=list)
    """What queues and log groups got from rules."""
    not_delivered: list[NotDelivered] = field(default_factory=list)
    """What rules and alarms would have called besides, such as functions."""
    scheduled_updates: list[ScheduledUpdate] = field(default_factory=list)
    """What schedules of EventBridge Scheduler change of the window, between now and the end of the night."""
    unanswered: list[str] = field(default_factory=list)
    """What nobody knows about this night, and the rehearsal has one answer to."""
    depends_on: list[Dependency] = field(default_factory=list)
    """With `assume="all"`: the assumptions that decide how the night ends."""
    variants: list["Rehearsal"] = field(default_factory=list, repr=False)
    """With `assume="all"`: the nights under the other assumptions."""
    is_complete: bool = True
    """With `assume="all"`: False where there were too many combinations to try all."""

    @property
    def invocations(self) -> list[Invocation]:
        """Everything that the window started, task by task."""
        return [invocation for task in self.tasks for invocation in task.invocations]

    def task(self, name: str) -> TaskRun:
        """Find a task by its name, by its id, or by its last words: `canary` finds `shop-prod-web-canary`.

        Raises:
            RehearsalError: none has this name, or several do.
        """
        found = [task for task in self.tasks if name in {task.name, task.task.id}] or [
            task for task in self.tasks if is_called(task.name, name)
        ]
        if len(found) != 1:
            names = ", ".join(task.name for task in self.tasks) or "none"
            raise RehearsalError(f"{'no task' if not found else 'several tasks'} called {name!r}; tasks: {names}")
        return found[0]

    def outcome(self) -> str:
        """How the night ends, in a line."""
        return "; ".join([self.status, *(_task_outcome(task) for task in self.tasks)])

    def timeline(self) -> str:
        """Tell the night as text."""
        from ._pictures.timeline import timeline  # noqa: PLC0415 - the pictures stand on this module

        return timeline(self)

    def to_markdown(self) -> str:
        """Tell the night as a page with a Mermaid chart."""
        from ._pictures import WRITERS  # noqa: PLC0415 - the pictures stand on this module

        return WRITERS[".md"](self)

    def to_svg(self) -> str:
        """Draw the night as SVG."""
        from ._pictures import WRITERS  # noqa: PLC0415 - the pictures stand on this module

        return WRITERS[".svg"](self)

    def save(self, path: str | Path) -> Path:
        """Write the night to a file: `.json`, `.md` with a Mermaid chart, `.svg`, or `.html` as one page.

        Parameters of tasks are left out: they may hold what nobody else should read.

        Raises:
            RehearsalError: the file has another ending.
        """
        from ._pictures import WRITERS  # noqa: PLC0415 - the pictures stand on this module

        path = Path(path)
        if path.suffix not in WRITERS:
            raise RehearsalError(f"save {path.name!r}: allowed endings: {', '.join(WRITERS)}")
        path.write_text(WRITERS[path.suffix](self), encoding="utf-8")
        return path

    def to_dict(self) -> dict[str, Any]:
        """Give the night as plain values, without the parameters of tasks."""
        return {
            "window": {
                "id": self.window.id,
                "name": self.window.name,
                "region": self.window.region,
                "account": self.window.account_id,
            },
            "id": self.id,
            "status": self.status,
            "status_details": self.status_details,
            **{name: _iso(getattr(self, name)) for name in ("opened", "cutoff", "end", "ended")},
            "tasks": [_task_dict(task) for task in self.tasks],
            "left_out": [{"node": it.node, "task": it.task, "reason": it.reason} for it in self.left_out],
            "messages": [
                {"time": _iso(it.time), "topic": it.topic, "subject": it.subject, "body": it.body}
                for it in self.messages
            ],
            "deliveries": [
                {"time": _iso(it.time), "sender": it.sender, "target": it.target, "body": it.body}
                for it in self.deliveries
            ],
            "not_delivered": [
                {"time": _iso(it.time), "sender": it.sender, "target": it.target, "reason": it.reason}
                for it in self.not_delivered
            ],
            "alarms": [{"time": _iso(it.time), "name": it.name, "state": it.state} for it in self.alarms],
            "events": [
                {"time": _iso(it.time), "source": it.source, "detail-type": it.detail_type, "detail": _shown(it.detail)}
                for it in self.events
            ],
            "scheduled_updates": [
                {"time": _iso(it.time), "schedule": it.schedule, "changes": dict(it.changes), "refusal": it.refusal}
                for it in self.scheduled_updates
            ],
            "unanswered": list(self.unanswered),
            "assumptions": dict(self.assumptions),
            "depends_on": [
                {
                    "assumption": it.assumption,
                    "question": it.question,
                    "assumed": it.assumed,
                    "otherwise": it.otherwise,
                    "outcome": it.outcome,
                    "together_with": dict(it.together_with),
                }
                for it in self.depends_on
            ],
        }

    def to_json(self) -> str:
        """Give the night as JSON, without the parameters of tasks."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"


def _task_outcome(task: TaskRun) -> str:
    status = task.status or "never started"
    counts: dict[str, int] = {}
    for node in task.nodes:
        counts[node.status_details] = counts.get(node.status_details, 0) + 1
    nodes = ", ".join(f"{count} {details}" for details, count in sorted(counts.items()))
    return f"{task.name} {status}" + (f" ({nodes})" if nodes else "")


def _task_dict(task: TaskRun) -> dict[str, Any]:
    return {
        "name": task.name,
        "type": task.type,
        "priority": task.priority,
        "status": task.status,
        "status_details": task.status_details,
        "reason": task.reason,
        "started": _iso(task.started),
        "ended": _iso(task.ended),
        "triggered_alarm": list(task.triggered_alarm) if task.triggered_alarm else None,
        "invocations": [
            {
                "id": it.id,
                "target": it.target,
                "status": it.status,
                "status_details": it.status_details,
                "started": _iso(it.started),
                "ended": _iso(it.ended),
                "nodes": [
                    {
                        "node": node.node,
                        "status": node.status,
                        "status_details": node.status_details,
                        "started": _iso(node.started),
                        "ended": _iso(node.ended),
                        "reason": node.reason,
                    }
                    for node in it.nodes
                ],
            }
            for it in task.invocations
        ],
    }


def _shown(detail: Mapping[str, Any]) -> dict[str, Any]:
    # The parameters of a command are in its event, and AWS's model calls them sensitive.
    return {name: value for name, value in detail.items() if name != "parameters"}


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
