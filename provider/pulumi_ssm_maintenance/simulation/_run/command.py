"""One command of Run Command on the nodes of a target.

https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html
"""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from pulumi_ssm_maintenance.simulation._nodes import Node
from pulumi_ssm_maintenance.simulation._rehearsal import CommandRun, Message, NodeRun
from pulumi_ssm_maintenance.simulation._work import Sending

from .clock import END, LOOK, START
from .limits import ErrorBudget, at_once

if TYPE_CHECKING:
    from .night import Night

INVALID_ID = "The instance IDs list contains an invalid entry."
_UNREACHED = frozenset({"Undeliverable", "InvalidPlatform", "AccessDenied"})
_ERRORS = frozenset({"Failed", "ExecutionTimedOut"})
_STATUSES = {"DeliveryTimedOut": "TimedOut", "ExecutionTimedOut": "TimedOut", "Terminated": "Cancelled"}
_COMMAND_EVENT = "EC2 Command Status-change Notification"
_NODE_EVENT = "EC2 Command Invocation Status-change Notification"
_EVENT_STATUSES = {"Cancelled": "Canceled"}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What will happen on a node that the command was sent to."""

    starts: datetime | None
    ends: datetime
    details: str
    reason: str | None = None


class Sender(Protocol):
    """Who sends a command, and may stop it."""

    @property
    def is_stopped_by_alarm(self) -> bool:
        """Whether an alarm stopped it."""
        ...

    def may_start_more(self) -> bool:
        """Whether the command may start on another node now."""
        ...


class Command:
    """A command under way."""

    def __init__(  # noqa: PLR0913, PLR0917 - a command, whose it is and what it may do
        self,
        night: "Night",
        sender: Sender,
        sending: Sending,
        nodes: list[tuple[Node, NodeRun]],
        budget: ErrorBudget,
        done: Callable[["Command", str], None],
    ) -> None:
        self.budget = budget
        self._night, self._sender, self._sending, self._done = night, sender, sending, done
        self._nodes = nodes
        self._waiting = deque(nodes)
        self._running: dict[str, NodeRun] = {}
        self._at_once = at_once(sending.max_concurrency, len(nodes), night.choices)
        self._is_due = False
        self._is_cancelled = False
        self._ended = False
        self._delivery = timedelta(seconds=sending.timeout_seconds)
        self._execution = timedelta(seconds=sending.execution_timeout_seconds)
        self._total = self._delivery + self._execution
        now = night.clock.now
        self.record = CommandRun(
            id=night.new_id(),
            document=sending.document,
            document_version=sending.document_version,
            parameters=sending.parameters,
            requested=now,
            expires=now + self._total,
            nodes=[run for _, run in nodes],
            targets=sending.targets,
            max_concurrency=sending.max_concurrency,
            max_errors=sending.max_errors,
            timeout_seconds=sending.timeout_seconds,
            comment=sending.comment,
            output=sending.output,
            service_role_arn=sending.service_role_arn,
        )
        night.commands.append(self.record)

    def start(self) -> None:
        """Send it to the first nodes."""
        self._night.clock.at(self.record.expires, self._expire, LOOK)
        self._report("InProgress")
        self._go_on()

    def cancel(self) -> None:
        """Cancel it on nodes that wait and on those that run."""
        self._is_cancelled = True
        for run in list(self._running.values()):
            self._finish(run, "Cancelled", "the window's cutoff came while it ran")
        self._leave_out("Cancelled", "its turn had not come when the window's cutoff did")
        self._go_on_soon()

    def stop(self, reason: str) -> None:
        """Cancel it on nodes that wait; those that run finish."""
        self._is_cancelled = True
        self._leave_out("Cancelled", reason)
        self._go_on_soon()

    def _go_on_soon(self) -> None:
        """Go on when all that ends in this moment has ended."""
        if not self._is_due:
            self._is_due = True
            self._night.clock.at(self._night.clock.now, self._go_on, START)

    def _go_on(self) -> None:
        self._is_due = False
        if self._ended:
            return
        while self._waiting and len(self._running) < self._at_once and self._may_start():
            self._send(*self._waiting.popleft())
        if not self._running:
            self._conclude()

    def _may_start(self) -> bool:
        if self.budget.is_exceeded:
            self._leave_out("Terminated", "the task had exceeded its error limit")
            return False
        return self._sender.may_start_more()

    def _send(self, node: Node, run: NodeRun) -> None:
        clock = self._night.clock
        plan = self._plan(node)
        self._running[run.node] = run
        if plan.starts is not None and plan.starts > clock.now:
            run.status = run.status_details = "Delayed"
            clock.at(plan.starts, lambda: self._begin(run))
        elif plan.starts is not None:
            self._begin(run)
        else:
            run.status = run.status_details = "Delayed"
        if plan.ends == clock.now:
            self._end(run, plan)
        else:
            # An agent reports its own end; that nothing came back is seen by looking.
            rank = LOOK if plan.details == "DeliveryTimedOut" else END
            clock.at(plan.ends, lambda: self._end(run, plan), rank)

    def _plan(self, node: Node) -> _Plan:
        night, sent = self._night, self._night.clock.now
        name, step = self._sending.name, self._sending.step
        outcome = node.outcome_of(name, step)
        if not node.managed:
            return _Plan(None, sent, "Failed", "no managed node")
        if outcome in _UNREACHED:
            return _Plan(None, sent, outcome, f"{outcome}: the command did not reach it")
        expires = sent + self._total
        reachable = _at(night.opened, node.reachable_from(night.minute()))
        if reachable is None or reachable > sent + self._delivery:
            return _Plan(None, expires, "DeliveryTimedOut", "its agent did not answer in time")
        minutes, limit = node.minutes_of(name, step), self._execution / timedelta(minutes=1)
        if outcome == "TimedOut" or (minutes > limit and outcome != "Hangs"):
            minutes, details, reason = limit, "ExecutionTimedOut", "its work took longer than the document allows"
        else:
            details, reason = outcome, None
        start = (reachable - night.opened) / timedelta(minutes=1)
        ended = None if outcome == "Hangs" else _at(night.opened, node.done_by(start, minutes))
        if ended is None or ended > expires:
            return _Plan(reachable, expires, "DeliveryTimedOut", "it never reported back")
        return _Plan(reachable, ended, details, reason)

    def _begin(self, run: NodeRun) -> None:
        if run.node not in self._running:
            return
        run.status = run.status_details = "InProgress"
        run.started = self._night.clock.now
        self._report_node(run)

    def _end(self, run: NodeRun, plan: _Plan) -> None:
        if run.node in self._running:
            self._finish(run, plan.details, plan.reason)
            self._go_on_soon()

    def _finish(self, run: NodeRun, details: str, reason: str | None) -> None:
        del self._running[run.node]
        run.status, run.status_details = _status(details), details
        run.reason = reason
        run.ended = self._night.clock.now
        if run.started is not None:
            run.output = self._output(run, details)
        if details in _ERRORS:
            self.budget.errors += 1
        self._report_node(run)

    def _output(self, run: NodeRun, details: str) -> str:
        """What the work printed; nothing comes back from a node that never reports."""
        if details == "DeliveryTimedOut":
            return ""
        sending = self._sending
        return self._night.nodes[run.node].output_of(sending.name, sending.step) or (
            f"A rehearsal: {sending.document} did not run on {run.node}. It was taken to end {details}.\n"
        )

    def _leave_out(self, details: str, reason: str) -> None:
        while self._waiting:
            _, run = self._waiting.popleft()
            run.status, run.status_details, run.reason = "Cancelled", details, reason

    def _expire(self) -> None:
        """Time out every node that has not ended, unless the time counts for each node alone."""
        if self._ended or self._night.choices.choose("command_expiry") != "command":
            return
        for run in list(self._running.values()):
            late = "its agent did not answer in time" if run.started is None else "it never reported back"
            self._finish(run, "DeliveryTimedOut", late)
        while self._waiting:
            _, run = self._waiting.popleft()
            run.status, run.status_details = "TimedOut", "DeliveryTimedOut"
            run.reason = "the command expired before its turn came"
        self._go_on_soon()

    def _conclude(self) -> None:
        if self._waiting:  # a cutoff that comes in the same moment as the last node ends
            self._is_cancelled = True
            self._leave_out("Cancelled", "its turn had not come when the window's cutoff did")
        self._ended = True
        details = self._details()
        self.record.ended = self._night.clock.now
        self._report(_status(details), details)
        self._done(self, details)

    def _details(self) -> str:
        if self._sender.is_stopped_by_alarm:
            return "Cancelled"
        if self.budget.counts_as_failed:
            return "Failed"
        return "Cancelled" if self._is_cancelled else self._details_by_nodes()

    def _details_by_nodes(self) -> str:
        found = [run.status_details for _, run in self._nodes]
        if all(details == "Success" for details in found):
            return "Success"
        if all(details in _UNREACHED for details in found):
            return "Failed"
        if self.budget.is_reached_by(found.count("DeliveryTimedOut")):
            return "DeliveryTimedOut"
        # Nodes that could not be reached at all do not keep a command from its success.
        return "Success" if set(found) <= {"Success", *_UNREACHED} else "Incomplete"

    def _report(self, status: str, details: str | None = None) -> None:
        self.record.status, self.record.status_details = status, details or status
        self._emit(_COMMAND_EVENT, status, [run.node for _, run in self._nodes])
        notifications = self._sending.notifications
        if notifications and notifications.type == "Command" and _is_wanted(notifications.events, status):
            self._notify(notifications.topic_arn, {"instanceIds": [run.node for _, run in self._nodes]}, status)

    def _report_node(self, run: NodeRun) -> None:
        self._emit(_NODE_EVENT, run.status, [run.node], {"instance-id": run.node})
        notifications = self._sending.notifications
        if notifications and notifications.type == "Invocation" and _is_wanted(notifications.events, run.status):
            self._notify(notifications.topic_arn, {"instanceId": run.node}, run.status)

    def _emit(self, detail_type: str, status: str, nodes: list[str], more: dict[str, str] | None = None) -> None:
        window = self._night.window
        detail = {
            "command-id": self.record.id,
            "document-name": self.record.document,
            "requested-date-time": self.record.requested.isoformat(),
            **(more or {}),
            "status": _EVENT_STATUSES.get(status, status),
        }
        self._night.emit(detail_type, detail, [window.arn("ec2", f"instance/{node}") for node in nodes], "aws.ssm")

    def _notify(self, topic: str, about: dict[str, object], status: str) -> None:
        now = self._night.clock.now
        body = {
            "commandId": self.record.id,
            "documentName": self.record.document,
            **about,
            "requestedDateTime": self.record.requested.isoformat(),
            "status": status,
            "eventTime": now.isoformat(),
        }
        self._night.publish(Message(now, topic, None, json.dumps(body)))


def _status(details: str) -> str:
    if details in _UNREACHED:
        return "Failed"
    return _STATUSES.get(details, "Failed" if details == "Incomplete" else details)


def _is_wanted(events: object, status: str) -> bool:
    wanted = set(events) if isinstance(events, list | tuple) else set[object]()
    return "All" in wanted or status in wanted


def _at(opened: datetime, minute: float | None) -> datetime | None:
    return None if minute is None else opened + timedelta(minutes=minute)
