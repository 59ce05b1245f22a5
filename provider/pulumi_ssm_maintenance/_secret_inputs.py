"""Finding what a program made secret: the provider's methods get plain values, and cannot tell."""

import inspect
from collections.abc import Mapping
from typing import Any

from pulumi import Output

from .core.paths import member


def with_outputs(value: Any) -> Any:
    """Turn every awaitable inside a value into an Output, which can be awaited more than once."""
    if isinstance(value, Output):
        return value
    if isinstance(value, Mapping):
        return {key: with_outputs(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [with_outputs(part) for part in value]
    return Output.from_input(value) if inspect.isawaitable(value) else value


async def secret_paths(arguments: Mapping[str, Any]) -> list[str]:
    """List the paths of the outermost values that are secret, or of the lists that hold them."""
    found: list[str] = []
    await _collect(arguments, "", found)
    return sorted(found)


async def _collect(value: Any, path: str, found: list[str]) -> None:
    if isinstance(value, Output):
        if await value.is_secret():
            found.append(path)
        elif await value.is_known():
            await _collect(await value.future(), path, found)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            await _collect(part, member(path, str(key)), found)
    elif isinstance(value, list | tuple):
        # The whole list is secret then: items can change places, at AWS or in the program.
        inside: list[str] = []
        for part in value:
            await _collect(part, path, inside)
        found.extend({path} if inside else ())
