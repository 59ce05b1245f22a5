"""What only the program knows of its arguments: which values are secret, and whether anything changed them later.

The provider's methods get plain values, and cannot tell which of them the program, or a transform, has made secret.
"""

import inspect
from collections.abc import Mapping
from typing import Any

from pulumi import Output
from pulumi._types import is_input_type

from .core.codec import UNKNOWN
from .core.fingerprint import fingerprint
from .core.paths import member
from .errors import ArgumentError


class UnknownArgumentError(ArgumentError, TypeError):
    """An argument that does not exist, which Python itself would report as a `TypeError`."""


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


async def facts_about(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Give the paths of the outermost secret values, or of the lists that contain them, and the fingerprint of all."""
    secrets: list[str] = []
    values = await _resolve(arguments, "", secrets)
    return {"secrets": sorted(secrets), "fingerprint": fingerprint(values)}


async def _resolve(value: Any, path: str, secrets: list[str]) -> Any:
    """Give a value as the engine gets it, and collect the paths of what is secret in it."""
    if isinstance(value, Output):
        if await value.is_secret():
            secrets.append(path)
            secrets = []  # what is inside a secret is secret anyway
        return await _resolve(await value.future(), path, secrets) if await value.is_known() else UNKNOWN
    if is_input_type(type(value)) and not isinstance(value, Mapping):
        value = vars(value)
    if isinstance(value, Mapping):
        return {key: await _resolve(part, member(path, str(key)), secrets) for key, part in value.items()}
    if isinstance(value, list | tuple):
        # A secret item makes the whole list secret, since items can change places in the program and at AWS.
        inside: list[str] = []
        items = [await _resolve(part, path, inside) for part in value]
        secrets.extend({path} if inside else ())
        return items
    return value
