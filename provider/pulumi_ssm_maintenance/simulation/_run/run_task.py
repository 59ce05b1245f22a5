"""AUTOMATION, LAMBDA and STEP_FUNCTIONS: the window itself starts a run for each resource, and counts them."""

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.simulation._nodes import Node
from pulumi_ssm_maintenance.simulation._rehearsal import Invocation, NodeRun, TaskRun
from pulumi_ssm_maintenance.simulation._window import Target
from pulumi_ssm_maintenance.simulation._work import Call, Outcome, StoppedError, Wait, Work

from .clock import START
from .limits import ErrorBudget, at_once, tolerated_errors
from .placeholders import PlaceholderError
from .task_work import LIMIT_EXCEEDED, NO_INVOCATIONS, TaskWork

if TYPE_CHECKING:
    from .night import Night

_CONCERNING = frozenset({"FAILED", "TIMED_OUT"})


@dataclass(slots=True, eq=False)
class _Run:
    """One run, under way or to come."""

    invocation: Invocation
    node: Node | None
    work: Work | None = None
    waits: int = 0
    """How often it has waited: a wait that is over for another reason does not count any more."""

    @property
    def on_node(self) -> NodeRun:
        return self.invocation.nodes[0]


class RunTask(TaskWork):
    """A task that starts a run for each resource, or a single one without targets."""

    def __init__(self, night: "Night", run: TaskRun) -> None:
        super().__init__(night, run)
        self._targets: deque[list[_Run]] = deque()
        self._waiting: deque[_Run] = deque()
        self._running: list[_Run] = []
        self._at_once = 1
        self._budget = ErrorBudget(0, night.choices)
        self._is_due = False
        self._is_cut_off = False

    def start(self) -> None:
        """Make all invocations, and start the first ones."""
        if self.task.targets:
            self._targets.extend([self._new(target, node) for node in nodes] for target, nodes in list(self.resolved()))
        else:
            self._targets.append([self._new(None, None)])
        total = sum(len(runs) for runs in self._targets)
        if not total:
            failed = self.night.choices.choose("no_targets") == "failed"
            self.conclude("FAILED" if failed else "SUCCESS", NO_INVOCATIONS)
            return
        self._budget = ErrorBudget(
            tolerated_errors(self.task.max_errors, total, self.night.choices), self.night.choices
        )
        self._go_on()

    def cut_off(self) -> None:
        """Start no more; what runs goes on."""
        self._is_cut_off = True

    def stop(self) -> None:
        """Start no more, and cancel runbooks that run. Functions and state machines go on."""
        if self.task.type == "AUTOMATION":
            for run in list(self._running):
                self._stop_run(run, f"alarm {self.task.alarm} stopped it")
        self._go_on_soon()

    def _new(self, target: Target | None, node: Node | None) -> _Run:
        resource = node.id if node else ""
        try:
            invocation = self.invocation(target, resource, resource)
        except PlaceholderError as error:
            invocation = Invocation(self.night.new_id(), self.task.name, resource, "", "", {})
            invocation.status_details = str(error)
            self.run.invocations.append(invocation)
        invocation.nodes.append(NodeRun(resource))
        return _Run(invocation, node)

    def _go_on_soon(self) -> None:
        """Go on when all that ends in this moment has ended."""
        if not self._is_due:
            self._is_due = True
            self.night.clock.at(self.night.clock.now, self._go_on, START)

    def _go_on(self) -> None:
        """Start what may start now; end the task when nothing runs and nothing may start."""
        self._is_due = False
        if self.is_done:
            return
        while self._next_target() and len(self._running) < self._at_once and self._may_start():
            self._begin(self._waiting.popleft())
        if not self._running:
            self._conclude()

    def _next_target(self) -> bool:
        """Whether something waits. The next target's turn comes when the one before is done."""
        if not self._waiting and not self._running and self._targets:
            self._waiting.extend(self._targets.popleft())
            self._at_once = at_once(self.task.max_concurrency, len(self._waiting), self.night.choices)
        return bool(self._waiting)

    def _may_start(self) -> bool:
        return self.may_start_more() and not self._budget.is_exceeded

    def _begin(self, run: _Run) -> None:
        invocation, now = run.invocation, self.night.clock.now
        invocation.status, invocation.started = "IN_PROGRESS", now
        run.on_node.status = run.on_node.status_details = "InProgress"
        run.on_node.started = now
        self._running.append(run)
        self.night.report_invocation(self.run, invocation)
        if invocation.status_details is not None:  # a pseudo parameter had no value
            self._end(run, Outcome("Failed", message=invocation.status_details))
            return
        if self.task.type != "LAMBDA":
            invocation.execution_id = self.night.new_id()
        call = Call(
            task=self.task,
            node=run.node,
            resource=run.on_node.node,
            parameters=invocation.parameters,
            started=now,
            opened=self.night.opened,
            execution_id=self.night.id,
            task_execution_id=self.run.id,
            invocation_id=invocation.id,
            around=self.night,
            invocation=invocation,
        )
        run.work = self.night.runner(call)
        self._advance(run, run.waits)

    def _advance(self, run: _Run, waits: int) -> None:
        """Let a run go on until it waits again or ends, unless it has gone on already."""
        if run not in self._running or run.work is None or waits != run.waits:
            return
        try:
            wait = run.work.send(self.night.clock.now) if waits else next(run.work)
        except StopIteration as end:
            self._end(run, end.value)
        else:
            self._wait(run, wait)

    def _stop_run(self, run: _Run, reason: str) -> None:
        """Cancel a run, which may clean up."""
        if run.work is None:
            self._end(run, Outcome("Cancelled", message=reason))
            return
        try:
            wait = run.work.throw(StoppedError(reason))
        except StopIteration as end:
            self._end(run, end.value)
        except StoppedError:
            self._end(run, Outcome("Cancelled", message=reason))
        else:
            self._wait(run, wait)

    def _wait(self, run: _Run, wait: timedelta | Wait | None) -> None:
        run.waits += 1
        waits, clock = run.waits, self.night.clock
        longest = wait.longest if isinstance(wait, Wait) else wait
        if longest is not None:
            clock.at(clock.now + longest, lambda: self._advance(run, waits))
        if isinstance(wait, Wait):
            wait.until.then(lambda: self._advance(run, waits))

    def _end(self, run: _Run, outcome: Outcome) -> None:
        self._running.remove(run)
        if run.work is not None:
            run.work.close()
        invocation, node, now = run.invocation, run.on_node, self.night.clock.now
        node.status = node.status_details = outcome.status
        node.reason = outcome.message if outcome.status != "Success" else None
        invocation.status, invocation.status_details = self._status(outcome), outcome.message
        invocation.ended = node.ended = now
        if invocation.status in _CONCERNING:
            self._budget.errors += 1
        self.night.report_invocation(self.run, invocation)
        self._go_on_soon()

    def _status(self, outcome: Outcome) -> str:
        choices = self.night.choices
        if outcome.status == "Failed" and self.task.type == "LAMBDA":
            return "FAILED" if choices.choose("function_error") == "failed" else "SUCCESS"
        if outcome.status == "TimedOut" and self.task.type == "AUTOMATION":
            return choices.choose("runbook_timed_out").upper()
        return {"Success": "SUCCESS", "TimedOut": "TIMED_OUT", "Cancelled": "CANCELLED"}.get(outcome.status, "FAILED")

    def _has_failed(self) -> bool:
        if self.task.targets or not self._budget.errors or self.task.max_errors == "0":
            return self._budget.is_exceeded
        return self.night.choices.choose("failed_run_without_targets") == "failed"

    def _conclude(self) -> None:
        never_started = [*self._waiting, *(run for runs in self._targets for run in runs)]
        if self.is_stopped_by_alarm:
            status, details, reason = self.stopped_status(), None, f"alarm {self.task.alarm} stopped the task"
        elif self._has_failed():
            status, details, reason = "FAILED", LIMIT_EXCEEDED, "the task had exceeded its error limit"
        elif never_started or self._is_cut_off:
            status, details, reason = "TIMED_OUT", None, "its turn had not come when the window's cutoff did"
        else:
            status, details, reason = "SUCCESS", None, ""
        for run in never_started:
            run.on_node.reason = reason
        self.conclude(status, details)
