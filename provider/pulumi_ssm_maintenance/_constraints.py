"""What the model says of a single value: its length or range, its pattern, its enum.

botocore checks lower bounds only, and sends the rest on to AWS. Upper bounds, patterns and enums are checked here.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from ._model import Shape

_SIZED = {
    "string": "characters",
    "blob": "bytes",
    "list": "items",
    "map": "entries",
}
_SHOWN_LENGTH = 80


def violations(shape: Shape, value: Any, shown: str) -> Iterator[str]:
    """Yield a reason for each way in which an API value breaks its shape's bounds, pattern or enum.

    `shown` is the value as a message may print it.
    """
    if reason := _out_of_bounds(shape, value):
        yield reason
    elif shape.enum and value not in shape.enum:
        # The nearest allowed value is computed from what was given, so it is offered only where that may be shown.
        near = [] if shape.sensitive else get_close_matches(str(value).upper(), shape.enum, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        yield f"got {shown}, allowed are {', '.join(shape.enum)}{hint}"
    # Matched in full: some of AWS's patterns are anchored in one of their alternatives only.
    elif shape.pattern and not shape.pattern.fullmatch(value):
        yield f"got {shown}, which does not match {shape.pattern.pattern}"


def describe(value: Any, *, hidden: bool) -> str:
    """Say what was given, in a word or two: its kind only, where the value is not to be shown."""
    kind = _kind(value)
    if hidden or not isinstance(value, str | int | float):
        return kind
    text = repr(value)
    if len(text) > _SHOWN_LENGTH:
        text = f"{text[:_SHOWN_LENGTH]}…"
    return text if isinstance(value, str) else f"{kind} {text}"


def _out_of_bounds(shape: Shape, value: Any) -> str | None:
    unit = _SIZED.get(shape.kind)
    size = value if unit is None else len(value)
    if (shape.minimum is None or size >= shape.minimum) and (shape.maximum is None or size <= shape.maximum):
        return None
    if shape.maximum is None:
        allowed = f"at least {shape.minimum}"
    elif shape.minimum is None:
        allowed = f"at most {shape.maximum}"
    elif shape.minimum == shape.maximum:
        allowed = f"exactly {shape.maximum}"
    else:
        allowed = f"{shape.minimum} to {shape.maximum}"
    got = "it" if unit is None and shape.sensitive else f"{size}"
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
