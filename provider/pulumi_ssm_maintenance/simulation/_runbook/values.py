"""What stands in double braces: parameters, outputs of steps, and the values of Systems Manager.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from .action_error import ActionError

_REFERENCE = re.compile(r"\{\{\s*([A-Za-z0-9_.:@-]+?)\s*\}\}")


def render(value: Any, find: Callable[[str], Any]) -> Any:
    """Fill in the references of a value. A text that is nothing but one reference takes the type of what it refers to.

    Raises:
        ActionError: a reference refers to nothing.
    """
    if isinstance(value, str):
        if whole := _REFERENCE.fullmatch(value):
            return find(whole[1])
        return _REFERENCE.sub(lambda found: as_text(find(found[1])), value)
    if isinstance(value, Mapping):
        return {key: render(item, find) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [render(item, find) for item in value]
    return value


def as_text(value: Any) -> str:
    """Write a value as part of a text."""
    if isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, date) else json.dumps(value, default=str)


def as_plain(value: Any) -> Any:
    """Write times as texts, and leave all else as it is."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: as_plain(item) for key, item in value.items()}
    return [as_plain(item) for item in value] if isinstance(value, list) else value


def parameter_values(declared: Mapping[str, Mapping[str, Any]], given: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Read the parameters of a run, each by the type that the runbook declares.

    Raises:
        ActionError: one is unknown, missing or not allowed, so that Systems Manager starts no run.
    """
    if unknown := sorted(given.keys() - declared.keys()):
        raise ActionError(f"Parameter {unknown[0]} is not one of the runbook's: {', '.join(declared) or 'none'}")
    values = {}
    for name, declaration in declared.items():
        if name in given:
            values[name] = _typed(str(declaration.get("type", "String")), given[name])
        elif "default" in declaration:
            values[name] = declaration["default"]
        else:
            raise ActionError(f"Parameter {name} has no default and was not given")
        _demand_allowed(name, declaration, values[name])
    return values


def _typed(type_: str, given: Sequence[Any]) -> Any:
    texts = [given] if isinstance(given, str) else list(given)
    try:
        match type_:
            case "StringList":
                return texts
            case "Integer":
                return int(texts[0])
            case "Boolean":
                return {"true": True, "false": False}[str(texts[0]).lower()]
            case "StringMap" | "MapList":
                return json.loads(texts[0]) if len(texts) == 1 else [json.loads(text) for text in texts]
            case _:
                return texts[0] if texts else ""
    except (IndexError, KeyError, ValueError):
        raise ActionError(f"a parameter of type {type_} has a value of another type") from None


def _demand_allowed(name: str, declaration: Mapping[str, Any], value: Any) -> None:
    values = value if isinstance(value, list) else [value]
    allowed, pattern = declaration.get("allowedValues"), declaration.get("allowedPattern")
    if allowed and not all(item in allowed for item in values):
        raise ActionError(f"Parameter {name} has a value that the runbook does not allow; allowed: {allowed}")
    if pattern and not all(re.search(pattern, str(item)) for item in values):
        raise ActionError(f"Parameter {name} has a value that does not match the runbook's pattern {pattern}")
