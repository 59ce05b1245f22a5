"""Converts Pulumi's camelCase properties to AWS requests and back, by the shapes of the botocore model."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pulumi_ssm_maintenance.testing.aws_plugin.protocol.errors import PropertyError
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props

Names = Mapping[str, str]
"""From property name to AWS member name, where the member is not the capitalised property name."""

# Pulumi sends all numbers as floats, and programs may give text for a number.
_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "string": str,
    "float": float,
    "double": float,
    "integer": int,
    "long": int,
}


def request(client: Any, method: str, props: Props, names: Names | None = None) -> dict[str, Any]:
    """Return the arguments of a client method, from those properties that it has members for.

    Raises:
        PropertyError: a nested property has no counterpart in AWS.
    """
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
    known = {name: _member(shape, name, names or {}) for name in props}
    return {
        member: _to_aws(shape.members[member], props[name], names or {}, name)
        for name, member in known.items()
        if member and props[name] is not None
    }


def structure(client: Any, shape_name: str, props: Props, names: Names | None = None) -> dict[str, Any]:
    """Return the AWS structure of this name in the model; each property must have a member."""
    shape = client.meta.service_model.shape_for(shape_name)
    return dict(_to_aws(shape, props, names or {}, shape_name))


def properties(shape: Any, held: Any, names: Names | None = None) -> Any:
    """Convert an answer of AWS to properties; dates and bytes become text."""
    names = names or {}
    if held is None:
        return None
    match shape.type_name:
        case "structure":
            back = {member: name for name, member in names.items()}
            return {
                back.get(key) or _lower(key): properties(shape.members[key], value, names)
                for key, value in held.items()
                if key in shape.members
            }
        case "list":
            return [properties(shape.member, item, names) for item in held]
        case "map":
            return {key: properties(shape.value, item, names) for key, item in held.items()}
    return _text(held)


def _member(shape: Any, name: str, names: Names) -> str | None:
    candidates = (names.get(name, name[:1].upper() + name[1:]), name)
    return next((item for item in candidates if item in shape.members), None)


def _to_aws(shape: Any, value: Any, names: Names, path: str) -> Any:
    match shape.type_name:
        case "structure":
            return _structure(shape, value, names, path)
        case "list":
            return [_to_aws(shape.member, item, names, path) for item in value]
        case "map":
            return {key: _to_aws(shape.value, item, names, path) for key, item in value.items()}
        case "blob":
            return value.encode() if isinstance(value, str) else value
    convert = _SCALARS.get(shape.type_name)
    return convert(value) if convert else value


def _structure(shape: Any, value: Props, names: Names, path: str) -> dict[str, Any]:
    built = {}
    for name, item in value.items():
        member = _member(shape, name, names)
        if member is None:
            raise PropertyError(f"{path}.{name} is known to the aws plugin but not to this stand-in")
        if item is not None:
            built[member] = _to_aws(shape.members[member], item, names, f"{path}.{name}")
    return built


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.decode() if isinstance(value, bytes) else value


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
