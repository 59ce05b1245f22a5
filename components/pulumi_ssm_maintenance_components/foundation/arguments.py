"""The arguments of a component: checked while the program runs and before anything is made, all mistakes at once.

How a component checks its arguments::

    problems = Problems(self.where)                   # "LambdaTask 'report'"
    args = problems.read(args, LambdaTaskArgs)        # unknown and missing arguments, and wrong types
    problems.check(check_function, self.where, args)  # a rule: a function that raises wrong(…)
    problems.check(check_rates, self.where, args)     # several mistakes: an `all_at_once` generator of wrong(…)
    problems.raise_all()                              # one error with a line for each mistake; none without any

A rule that reads an argument of a wrong type, or a required one that is missing, ends there without a second line
about it. So a rule may rely on the annotation: `args["duration"]` is an int. A function with one rule, or a part of an
argument that has rules of its own, can use `given_args`, which raises at once.

The makers of values, such as `Targets.by_tags`, have the decorator `checked`, which checks their types in the same way.

The annotations of the `…Args` class are all that the type checks need. An argument whose annotation has no
`pulumi.Input` does not take outputs.
"""

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from pulumi_ssm_maintenance._calls import bound_arguments
from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance.schedules import ScheduleError

from .errors import SeveralMistakesError
from .shown import shown
from .value_types import type_hints, wrong_keys, wrong_types, wrong_values

P = ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V")
T = TypeVar("T", bound=Mapping[str, Any])


def wrong(where: str, argument: str, given: object, allowed: str) -> ArgumentError:
    """Make the error that says which argument of which component is wrong, what was given and what is allowed."""
    return ArgumentError(f"{where}: {argument}: got {shown(given)}, allowed: {allowed}")


def all_at_once(rule: Callable[P, Iterator[ArgumentError]]) -> Callable[P, None]:
    """Turn a rule that yields its mistakes, as `wrong` makes them, into one that raises all of them as one error.

    Raises:
        ArgumentError: there are mistakes; a line for each.
    """

    @wraps(rule)
    def raise_all(*args: P.args, **kwargs: P.kwargs) -> None:
        lines: list[str] = []
        try:
            for mistake in rule(*args, **kwargs):
                lines += mistake.problems
        except _AlreadyReportedError:
            if not lines:
                raise
        except ArgumentError as last:  # of a rule that this one calls
            lines += last.problems
        if lines:
            raise ArgumentError(*lines)

    return raise_all


def given_args(where: str, args: T, typed: type[T]) -> T:
    """Give the arguments that are not None, so that None means the default.

    Raises:
        ArgumentError: an argument is unknown, missing or of a wrong type; a line for each.
    """
    problems = Problems(where)
    kept = problems.read(args, typed)
    problems.raise_all()
    return kept


def typed_value(where: str, argument: str, value: object, typed: type[V]) -> V:
    """Give a value whose type the annotation of its argument leaves open, such as a mapping from a configuration.

    Raises:
        ArgumentError: a key is unknown or missing, or a part has a wrong type; a line for each.
    """
    if lines := [f"{where}: {line}" for line in wrong_types(argument, value, typed)]:
        raise ArgumentError(*lines)
    return cast("V", value)


def checked(maker: Callable[P, R]) -> Callable[P, R]:
    """Check the types of the arguments of a maker by their annotations, before it runs.

    Raises:
        ArgumentError: an argument has a wrong type; a line for each.
    """
    signature = inspect.signature(maker)
    several = {it.name for it in signature.parameters.values() if it.kind is it.VAR_POSITIONAL}

    @wraps(maker)
    def check_and_make(*args: P.args, **kwargs: P.kwargs) -> R:
        hints = type_hints(maker)
        bound = bound_arguments(maker.__qualname__, signature, args, kwargs)
        given = {name: value for name, value in bound.items() if name in hints}
        values = {name: value for name, value in given.items() if name not in several}
        lines = [line for _, line in wrong_values("", values, hints)]
        for name in several & given.keys():
            lines += [line for item in given[name] for line in wrong_types(name, item, hints[name])]
        if lines:
            raise ArgumentError(*(f"{maker.__qualname__}: {line}" for line in lines))
        return maker(*args, **kwargs)

    return check_and_make


def check_fields(instance: Any) -> None:
    """Check the types of the fields of a dataclass by their annotations.

    Raises:
        ArgumentError: a field has a wrong type; a line for each.
    """
    kind: Any = type(instance)
    values = {field.name: getattr(instance, field.name) for field in fields(instance)}
    if lines := [line for _, line in wrong_values("", values, type_hints(kind))]:
        raise ArgumentError(*(f"{kind.__name__}: {line}" for line in lines))


class Problems:
    """Collects the mistakes in the arguments of a component, and raises them as one error."""

    def __init__(self, where: str) -> None:
        self.where = where
        self._lines: dict[str, None] = {}  # a set that keeps its order
        self._schedule_error: ScheduleError | None = None

    def read(self, args: T, typed: type[T], reported: Collection[str] = ()) -> T:
        """Check the names and types of arguments, and give those that are not None.

        `reported` are the names of arguments whose mistakes have been reported already.
        """
        kept = {name: value for name, value in args.items() if value is not None}
        unreported = {name: value for name, value in args.items() if name not in reported}
        found = [(name, line) for name, line in wrong_keys("", unreported, typed) if name not in reported]
        self._lines |= dict.fromkeys(f"{self.where}: {line}" for _, line in found)
        return cast("T", _Arguments(kept, frozenset([*reported, *(name for name, _ in found)])))

    def check(self, rule: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R | None:
        """Call a rule, and keep the error that it raises; gives what the rule gives, or None after an error."""
        try:
            return rule(*args, **kwargs)
        except _AlreadyReportedError:
            return None
        except ArgumentError as error:
            if isinstance(error, ScheduleError):
                self._schedule_error = self._schedule_error or error
            self._lines |= dict.fromkeys(map(self._named, error.problems))
        return None

    def raise_all(self) -> None:
        """Raise what was collected.

        Raises:
            ArgumentError: there was a mistake. It is a `ScheduleError` too when one of them was in a schedule.
        """
        if self._schedule_error is not None:
            raise SeveralMistakesError(tuple(self._lines), self._schedule_error)
        if self._lines:
            raise ArgumentError(*self._lines)

    def _named(self, line: str) -> str:
        """Name the component in a line of a rule that does not know it, such as that of a schedule."""
        return line if line.startswith(self.where) else f"{self.where}: {line}"


def unless_reported(args: Mapping[str, Any], name: str, default: Any, *, harmless: Any) -> Any:
    """Give an argument, for a rule that has more to check than this one.

    Args:
        args: the arguments that `Problems.read` gave.
        name: the name of the argument.
        default: its value if it was not given.
        harmless: a value that breaks no rule, for an argument that has a line already.
    """
    try:
        return args.get(name, default)
    except _AlreadyReportedError:
        return harmless


class _AlreadyReportedError(ArgumentError):
    """A rule read an argument that has a line already."""


class _Arguments(dict[str, Any]):
    """Arguments; to read one that has been reported is an error, which ends the rule that reads it."""

    def __init__(self, given: Mapping[str, Any], reported: frozenset[str]) -> None:
        super().__init__(given)
        self._reported = reported

    def __getitem__(self, name: str) -> Any:
        self._demand_sound(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._demand_sound(name)
        return super().get(name, default)

    def _demand_sound(self, name: str) -> None:
        if name in self._reported:
            raise _AlreadyReportedError(name)
