"""One opening of the window: the order of its tasks, the cutoff, the end, and what others get to know."""

import random
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any, TypeAlias

from pulumi_ssm_maintenance.simulation._assumptions import Choices
from pulumi_ssm_maintenance.simulation._nodes import Node
from pulumi_ssm_maintenance.simulation._rehearsal import (
    AlarmState,
    CommandRun,
    Delivery,
    Event,
    Invocation,
    LeftOut,
    Message,
    NodeRun,
    NotDelivered,
    Rehearsal,
    ScheduledUpdate,
    TaskRun,
)
from pulumi_ssm_maintenance.simulation._window import OtherRun, Task, Window
from pulumi_ssm_maintenance.simulation._work import Pending, Runner, Sending

from .alarms import Alarms
from .clock import LOOK, Clock
from .command import Command
from .command_task import CommandTask
from .limits import ErrorBudget, tolerated_errors
from .placeholders import stored_names
from .run_task import RunTask
from .targets import is_meant, resolve
from .task_work import TaskWork

Effect: TypeAlias = Message | AlarmState | Delivery | NotDelivered
"""What an event leads to: messages, states of alarms, and what other targets of rules get or do not get."""
Listener: TypeAlias = Callable[[Event], Iterable[Effect]]
"""What hears each event, and gives its effects."""

MOST_WINDOWS = 5
"""How many windows of an account run at a time: https://docs.aws.amazon.com/general/latest/gr/ssm.html"""
_WITH_STORED = frozenset({"RUN_COMMAND", "AUTOMATION"})
"""The types of tasks whose parameters may name parameters of Parameter Store."""
_FAILED = "One or more tasks in the orchestration failed."
_NO_TASKS = "No tasks to execute."
_WINDOW = "Maintenance Window State-change Notification"
_RUN = "Maintenance Window Execution State-change Notification"
_TASK = "Maintenance Window Task Execution State-change Notification"
_TARGET = "Maintenance Window Task Target Invocation State-change Notification"


class Night:
    """The run of a window under way."""

    def __init__(  # noqa: PLR0913 - what a night is made of, each by its name
        self,
        window: Window,
        nodes: Sequence[Node],
        *,
        opened: datetime,
        alarms: Mapping[str, Sequence[tuple[float, str]]],
        choices: Choices,
        runner: Runner,
        listener: Listener,
        scheduled_updates: Sequence[ScheduledUpdate],
        other_runs: Sequence[OtherRun],
        stored: Mapping[str, str] | None,
        cancel_after: float | None,
        seed: int,
    ) -> None:
        self.window = window
        self.nodes = {node.id: node for node in nodes}
        self.opened = opened
        self.end = opened + timedelta(hours=window.duration)
        self.cutoff = self.end - timedelta(hours=window.cutoff)
        self.choices = choices
        self.runner = runner
        self.clock = Clock(opened)
        self._listener = listener
        self._draw = random.Random(f"{seed} {window.id} {opened.isoformat()}")  # noqa: S311  # ids that repeat themselves; nothing here is secret
        self.id = self.new_id()
        self.events: list[Event] = []
        self.messages: list[Message] = []
        self.commands: list[CommandRun] = []
        self.runs = [TaskRun(task, self.new_id()) for task in sorted(window.tasks, key=lambda it: it.priority)]
        self._levels = [list(level) for _, level in groupby(self.runs, key=lambda it: it.priority)]
        self._working: list[TaskWork] = []
        self._stopped_by_alarm = False
        self._has_unstarted = False
        self._is_cancelled = False
        self._other_runs = other_runs
        self._stored = stored
        self._cancel_after = cancel_after
        planned = {
            name: [(opened + timedelta(minutes=minute), state) for minute, state in changes]
            for name, changes in alarms.items()
        }
        self.record = Rehearsal(
            window=window,
            id=self.id,
            opened=opened,
            cutoff=self.cutoff,
            end=self.end,
            status="IN_PROGRESS",
            status_details=None,
            ended=None,
            tasks=self.runs,
            events=self.events,
            messages=self.messages,
            alarms=[],
            left_out=[],
            assumptions=choices.used,
            commands=self.commands,
            scheduled_updates=[it for it in scheduled_updates if it.time <= self.end],
        )
        self.alarms = Alarms(self.clock, planned, self._alarm_changed, self.record.alarms)

    def run(self) -> Rehearsal:
        """Let the night happen."""
        self.clock.at(self.opened, self._open)
        for update in self.record.scheduled_updates:
            if update.time > self.opened:
                self.clock.at(update.time, partial(self._report_update, update))
        if self._cancel_after is not None:
            self.clock.at(self.opened + timedelta(minutes=self._cancel_after), self.cancel, LOOK)
        self.clock.at(self.cutoff, self._cut_off, LOOK)
        self.clock.at(self.end, self._at_the_end, LOOK)
        self.clock.run()
        self._account()
        return self.record

    @property
    def now(self) -> datetime:
        """The time."""
        return self.clock.now

    @property
    def left_out(self) -> list[LeftOut]:
        """The nodes that were not reached."""
        return self.record.left_out

    def minute(self) -> float:
        """The minutes since the opening."""
        return (self.clock.now - self.opened) / timedelta(minutes=1)

    def new_id(self) -> str:
        """An id in the form of a UUID."""
        return str(uuid.UUID(int=self._draw.getrandbits(128), version=4))

    def emit(self, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str], source: str) -> None:
        """Send an event to EventBridge, and do what it leads to."""
        event = Event(self.clock.now, source, detail_type, detail, resources)
        self.events.append(event)
        for effect in self._listener(event):
            match effect:
                case Message():
                    self.messages.append(effect)
                case AlarmState():
                    self.alarms.plan(effect.name, effect.state, effect.time)
                case Delivery():
                    self.record.deliveries.append(effect)
                case NotDelivered():
                    self.record.not_delivered.append(effect)

    def publish(self, message: Message) -> None:
        """Send a message to a topic."""
        self.messages.append(message)

    def send_command(self, sending: Sending, nodes: Sequence[Node]) -> tuple[CommandRun, Pending]:
        """Send a command to nodes, for a runbook: no alarm and no cutoff stops it."""
        pending = Pending()
        command = Command(
            self,
            _Freely(),
            sending,
            [(node, NodeRun(node.id)) for node in nodes],
            ErrorBudget(tolerated_errors(sending.max_errors, len(nodes), self.choices), self.choices),
            lambda *_: pending.finish(),
        )
        command.start()
        return command.record, pending

    def change_state(self, node_id: str, state: str) -> None:
        """Have a node run, be stopped or be terminated from now on."""
        if node_id in self.nodes:
            self.nodes[node_id] = self.nodes[node_id].in_state(state, self.minute())

    def cancel(self) -> None:
        """Cancel the run: no other task starts, and those at work go on.

        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CancelMaintenanceWindowExecution.html
        """
        if self.record.ended is not None or self._is_cancelled:
            return
        self._is_cancelled = True
        self.record.status = "CANCELLING"
        self._emit_run("CANCELLING")
        self._drop("the run of the window was cancelled", "CANCELLED")
        if not self._working:
            self._finish_by_tasks()

    def show_later_tasks(self) -> None:
        """Show tasks whose turn has not come to those who look at the run now."""
        if self._levels and self.choices.choose("later_tasks") == "pending":
            for run in (run for level in self._levels for run in level):
                run.status = run.status or "PENDING"

    def stored_for(self, task: Task) -> Mapping[str, str]:
        """The parameters of Parameter Store that a task's own parameters may name."""
        return (self._stored or {}) if task.type in _WITH_STORED else {}

    def report_task(self, run: TaskRun) -> None:
        """Send the event of a task's status."""
        ids = {"window-execution-id": self.id, "task-execution-id": run.id, "status": run.status}
        self._emit(_TASK, _times(run.started, run.ended) | ids)

    def report_invocation(self, run: TaskRun, invocation: Invocation) -> None:
        """Send the event of an invocation's status. For other types than RUN_COMMAND it says no more than COMPLETE."""
        is_command = run.type == "RUN_COMMAND"
        status = invocation.status if is_command or invocation.ended is None else "COMPLETE"
        detail = _times(invocation.started, invocation.ended) | {
            "window-execution-id": self.id,
            "task-execution-id": run.id,
            "window-target-id": invocation.window_target_id,
            "status": status,
        }
        if invocation.owner_information:
            detail["owner-information"] = invocation.owner_information
        self._emit(_TARGET, detail)

    def task_ended(self, work: TaskWork) -> None:
        """Go on to the next priority when the last task of this one has ended."""
        self._stopped_by_alarm = self._stopped_by_alarm or work.run.triggered_alarm is not None
        self._working.remove(work)
        if not self._working:
            self._next_level(work.run.priority)

    def _open(self) -> None:
        if any(it.window == self.window.id and it.is_under_way(self.opened) for it in self._other_runs):
            self._drop("the run of the window before this one had not ended")
            self._finish("SKIPPED_OVERLAPPING", None)
            return
        self._emit_run("PENDING")
        ends = [it.ended or self.end for it in self._other_runs if it.is_under_way(self.opened)]
        if len(ends) < MOST_WINDOWS:
            self._begin()
        elif self.choices.choose("too_many_windows") == "failed":
            self._drop(f"{len(ends)} other windows ran, and AWS runs {MOST_WINDOWS} at a time")
            self._finish("FAILED", None)
        else:
            self.record.status = "PENDING"
            self.record.waited_until = min(sorted(ends)[len(ends) - MOST_WINDOWS], self.cutoff)
            self.clock.at(self.record.waited_until, self._begin)

    def _begin(self) -> None:
        if self.record.ended is not None:  # it was cancelled while it waited
            return
        self.record.status = "IN_PROGRESS"
        self._emit_run("IN_PROGRESS")
        missing = (
            [name for name in self._stored_names() if name not in self._stored] if self._stored is not None else []
        )
        if missing:
            self._drop(f"Parameter Store has no {', '.join(missing)}, so the whole run failed")
            self._finish("FAILED", f"The following SSM parameters are invalid: {', '.join(missing)}")
        elif self.runs:
            self._next_level(None)
        else:
            self._finish("SUCCESS", _NO_TASKS)

    def _report_update(self, update: ScheduledUpdate) -> None:
        if self.record.ended is None and not update.refusal:
            self.record.unanswered.append(
                f"Schedule {update.schedule} {update.words} during the run. AWS does not document what that changes "
                "for the run; it goes on as it began."
            )
        enabled = update.changes.get("Enabled")
        if enabled is not None and not update.refusal:
            self._emit(_WINDOW, {"status": "ENABLED" if enabled else "DISABLED"})

    def _next_level(self, ended: int | None) -> None:
        if not self._levels:
            self._finish_by_tasks()
            return
        has_failed = ended is not None and any(run.status != "SUCCESS" for run in self._runs_of(ended))
        if has_failed and self.choices.choose("after_a_failed_priority") == "stops":
            self._give_up("the run stops after a task that has not succeeded")
            return
        if self.clock.now >= self.cutoff:
            self._has_unstarted = True
            statuses = {"timed_out": "TIMED_OUT", "pending": "PENDING"}
            self._give_up(
                "its turn had not come when the window's cutoff did", statuses.get(self.choices.choose("never_started"))
            )
            return
        # All of them count as at work before the first begins: one that ends at once must not open the next level.
        self._working = [
            (CommandTask if run.type == "RUN_COMMAND" else RunTask)(self, run) for run in self._levels.pop(0)
        ]
        for work in list(self._working):
            work.begin()

    def _runs_of(self, priority: int) -> list[TaskRun]:
        return [run for run in self.runs if run.priority == priority]

    def _stored_names(self) -> list[str]:
        tasks = [run.task for run in self.runs if run.type in _WITH_STORED]
        return list(dict.fromkeys(name for task in tasks for name in stored_names(task.parameters)))

    def _give_up(self, reason: str, status: str | None = None) -> None:
        self._drop(reason, status)
        self._finish_by_tasks()

    def _drop(self, reason: str, status: str | None = None) -> None:
        """Start none of the tasks whose turn has not come."""
        for run in (run for level in self._levels for run in level):
            run.status, run.reason = status or run.status, reason
        self._levels = []

    def _cut_off(self) -> None:
        for work in list(self._working):
            if work.task.cutoff_behavior == "CANCEL_TASK":
                work.cut_off()

    def _at_the_end(self) -> None:
        if self.record.ended is None and self._working and self.choices.choose("end_of_window") == "timed_out":
            self._finish("TIMED_OUT", None)

    def _finish_by_tasks(self) -> None:
        if self.record.ended is not None:
            return
        status = "CANCELLED" if self._is_cancelled else self._status_by_tasks()
        self._finish(status, _FAILED if status == "FAILED" else None)

    def _status_by_tasks(self) -> str:
        found = {run.status for run in self.runs if run.ended is not None} - {"SUCCESS"}
        if "CANCELLED" in found and self._stopped_by_alarm:
            found.remove("CANCELLED")
            found.add("CANCELLED" if self.choices.choose("stopped_by_alarm") == "run_cancelled" else "FAILED")
        if self._has_unstarted and self.choices.choose("run_with_unstarted_tasks") == "timed_out":
            found.add("TIMED_OUT")
        if {"FAILED", "TIMED_OUT"} <= found:
            found.remove("TIMED_OUT" if self.choices.choose("mixed_results") == "failed" else "FAILED")
        return next((status for status in ("FAILED", "TIMED_OUT", "CANCELLED") if status in found), "SUCCESS")

    def _finish(self, status: str, details: str | None) -> None:
        record = self.record
        record.status, record.status_details, record.ended = status, details, self.clock.now
        self._emit_run(status)

    def _emit_run(self, status: str) -> None:
        ids = {"window-execution-id": self.id, "status": status}
        self._emit(_RUN, _times(self.opened, self.record.ended) | ids)

    def _emit(self, detail_type: str, detail: dict[str, Any]) -> None:
        window = self.window
        arn = window.arn("ssm", f"maintenancewindow/{window.id}")
        self.emit(detail_type, {"window-id": window.id} | detail, [arn], "aws.ssm")

    def _alarm_changed(self, alarm: AlarmState, before: str) -> None:
        detail = {
            "alarmName": alarm.name,
            "state": {"value": alarm.state, "timestamp": _time(alarm.time)},
            "previousState": {"value": before},
        }
        arn = self.window.arn("cloudwatch", f"alarm:{alarm.name}")
        self.emit("CloudWatch Alarm State Change", detail, [arn], "aws.cloudwatch")
        for work in list(self._working):
            work.alarm_changed(alarm.name)

    def _account(self) -> None:
        """Say of each node that was not reached why."""
        addressed = {item.node for item in self.left_out}
        for run in self.runs:
            for node in run.nodes:
                addressed.add(node.node)
                if node.started is None and node.node:
                    reason = node.reason or run.reason or "its turn did not come"
                    self.left_out.append(LeftOut(node.node, run.name, reason))
            if run.reason is not None and not run.invocations:
                minute = ((run.started or self.cutoff) - self.opened) / timedelta(minutes=1)
                missed = [node.id for it in run.task.targets for node in resolve(it, self.nodes, minute)]
                self.left_out.extend(LeftOut(node_id, run.name, run.reason) for node_id in dict.fromkeys(missed))
                addressed.update(missed)
        self.left_out.extend(
            LeftOut(node.id, None, self._why_not(node)) for node in self.nodes.values() if node.id not in addressed
        )

    def _why_not(self, node: Node) -> str:
        if any(is_meant(node, target) for run in self.runs for target in run.task.targets):
            if node.terminated:
                return "terminated"
            if not node.managed:
                return "no managed node, so a tag does not find it"
            return "stopped when the task began: a tag does not find a stopped node"
        return "no target of the window matches it"


class _Freely:
    """The sender of a command that nothing stops."""

    is_stopped_by_alarm = False

    def may_start_more(self) -> bool:
        return True


def _times(started: datetime | None, ended: datetime | None) -> dict[str, Any]:
    times = {"start-time": started, "end-time": ended}
    return {name: _time(when) for name, when in times.items() if when is not None}


def _time(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
