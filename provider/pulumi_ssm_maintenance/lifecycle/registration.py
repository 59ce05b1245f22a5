"""Register a task exactly once, whatever breaks on the way.

The client token is the same in every run of the same program, so a run that died between the registration and the
save of its state finds its own task again. Two things can then be wrong with the task that AWS names:

- The task is older, and was changed since. The caller sees that in what AWS holds, and updates it.
- AWS says that the task does not exist: it was deregistered since (destroyed, and declared again), or it is new and
  not visible yet. Nothing tells the two apart, so after a short wait the task is deregistered. Then it is certainly
  gone, and the next token is derived from its id. However long the lag, there are never two tasks.

Where the task may not be read, or reading fails, an update to what is declared shows whether it exists.
"""

import time
from dataclasses import dataclass
from typing import Any, Final

from pulumi_ssm_maintenance.aws.gateway import Gateway
from pulumi_ssm_maintenance.core.identity import TaskId, client_token
from pulumi_ssm_maintenance.core.model import updatable
from pulumi_ssm_maintenance.errors import TaskError, TaskNotFoundError, TokenMismatchError

from .properties import Inputs

PATIENCE_SECONDS: Final = 3.0
"""How long an invisible task is waited for before it counts as gone."""

MAX_PATIENCE_SECONDS: Final = 24.0
MAX_LINKS: Final = 20
"""How many tasks that cannot be read a chain of tokens may name. When AWS is slow to show new tasks, the next one is
accepted unread, with a warning. When all of them are certainly gone, an error says what to do."""

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
    dead, patience, lagging = None, PATIENCE_SECONDS, False
    for _ in range(MAX_LINKS):
        token = client_token(declared.idempotency_key, declared.request, dead)
        task = aws.register(declared.request, token, declared.redact)
        try:
            return Registration(task, _held_when_visible(aws, task, declared, patience))
        except TaskNotFoundError:
            pass  # Deregistered since, or not visible yet.
        except TaskError as error:
            return Registration(task, None, (f"was registered, but could not be read back: {_reason(error)}",))
        try:
            aws.deregister(task, declared.redact)
        except TaskNotFoundError:
            pass  # It was gone before.
        except TaskError as error:
            return Registration(task, None, (f"was registered, but cannot be read nor removed: {_reason(error)}",))
        else:
            # It existed after all, so AWS is slow to show new tasks: the next one gets more time.
            patience, lagging = min(2 * patience, MAX_PATIENCE_SECONDS), True
        dead = task.window_task_id
    if lagging:
        return _last_link(aws, declared, dead)
    raise _all_dead(declared)


def updated(aws: Gateway, task: TaskId, declared: Inputs) -> dict[str, Any]:
    """Send the whole desired state. Replace clears what is left out, and needs a priority.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateMaintenanceWindowTask.html
    """
    fields = {name: value for name, value in declared.request.items() if name in updatable()}
    answer = aws.update(task, {"Priority": 0, **fields}, declared.redact)
    # The answer to an update has every field but the type, which no update can change.
    return {"TaskType": declared.request["TaskType"], **answer}


def _last_link(aws: Gateway, declared: Inputs, dead: str | None) -> Registration:
    """Accept the next task unread: AWS is slow, and an error would leave a task that no state knows."""
    token = client_token(declared.idempotency_key, declared.request, dead)
    task = aws.register(declared.request, token, declared.redact)
    warning = f"was registered, but AWS shows none of {MAX_LINKS} tasks in a row; run `pulumi refresh` later"
    return Registration(task, None, (warning,))


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
