"""What the model says of a single value: its length or range, its pattern, its enum.

botocore checks lower bounds only, and sends the rest on to AWS. Upper bounds, patterns and enums are checked here.
"""

from difflib import get_close_matches
from typing import Any

from .model import Shape

_SIZED = {
    "string": "characters",
    "blob": "bytes",
    "list": "items",
    "map": "entries",
}
_SHOWN_LENGTH = 80
_EXACT_BELOW = 2**53  # from here on a float has no place for every whole number
_WRITABLE_BELOW = 10**100  # Python writes out no number of some thousand digits


def allows(shape: Shape, value: Any) -> bool:
    """Tell whether an API value keeps its shape's bounds, pattern and enum."""
    return (
        _within_bounds(shape, value)
        and (not shape.enum or value in shape.enum)
        # Matched in full: some of AWS's patterns are anchored in one of their alternatives only.
        and (shape.pattern is None or shape.pattern.fullmatch(value) is not None)
    )


def violation(shape: Shape, value: Any, shown: str, *, hidden: bool) -> str:
    """Say how a value that is not allowed breaks its shape's bounds, enum or pattern.

    `shown` is the value as a message may print it; where it is `hidden`, nothing that follows from it is told either.
    """
    if not _within_bounds(shape, value):
        return _bounds(shape, value, hidden=hidden)
    if shape.pattern and not shape.enum:
        return f"got {shown}, which does not match {shape.pattern.pattern}"
    # The nearest allowed value is computed from what was given, so it is offered only where that may be shown.
    near = [] if hidden else get_close_matches(str(value).upper(), shape.enum, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"got {shown}, allowed are {', '.join(shape.enum)}{hint}"


def describe(value: Any, *, hidden: bool) -> str:
    """Say what was given, in a word or two: its kind only, where the value is not to be shown."""
    kind = _kind(value)
    if hidden or not isinstance(value, str | int | float):
        return kind
    if isinstance(value, str):
        return legible(repr(value[: _SHOWN_LENGTH + 1]), _SHOWN_LENGTH)  # cut before it is quoted too: it can be huge
    return f"{kind} {value if isinstance(value, bool) else number_text(value)}"


def number_text(value: float) -> str:
    """Write a number as its author did: the engine hands 5 over as 5.0."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT_BELOW else str(value)
    return str(value) if abs(value) < _WRITABLE_BELOW else "beyond 1e100"


def legible(text: str, length: int) -> str:
    """Cut a text that came from outside, and escape what would upset a terminal."""
    shown = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text[:length])
    return shown if len(text) <= length else f"{shown}…"


def _within_bounds(shape: Shape, value: Any) -> bool:
    size = len(value) if shape.kind in _SIZED else value
    return (shape.minimum is None or size >= shape.minimum) and (shape.maximum is None or size <= shape.maximum)


def _bounds(shape: Shape, value: Any, *, hidden: bool) -> str:
    unit = _SIZED.get(shape.kind)
    size = value if unit is None else len(value)
    if shape.maximum is None:
        allowed = f"at least {shape.minimum}"
    elif shape.minimum is None:
        allowed = f"at most {shape.maximum}"
    elif shape.minimum == shape.maximum:
        allowed = f"exactly {shape.maximum}"
    else:
        allowed = f"{shape.minimum} to {shape.maximum}"
    got = "it" if unit is None and hidden else number_text(size)
    return f"got {got}{f' {unit}' if unit else ''}, allowed {'is' if unit is None else 'are'} {allowed}"


def _kind(value: Any) -> str:
    # A bool is an int to Python and not to AWS, so it is asked for first.
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "a boolean"),
        ((int, float), "a number"),
        (str, "a string"),
        ((list, tuple), "a list"),
        (dict, "a mapping"),
        (type(None), "nothing"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), f"a {type(value).__name__}")
