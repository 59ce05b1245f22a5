"""Which values are secret, and how they are marked in the state and removed from messages."""

import base64
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from .constraints import number_text
from .model import Shape, task_shape
from .paths import covers, item, member

# Always secret in the state, also when they come from drift. Other values that the model calls sensitive are never
# printed, and are secret in the state where the user made them secret.
ALWAYS: Final = (
    "task_invocation_parameters.lambda_.payload",
    "task_invocation_parameters.step_functions.input",
    "task_parameters",
)

REDACTED: Final = "[secret]"
_DISTINCT_LENGTH: Final = 5


def marked(properties: Mapping[str, Any], paths: Collection[str], mark: Callable[[Any], Any]) -> dict[str, Any]:
    """Give a copy in which `mark` is applied to the value at each of `paths`, to the outermost value only."""

    def walk(value: Any, path: str) -> Any:
        if path in paths:
            return mark(value)
        if isinstance(value, Mapping):
            return {key: walk(part, member(path, key)) for key, part in value.items()}
        if isinstance(value, list):
            return [walk(part, item(path, index)) for index, part in enumerate(value)]
        return value

    return {key: walk(value, member("", key)) for key, value in properties.items()}


def redactor(arguments: Mapping[str, Any], paths: Collection[str]) -> Callable[[str], str]:
    """Give a function that removes a task's secret and sensitive values from a text, such as a message from AWS."""
    return hiding(_hidden_texts(arguments, task_shape(), paths, ""))


def hiding(values: Iterable[str]) -> Callable[[str], str]:
    """Give a function that removes values from a text, in every form in which the text may contain them."""
    forms = sorted({form for value in values if value for form in _forms(value)}, key=len, reverse=True)
    # A short value may be part of other words, so it must be a word of its own.
    alternatives = [re.escape(f) if len(f) >= _DISTINCT_LENGTH else rf"(?<!\w){re.escape(f)}(?!\w)" for f in forms]
    pattern = re.compile("|".join(alternatives)) if alternatives else None
    return lambda text: pattern.sub(REDACTED, text) if pattern else text


def _forms(value: str) -> Iterator[str]:
    """Give the forms in which AWS or botocore may repeat a value."""
    yield value
    yield repr(value)[1:-1]
    for ascii_only in (True, False):
        in_json = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield in_json
        yield json.dumps(in_json, ensure_ascii=ascii_only)[1:-1]  # in a request that is quoted as a whole
    yield base64.b64encode(value.encode("utf-8", "replace")).decode()


def _hidden_texts(value: Any, shape: Shape | None, paths: Collection[str], path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            if not (shape and key in shape.members) and covers((root for root in paths if root not in ALWAYS), path):
                yield str(key)
            inner = shape.members[key].shape if shape and key in shape.members else shape and shape.item
            yield from _hidden_texts(part, inner, paths, member(path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _hidden_texts(part, shape and shape.item, paths, item(path, index))
    elif isinstance(value, str | int | float) and ((shape and shape.sensitive) or covers(paths, path)):
        yield value if isinstance(value, str) else number_text(value)
