"""Counts and lists in messages."""

from collections.abc import Sequence
from typing import Final

_SHOWN: Final = 4


def counted(number: int, noun: str) -> str:
    """Count things: `1 node`, `2 nodes`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """List names, the first few of many."""
    more = len(names) - _SHOWN
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:_SHOWN])} and {more} more"
