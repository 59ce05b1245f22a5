"""What only the program knows of its arguments: which values are secret, and whether anything changed them later.

The provider's methods get plain values, and cannot tell which of them the program, or a transform, has made secret.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi import Output
from pulumi._types import is_input_type

from .core.codec import UNKNOWN
from .core.fingerprint import fingerprint
from .core.paths import member
from .errors import ArgumentError


class UnknownArgumentError(ArgumentError, TypeError):
    """An argument that does not exist, which Python itself would report as a `TypeError`."""


class Later(Awaitable[Any]):
    """An input that is computed when Pulumi sends it. A program that fails before leaves no coroutine behind."""

    def __init__(self, compute: Callable[..., Coroutine[Any, Any, Any]], *args: Any) -> None:
        self._compute = compute
        self._args = args

    def __await__(self) -> Generator[Any, None, Any]:
        return self._compute(*self._args).__await__()


def with_outputs(value: Any) -> Any:
    """Copy arguments, with awaitables as Outputs, which can be awaited twice, and with input types as mappings."""
    if isinstance(value, Output):
        return value
    if is_input_type(type(value)) and not isinstance(value, Mapping):
        return with_outputs(vars(value))
    if isinstance(value, Mapping):
        return {key: with_outputs(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [with_outputs(part) for part in value]
    return Output.from_input(value) if inspect.isawaitable(value) else value


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
