"""Whether a value has the type that its annotation asks for: what a type checker would have seen.

The annotations of the `…Args` classes are the only statement of the types, so this module reads them at run time.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from inspect import isawaitable
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

import pulumi

from .shown import class_name, kind, shown, with_article

# A message about a value below one of these says what kind of value it is, and does not show it.
_MAY_BE_SECRET = frozenset({"environment", "input", "parameters", "payload"})

_WORDS: Mapping[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
}

_LONGEST_NUMBER = 20

_KNOWN_LATER = (
    "that is known while the program runs: take it from the configuration, or with get_output_details() from a"
    " StackReference"
)


@cache
def type_hints(typed: type) -> dict[str, Any]:
    """Give the types of a TypedDict's keys, inherited ones included."""
    return get_type_hints(typed, localns={"Output": pulumi.Output, "T": Any})  # for the text in `pulumi.Input`


def wrong_types(path: str, value: object, hint: Any, *, secret: bool = False) -> Iterator[str]:
    """Give a line for each part of a value that does not have the type of the annotation.

    Args:
        path: the name of the value, as its user wrote it.
        value: the value. An output has the right type where the annotation takes outputs.
        hint: the annotation.
        secret: whether no message may show the value.
    """
    choices = [choice for choice in _choices(hint) if get_origin(choice) is not pulumi.Output]
    if isinstance(value, pulumi.Output) or isawaitable(value):
        if len(choices) == len(_choices(hint)) and Any not in choices:
            yield _line(path, value, choices, secret=secret, when=f" {_KNOWN_LATER}")
        return
    if any(next(_wrong_parts(path, value, choice, secret=secret), None) is None for choice in choices):
        return
    # Where one choice alone has the shape of the value, the line names the part of the value that is wrong.
    similar = [choice for choice in choices if _has_shape(value, choice)]
    if len(similar) == 1:
        yield from _wrong_parts(path, value, similar[0], secret=secret)
    else:
        yield _line(path, value, choices, secret=secret)


def wrong_keys(
    path: str, value: Mapping[Any, object], typed: Any, *, secret: bool = False
) -> Iterator[tuple[str, str]]:
    """Give the keys of a mapping that a TypedDict does not have, that it lacks, or whose value has a wrong type.

    Gives pairs of the key and a line. A key whose value is None counts as not given.
    """
    hints = type_hints(typed)
    for key, item in value.items():
        if item is not None and key in hints:
            for line in wrong_types(
                f"{path}.{key}" if path else key, item, hints[key], secret=secret or key in _MAY_BE_SECRET
            ):
                yield key, line
        elif item is not None:
            nearest = get_close_matches(str(key), hints, n=1)
            hint = f"; do you mean {nearest[0]!r}?" if nearest else ""
            yield key, _join(path, f"there is no argument {key!r}{hint} Known: {', '.join(sorted(hints))}")
    for key in sorted(typed.__required_keys__):
        if value.get(key) is None:
            yield key, _join(path, f"{key} is required")


def _wrong_parts(path: str, value: object, hint: Any, *, secret: bool) -> Iterator[str]:
    origin = get_origin(hint)
    if not _has_shape(value, hint):
        yield _line(path, value, [hint], secret=secret)
    elif is_typeddict(hint):
        yield from (line for _, line in wrong_keys(path, cast("Mapping[Any, object]", value), hint, secret=secret))
    elif origin in {Sequence, list}:
        for number, item in enumerate(cast("Sequence[object]", value)):
            yield from wrong_types(f"{path}[{_name_of(item, number)}]", item, get_args(hint)[0], secret=secret)
    elif origin in {Mapping, dict}:
        key_hint, item_hint = get_args(hint)
        for key, item in cast("Mapping[object, object]", value).items():
            yield from wrong_types(f"{path}: the key {shown(key)}", key, key_hint)
            yield from wrong_types(f"{path}[{shown(key)}]", item, item_hint, secret=secret)


def _has_shape(value: object, hint: Any) -> bool:
    """Whether a value fits a type, whatever its items are."""
    origin = get_origin(hint)
    if hint in {Any, object}:
        return True
    if origin is Literal:
        return value in get_args(hint)
    if is_typeddict(hint) or origin in {Mapping, dict}:
        return isinstance(value, Mapping)
    if origin in {Sequence, list}:
        return isinstance(value, Sequence) and not isinstance(value, str | bytes)
    if hint in {int, float}:
        return type(value) is int or (hint is float and type(value) is float)
    return isinstance(value, origin or hint)


def _choices(hint: Any) -> list[Any]:
    """Give the members of a union, those of unions in it too. An awaitable counts as an output."""
    if get_origin(hint) in {Union, UnionType}:
        return [choice for member in get_args(hint) for choice in _choices(member)]
    return [] if getattr(get_origin(hint), "__name__", "") == "Awaitable" else [hint]


def _words(choices: Sequence[Any]) -> str:
    *most, last = dict.fromkeys(_word(choice) for choice in choices if choice is not NoneType) or ["None"]
    return f"{', '.join(most)} or {last}" if most else last


def _word(hint: Any) -> str:
    origin = get_origin(hint)
    if origin is Literal:
        *most, last = map(repr, get_args(hint))
        return f"{', '.join(most)} or {last}" if most else last
    if origin in {Sequence, list}:
        return f"a list of {_bare(get_args(hint)[0])}"
    if origin in {Mapping, dict}:
        return f"a dict of {_bare(get_args(hint)[1])}"
    if is_typeddict(hint):
        return f"a dict with the keys of {hint.__name__}"
    return _WORDS.get(hint) or getattr(hint, "HOW_TO_MAKE", None) or with_article(class_name(origin or hint))


def _bare(hint: Any) -> str:
    words = [_word(choice).removeprefix("a ").removeprefix("an ") for choice in _choices(hint) if _is_plain(choice)]
    return " or ".join(dict.fromkeys(words)) or "anything"


def _is_plain(choice: Any) -> bool:
    return get_origin(choice) is not pulumi.Output and choice not in {Any, NoneType}


def _line(path: str, value: object, choices: Sequence[Any], *, secret: bool, when: str = "") -> str:
    cure = "" if secret else _cure(value, choices)
    return f"{path}: got {kind(value) if secret else shown(value)}, allowed: {_words(choices)}{when}{cure}"


def _cure(value: object, choices: Sequence[Any]) -> str:
    """Give the value in the right type, where it is a number with quotes too many or too few."""
    if any(choice is str for choice in choices) and type(value) in {int, float}:
        return f", such as {shown(value)!r}"
    if any(choice in {int, float} for choice in choices) and isinstance(value, str) and value.isdecimal():
        return f", such as {shown(int(value[:_LONGEST_NUMBER]))}"
    return ""


def _name_of(item: object, number: int) -> object:
    """Name an item of a list: by its name where it has one, else by its place."""
    name = item.get("name") if isinstance(item, Mapping) else None
    return name if isinstance(name, str) else number


def _join(path: str, rest: object) -> str:
    return f"{path}: {rest}" if path else str(rest)
