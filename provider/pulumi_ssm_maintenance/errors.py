"""The errors that this package raises.

::

    SsmMaintenanceError
    ├── ArgumentError               an argument of a component is wrong
    ├── SettingsError               the connection's settings are wrong or not supported
    ├── WrongAccountError           the caller's account is not the one that the task lives in, or not allowed
    └── TaskError                   a call about a task failed
        ├── TaskNotFoundError       neither the task nor, perhaps, its window exists
        ├── RejectedError           AWS refused the request
        │   ├── LimitExceededError  one more would break a quota
        │   └── TokenMismatchError  AWS remembers another request under the same client token
        ├── AccessDeniedError       the caller may not do this
        ├── CredentialsError        there are no credentials, or AWS does not take them
        └── UnavailableError        AWS was not reached, was too busy, or failed
            └── ThrottledError      AWS kept refusing for too many requests

The engine prints the whole traceback of an error in a provider and its text last, so the text says everything:
what was tried, on which task, what AWS said, and what to do next. It shows no value that is secret.
"""

from functools import partial
from typing import Any


class SsmMaintenanceError(Exception):
    """Catch this to catch every error of this package."""


class ArgumentError(SsmMaintenanceError, ValueError):
    """An argument of a component is wrong; the text names it, what was given, and what is allowed."""


class SettingsError(SsmMaintenanceError):
    """The connection's settings are wrong, or name something that is not supported."""


class WrongAccountError(SsmMaintenanceError):
    """The caller's account is not the one that the task lives in, or is not an allowed one."""


class TaskError(SsmMaintenanceError):
    """A call about a task failed.

    Attributes:
        action: what was tried, such as `update`.
        task: which task, such as `<window_id>/<window_task_id>`.
        code: AWS's error code, or the name of what went wrong on the way there.
        detail: what AWS said, without secret values.
        next_step: what to do.
    """

    def __init__(self, *, action: str, task: str, code: str, detail: str, next_step: str) -> None:
        self.action = action
        self.task = task
        self.code = code
        self.detail = detail
        self.next_step = next_step
        super().__init__(
            f"could not {action} maintenance window task {task}: {code}: {detail.rstrip('.')}. {next_step}"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are rebuilt from their positional arguments; ours are named.
        return partial(type(self), **vars(self)), ()


class TaskNotFoundError(TaskError):
    """Neither the task nor, perhaps, its window exists. AWS does not say which of the two is missing."""


class RejectedError(TaskError):
    """AWS refused the request."""


class LimitExceededError(RejectedError):
    """One more would break a quota, such as 20 tasks in a window."""


class TokenMismatchError(RejectedError):
    """AWS remembers another request under the same client token."""


class AccessDeniedError(TaskError):
    """The caller may not do this, or may not pass the role."""


class CredentialsError(TaskError):
    """There are no credentials, or AWS does not take them."""


class UnavailableError(TaskError):
    """AWS was not reached, was too busy, or failed."""


class ThrottledError(UnavailableError):
    """AWS kept refusing for too many requests."""
