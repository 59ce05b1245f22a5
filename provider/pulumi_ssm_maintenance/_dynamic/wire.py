"""Convert properties between Pulumi's host and the rest: unknown values and marks of secrets."""

from collections.abc import Mapping
from typing import Any, Final

from pulumi.output import Unknown
from pulumi.runtime.rpc import wrap_rpc_secret

from pulumi_ssm_maintenance.core.codec import UNKNOWN
from pulumi_ssm_maintenance.core.secrecy import marked
from pulumi_ssm_maintenance.lifecycle.properties import Properties

# The fields of a task are less than half as deep. A deeper value becomes None, and check refuses what contains it.
_MAX_DEPTH: Final = 50


def from_host(value: Any, depth: int = 0) -> Any:
    """Copy properties from the host, with its unknown values as `UNKNOWN`."""
    if isinstance(value, Unknown):
        return UNKNOWN
    if depth > _MAX_DEPTH:
        return None
    if isinstance(value, Mapping):
        return {key: from_host(part, depth + 1) for key, part in value.items()}
    return [from_host(part, depth + 1) for part in value] if isinstance(value, list) else value


def _secret(value: Any) -> Any:
    # Pulumi 3.274 keeps the mark on a text or a list, and loses it on a mapping, so the values in it are marked.
    if isinstance(value, Mapping):
        return {key: _secret(part) for key, part in value.items()}
    return wrap_rpc_secret(value)


def to_host(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Copy properties for the host, with its own unknown values, and with secret values marked."""

    def plain(value: Any) -> Any:
        if value is UNKNOWN:
            return Unknown()  # type: ignore[no-untyped-call] # not annotated in the SDK
        if isinstance(value, Mapping):
            return {key: plain(part) for key, part in value.items()}
        return [plain(part) for part in value] if isinstance(value, list) else value

    return plain(marked(properties, Properties(properties).secrets, _secret))  # type: ignore[no-any-return] # a dict in, a dict out
