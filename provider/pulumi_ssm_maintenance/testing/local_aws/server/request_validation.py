"""Checks of a request against its model: types, required members, bounds, patterns and enums."""

from __future__ import annotations

import base64
import binascii
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, StructureShape

from .api_error import ApiError
from .service_model import operation_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from botocore.model import Shape

    from .api_call import ApiCall

# The services whose every request is checked, with the code of the error. moto checks little of it.
CHECKED_SERVICES = {
    "events": "ValidationException",
    "kms": "ValidationException",
    "logs": "InvalidParameterException",
    "ssm": "ValidationException",
    "stepfunctions": "ValidationException",
}

# What AWS allows where the model leaves it open, by service and operation.
_ALLOWED = {
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    ("logs", "PutRetentionPolicy"): (
        "retentionInDays",
        (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
    ),
}

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "blob": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "double": (int, float),
    "float": (int, float),
    "timestamp": (int, float),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}

# Java's classes of letters, digits and separators, which `re` lacks. Wherever they stand, `_` is allowed too.
_JAVA_CLASSES = {
    r"\p{L}": r"\w",
    r"\p{N}": r"\d",
    r"\p{Z}": " \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}


def check(call: ApiCall) -> None:
    """Refuse a call that breaks the model of its service, if that is one of the services that are checked."""
    model = operation_model(call.service, call.operation)
    if model is None or call.service not in CHECKED_SERVICES:
        return
    try:
        _check_allowed(call, validated(call.json_body(), model.input_shape))
    except ApiError as error:
        code = CHECKED_SERVICES[call.service] if error.code == "ValidationException" else error.code
        raise ApiError(code, error.message) from None


def _check_allowed(call: ApiCall, parameters: dict[str, Any]) -> None:
    name, values = _ALLOWED.get((call.service, call.operation), ("", ()))
    if values and parameters[name] not in values:
        constraint = f"Member must satisfy enum value set: {list(values)}"
        problem = f"Value '{parameters[name]}' at '{name}' failed to satisfy constraint: {constraint}"
        raise ApiError("ValidationException", f"1 validation error detected: {problem}")


def validated(parameters: dict[str, Any], shape: Shape | None) -> dict[str, Any]:
    """Return the parameters without nulls and unknown members, or raise a ValidationException."""
    if shape is None:
        return {}
    known = _known(parameters, shape, "")
    problems = list(_violations(known, shape, ""))
    if problems:
        errors = "error" if len(problems) == 1 else "errors"
        raise ApiError("ValidationException", f"{len(problems)} validation {errors} detected: {'; '.join(problems)}")
    return dict(known)


def _known(value: Any, shape: Shape, path: str) -> Any:
    """Drop nulls and unknown members; refuse values of the wrong type."""
    # The exact type, since True is an int in Python.
    if type(value) not in _PYTHON_TYPES[shape.type_name]:
        raise ApiError("SerializationException", f"{path or 'The request'} is not a {shape.type_name}")
    if isinstance(shape, StructureShape):
        given = {name: item for name, item in value.items() if item is not None and name in shape.members}
        return {name: _known(item, shape.members[name], _join(path, name)) for name, item in given.items()}
    if isinstance(shape, MapShape):
        return {key: _known(item, shape.value, f"{path}.{key}.member") for key, item in value.items()}
    if isinstance(shape, ListShape):
        return [_item(item, shape.member, f"{path}.{n}.member") for n, item in enumerate(value, 1)]
    if shape.type_name == "blob":
        return _canonical_base64(value, path)
    return value


def _item(value: Any, shape: Shape, path: str) -> Any:
    if value is None:
        problem = f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
        raise ApiError("ValidationException", f"1 validation error detected: {problem}")
    return _known(value, shape, path)


def _canonical_base64(value: str, path: str) -> str:
    try:
        return base64.b64encode(base64.b64decode(value, validate=True)).decode()
    except binascii.Error:
        raise ApiError("SerializationException", f"{path} is not base64") from None


def _violations(value: Any, shape: Shape, path: str) -> Iterator[str]:
    shown = "" if shape.metadata.get("sensitive") else f" '{value}'"
    for constraint in _broken(value, shape):
        yield f"Value{shown} at '{path}' failed to satisfy constraint: Member must {constraint}"
    for child, child_shape, child_path in _children(value, shape, path):
        yield from _violations(child, child_shape, child_path)
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            if name not in value:
                at = _join(path, name)
                yield f"Value null at '{at}' failed to satisfy constraint: Member must not be null"


def _children(value: Any, shape: Shape, path: str) -> Iterable[tuple[Any, Shape, str]]:
    if isinstance(shape, StructureShape):
        return ((item, shape.members[name], _join(path, name)) for name, item in value.items())
    if isinstance(shape, ListShape):
        return ((item, shape.member, f"{path}.{n}.member") for n, item in enumerate(value, 1))
    if isinstance(shape, MapShape):
        keys = ((key, shape.key, f"{path}.key") for key in value)
        return (*keys, *((item, shape.value, f"{path}.{key}.member") for key, item in value.items()))
    return ()


def _broken(value: Any, shape: Shape) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    is_number = shape.type_name in {"integer", "long", "double", "float"}
    size = value if is_number else _size(value, shape)
    what = "have value" if is_number else "have length"
    if low is not None and size < low:
        yield f"{what} greater than or equal to {low}"
    if high is not None and size > high:
        yield f"{what} less than or equal to {high}"
    pattern = shape.metadata.get("pattern")
    if pattern and (compiled := _pattern(pattern)) and not compiled.fullmatch(value):
        yield f"satisfy regular expression pattern: {pattern}"
    if (enum := shape.metadata.get("enum")) and value not in enum:
        yield f"satisfy enum value set: [{', '.join(enum)}]"


def _size(value: Any, shape: Shape) -> int:
    """Characters of a string, bytes of a blob, members of the rest."""
    if shape.type_name == "blob":
        return len(base64.b64decode(value))
    return len(value) if isinstance(value, str | list | dict) else 0


@cache
def _pattern(pattern: str) -> re.Pattern[str] | None:
    """Translate a pattern from Java; None for the few that Python cannot read."""
    for java, python in _JAVA_CLASSES.items():
        pattern = pattern.replace(java, python)
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _join(path: str, member: str) -> str:
    name = member[0].lower() + member[1:]
    return f"{path}.{name}" if path else name
