"""Converts property values from and to protobuf, with Pulumi's marks for secrets and unknown values."""

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.struct_pb2 import ListValue, NullValue, Struct, Value

Props = dict[str, Any]

# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go and property.go beside it
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a mark in the protocol
_ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS: Final = frozenset(
    {
        _UNKNOWN,
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


class Unknown:
    """A value that only the deployment can determine."""

    def __repr__(self) -> str:
        return "(unknown)"


UNKNOWN: Final = Unknown()
"""The only one, compared by identity."""


def from_wire(struct: Struct) -> Props:
    """Read a structure: whole numbers as int, secrets in plain text, unknown values as UNKNOWN."""
    return {name: _from_value(value) for name, value in struct.fields.items()}


def to_wire(props: Mapping[str, Any]) -> Struct:
    """Write a structure; None is left out."""
    return Struct(fields={name: _to_value(value) for name, value in props.items() if value is not None})


def has_unknown(value: object) -> bool:
    """Tell whether `value` or anything in it is unknown."""
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return value is UNKNOWN


def is_asset_or_archive(value: object) -> bool:
    """Tell whether `value` is a file or an archive, which Pulumi sends as a marked object."""
    return isinstance(value, Mapping) and value.get(_SIGNATURE) in (_ASSET, _ARCHIVE)


def _from_value(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_from_value(item) for item in value.list_value.values]
        case "struct_value":
            fields = from_wire(value.struct_value)
            return fields["value"] if fields.get(_SIGNATURE) == _SECRET else fields
    return None


def _to_value(value: Any) -> Value:  # noqa: PLR0911 - one line for each kind of value
    if value is UNKNOWN:
        return Value(string_value=_UNKNOWN)
    if value is None:
        return Value(null_value=NullValue.NULL_VALUE)
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, int | float):
        return Value(number_value=value)
    if isinstance(value, str):
        return Value(string_value=value)
    if isinstance(value, Mapping):
        return Value(struct_value=to_wire(value))
    return Value(list_value=ListValue(values=[_to_value(item) for item in value]))
