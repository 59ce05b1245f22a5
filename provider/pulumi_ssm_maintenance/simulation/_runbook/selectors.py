"""Selectors: the part of JSONPath that runbooks use to pick a value of an answer.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-aws-apis-calling.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .action_error import ActionError

_PART = re.compile(
    r"""
    \.\.(?P<deep>\w+|\*)
    | \.(?P<name>[\w-]+) | \.(?P<every>\*)
    | \[\s*(?P<quote>['"])(?P<quoted>.*?)(?P=quote)\s*\]
    | \[\s*(?P<index>-?\d+)\s*\]
    | \[\s*(?P<all>\*)\s*\]
    | \[\s*(?P<low>-?\d*)\s*:\s*(?P<high>-?\d*)\s*\]
    | \[\s*\?\(\s*@\.(?P<key>[\w.]+)\s*==\s*(?P<value>'[^']*'|"[^"]*"|[\w.-]+)\s*\)\s*\]
    """,
    re.VERBOSE,
)


def select(selector: str, document: Any) -> Any:
    """Pick the value of a selector: one value, or a list where the selector may find several; None where it finds none.

    Raises:
        ActionError: the selector cannot be read.
    """
    found, is_list, rest = [document], False, selector.strip().removeprefix("$")
    while rest:
        part = _PART.match(rest)
        if part is None:
            raise ActionError(f"the selector {selector!r} cannot be read from {rest!r} on")
        rest = rest[part.end() :]
        found = [it for value in found for it in _step(value, part)]
        is_list = is_list or not (part["name"] or part["quoted"] is not None or part["index"])
    if is_list:
        return found
    return found[0] if found else None


def _step(value: Any, part: re.Match[str]) -> Iterator[Any]:
    if part["deep"]:
        yield from _deep(value, part["deep"])
    elif (key := part["name"] or part["quoted"]) is not None:
        if isinstance(value, Mapping) and key in value:
            yield value[key]
    elif part["every"] or part["all"]:
        yield from value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    elif isinstance(value, list):
        yield from _items(value, part)


def _items(items: list[Any], part: re.Match[str]) -> Iterator[Any]:
    if part["index"]:
        index = int(part["index"])
        if -len(items) <= index < len(items):
            yield items[index]
    elif part["key"]:
        wanted = part["value"].strip("'\"")
        yield from (item for item in items if _text(_at(item, part["key"])) == wanted)
    else:
        low, high = (int(part[side]) if part[side] else None for side in ("low", "high"))
        yield from items[low:high]


def _deep(value: Any, key: str) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if key in {"*", name}:
                yield item
            yield from _deep(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _deep(item, key)


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
