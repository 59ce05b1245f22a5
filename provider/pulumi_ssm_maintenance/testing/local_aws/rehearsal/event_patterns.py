"""Whether an event matches the pattern of a rule.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_MISSING = object()
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
    "=": lambda value, bound: value == bound,
}


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Whether an event matches: every key of the pattern must, and the values of a key are alternatives.

    A list of objects in an event matches by any of its objects.
    """
    return any(_matches_object(pattern, candidate) for candidate in _alternatives(event))


def _alternatives(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _matches_object(pattern: Mapping[str, Any], event: Any) -> bool:
    if not isinstance(event, dict):
        event = {}
    for key, wanted in pattern.items():
        if key == "$or":
            if not any(_matches_object(choice, event) for choice in wanted):
                return False
        elif isinstance(wanted, dict):
            if not matches(wanted, event.get(key)):
                return False
        elif not _matches_value(wanted, event.get(key, _MISSING)):
            return False
    return True


def _matches_value(wanted: Sequence[Any], value: Any) -> bool:
    """Whether a value, or one of several, is among those wanted."""
    values = list(_alternatives(value))
    for item in wanted:
        if isinstance(item, dict) and "exists" in item:
            if item["exists"] == (value is not _MISSING):
                return True
        elif any(_is(item, it) for it in values if it is not _MISSING):
            return True
    return False


def _is(wanted: Any, value: Any) -> bool:
    if not isinstance(wanted, dict):
        return (type(wanted) is type(value) and bool(wanted == value)) or _is_same_number(wanted, value)
    ((operator, operand),) = wanted.items()
    if operator not in _OPERATORS:
        raise ValueError(f"the local AWS does not know the operator {operator!r} of event patterns")
    return _OPERATORS[operator](operand, value)


def _is_same_number(wanted: Any, value: Any) -> bool:
    numbers = [it for it in (wanted, value) if isinstance(it, int | float) and not isinstance(it, bool)]
    return len(numbers) == 2 and wanted == value


def _prefix(operand: Any, value: Any) -> bool:
    if isinstance(operand, dict):
        return isinstance(value, str) and value.lower().startswith(operand["equals-ignore-case"].lower())
    return isinstance(value, str) and value.startswith(operand)


def _suffix(operand: Any, value: Any) -> bool:
    if isinstance(operand, dict):
        return isinstance(value, str) and value.lower().endswith(operand["equals-ignore-case"].lower())
    return isinstance(value, str) and value.endswith(operand)


def _wildcard(operand: str, value: Any) -> bool:
    # A star stands for any characters; behind a backslash it is itself.
    parts = re.split(r"(\\\*|\\\\|\*)", operand)
    expression = "".join(".*" if part == "*" else re.escape(part.removeprefix("\\") or part) for part in parts)
    return isinstance(value, str) and re.fullmatch(expression, value, re.DOTALL) is not None


def _numeric(operand: Sequence[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    pairs = zip(operand[::2], operand[1::2], strict=True)
    return all(_COMPARISONS[comparison](value, bound) for comparison, bound in pairs)


def _cidr(operand: str, value: Any) -> bool:
    try:
        return ip_address(value) in ip_network(operand)
    except ValueError:
        return False


def _ignore_case(operand: str, value: Any) -> bool:
    return isinstance(value, str) and value.lower() == operand.lower()


def _anything_but(operand: Any, value: Any) -> bool:
    if isinstance(operand, dict):
        ((operator, operands),) = operand.items()
        return not any(_OPERATORS[operator](it, value) for it in _alternatives(operands))
    return not any(_is(it, value) for it in _alternatives(operand))


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "wildcard": _wildcard,
    "numeric": _numeric,
    "cidr": _cidr,
    "equals-ignore-case": _ignore_case,
    "anything-but": _anything_but,
}
