"""What is wrong with a component's arguments, said while the program runs and before anything is made.

Type checkers see most of it earlier; a program that is not checked, or a value from the configuration, ends here.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, cast

from pulumi_ssm_maintenance.errors import ArgumentError

T = TypeVar("T", bound=Mapping[str, Any])


def wrong(where: str, argument: str, given: object, allowed: str) -> ArgumentError:
    """Make the error that says which argument of which component is wrong, what was given and what is allowed."""
    return ArgumentError(f"{where}: {argument}: got {given!r}, allowed: {allowed}")


def given_args(where: str, args: T, typed: type[T]) -> T:
    """Give the arguments that are given: one that is None is not, so that it has its default.

    Raises:
        ArgumentError: an argument is unknown, or a required one is not given.
    """
    kept = {name: value for name, value in args.items() if value is not None}
    demand_known(where, kept, typed)
    return cast("T", kept)


def demand_known(where: str, given: Mapping[str, object], typed: type) -> None:
    """Demand that arguments have names of a TypedDict, and that the required ones are there.

    Raises:
        ArgumentError: an argument is unknown or missing.
    """
    required: frozenset[str] = typed.__required_keys__  # type: ignore[attr-defined] # every TypedDict has it
    known = frozenset(typed.__annotations__)
    for name in given.keys() - known:
        nearest = get_close_matches(name, known, n=1)
        hint = f"; do you mean {nearest[0]!r}?" if nearest else ""
        raise ArgumentError(f"{where}: there is no argument {name!r}{hint} Known: {', '.join(sorted(known))}")
    for name in sorted(required - given.keys()):
        raise ArgumentError(f"{where}: {name} is required")
