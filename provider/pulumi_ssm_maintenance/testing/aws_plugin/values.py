"""What the real plugin accepts as the value of a property. It checks this in the preview, before AWS is asked.

The bounds and the texts are those of the Terraform provider that the plugin is made from.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .protocol.wire import Props, has_unknown

Check = Callable[[str, Any], str | None]
"""Return what is wrong with the value of a property, given its name; None if nothing is."""

_ARN = re.compile("arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")


def wrong_values(checks: Mapping[str, Check], props: Props) -> Iterator[tuple[str, str]]:
    """Yield the properties with a value that the plugin refuses, each with the reason. Unknown values pass."""
    for name, check in checks.items():
        value = props.get(name)
        if value is not None and not has_unknown(value) and (reason := check(name, value)):
            yield name, reason


def length(low: int, high: int, pattern: str | None = None) -> Check:
    """Check the length of text, and its characters if there is a pattern for them."""

    def check(name: str, value: Any) -> str | None:
        text = str(value)
        if not low <= len(text) <= high:
            return f"expected length of {name} to be in the range ({low} - {high}), got {text}"
        if pattern and not re.fullmatch(pattern, text, re.ASCII):
            return f"invalid value for {name} ({text}): it must match {pattern}"
        return None

    return check


def matching(pattern: str) -> Check:
    """Check the form of text."""
    return length(0, sys.maxsize, pattern)


def number(low: int, high: int) -> Check:
    """Check a number."""

    def check(name: str, value: Any) -> str | None:
        given = _number(value)
        if given is not None and low <= given <= high:
            return None
        return f"expected {name} to be in the range ({low} - {high}), got {value}"

    return check


def at_least(low: int) -> Check:
    """Check a number that has no upper bound."""

    def check(name: str, value: Any) -> str | None:
        given = _number(value)
        return None if given is not None and given >= low else f"expected {name} to be at least ({low}), got {value}"

    return check


def _number(value: Any) -> float | None:
    """Read a number, which may be text."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def one_of(*allowed: str | int, any_case: bool = False) -> Check:
    """Check a value that is one of some."""
    known = {str(item).lower() if any_case else str(item) for item in allowed}

    def check(name: str, value: Any) -> str | None:
        given = str(value).lower() if any_case else str(value)
        shown = json.dumps(allowed) if isinstance(allowed[0], str) else list(allowed)
        return None if given in known else f"expected {name} to be one of {shown}, got {value}"

    return check


def items(each: Check | None = None, *, most: int | None = None) -> Check:
    """Check each item of a list, and their number."""

    def check(name: str, value: Any) -> str | None:
        listed: Sequence[Any] = value if isinstance(value, list) else [value]
        if most is not None and len(listed) > most:
            return f"too many list items: {name} supports {most} item maximum, but has {len(listed)} declared"
        return next((reason for item in listed if each and (reason := each(name, item))), None)

    return check


def arn(name: str, value: Any) -> str | None:
    """Check an ARN, as far as its form goes."""
    return None if not value or _ARN.fullmatch(str(value)) else f'"{name}" ({value}) is an invalid ARN'


def json_text(name: str, value: Any) -> str | None:
    """Check that text is JSON."""
    try:
        json.loads(value)
    except (TypeError, ValueError) as error:
        return f'"{name}" contains an invalid JSON: {error}'
    return None
