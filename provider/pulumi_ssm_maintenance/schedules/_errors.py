"""The error for a wrong schedule."""

import reprlib
from functools import partial
from typing import Any

from pulumi_ssm_maintenance.errors import ArgumentError

_SHORT = reprlib.Repr()
_SHORT.maxstring = 300  # a schedule has at most 256 characters
_MOST_BITS = 256  # Python refuses to write out an integer of thousands of digits


class ScheduleError(ArgumentError):
    """AWS would refuse the schedule, or it would never run, or it could be misunderstood.

    Attributes:
        schedule: the schedule as the program wrote it.
        field: the part that is wrong, such as `hours`.
        given: the wrong value.
        allowed: the allowed values, in words.
        others: the other mistakes in the same schedule.
    """

    def __init__(
        self, *, schedule: str, field: str, given: object, allowed: str, others: "tuple[ScheduleError, ...]" = ()
    ) -> None:
        self.schedule = schedule
        self.field = field
        self.given = given
        self.allowed = allowed
        self.others = others
        own = f"schedule {shown(schedule)}: {field}: got {shown(given)}; allowed: {allowed}"
        super().__init__(own, *(line for other in others for line in other.problems))

    def together_with(self, others: "tuple[ScheduleError, ...]") -> "ScheduleError":
        """Give the same error with other mistakes in the same schedule."""
        return ScheduleError(
            schedule=self.schedule, field=self.field, given=self.given, allowed=self.allowed, others=others
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are rebuilt from their positional arguments; ours are named.
        facts = {name: getattr(self, name) for name in ("schedule", "field", "given", "allowed")}
        return partial(type(self), **facts), (), vars(self)


def demand_text(schedule: str, field: str, given: object, allowed: str) -> None:
    """Refuse what is no text, such as an output of Pulumi, which is not known while the program runs.

    Raises:
        ScheduleError: it is no text.
    """
    if not isinstance(given, str):
        raise ScheduleError(schedule=schedule, field=field, given=given, allowed=f"{allowed}, as text that is known")


def shown(value: object) -> str:
    """Write a value for a message: short, and only the type of what is neither text nor a number."""
    if isinstance(value, str | bool | float | None):
        return _SHORT.repr(value)
    if isinstance(value, int):
        return repr(value) if value.bit_length() <= _MOST_BITS else "an enormous number"
    return f"a value of type {type(value).__name__}"
