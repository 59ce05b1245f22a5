"""When two property values mean the same."""

import json
from collections.abc import Mapping
from typing import Any

from .protocol.wire import UNKNOWN, Props, is_asset_or_archive
from .resource_type import ResourceType


def same(kind: ResourceType, name: str, left: Any, right: Any) -> bool:
    """Tell whether two values of a property are equal: JSON by content, sets in any order.

    Empty and False are as absent, as the Terraform provider has it.
    """
    sets = kind.fields.sets
    return bool(_canonical(left, sets, name) == _canonical(right, sets, name))


def differences(kind: ResourceType, old: Props, new: Props) -> list[str]:
    """List the properties in which two sets of inputs differ."""
    names = {name for name in old.keys() | new.keys() if not name.startswith("__") and name != "tagsAll"}
    kept = {name for name in names if name in kind.fields.filled_in and new.get(name) is None}
    return sorted(name for name in names - kept if not same(kind, name, old.get(name), new.get(name)))


def settle(kind: ResourceType, known: Props, held: Props) -> Props:
    """Return what AWS holds, in the spelling already known where that means the same."""
    return {
        name: known[name] if name in known and same(kind, name, known[name], value) else value
        for name, value in held.items()
    }


def _canonical(value: Any, sets: frozenset[str], name: str) -> Any:
    if value is UNKNOWN:
        return UNKNOWN
    if is_asset_or_archive(value):
        return value.get("hash")
    if isinstance(value, str):
        return _canonical(_parsed(value), sets, name) if value[:1] in ("{", "[") else value or None
    if isinstance(value, Mapping):
        items = {key: _canonical(item, sets, key) for key, item in value.items()}
        return {key: item for key, item in items.items() if item is not None} or None
    if isinstance(value, list):
        found = [_canonical(item, sets, "") for item in value]
        return (sorted(found, key=_rank) if name in sets else found) or None
    return None if value is False else value


def _rank(value: Any) -> str:
    """Give a value its place in a set, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, default=repr)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return (text,)  # not JSON after all; a tuple is not looked into again
