"""What the tasks of all types have in common: their turn, their alarm and their end."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.simulation._nodes import Node
from pulumi_ssm_maintenance.simulation._rehearsal import Invocation, LeftOut, TaskRun
from pulumi_ssm_maintenance.simulation._window import Target

from .clock import LOOK
from .placeholders import fill_in, fill_in_stored
from .targets import resolve

if TYPE_CHECKING:
    from .night import Night

LIMIT_EXCEEDED = "The maximum error count was exceeded."
NO_INVOCATIONS = "No Invocations to Execute"
_POLLS = {"minute": timedelta(minutes=1), "five_seconds": timedelta(seconds=5)}
_FUNCTIONS = frozenset({"LAMBDA", "STEP_FUNCTIONS"})


class TaskWork(ABC):
    """A task that has its turn."""

    def __init__(self, night: "Night", run: TaskRun) -> None:
        self.night = night
        self.run = run
        self.task = run.task
        self.is_stopped_by_alarm = False
        self._looks_between = False

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return self.run.ended is not None

    def begin(self) -> None:
        """Start the task, unless its alarm keeps it from starting."""
        self.run.started = self.night.clock.now
        if trouble := self._trouble():
            answer = self.night.choices.choose("alarm_at_start")
            if answer != "first_poll":
                self.run.triggered_alarm = trouble
                self.run.reason = f"alarm {trouble[0]} was in {trouble[1]} when its turn came"
                self.conclude("FAILED" if answer == "failed" else "CANCELLED")
                return
            self._look_soon()
        self.run.status = "IN_PROGRESS"
        self.night.report_task(self.run)
        self.start()

    def conclude(self, status: str, details: str | None = None) -> None:
        """End the task."""
        self.run.status, self.run.status_details = status, details
        self.run.ended = self.night.clock.now
        self.night.report_task(self.run)
        self.night.task_ended(self)

    def alarm_changed(self, name: str) -> None:
        """Take note that an alarm has another state."""
        if name == self.task.alarm and not self.is_stopped_by_alarm and self._trouble():
            self._look_soon()

    def may_start_more(self) -> bool:
        """Whether another node or invocation may start now."""
        if self._looks_between:
            self._look()
        night = self.night
        in_time = self.task.cutoff_behavior == "CONTINUE_TASK" or night.clock.now < night.cutoff
        return in_time and not self.is_stopped_by_alarm

    @abstractmethod
    def start(self) -> None:
        """Start the first invocations."""

    @abstractmethod
    def cut_off(self) -> None:
        """Take note of the cutoff, with CANCEL_TASK."""

    @abstractmethod
    def stop(self) -> None:
        """Stop for an alarm."""

    def stopped_status(self) -> str:
        """The status of a task that its alarm has stopped."""
        return "FAILED" if self.night.choices.choose("stopped_by_alarm") == "failed" else "CANCELLED"

    def resolved(self) -> Iterator[tuple[Target, list[Node]]]:
        """The targets of the task that have nodes now, with these."""
        night, seen = self.night, set[str]()
        for target in self.task.targets:
            nodes = resolve(target, night.nodes, night.minute())
            again = {node.id for node in nodes} & seen
            if again and night.choices.choose("node_named_twice") == "once":
                nodes = [node for node in nodes if node.id not in again]
            seen.update(node.id for node in nodes)
            if self.task.type == "RUN_COMMAND":
                nodes = self._with_agent(nodes)
            if nodes:
                yield target, nodes

    def invocation(self, target: Target | None, shown: str, resource: str | None) -> Invocation:
        """A new invocation, with the parameters that it gets.

        Args:
            target: the target; None for a task without any.
            shown: what it works on, for a reader.
            resource: the resource that RESOURCE_ID and TARGET_ID stand for, which RUN_COMMAND has none of.
        """
        night = self.night
        invocation_id = night.new_id()
        values = {
            "WINDOW_ID": night.window.id,
            "WINDOW_TASK_ID": self.task.id,
            "WINDOW_EXECUTION_ID": night.id,
            "TASK_EXECUTION_ID": self.run.id,
            "INVOCATION_ID": invocation_id,
        }
        if target is not None:
            values |= {"WINDOW_TARGET_ID": target.id, "TARGET_TYPE": target.resource_type}
        if resource:
            is_id = target is not None and target.is_group and not resource.startswith("arn:")
            arn = night.window.arn("ec2", f"instance/{resource}") if is_id else resource
            values |= {"TARGET_ID": arn, "RESOURCE_ID": _short_id(resource)}
        invocation = Invocation(
            id=invocation_id,
            task=self.task.name,
            target=shown,
            window_target_id=target.id if target else "",
            owner_information=target.owner_information if target else "",
            parameters=fill_in_stored(
                fill_in(self.task.parameters, values, night.choices), night.stored_for(self.task)
            ),
        )
        self.run.invocations.append(invocation)
        return invocation

    def _with_agent(self, nodes: list[Node]) -> list[Node]:
        others = [node for node in nodes if not node.managed]
        if not others or self.night.choices.choose("group_member_without_agent") == "failed":
            return nodes
        reason = "a member of a resource group that is no managed node"
        self.night.left_out.extend(LeftOut(node.id, self.task.name, reason) for node in others)
        return [node for node in nodes if node.managed]

    def _trouble(self) -> tuple[str, str] | None:
        """The task's alarm with what is wrong about it, or None."""
        name = self.task.alarm
        if name is None:
            return None
        state = self.night.alarms.state(name)
        if state is None and self.task.ignore_poll_alarm_failure:
            return None
        if state not in {"ALARM", None}:
            return None
        if self.task.type in _FUNCTIONS and self.night.choices.choose("alarm_on_functions") == "ignored":
            return None
        return name, state or "UNKNOWN"

    def _look_soon(self) -> None:
        """Have the task look at its alarm when it next does."""
        answer, clock = self.night.choices.choose("alarm_poll"), self.night.clock
        if answer == "between_nodes":
            self._looks_between = True
            return
        started = self.run.started or clock.now
        rounds = max(1, -((started - clock.now) // _POLLS[answer]))
        clock.at(started + rounds * _POLLS[answer], self._look, LOOK)

    def _look(self) -> None:
        if self.is_done or self.is_stopped_by_alarm:
            return
        if trouble := self._trouble():
            self.is_stopped_by_alarm = True
            self.run.triggered_alarm = trouble
            self.stop()


def _short_id(resource: str) -> str:
    return resource.rpartition("/")[2] if resource.startswith("arn:") else resource
