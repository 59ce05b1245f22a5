"""RUN_COMMAND: one command for all nodes of a target, target after target."""

from collections import deque
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.simulation._nodes import Node
from pulumi_ssm_maintenance.simulation._rehearsal import Invocation, NodeRun, TaskRun
from pulumi_ssm_maintenance.simulation._window import Target
from pulumi_ssm_maintenance.simulation._work import Sending

from .command import INVALID_ID, Command
from .limits import ErrorBudget, tolerated_errors
from .placeholders import PlaceholderError
from .task_work import LIMIT_EXCEEDED, NO_INVOCATIONS, TaskWork

if TYPE_CHECKING:
    from .night import Night

_STATUSES = {"Success": "success", "DeliveryTimedOut": "timed_out"}


class CommandTask(TaskWork):
    """A task that sends commands."""

    def __init__(self, night: "Night", run: TaskRun) -> None:
        super().__init__(night, run)
        self._targets: deque[tuple[Invocation, list[Node]]] = deque()
        self._command: Command | None = None
        self._errors = 0
        self._is_cut_off = False

    def start(self) -> None:
        """Make an invocation for each target, and send the first command."""
        self._targets.extend([(self._new(target, nodes), nodes) for target, nodes in list(self.resolved())])
        if not self._targets:
            failed = self.night.choices.choose("no_targets") == "failed"
            self.conclude("FAILED" if failed else "SUCCESS", NO_INVOCATIONS)
            return
        self._next_target()

    def cut_off(self) -> None:
        """Cancel the command."""
        self._is_cut_off = True
        if self._command:
            self._command.cancel()

    def stop(self) -> None:
        """Send the command to no further node."""
        if self._command:
            self._command.stop(f"alarm {self.task.alarm} stopped the task")

    def _new(self, target: Target, nodes: list[Node]) -> Invocation:
        shown = nodes[0].id if len(nodes) == 1 else f"{len(nodes)} nodes"
        try:
            invocation = self.invocation(target, shown, None)
        except PlaceholderError as error:
            invocation = Invocation(self.night.new_id(), self.task.name, shown, target.id, "", {})
            invocation.status_details = str(error)
            self.run.invocations.append(invocation)
        invocation.nodes = [NodeRun(node.id) for node in nodes]
        return invocation

    def _next_target(self) -> None:
        if reason := self._why_no_more():
            for invocation, _ in self._targets:
                for node in invocation.nodes:
                    node.reason = reason
            self._conclude(has_unstarted=bool(self._targets))
            return
        invocation, nodes = self._targets.popleft()
        night = self.night
        invocation.status, invocation.started = "IN_PROGRESS", night.clock.now
        night.report_invocation(self.run, invocation)
        refusal = invocation.status_details or (INVALID_ID if any(node.terminated for node in nodes) else None)
        if refusal:
            self._refuse(invocation, refusal, nodes)
            return
        budget = ErrorBudget(tolerated_errors(self.task.max_errors, len(nodes), night.choices), night.choices)
        if self._errors and night.choices.choose("errors_of_several_targets") == "shared":
            budget.errors = self._errors
        self._command = Command(
            night,
            self,
            self._sending(invocation),
            list(zip(nodes, invocation.nodes, strict=True)),
            budget,
            lambda command, details: self._command_ended(invocation, command, details),
        )
        invocation.execution_id = self._command.record.id
        self._command.start()

    def _sending(self, invocation: Invocation) -> Sending:
        task = self.task
        target = next((it for it in task.targets if it.id == invocation.window_target_id), None)
        return Sending(
            name=task.name,
            document=task.arn,
            document_version=task.document_version,
            parameters=invocation.parameters,
            targets=target.keys if target and target.ids is None else None,
            max_concurrency=task.max_concurrency,
            max_errors=task.max_errors,
            timeout_seconds=task.timeout_seconds,
            execution_timeout_seconds=task.execution_timeout_seconds,
            notifications=task.notifications,
            output=task.output,
            service_role_arn=task.service_role_arn,
        )

    def _why_no_more(self) -> str | None:
        """Why no other target is served; an empty text where none is left."""
        may_start_more = self.may_start_more()
        if self.is_stopped_by_alarm:
            return f"alarm {self.task.alarm} stopped the task"
        if self._is_cut_off or (self._targets and not may_start_more):
            return "its turn had not come when the window's cutoff did"
        if not self._targets:
            return "no target is left"
        if self._has_failed() and self.night.choices.choose("targets_after_the_limit") == "left_out":
            return "the task had exceeded its error limit"
        return None

    def _refuse(self, invocation: Invocation, refusal: str, nodes: list[Node]) -> None:
        culprits = ", ".join(node.id for node in nodes if node.terminated)
        reason = f"the command was refused for all: {culprits} is terminated or unknown" if culprits else refusal
        for node in invocation.nodes:
            node.reason = reason
        invocation.status, invocation.status_details = "FAILED", refusal
        invocation.ended = self.night.clock.now
        self.night.report_invocation(self.run, invocation)
        self._next_target()

    def _command_ended(self, invocation: Invocation, command: Command, details: str) -> None:
        self._command = None
        self._errors = command.budget.errors
        invocation.command = details
        invocation.status = self._invocation_status(invocation, details)
        invocation.status_details = details
        invocation.ended = self.night.clock.now
        self.night.report_invocation(self.run, invocation)
        self._next_target()

    def _invocation_status(self, invocation: Invocation, details: str) -> str:
        choices = self.night.choices
        match details:
            case "Success" | "DeliveryTimedOut":
                answer = _STATUSES[details]
            case "Cancelled" if self.is_stopped_by_alarm:
                answer = "cancelled"
            case "Cancelled":
                answer = choices.choose("command_cancelled_at_cutoff")
            case "Incomplete":
                answer = choices.choose("incomplete_command")
                if answer == "timed_out" and {node.status for node in invocation.nodes} != {"Success", "TimedOut"}:
                    answer = "success"
            case _:
                answer = choices.choose("failed_command")
        return answer.upper()

    def _has_failed(self) -> bool:
        return any(it.status == "FAILED" or it.command == "Failed" for it in self.run.invocations)

    def _conclude(self, *, has_unstarted: bool) -> None:
        statuses = {invocation.status for invocation in self.run.invocations}
        if self.is_stopped_by_alarm:
            self.conclude(self.stopped_status())
        elif self._has_failed():
            self.conclude("FAILED", LIMIT_EXCEEDED)
        elif has_unstarted or self._is_cut_off or statuses & {"TIMED_OUT", "CANCELLED"}:
            self.conclude("TIMED_OUT")
        else:
            self.conclude("SUCCESS")
