"""Checks of configuration values against TypedDicts, since no type checker sees them."""

from collections.abc import Mapping
from datetime import datetime
from types import UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.foundation.arguments import demand_known, wrong

T = TypeVar("T")

_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a mapping",
    datetime: "a datetime",
}


def read_typed(path: str, value: object, typed: type[T]) -> T:
    """Check a value against a TypedDict, with nested TypedDicts, lists, mappings, literals and scalars.

    Raises:
        ArgumentError: a key is unknown or missing, or a value has the wrong type. The text names the key.
    """
    _demand(path, value, typed)
    return cast("T", value)


def _demand(path: str, value: object, hint: Any) -> None:
    origin = get_origin(hint)
    if is_typeddict(hint):
        _demand_keys(path, value, hint)
    elif origin in {Union, UnionType}:
        _demand_any(path, value, get_args(hint))
    elif origin is Literal:
        _demand_that(path, value, hint, fits=value in get_args(hint))
    elif origin is list:
        _demand_that(path, value, hint, fits=isinstance(value, list))
        for number, item in enumerate(cast("list[object]", value)):
            _demand(_item_path(path, number, item), item, get_args(hint)[0])
    elif origin is dict:
        _demand_that(path, value, hint, fits=isinstance(value, Mapping))
        for key, item in cast("Mapping[str, object]", value).items():
            _demand(f"{path}.{key}", item, get_args(hint)[1])
    else:
        _demand_that(path, value, hint, fits=type(value) is hint or (hint is float and type(value) is int))


def _demand_keys(path: str, value: object, typed: Any) -> None:
    _demand_that(path, value, dict, fits=isinstance(value, Mapping))
    mapping = cast("Mapping[str, object]", value)
    demand_known(path, mapping, typed)
    for name, hint in get_type_hints(typed).items():
        if name in mapping:
            _demand(f"{path}.{name}", mapping[name], hint)


def _demand_any(path: str, value: object, hints: tuple[Any, ...]) -> None:
    for hint in hints:
        try:
            return _demand(path, value, hint)
        except ArgumentError:
            continue
    raise wrong(path.rpartition(".")[0], path.rpartition(".")[2], value, " or ".join(map(_words, hints)))


def _demand_that(path: str, value: object, hint: Any, *, fits: bool) -> None:
    if not fits:
        where, _, name = path.rpartition(".")
        raise wrong(where, name, value, _words(hint))


def _item_path(path: str, number: int, item: object) -> str:
    """Return the path of an item of a list, with the item's name if it has one, else its number."""
    name = item.get("name") if isinstance(item, Mapping) else None
    return f"{path}[{number if name is None else name}]"


def _words(hint: Any) -> str:
    origin = get_origin(hint)
    if origin is Literal:
        return ", ".join(map(repr, get_args(hint)))
    if origin is list:
        return f"a list of {_words(get_args(hint)[0])}"
    return _WORDS.get(hint, "a mapping")
