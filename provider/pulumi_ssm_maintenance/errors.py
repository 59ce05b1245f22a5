"""The errors that this package raises.

::

    SsmMaintenanceError
    ├── ArgumentError               arguments in the program are wrong
    ├── SettingsError               the settings of the connection are wrong or not supported
    ├── WrongAccountError           the credentials belong to another account than the task, or to one not allowed
    └── TaskError                   a call about a task failed
        ├── TaskNotFoundError       the task does not exist, or its window does not
        ├── RejectedError           AWS refused the request
        │   ├── LimitExceededError  the request would exceed a quota
        │   └── TokenMismatchError  AWS remembers another request under the same client token
        ├── AccessDeniedError       the caller has no permission
        ├── CredentialsError        there are no credentials, or AWS does not accept them
        └── UnavailableError        AWS could not be reached, was too busy, or failed
            └── ThrottledError      AWS kept throttling

The engine prints the traceback of an error in a provider, and the text of the error last. So the text says everything:
the action, the task, AWS's answer, and what to do next. It contains no secret value.

An `ArgumentError` is raised by the program itself. It is a `pulumi.RunError`, of which Pulumi prints the text alone.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Self

import pulumi


class SsmMaintenanceError(Exception):
    """The base of all errors of this package."""

    def redacted(self, redact: Callable[[str], str]) -> Self:
        """Give the same error without the values that `redact` removes from a text."""
        return type(self)(redact(str(self)))


class ArgumentError(SsmMaintenanceError, ValueError, pulumi.RunError):
    """Arguments in the program are wrong; the text has one line for each mistake.

    A line names the component and the argument, and says what was given and what is allowed.
    """

    def __str__(self) -> str:
        return "\n".join(self.problems)

    @property
    def problems(self) -> tuple[str, ...]:
        """The mistakes, a line each."""
        shown = tuple(_legible(str(problem)) for problem in self.args[:_MOST_LINES])
        more = len(self.args) - _MOST_LINES
        return (*shown, f"and {more} more mistakes") if more > 0 else shown


_LONGEST_LINE = 1500
_MOST_LINES = 100


def _legible(line: str) -> str:
    """Shorten a line with values of a user, and escape the characters that a terminal would interpret."""
    short = line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"
    return short if short.isprintable() else "".join(it if it.isprintable() else ascii(it)[1:-1] for it in short)


class SettingsError(SsmMaintenanceError):
    """The settings of the connection are wrong or not supported."""


class WrongAccountError(SsmMaintenanceError):
    """The credentials belong to another account than the task, or to an account that is not allowed."""


class TaskError(SsmMaintenanceError):
    """A call about a task failed.

    Attributes:
        action: the action that failed, such as `update`.
        task: the task, such as `<window_id>/<window_task_id>`.
        code: AWS's error code, or the name of the error on the way to AWS.
        detail: AWS's message, without secret values.
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

    def redacted(self, redact: Callable[[str], str]) -> Self:
        """Give the same error without the values that `redact` removes from a text."""
        return type(self)(**{**self._facts, "task": redact(self.task), "detail": redact(self.detail)})

    def __reduce__(self) -> tuple[Any, ...]:
        # Python rebuilds an exception from its positional arguments, and this one has named arguments only.
        return partial(type(self), **self._facts), (), vars(self)

    @property
    def _facts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("action", "task", "code", "detail", "next_step")}


class TaskNotFoundError(TaskError):
    """The task does not exist, or its window does not. AWS does not say which of the two is missing."""


class RejectedError(TaskError):
    """AWS refused the request."""


class LimitExceededError(RejectedError):
    """The request would exceed a quota, such as 20 tasks in a window."""


class TokenMismatchError(RejectedError):
    """AWS remembers another request under the same client token."""


class AccessDeniedError(TaskError):
    """The caller has no permission for the action, or none to pass the role."""


class CredentialsError(TaskError):
    """There are no credentials, or AWS does not accept them."""


class UnavailableError(TaskError):
    """AWS could not be reached, was too busy, or failed."""


class ThrottledError(UnavailableError):
    """AWS kept throttling."""
