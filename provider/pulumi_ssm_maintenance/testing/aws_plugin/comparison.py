"""Decides whether two property values mean the same."""

import json
from collections.abc import Mapping
from typing import Any

from .protocol.wire import UNKNOWN, Props, is_asset_or_archive
from .resource_type import ResourceType


def same(kind: ResourceType, name: str, left: Any, right: Any) -> bool:
    """Tell whether two values of a property are equal: JSON by content, sets in any order.

    Empty values, False and 0 equal absent ones, as in the Terraform provider.
    """
    sets, spell = kind.fields.sets, kind.spelled.get(name)
    if spell:
        left, right = (spell(value) if isinstance(value, str) else value for value in (left, right))
    return bool((_canonical(left, sets, name) or None) == (_canonical(right, sets, name) or None))


def differences(kind: ResourceType, old: Props, new: Props) -> list[str]:
    """Return the names of the properties in which two sets of inputs differ."""
    names = {name for name in old.keys() | new.keys() if not name.startswith("__") and name != "tagsAll"}
    kept = {name for name in names if name in kind.fields.filled_in and new.get(name) is None}
    return sorted(name for name in names - kept if not same(kind, name, old.get(name), new.get(name)))


def with_known_spelling(kind: ResourceType, known: Props, held: Props) -> Props:
    """Return what AWS holds; where the known value means the same, that one."""
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
    """Return the sort key of a value in a set, independent of the order of its own keys."""
    return json.dumps(value, sort_keys=True, default=repr)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return (text,)  # not JSON; a tuple is not parsed again
