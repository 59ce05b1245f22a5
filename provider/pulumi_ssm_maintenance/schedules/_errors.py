"""The error for a wrong schedule."""

from functools import partial
from typing import Any

from pulumi_ssm_maintenance.errors import ArgumentError


class ScheduleError(ArgumentError):
    """AWS would refuse the schedule, or it would never run, or it could be misunderstood.

    Attributes:
        schedule: the schedule as the program wrote it.
        field: the part that is wrong, such as `hours`.
        given: the wrong value.
        allowed: the allowed values, in words.
    """

    def __init__(self, *, schedule: str, field: str, given: object, allowed: str) -> None:
        self.schedule = schedule
        self.field = field
        self.given = given
        self.allowed = allowed
        super().__init__(f"schedule {schedule!r}: {field}: got {given!r}; allowed: {allowed}")

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are rebuilt from their positional arguments; ours are named.
        return partial(type(self), **vars(self)), ()
