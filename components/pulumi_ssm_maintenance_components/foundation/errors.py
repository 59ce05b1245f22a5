"""The errors that components raise: `pulumi up` prints their text alone, without a traceback."""

from typing import Any

import pulumi

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance.schedules import ScheduleError


class ComponentError(ArgumentError, pulumi.RunError):
    """An `ArgumentError` with one line for each mistake.

    The language host prints the text of a `RunError`, and the whole traceback of any other exception.
    """

    def __str__(self) -> str:
        return "\n".join(self.problems)

    @property
    def problems(self) -> tuple[str, ...]:
        """The mistakes, a line each."""
        return tuple(map(str, self.args))


class ComponentScheduleError(ComponentError, ScheduleError):
    """A `ComponentError` in which one mistake is a schedule, so that `except ScheduleError` catches it too."""

    def __init__(self, problems: tuple[str, ...], schedule: ScheduleError) -> None:
        Exception.__init__(self, *problems)
        vars(self).update(vars(schedule))
        self._schedule = schedule

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems, self._schedule)
