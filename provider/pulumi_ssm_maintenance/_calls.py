"""Calls with arguments that a function does not take: Python itself would report them with a traceback and no cure."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from .errors import ArgumentError

C = TypeVar("C", bound=type)
P = ParamSpec("P")
R = TypeVar("R")

_LONGEST_NAME = 100


class UnknownArgumentError(ArgumentError, TypeError):
    """The arguments of a call do not fit the function, which Python itself would report as a `TypeError`."""


def bound_arguments(
    called: str, signature: inspect.Signature, args: Sequence[object], kwargs: Mapping[str, object]
) -> dict[str, Any]:
    """Give the arguments of a call by the names of the parameters.

    Args:
        called: what the program calls, for messages.
        signature: the parameters, which may start with `self` or `cls`.
        args: the arguments without a name.
        kwargs: the arguments with a name.

    Raises:
        UnknownArgumentError: an argument is unknown or missing, or needs its name; a line for each.
    """
    try:
        return dict(signature.bind(*args, **kwargs).arguments)
    except TypeError:
        raise UnknownArgumentError(*_mistakes(called, signature, args, kwargs)) from None


def legible_call(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function report the mistakes of a call as errors of arguments."""
    signature = inspect.signature(function)

    @wraps(function)
    def check_and_call(*args: P.args, **kwargs: P.kwargs) -> R:
        bound_arguments(function.__qualname__, signature, args, kwargs)
        return function(*args, **kwargs)

    return check_and_call


def legible_calls(cls: C) -> C:
    """Let the constructor of a class report the mistakes of a call as errors of arguments."""
    legible_constructor(cls)
    return cls


def legible_constructor(cls: type) -> None:
    """Wrap the constructor that a class defines, so that it reports the mistakes of a call as errors of arguments."""
    constructor: Callable[..., None] = vars(cls)["__init__"]
    signature = inspect.signature(constructor)

    @wraps(constructor)
    def check_and_construct(self: object, *args: Any, **kwargs: Any) -> None:
        bound_arguments(cls.__name__, signature, (self, *args), kwargs)
        constructor(self, *args, **kwargs)

    type.__setattr__(cls, "__init__", check_and_construct)


def _mistakes(
    called: str, signature: inspect.Signature, args: Sequence[object], kwargs: Mapping[str, object]
) -> Iterator[str]:
    parameters = [it for it in signature.parameters.values() if it.name not in {"self", "cls"}]
    given = len(args) - (len(signature.parameters) - len(parameters))
    kinds = {it.kind for it in parameters}
    named = [it.name for it in parameters if it.kind not in {it.VAR_POSITIONAL, it.VAR_KEYWORD}]
    without_name = [it.name for it in parameters if it.kind in {it.POSITIONAL_ONLY, it.POSITIONAL_OR_KEYWORD}]
    if given > len(without_name) and inspect.Parameter.VAR_POSITIONAL not in kinds:
        allowed = f"only {' and '.join(without_name)}" if without_name else "none"
        yield (
            f"{called}: got {given} arguments without a name, allowed: {allowed}; write the others with their names, as"
            " in name=value, and a dict of them as **dict"
        )
    for name in kwargs:
        if name in without_name[:given]:
            yield f"{called}: {name}: got two values, allowed: one, with its name or without it"
        elif name not in named and inspect.Parameter.VAR_KEYWORD not in kinds:
            nearest = get_close_matches(name, named, n=1)
            hint = f"; do you mean {nearest[0]!r}?" if nearest else "."
            yield f"{called}: there is no argument {name[:_LONGEST_NAME]!r}{hint} Known: {', '.join(sorted(named))}"
    for it in parameters:
        if it.default is it.empty and it.name in named and it.name not in {*kwargs, *without_name[:given]}:
            yield f"{called}: {it.name} is required"
