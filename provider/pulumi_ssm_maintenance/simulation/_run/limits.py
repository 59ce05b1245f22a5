"""How many nodes at once, and how many errors: counts and shares of the nodes.

https://docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-multiple.html
"""

from fractions import Fraction
from math import ceil, floor

from pulumi_ssm_maintenance.simulation._assumptions import Choices
from pulumi_ssm_maintenance.simulation._errors import RehearsalError


def at_once(rate: str, nodes: int, choices: Choices) -> int:
    """How many nodes run at once; one at least."""
    return max(1, _number(rate, nodes, choices))


def tolerated_errors(rate: str, nodes: int, choices: Choices) -> int:
    """How many errors a task tolerates."""
    return _number(rate, nodes, choices)


def _number(rate: str, nodes: int, choices: Choices) -> int:
    digits = rate.removesuffix("%")
    if not digits.isdecimal():
        raise RehearsalError(f"rate {rate!r}: allowed: a number, or a share such as '10%'")
    if digits == rate:
        return int(rate)
    share = Fraction(int(digits) * nodes, 100)
    if share.denominator == 1:
        return int(share)
    match choices.choose("rounding"):
        case "up":
            return ceil(share)
        case "nearest":
            return floor(share + Fraction(1, 2))
        case _:
            return floor(share)


class ErrorBudget:
    """The errors of a task, or of one command of it, against what is tolerated."""

    def __init__(self, tolerated: int, choices: Choices) -> None:
        self._tolerated = tolerated
        self._choices = choices
        self.errors = 0

    @property
    def is_exceeded(self) -> bool:
        """Whether the task stops."""
        if self._is_at_limit:
            return self._choices.choose("error_limit") == "reached"
        return self.errors > self._tolerated

    @property
    def counts_as_failed(self) -> bool:
        """Whether a command with these errors is Failed, and not merely Incomplete."""
        if self._is_at_limit:
            return self._choices.choose("error_limit") != "more_than"
        return self.errors > self._tolerated

    def is_reached_by(self, count: int) -> bool:
        """Whether so many are as many as are tolerated, and one at least."""
        return count >= max(1, self._tolerated)

    @property
    def _is_at_limit(self) -> bool:
        return self.errors == self._tolerated > 0
