"""A short digest of arguments, by which the plugin knows whether it received what the program declared."""

import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

from .codec import UNKNOWN


def fingerprint(arguments: Mapping[str, Any]) -> str:
    """Digest arguments, in the program or as the engine sends them: without None, and with every number as a float."""
    text = json.dumps(_canonical(arguments), sort_keys=True, default=repr)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _canonical(value: Any) -> Any:
    if value is UNKNOWN:
        return [None]  # no argument is a list of None
    if isinstance(value, Mapping):
        return {str(key): _canonical(part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_canonical(part) for part in value]
    if isinstance(value, Enum):
        return _canonical(value.value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**100:
        return float(value)
    return value
