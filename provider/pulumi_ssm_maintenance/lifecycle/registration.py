"""Register a task exactly once, even if the run is interrupted.

The client token is the same in every run of the same program, so a run that died between the registration and the
save of its state finds its own task again. Two things can then be wrong with the task that AWS names:

- The task is older, and was changed since. The caller sees that in what AWS holds, and updates it.
- AWS says that the task does not exist: it was deregistered since (destroyed, and declared again), or it is new and
  not visible yet. Nothing tells the two apart, so the task is waited for and then deregistered. Then it is certainly
  gone, and the next token is derived from its id. However long the lag, there are never two tasks.

A stack that is destroyed and deployed again leaves no trace in its state, so a chain of such tasks is walked from the
start. Only the first of a process is waited for: once a wait has shown that AWS is not slow, the following ones are
deregistered at once. Should one of them be late after all, a task registered later is visible before it: when the last
of the chain is, the ones before it are deregistered once more.

Where the task may not be read, or reading fails, an update to what is declared shows whether it exists.
"""

import time
from dataclasses import dataclass
from typing import Any, Final

from pulumi_ssm_maintenance.aws.gateway import Gateway
from pulumi_ssm_maintenance.aws.read_delay import PATIENCE_SECONDS
from pulumi_ssm_maintenance.core.identity import TaskId, client_token
from pulumi_ssm_maintenance.core.model import updatable
from pulumi_ssm_maintenance.errors import TaskError, TaskNotFoundError, TokenMismatchError

from .properties import Inputs

MAX_LINKS: Final = 100
"""How many tasks that are certainly gone a chain of tokens may name. Then an error says what to do."""

MAX_LATE_LINKS: Final = 20
"""How many tasks a chain may remove because AWS is slow to show them. The next one is accepted, with a warning."""

UNWAITED_LINKS: Final = 10
"""How many links in a row may go without a wait. In an outage that hides all new tasks, each may be a live one."""

_FIRST_PAUSE_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Registration:
    """A registered task, and what AWS holds of it."""

    task: TaskId
    held: dict[str, Any] | None
    """None when the task could not be read."""
    warnings: tuple[str, ...] = ()


def register(aws: Gateway, declared: Inputs) -> Registration:
    """Register a task, or find the one that an earlier run of the same program has registered.

    Raises:
        TaskError: when the task could not be registered. Once it is, nothing is raised.
    """
    chain = _Chain(aws, declared)
    try:
        while chain.links < MAX_LINKS and chain.late < MAX_LATE_LINKS:
            if made := chain.walk():
                return made
    except TaskError:
        chain.remove_late_tasks()
        raise
    if chain.late:
        return chain.accept_unread()
    raise _all_dead(declared)


class _Chain:
    """The tasks that the tokens of one declaration name, one after the other."""

    def __init__(self, aws: Gateway, declared: Inputs) -> None:
        self._aws = aws
        self._declared = declared
        self._last: str | None = None
        self._unwaited: list[TaskId] = []
        self.links = 0
        self.late = 0
        """How many tasks were removed because they existed, and AWS did not show them."""

    def walk(self) -> Registration | None:
        """Register the next task; None when it is gone, or was removed because AWS does not show it."""
        task = self._register()
        patience = self._patience()
        try:
            held = _held_when_visible(self._aws, task, self._declared, patience)
            return self._made(task, held)
        except TaskNotFoundError:
            pass  # Deregistered since, or not visible yet.
        except TaskError as error:
            return self._made(task, None, f"was registered, but could not be read back: {_reason(error)}")
        try:
            self._aws.deregister(task, self._declared.redact)
        except TaskNotFoundError:
            if patience:
                self._aws.read_delay.not_seen()
            else:
                self._unwaited.append(task)
        except TaskError as error:
            return self._made(task, None, f"was registered, but cannot be read nor removed: {_reason(error)}")
        else:
            self._aws.read_delay.seen()
            self.late += 1
        return None

    def accept_unread(self) -> Registration:
        """Accept the next task unread: AWS is slow, and an error would leave a task that no state knows."""
        warning = f"was registered, but AWS shows none of {self.late} tasks in a row; run `pulumi refresh` later"
        return self._made(self._register(), None, warning)

    def remove_late_tasks(self) -> tuple[str, ...]:
        """Deregister the tasks once more that count as gone without a wait; give warnings.

        The youngest comes first. One that is not found was registered by an earlier run, when those before it were
        gone already.
        """
        while self._unwaited:
            task = self._unwaited.pop()
            try:
                self._aws.deregister(task, self._declared.redact)
            except TaskNotFoundError:
                break
            except TaskError as error:
                return (f"was registered, but {task} may exist beside it and could not be removed: {error}",)
            self._aws.read_delay.seen()
        return ()

    def _made(self, task: TaskId, held: dict[str, Any] | None, *warnings: str) -> Registration:
        return Registration(task, held, (*warnings, *self.remove_late_tasks()))

    def _register(self) -> TaskId:
        token = client_token(self._declared.idempotency_key, self._declared.request, self._last)
        task = self._aws.register(self._declared.request, token, self._declared.redact)
        self._last = task.window_task_id
        self.links += 1
        return task

    def _patience(self) -> float:
        if self.links % UNWAITED_LINKS == 0:
            return max(PATIENCE_SECONDS, self._aws.read_delay.patience)
        return self._aws.read_delay.patience


def updated(aws: Gateway, task: TaskId, declared: Inputs) -> dict[str, Any]:
    """Send the whole desired state. Replace clears what is left out, and needs a priority.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateMaintenanceWindowTask.html
    """
    fields = {name: value for name, value in declared.request.items() if name in updatable()}
    answer = aws.update(task, {"Priority": 0, **fields}, declared.redact)
    # The answer to an update has every field but the type, which no update can change.
    return {"TaskType": declared.request["TaskType"], **answer}


def _all_dead(declared: Inputs) -> TokenMismatchError:
    return TokenMismatchError(
        action="create",
        task=f"in {declared.request['WindowId']}",
        code="TokensUsedUp",
        detail=f"AWS answers {MAX_LINKS} client tokens in a row with tasks that were deregistered since",
        next_step="Give the task another idempotency_key.",
    )


def _reason(error: TaskError) -> str:
    """Describe what went wrong after the registration; the next step is another, since the state has the task."""
    cure = "Run `pulumi refresh` and `pulumi up` once that works again: it is not certain that the task exists"
    return f"{error.code}: {error.detail.rstrip('.')}. {cure}"


def _held_when_visible(aws: Gateway, task: TaskId, declared: Inputs, patience: float) -> dict[str, Any]:
    """Read a task, or update it where it cannot be read; TaskNotFoundError when neither finds it."""
    try:
        return _read_when_visible(aws, task, declared, patience)
    except TaskNotFoundError:
        raise
    except TaskError as error:
        unreadable = error
    try:
        return updated(aws, task, declared)
    except TaskNotFoundError:
        raise
    except TaskError:
        raise unreadable from None


def _read_when_visible(aws: Gateway, task: TaskId, declared: Inputs, patience: float) -> dict[str, Any]:
    """Read a task that may be too new to be visible; TaskNotFoundError when patience runs out."""
    deadline = time.monotonic() + patience
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            return aws.get(task, declared.redact)
        except TaskNotFoundError:
            left = deadline - time.monotonic()
            if left <= 0:
                raise
            time.sleep(min(pause, left))
            pause *= 2
