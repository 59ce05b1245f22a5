"""Check a single value against the model: its length or range, its pattern, its enum.

botocore checks lower bounds only, and leaves upper bounds, patterns and enums to AWS.
"""

from difflib import get_close_matches
from typing import Any, TypeGuard

from .model import Shape

_SIZED = {
    "string": "characters",
    "blob": "bytes",
    "list": "items",
    "map": "entries",
}
# The model's patterns in words. A pattern that is not listed, as of a newer model, is shown as it is.
_PATTERNS_IN_WORDS = {
    r"^mw-[0-9a-f]{17}$": "mw- and 17 hex digits",
    r"^([1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%)$": 'a number such as "10", or a percentage from "1%" to "100%"',
    r"^([1-9][0-9]*|[0]|[1-9][0-9]%|[0-9]%|100%)$": 'a number such as "0", or a percentage from "0%" to "100%"',
    r"^[a-zA-Z0-9_\-.]{3,128}$": "3 to 128 letters, digits, underscores, hyphens and dots",
    r"([$]LATEST|[$]DEFAULT|^[1-9][0-9]*$)": 'a version number such as "3", $LATEST or $DEFAULT',
    r"^(?!\s*$).+": "text that is not blank",
    r"^[\w\s\w_.:/=\-@]*$|resource-groups:ResourceTypeFilters|resource-groups:Name": "InstanceIds or WindowTargetIds",
    r"(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)": "the id of a node, such as i-0123456789abcdef0",
    r"^[0-9a-fA-F]{8}\-[0-9a-fA-F]{4}\-[0-9a-fA-F]{4}\-[0-9a-fA-F]{4}\-[0-9a-fA-F]{12}$": (
        "the id of a window target, such as e32eecb2-646c-4f4b-8ed1-205fbfd3ad35"
    ),
}
_SHOWN_LENGTH = 80
_EXACT_BELOW = 2**53  # a float holds every whole number below this one
_WRITABLE_BELOW = 10**100  # Python refuses to write out numbers of some thousand digits


def allows(shape: Shape, value: Any) -> bool:
    """Tell whether an API value is within its shape's bounds, pattern and enum."""
    return (
        _within_bounds(shape, value)
        and (not shape.enum or value in shape.enum)
        # A full match, since some of AWS's patterns are anchored in one alternative only.
        and (shape.pattern is None or shape.pattern.fullmatch(value) is not None)
    )


def violation(shape: Shape, value: Any, shown: str, *, hidden: bool) -> str:
    """Say why a value is not allowed by its shape's bounds, enum or pattern.

    `shown` is the value as a message may print it. Where the value is `hidden`, the text contains nothing that is
    derived from it either.
    """
    words = shape.pattern and not shape.pattern.fullmatch(value) and pattern_in_words(shape)
    if not _within_bounds(shape, value) and not words:
        return _bounds(shape, value, hidden=hidden)
    if shape.pattern and not shape.enum:
        return f"got {shown}, allowed is {words or f'what matches {shape.pattern.pattern}'}"
    # The nearest allowed value is derived from the value itself.
    nearest = [] if hidden else get_close_matches(str(value).upper(), shape.enum, n=1)
    hint = f" (did you mean {nearest[0]}?)" if nearest else ""
    return f"got {shown}, allowed are {', '.join(shape.enum)}{hint}"


def pattern_in_words(shape: Shape) -> str | None:
    """Describe which texts a shape's pattern allows; None for a pattern without a description."""
    return _PATTERNS_IN_WORDS.get(shape.pattern.pattern) if shape.pattern else None


def describe(value: Any, *, hidden: bool) -> str:
    """Describe a value in a word or two. A hidden value is described by its kind only."""
    kind = _kind(value)
    if hidden or not isinstance(value, str | int | float):
        return kind
    if isinstance(value, str):
        return legible(repr(value[: _SHOWN_LENGTH + 1]), _SHOWN_LENGTH)  # cut first, since the text may be huge
    return f"{kind} {value if isinstance(value, bool) else number_text(value)}"


def is_text(value: object) -> TypeGuard[str]:
    """Tell whether a value is text that can be sent: half of a surrogate pair cannot."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def number_text(value: float) -> str:
    """Write a number as its author did. The engine sends 5 as 5.0."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT_BELOW else str(value)
    return str(value) if abs(value) < _WRITABLE_BELOW else "beyond 1e100"


def legible(text: str, length: int) -> str:
    """Shorten a text from outside, and escape the characters that a terminal would interpret."""
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
    cure = "; leave out what is empty" if value == "" else ""
    return f"got {got}{f' {unit}' if unit else ''}, allowed {'is' if unit is None else 'are'} {allowed}{cure}"


def _kind(value: Any) -> str:
    # In Python a bool is an int too, so bool comes first.
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "a boolean"),
        ((int, float), "a number"),
        (str, "a string"),
        ((list, tuple), "a list"),
        (dict, "a mapping"),
        (type(None), "nothing"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), f"a {type(value).__name__}")
