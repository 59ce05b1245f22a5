"""What only the program knows of its arguments: which values are secret, and whether anything changed them later.

The provider's methods get plain values, and cannot tell which of them the program, or a transform, has made secret.
"""

import inspect
import math
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pulumi
from pulumi import Output
from pulumi._types import is_input_type

from .core.codec import UNKNOWN
from .core.constraints import describe, is_text
from .core.fingerprint import fingerprint
from .core.paths import item, member

_DEEPEST = 20  # levels; no argument of a task has so many
_MOST_BITS = 1023  # of a number that Pulumi can send


class Later(Awaitable[Any]):
    """An input that is computed when Pulumi sends it. A program that fails before leaves no coroutine behind."""

    def __init__(self, compute: Callable[..., Coroutine[Any, Any, Any]], *args: Any) -> None:
        self._compute = compute
        self._args = args

    def __await__(self) -> Generator[Any, None, Any]:
        return self._compute(*self._args).__await__()


def sendable(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Copy arguments in the form in which they are sent.

    Awaitables become Outputs, which can be awaited twice, and input types become mappings. Pulumi ends in a traceback
    that names no argument where it cannot send a value, so such a value becomes one that is not known.

    Returns:
        the arguments, and by their paths the reasons why values cannot be sent.
    """
    problems: dict[str, str] = {}
    return {name: _sendable(value, member("", name), problems, 0) for name, value in arguments.items()}, problems


def _sendable(value: Any, path: str, problems: dict[str, str], depth: int) -> Any:
    if isinstance(value, Enum):
        value = value.value
    elif is_input_type(type(value)) and not isinstance(value, Mapping):
        value = vars(value)
    if inspect.isawaitable(value):
        return Output.from_input(value)
    if depth <= _DEEPEST and isinstance(value, Mapping) and all(map(is_text, value)):
        return {key: _sendable(part, member(path, key), problems, depth + 1) for key, part in value.items()}
    if depth <= _DEEPEST and _is_list(value):
        return [_sendable(part, item(path, index), problems, depth + 1) for index, part in enumerate(value)]
    if value is None or isinstance(value, bool | Output) or _is_number(value) or is_text(value):
        return value
    problems[path] = _problem(value)
    return Output(set(), Later(_later, None), Later(_later, False))  # noqa: FBT003 - as the SDK takes it


def _problem(value: Any) -> str:
    if isinstance(value, pulumi.Resource):
        return (
            f"got {describe(value, hidden=True)}, which is a resource; write one of its outputs, such as its id or arn"
        )
    if isinstance(value, Mapping) and not all(map(is_text, value)):
        return "got a mapping with a key that is no text"
    if isinstance(value, Mapping) or _is_list(value):
        return f"is nested more than {_DEEPEST} levels deep"
    if isinstance(value, str):
        return "got a string that cannot be sent as UTF-8: it has half of a surrogate pair"
    if isinstance(value, int | float):
        return "got a number that cannot be sent: it is too large, or not a number"
    allowed = "text, a number, True, False, a list or a mapping, or an output of one of them"
    return f"got {describe(value, hidden=True)}, allowed is {allowed}"


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | memoryview | range)


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and value.bit_length() <= _MOST_BITS


async def _later(value: Any) -> Any:
    return value


@dataclass
class _Paths:
    """The paths of the outermost values of a kind, or of the lists that contain them."""

    secret: list[str] = field(default_factory=list)
    produced: list[str] = field(default_factory=list)
    """Of the values that other resources produce."""


async def facts_about(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Give the paths of the values that are secret or that other resources produce, and the fingerprint of all."""
    paths = _Paths()
    values = await _resolve(arguments, "", paths)
    produced = {"produced": sorted(paths.produced)} if paths.produced else {}
    return {"secrets": sorted(paths.secret), "fingerprint": fingerprint(values), **produced}


async def _resolve(value: Any, path: str, paths: _Paths) -> Any:
    """Give a value as the engine gets it, and collect the paths of what is secret or produced in it."""
    if isinstance(value, Output):
        # What is inside a secret is secret anyway, and the same goes for what another resource produces.
        inside = _Paths(paths.secret, paths.produced)
        if await value.is_secret():
            paths.secret.append(path)
            inside.secret = []
        if await value.resources():
            paths.produced.append(path)
            inside.produced = []
        return await _resolve(await value.future(), path, inside) if await value.is_known() else UNKNOWN
    if is_input_type(type(value)) and not isinstance(value, Mapping):
        value = vars(value)
    if isinstance(value, Mapping):
        return {key: await _resolve(part, member(path, str(key)), paths) for key, part in value.items()}
    if isinstance(value, list | tuple):
        # A secret item makes the whole list secret, since items can change places in the program and at AWS.
        inside = _Paths()
        items = [await _resolve(part, path, inside) for part in value]
        paths.secret.extend({path} if inside.secret else ())
        paths.produced.extend({path} if inside.produced else ())
        return items
    return value
