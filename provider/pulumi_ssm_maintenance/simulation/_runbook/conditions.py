"""The conditions of `aws:branch`.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-branch.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from .action_error import ActionError

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "StringEquals": lambda value, wanted: str(value) == wanted,
    "EqualsIgnoreCase": lambda value, wanted: str(value).lower() == str(wanted).lower(),
    "StartsWith": lambda value, wanted: str(value).startswith(wanted),
    "EndsWith": lambda value, wanted: str(value).endswith(wanted),
    "Contains": lambda value, wanted: wanted in value,
    "NumericEquals": lambda value, wanted: float(value) == float(wanted),
    "NumericGreater": lambda value, wanted: float(value) > float(wanted),
    "NumericLesser": lambda value, wanted: float(value) < float(wanted),
    "NumericGreaterOrEquals": lambda value, wanted: float(value) >= float(wanted),
    "NumericLesserOrEquals": lambda value, wanted: float(value) <= float(wanted),
    "BooleanEquals": lambda value, wanted: _truth(value) == _truth(wanted),
}


def holds(condition: Mapping[str, Any]) -> bool:
    """Tell whether a condition holds, whose references are filled in.

    Raises:
        ActionError: it has no operator that is known, or compares what cannot be compared.
    """
    if "And" in condition:
        return all(holds(part) for part in condition["And"])
    if "Or" in condition:
        return any(holds(part) for part in condition["Or"])
    if "Not" in condition:
        return not holds(condition["Not"])
    operators = condition.keys() & _COMPARISONS.keys()
    if len(operators) != 1:
        given = ", ".join(sorted(condition.keys() - {"Variable", "NextStep"})) or "none"
        raise ActionError(f"a choice has the operator {given}; known: {', '.join(_COMPARISONS)}")
    (operator,) = operators
    try:
        return _COMPARISONS[operator](condition["Variable"], condition[operator])
    except (TypeError, ValueError):
        raise ActionError(f"{operator} cannot compare {condition.get('Variable')!r}") from None


def _truth(value: Any) -> bool:
    return str(value).lower() == "true"
