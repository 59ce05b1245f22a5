"""What a schedule that will not do is refused with."""

from functools import partial
from typing import Any

from pulumi_ssm_maintenance.errors import SsmMaintenanceError


class ScheduleError(SsmMaintenanceError, ValueError):
    """AWS would refuse the schedule, or it would never run, or it says something else than it seems to.

    Attributes:
        schedule: the schedule as it was given.
        field: the part of it that will not do, such as `hours`.
        given: what stands there.
        allowed: what may stand there.
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
