"""Which fields of a task differ between what AWS holds and what is declared.

Both sides are API requests, and both are brought into one canonical form first: AWS's placeholders out, empty text
as not given, and the one list that is a set in any order. All other lists keep their order: targets run in it.
"""

from typing import Any, Final

from .codec import is_empty
from .model import updatable
from .placeholders import without_placeholders

_SETS: Final = frozenset({"NotificationEvents"})


def differences(held: dict[str, Any], declared: dict[str, Any]) -> list[str]:
    """Name the task's fields, as the API names them, in which two tasks differ. Unknown differs from everything."""
    ours = canonical(without_placeholders(declared, declared))
    theirs = canonical(without_placeholders(held, declared))
    return sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))


def replacing(fields: list[str]) -> list[str]:
    """Name those fields that no update can change."""
    return [name for name in fields if name not in updatable()]


def canonical(value: Any, name: str = "") -> Any:
    """Bring an API value into the form in which equal values are equal."""
    if isinstance(value, dict):
        parts = {key: canonical(part, key) for key, part in value.items()}
        return {key: part for key, part in parts.items() if part != "" and not is_empty(part)}
    if isinstance(value, list):
        parts_in_order = [canonical(part) for part in value]
        return sorted(parts_in_order, key=repr) if name in _SETS else parts_in_order
    return value
