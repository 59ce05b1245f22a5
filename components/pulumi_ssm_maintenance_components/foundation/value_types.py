"""Whether a value has the type that its annotation asks for: what a type checker would have seen.

The annotations of the `…Args` classes are the only statement of the types, so this module reads them at run time.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from inspect import isawaitable
from types import NoneType, UnionType
from typing import Any, Literal, TypeGuard, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

import pulumi

from .shown import MOST_BITS, class_name, kind, shown, with_article

# A message about a value below one of these says what kind of value it is, and does not show it.
_MAY_BE_SECRET = frozenset({"environment", "input", "parameters", "payload"})

_WORDS: Mapping[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
}

_LONGEST_NUMBER = 20
_LONGEST_NAME = 64
_DEEPEST_PATH = 10  # a deeper path would fill the screen
_DEEPEST = 100  # levels of JSON; AWS's own bounds are lower, and Python's limit differs from version to version

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
    given = {key: item for key, item in value.items() if item is not None}
    yield from wrong_values(path, {key: item for key, item in given.items() if key in hints}, hints, secret=secret)
    for key in (key for key in value if key not in hints):  # also one without a value
        nearest = get_close_matches(shown(key), hints, n=1)
        hint = f"; do you mean {nearest[0]!r}?" if nearest else "."
        yield key, _join(path, f"there is no argument {shown(key)}{hint} Known: {', '.join(sorted(hints))}")
    for key in sorted(typed.__required_keys__):
        if value.get(key) is None:
            yield key, _join(path, f"{key} is required")


def wrong_values(
    path: str, values: Mapping[str, object], hints: Mapping[str, Any], *, secret: bool = False
) -> Iterator[tuple[str, str]]:
    """Give the names of values that do not have the types of their hints, each with a line."""
    for name, value in values.items():
        place = f"{path}.{name}" if path else name
        for line in wrong_types(place, value, hints[name], secret=secret or name in _MAY_BE_SECRET):
            yield name, line


def _wrong_parts(path: str, value: object, hint: Any, *, secret: bool) -> Iterator[str]:
    origin = get_origin(hint)
    if not _has_shape(value, hint):
        yield _line(path, value, [hint], secret=secret)
    elif is_typeddict(hint):
        yield from (line for _, line in wrong_keys(path, cast("Mapping[Any, object]", value), hint, secret=secret))
    elif origin is tuple and Ellipsis not in get_args(hint):
        for number, (item, item_hint) in enumerate(zip(cast("Sequence[object]", value), get_args(hint), strict=True)):
            yield from wrong_types(f"{path}[{number}]", item, item_hint, secret=secret)
    elif origin in _LISTS:
        for number, item in enumerate(cast("Sequence[object]", value)):
            yield from wrong_types(f"{path}[{_name_of(item, number)}]", item, get_args(hint)[0], secret=secret)
    elif origin in {Mapping, dict}:
        key_hint, item_hint = get_args(hint)
        for key, item in cast("Mapping[object, object]", value).items():
            yield from wrong_types(f"{path}: the key {shown(key)}", key, key_hint)
            yield from wrong_types(f"{path}[{shown(key)}]", item, item_hint, secret=secret)
    elif hint is Any:
        yield from _not_json(path, value, secret=secret)


def _has_shape(value: object, hint: Any) -> bool:
    """Whether a value fits a type, whatever its items are."""
    origin = get_origin(hint)
    if hint in {Any, object}:
        return True
    for types, fits in _SHAPES:
        if hint in types or origin in types:
            return fits(value, hint)
    return isinstance(value, Mapping) if is_typeddict(hint) else isinstance(value, origin or hint)


def _is_list(value: object, hint: Any) -> bool:
    items = get_args(hint)
    if not isinstance(value, Sequence) or isinstance(value, str | bytes | bytearray | memoryview):
        return False
    return get_origin(hint) is not tuple or Ellipsis in items or len(value) == len(items)


def is_text(value: object, _: Any = str) -> TypeGuard[str]:
    """Whether a value is text that can be sent: half of a surrogate pair cannot."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def _is_number(value: object, hint: Any) -> bool:
    """Whether a value is a number that JSON and Pulumi have. True is none."""
    if type(value) is float:
        return hint is float and math.isfinite(value)
    return type(value) is int and value.bit_length() <= MOST_BITS


def _is_callable(value: object, _: Any) -> bool:
    return callable(value)


def _is_day(value: object, hint: Any) -> bool:
    return isinstance(value, hint) and (hint is datetime or not isinstance(value, datetime))


def _is_literal(value: object, hint: Any) -> bool:
    return isinstance(value, str) and value in get_args(hint)


_LISTS = frozenset({Sequence, list, tuple})
_SHAPES: Sequence[tuple[frozenset[Any], Callable[[object, Any], bool]]] = (
    (frozenset({Literal}), _is_literal),
    (frozenset({Mapping, dict}), lambda value, _: isinstance(value, Mapping)),
    (_LISTS, _is_list),
    (frozenset({str}), is_text),
    (frozenset({int, float}), _is_number),
    (frozenset({date, datetime}), _is_day),
    (frozenset({Callable}), _is_callable),
)


def _not_json(path: str, value: object, *, secret: bool, above: tuple[object, ...] = ()) -> Iterator[str]:
    """Give a line for each part of a value that JSON does not have. An output is known later."""
    depth = len(above)
    if any(value is outer for outer in above):
        yield f"{path}: contains itself"
    elif depth > _DEEPEST:
        yield f"{path}: is nested more than {_DEEPEST} levels deep"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if is_text(key, str):
                place = f"{path}.{key}" if depth < _DEEPEST_PATH else path
                yield from _not_json(place, item, secret=secret, above=(*above, value))
            else:
                yield f"{path}: the key {shown(key)}: allowed: text"
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            place = f"{path}[{number}]" if depth < _DEEPEST_PATH else path
            yield from _not_json(place, item, secret=secret, above=(*above, value))
    elif not (
        value is None
        or isinstance(value, bool | pulumi.Output)
        or _is_number(value, float)
        or is_text(value, str)
        or isawaitable(value)
    ):
        allowed = "what JSON has: text, numbers, True, False, None, lists and dicts, or outputs of them"
        yield f"{path}: got {kind(value) if secret else shown(value)}, allowed: {allowed}"


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
    if origin in _LISTS:
        return f"a list of {_bare(get_args(hint)[0])}"
    if origin in {Mapping, dict}:
        return f"a dict of {_bare(get_args(hint)[1])}"
    if is_typeddict(hint):
        return f"a dict with the keys of {hint.__name__}"
    if origin is Callable:
        return "a function"
    return _WORDS.get(hint) or getattr(hint, "HOW_TO_MAKE", None) or with_article(class_name(origin or hint))


def _bare(hint: Any) -> str:
    words = [_word(choice).removeprefix("a ").removeprefix("an ") for choice in _choices(hint) if _is_plain(choice)]
    return " or ".join(dict.fromkeys(words)) or "anything"


def _is_plain(choice: Any) -> bool:
    return get_origin(choice) is not pulumi.Output and choice not in {Any, NoneType}


def _line(path: str, value: object, choices: Sequence[Any], *, secret: bool, when: str = "") -> str:
    cure = _cure_of_shape(value, choices) or ("" if secret else _cure(value, choices))
    return f"{path}: got {kind(value) if secret else shown(value)}, allowed: {_words(choices)}{when}{cure}"


def _cure(value: object, choices: Sequence[Any]) -> str:
    """Say how to write the value, where it is a number with quotes too many or too few, or in pulumi_aws's shape."""
    if value is None:
        return ", or leave it out"
    classes = tuple(it for it in choices if isinstance(it, type) and not is_typeddict(it) and get_origin(it) is None)
    if isinstance(value, type) and issubclass(value, classes):
        return f", such as {class_name(value)}(…)"
    if isinstance(value, pulumi.Resource) and all(choice is str for choice in choices):
        return ", such as one of its outputs: its id or its arn"
    if any(choice is str for choice in choices) and type(value) in {int, float, bool}:
        return f", such as {shown(value)!r}"
    if any(choice in {int, float} for choice in choices) and isinstance(value, str) and value.isdecimal():
        return f", such as {shown(int(value[:_LONGEST_NUMBER]))}"
    return ""


def _cure_of_shape(value: object, choices: Sequence[Any]) -> str:
    """Say that `[{"name": …, "values": […]}]` of pulumi_aws is a dict in a component. It shows no value."""
    if _is_pair(value, "key"):
        return ", or Targets.by_tags({…}) and the like in place of the list"
    if hasattr(type(value), "HOW_TO_MAKE") and all(choice is str for choice in choices):
        return f", or a dict of {class_name(type(value))} by name in place of the list"
    takes_dict = any(get_origin(choice) in {Mapping, dict} for choice in choices)
    if not takes_dict or not isinstance(value, list | tuple) or not value:
        return ""
    return ", written as {name: values, …}" if _is_pair(value[0], "name") or _is_pair(value[0], "key") else ""


def _is_pair(value: object, name: str) -> bool:
    """Whether a value is a pair of a name and values, as a dict or an `…Args` object of pulumi_aws."""
    if isinstance(value, Mapping):
        return {name, "values"} <= value.keys()
    return isinstance(getattr(type(value), name, None), property) and hasattr(type(value), "values")


def _name_of(item: object, number: int) -> object:
    """Name an item of a list: by its name where it has one, else by its place."""
    name = item.get("name") if isinstance(item, Mapping) else None
    return name if isinstance(name, str) and len(name) <= _LONGEST_NAME and name.isprintable() else number


def _join(path: str, rest: object) -> str:
    return f"{path}: {rest}" if path else str(rest)
