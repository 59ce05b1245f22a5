"""Convert arguments to API requests and API answers to arguments, by walking along the model.

*Encode* turns arguments (snake_case, the engine's floats, text for blobs) into an API request, and collects every
failure with its path. *Decode* turns an API answer back. Both leave out None and empty structures. Encode is stricter
than Python: a string is not a list, True is not a number, and 1.5 is refused, never rounded.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from .constraints import allows, describe, legible, number_text, violation
from .model import Shape, argument_name, task_shape
from .paths import covers, item, member
from .secrecy import ALWAYS


class Unknown:
    """A value that is not known yet, such as an output of a resource that the preview has not created."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN: Final = Unknown()

_INTEGER: Final = re.compile("[0-9]{1,10}")

MAX_FAILURES: Final = 100
"""The most failures that are reported at once. Nobody reads more, and each takes time to describe."""

_ADVICE: Final = {"tags": "tasks cannot be tagged; tag the window"}
"""What to say of names that users expect and AWS does not have."""

# The names that pulumi_aws has for fields of a task.
_NAMES_IN_PULUMI_AWS: Final = {
    "automation_parameters": "automation",
    "cloudwatch_config": "cloud_watch_output_config",
    "cloudwatch_log_group_name": "cloud_watch_log_group_name",
    "cloudwatch_output_enabled": "cloud_watch_output_enabled",
    "lambda_parameters": "lambda_",
    "output_s3_bucket": "output_s3_bucket_name",
    "run_command_parameters": "run_command",
    "step_functions_parameters": "step_functions",
}

_SHOWN_LENGTH: Final = 300


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong with one property of a task."""

    path: str
    reason: str
    got: str | None = None
    """The value that was given, where the reason does not contain it."""

    def __str__(self) -> str:
        reason = self.reason if self.got is None else f"got {legible(self.got, _SHOWN_LENGTH)}, {self.reason}"
        return f"{legible(self.path, _SHOWN_LENGTH)}: {reason}" if self.path else reason


def encode(
    arguments: Mapping[str, Any], *, secrets: Collection[str] = (), shape: Shape | None = None
) -> tuple[dict[str, Any], list[Failure]]:
    """Turn arguments into an API request, with a failure for every value that AWS would not accept.

    Args:
        arguments: by argument name; unknown values are `UNKNOWN`.
        secrets: paths whose values no failure may show.
        shape: the shape of the request, by default that of a task.
    """
    encoder = _Encoder(secrets)
    try:
        return encoder.as_structure(shape or task_shape(), arguments, ""), encoder.failures
    except _TooManyFailuresError:
        return {}, encoder.failures


def decode(shape: Shape, value: Any) -> Any:
    """Turn an API value into the argument that a user would write."""
    if value is UNKNOWN:
        return UNKNOWN
    match shape.kind:
        case "structure":
            decoded = {
                name: decode(inner.shape, value[inner.api_name])
                for name, inner in shape.members.items()
                if value.get(inner.api_name) is not None
            }
            return {name: part for name, part in decoded.items() if not is_empty(part)}
        case "list":
            return [decode(_inner(shape), part) for part in value]
        case "map":
            return {key: decode(_inner(shape), part) for key, part in value.items()}
        case "blob" if isinstance(value, bytes | bytearray):
            # Another tool may have registered a payload that is not text. It is shown, and counts as a difference.
            return bytes(value).decode("utf-8", "backslashreplace")
    return value


def is_empty(value: Any) -> bool:
    """Tell whether a value is an empty structure, list or map."""
    return isinstance(value, dict | list) and not value


def _inner(shape: Shape) -> Shape:
    assert shape.item is not None  # noqa: S101 - lists and maps have items
    return shape.item


@dataclass(slots=True)
class _Encoder:
    """One walk over one set of arguments."""

    secrets: Collection[str]
    failures: list[Failure] = field(default_factory=list)

    def value(self, shape: Shape, value: Any, path: str) -> Any:
        """Encode one value. A refused value becomes unknown, so that no rule reports it a second time."""
        if value is UNKNOWN:
            return UNKNOWN
        expected, converter = _CONVERTERS[shape.kind]
        try:
            encoded = converter(self, shape, value, path)
        except _MisfitError as misfit:
            hidden = self._hidden(shape, path)
            self._refuse(path, f"expected {expected}, got {describe(value, hidden=hidden)}{misfit.cure(hidden=hidden)}")
            return UNKNOWN
        if not allows(shape, encoded):
            hidden = self._hidden(shape, path)
            self._refuse(path, violation(shape, encoded, describe(value, hidden=hidden), hidden=hidden))
        return encoded

    def as_structure(self, shape: Shape, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _MisfitError
        request: dict[str, Any] = {}
        missing = set(shape.required)
        for name, part in value.items():
            inner = shape.members.get(name)
            if inner is None:
                nearest = _nearest(shape, str(name))
                missing.discard(nearest or "")
                self._refuse(self._entry(path, str(name)), self._unknown_name(shape, str(name), nearest, path))
                continue
            if part is None:
                continue
            failures_before = len(self.failures)
            encoded = self.value(inner.shape, part, member(path, name))
            if not is_empty(encoded):
                request[inner.api_name] = encoded
            elif len(self.failures) > failures_before:
                request[inner.api_name] = UNKNOWN
            else:
                continue
            missing.discard(name)
        # An empty structure counts as left out, unless it is the task itself or an item of a list.
        if request or not path or path.endswith("]"):
            for name in sorted(missing):
                self._refuse(member(path, name), "is required")
        return request

    def as_list(self, shape: Shape, value: Any, path: str) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise _MisfitError('["…"]' if isinstance(value, str) else None)
        return [self.value(_inner(shape), part, item(path, index)) for index, part in enumerate(value)]

    def as_map(self, shape: Shape, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            pairs = isinstance(value, list) and value and all(isinstance(p, Mapping) and "values" in p for p in value)
            raise _MisfitError('{"<name>": ["<value>", …]}' if pairs else None)
        encoded = {}
        for name, part in value.items():
            entry = self._entry(path, str(name))
            if part is None:
                continue
            if shape.key is not None and not allows(shape.key, str(name)):
                self._refuse(entry, f"its name: {violation(shape.key, str(name), 'a name', hidden=True)}")
            encoded[str(name)] = self.value(_inner(shape), part, entry)
            owner = _owners().get(str(name))
            if encoded[str(name)] is UNKNOWN and part is not UNKNOWN and owner and not self._names_are_secret(path):
                self._refuse(entry, f"is a field of {owner}, not a parameter of the document: move it there")
        return encoded

    def as_string(self, _shape: Shape, value: Any, _path: str) -> str:
        if not isinstance(value, str):
            number = isinstance(value, int | float) and not isinstance(value, bool)
            raise _MisfitError(f'"{number_text(value)}"' if number else None, quotes_value=True)
        return value

    def as_integer(self, _shape: Shape, value: Any, _path: str) -> int:
        # The engine sends every number as a float, so 5.0 stands for 5.
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _MisfitError(
                value if isinstance(value, str) and _INTEGER.fullmatch(value) else None, quotes_value=True
            )
        if isinstance(value, float) and not value.is_integer():
            raise _MisfitError
        return int(value)

    def as_boolean(self, _shape: Shape, value: Any, _path: str) -> bool:
        if not isinstance(value, bool):
            raise _MisfitError("True or False")
        return value

    def as_blob(self, _shape: Shape, value: Any, _path: str) -> bytes:
        if not isinstance(value, str):
            raise _MisfitError("json.dumps(…)" if isinstance(value, Mapping) else None)
        # A lone surrogate has no UTF-8 form. A later check refuses the text, as too long or as no JSON.
        return value.encode("utf-8", "replace")

    def _entry(self, path: str, name: str) -> str:
        """Write the path of an entry whose name the program chose. In a secret mapping the names are secret too."""
        return f"{path}[…]" if self._names_are_secret(path) else member(path, name)

    def _unknown_name(self, shape: Shape, name: str, nearest: str | None, path: str) -> str:
        if self._names_are_secret(path):
            return f"is not known; known are {', '.join(sorted(shape.members))}"
        return _unknown_name(shape, name, nearest, path)

    def _names_are_secret(self, path: str) -> bool:
        """Whether the program made a whole mapping secret. What is always secret has its secrets in the values."""
        return covers((root for root in self.secrets if root not in ALWAYS), path)

    def _hidden(self, shape: Shape, path: str) -> bool:
        return shape.sensitive or covers(self.secrets, path)

    def _refuse(self, path: str, reason: str) -> None:
        if len(self.failures) == MAX_FAILURES:
            self.failures.append(Failure(path, f"is wrong too; after {MAX_FAILURES} mistakes the check stops here"))
            raise _TooManyFailuresError
        self.failures.append(Failure(path, reason))


class _TooManyFailuresError(Exception):
    """The number of failures has reached the limit, so the walk ends."""


class _MisfitError(Exception):
    """A value of another type than the model's, with what to write instead where that is clear."""

    def __init__(self, instead: str | None = None, *, quotes_value: bool = False) -> None:
        super().__init__(instead)
        self.instead = instead
        self.quotes_value = quotes_value

    def cure(self, *, hidden: bool) -> str:
        return f"; write {self.instead}" if self.instead and not (hidden and self.quotes_value) else ""


_Converter = Callable[[_Encoder, Shape, Any, str], Any]
_CONVERTERS: Final[dict[str, tuple[str, _Converter]]] = {
    "structure": ("a mapping", _Encoder.as_structure),
    "list": ("a list", _Encoder.as_list),
    "map": ("a mapping", _Encoder.as_map),
    "string": ("a string", _Encoder.as_string),
    "integer": ("a whole number", _Encoder.as_integer),
    "long": ("a whole number", _Encoder.as_integer),
    "boolean": ("a boolean", _Encoder.as_boolean),
    "blob": ("text", _Encoder.as_blob),
}


def _nearest(shape: Shape, name: str) -> str | None:
    """Find the member whose name is nearest to an unknown name: `task_type` for `taskType`."""
    if name in _ADVICE:
        return None
    spelled = argument_name(name)
    for known in (spelled, _NAMES_IN_PULUMI_AWS.get(spelled)):
        if known in shape.members:
            return known
    return next(iter(get_close_matches(name, shape.members, n=1)), None)


def _unknown_name(shape: Shape, name: str, nearest: str | None, path: str) -> str:
    """Say that a structure has no member of this name, and what to write instead."""
    if nearest:
        return f"is not known; did you mean {nearest}?"
    if name in _ADVICE and not path:
        return _ADVICE[name]
    owner = _owners().get(name)
    if owner is not None and owner != path:
        return f"is not known here; it is a field of {owner or 'the task itself'}"
    return f"is not known; known are {', '.join(sorted(shape.members))}"


@cache
def _owners() -> dict[str, str]:
    """Map each field's name to the structure that has it, for names that occur once in a task."""
    found: dict[str, str | None] = {}

    def walk(shape: Shape, path: str) -> None:
        for name, inner in shape.members.items():
            found[name] = None if name in found else path
            if inner.shape.kind == "structure":
                walk(inner.shape, member(path, name))

    walk(task_shape(), "")
    return {name: path for name, path in found.items() if path is not None}
