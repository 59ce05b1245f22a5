"""The way through the steps of a runbook: what comes next, what counts as a failure, and what others get to know.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-reference.html
"""

from collections.abc import Generator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from pulumi_ssm_maintenance.simulation._errors import RehearsalError
from pulumi_ssm_maintenance.simulation._rehearsal import RunbookRun, StepRun
from pulumi_ssm_maintenance.simulation._work import Call, Outcome, StoppedError, Wait, Work

from .action_error import ActionError
from .actions import ACTIONS, Doing, Done
from .aws import Aws
from .content import Content, Step
from .outcomes import StepOutcomes
from .selectors import select
from .values import as_plain, parameter_values, render

_LONGEST_CLEANUP = timedelta(minutes=2)
"""How long the steps of a cancelled run may take."""
_RUN_EVENT = "EC2 Automation Execution Status-change Notification"
_STEP_EVENT = "EC2 Automation Step Status-change Notification"
_EVENT_STATUSES = {"Cancelled": "Canceled"}


def run_runbook(call: Call, content: Content, aws: Aws | None, outcomes: StepOutcomes) -> Work:
    """Run a runbook for one call of the window."""
    try:
        values = parameter_values(content.parameters, call.parameters)
    except ActionError as error:  # Systems Manager starts no run
        return Outcome("Failed", message=str(error))
    return (yield from _Flow(call, content, aws, outcomes, values).work())


class _Flow:
    """A run of a runbook under way."""

    def __init__(
        self, call: Call, content: Content, aws: Aws | None, outcomes: StepOutcomes, values: Mapping[str, Any]
    ) -> None:
        self._call, self._content, self._aws, self._outcomes, self._values = call, content, aws, outcomes, values
        around, task = call.around, call.task
        role = task.service_role_arn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")
        self._steps = {step.name: StepRun(around.new_id(), step.name, step.action) for step in content.steps}
        self._run = RunbookRun(
            id=call.invocation.execution_id or around.new_id(),
            document=task.arn,
            document_version=task.document_version,
            parameters=call.parameters,
            started=around.now,
            executed_by=f"{role}/OrchestrationService",
            steps=list(self._steps.values()),
        )
        call.invocation.runbook = self._run
        self._status = "Success"
        self._deadline: datetime | None = None

    def work(self) -> Work:
        step: Step | None = self._content.steps[0]
        while step is not None:
            try:
                yield from self._do(step)
            except StoppedError as stop:
                step = self._stopped(step, str(stop))
            else:
                step = self._next(step)
        return self._end()

    def _end(self) -> Outcome:
        run = self._run
        run.status, run.ended = self._status, self._call.around.now
        with suppress(ActionError):
            run.outputs = {name: self._find(name) for name in self._content.outputs}
        self._emit(_RUN_EVENT, run.status, run.started, {"ExecutedBy": run.executed_by})
        return Outcome(run.status, message=run.message)

    def _stopped(self, step: Step, reason: str) -> Step | None:
        """Cancel a run; the step may name another one that cleans up."""
        now = self._call.around.now
        self._status = "Cancelled"
        self._run.message = self._run.message or reason
        self._deadline = self._deadline or now + _LONGEST_CLEANUP
        self._end_step(self._steps[step.name], "Cancelled", reason)
        return self._content.step(step.on_cancel) if step.on_cancel else None

    def _next(self, step: Step) -> Step | None:
        record, content = self._steps[step.name], self._content
        if record.status != "Success":
            if step.is_critical and self._status == "Success":
                self._status, self._run.message = record.status, record.message
            if step.on_failure == "Abort":
                return None
            if step.on_failure != "Continue":
                return content.step(step.on_failure.removeprefix("step:"))
        if step.is_end:
            return None
        if record.next_step is not None:
            return content.step(record.next_step)
        return content.step(step.next_step) if step.next_step else content.after(step)

    def _do(self, step: Step) -> Generator[timedelta | Wait | None, datetime, None]:
        record = self._steps[step.name]
        record.status, record.started = "InProgress", self._call.around.now
        status, message = "Success", None
        for attempt in range(1, step.max_attempts + 1):
            record.attempts = attempt
            try:
                done = yield from self._attempt(step, record)
                record.outputs = {**done.outputs, **self._own_outputs(step, done)}
                record.next_step = done.next_step
                status, message = "Success", None
            except ActionError as error:
                status, message = error.status, str(error)
            else:
                break
        self._end_step(record, status, message)

    def _end_step(self, record: StepRun, status: str, message: str | None) -> None:
        self._run.status = "InProgress"
        record.status, record.message, record.ended = status, message, self._call.around.now
        details = {"StepName": record.name, "Action": record.action.removeprefix("aws:")}
        self._emit(_STEP_EVENT, status, record.started or record.ended, details)

    def _attempt(self, step: Step, record: StepRun) -> Generator[timedelta | Wait | None, datetime, Done]:
        """Do a step once, until it ends or its time is over."""
        now = self._call.around.now
        limits = [self._deadline] if self._deadline else []
        if step.timeout_seconds is not None:
            limits.append(now + timedelta(seconds=step.timeout_seconds))
        action = self._begin(step, record)
        try:
            wait = next(action)
            while True:
                now = yield from _wait(wait, now, min(limits, default=None))
                wait = action.send(now)
        except StopIteration as end:
            done: Done = end.value
            return done
        finally:
            action.close()

    def _begin(self, step: Step, record: StepRun) -> Generator[timedelta | Wait | None, datetime, Done]:
        outcome = self._outcomes(self._call, step.name)
        if outcome and outcome.status != "Success":
            return _failing(outcome)
        if step.action not in ACTIONS:
            if outcome:
                return _succeeding(outcome)
            raise RehearsalError(
                f"step {step.name!r} of runbook {self._run.document} has the action {step.action!r}, which a rehearsal "
                f"does not know; give its outcome: outcomes={{'{self._call.task.name}.{step.name}': 'Success'}}. "
                f"Known: {', '.join(ACTIONS)}"
            )
        # A script is not filled in: what it needs comes by its payload.
        record.inputs = {
            name: value if name == "Script" else render(value, self._find) for name, value in step.inputs.items()
        }
        return ACTIONS[step.action](
            Doing(step, record.inputs, self._call, self._aws, outcome, record, lambda: self._wait_for_people(record))
        )

    def _wait_for_people(self, record: StepRun) -> None:
        record.status = self._run.status = "Waiting"

    def _own_outputs(self, step: Step, done: Done) -> dict[str, Any]:
        return {it["Name"]: as_plain(select(it["Selector"], done.answer)) for it in step.outputs if "Selector" in it}

    def _find(self, name: str) -> Any:
        """Find what a reference refers to."""
        window = self._call.around.record.window
        known = {
            "automation:EXECUTION_ID": self._run.id,
            "global:DATE": f"{self._call.around.now:%Y-%m-%d}",
            "global:DATE_TIME": f"{self._call.around.now:%Y-%m-%d_%H.%M.%S}",
            "global:REGION": window.region,
            "global:ACCOUNT_ID": window.account_id,
        }
        for values in (self._values, known):
            if name in values:
                return values[name]
        step, _, output = name.partition(".")
        outputs = self._steps[step].outputs if step in self._steps else {}
        if output not in outputs:
            raise ActionError(
                f"Step fails when it is validating and resolving the step inputs: {{{{ {name} }}}} has no value"
            )
        return outputs[output]

    def _emit(self, detail_type: str, status: str, started: datetime, more: Mapping[str, str]) -> None:
        around, run = self._call.around, self._run
        window, now = around.record.window, around.now
        detail = {
            "ExecutionId": run.id,
            "Definition": run.document,
            "DefinitionVersion": run.document_version or "1",
            "Status": _EVENT_STATUSES.get(status, status),
            "StartTime": _words(started),
            "EndTime": _words(now),
            "Time": (now - started) / timedelta(milliseconds=1),
            **more,
        }
        resources = [
            window.arn("ssm", f"automation-execution/{run.id}"),
            window.arn("ssm", f"automation-definition/{run.document}"),
        ]
        around.emit(detail_type, detail, resources, "aws.ssm")


def _wait(
    wait: timedelta | Wait | None, now: datetime, deadline: datetime | None
) -> Generator[timedelta | Wait | None, datetime, datetime]:
    """Wait for what an action waits for, but not past the deadline."""
    longest = wait.longest if isinstance(wait, Wait) else wait
    if deadline is None or (longest is not None and now + longest <= deadline):
        return (yield wait)
    rest = max(deadline - now, timedelta())
    now = yield Wait(wait.until, rest) if isinstance(wait, Wait) else rest
    if isinstance(wait, Wait) and wait.until.is_done:
        return now
    raise ActionError("Step timed out", "TimedOut")


def _failing(outcome: Outcome) -> Generator[timedelta | Wait | None, datetime, Done]:
    yield None if outcome.status == "Hangs" else timedelta(minutes=outcome.minutes or 0)
    raise ActionError(outcome.message or f"Step ended {outcome.status}", outcome.status)


def _succeeding(outcome: Outcome) -> Generator[timedelta | Wait | None, datetime, Done]:
    yield timedelta(minutes=outcome.minutes or 0)
    return Done()


def _words(when: datetime) -> str:
    return f"{when:%b} {when.day}, {when.year} {when.hour % 12 or 12}:{when:%M:%S %p}"
