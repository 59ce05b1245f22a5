"""The shape of a maintenance window task, compiled once from the botocore model.

botocore's `ssm` service model contains AWS's names, types, bounds, patterns, enums and sensitivity. They are read at
run time, so a newer boto3 that knows a new field gives it to users at once.

The model's JSON file is read directly. To import botocore's classes for it would take longer than the rest of a run
that changes nothing.
"""

import json
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

REGISTER: Final = "RegisterTaskWithMaintenanceWindow"
GET: Final = "GetMaintenanceWindowTask"
UPDATE: Final = "UpdateMaintenanceWindowTask"
DEREGISTER: Final = "DeregisterTaskFromMaintenanceWindow"

# botocore's patterns are written for Java, and Python's `re` has no Unicode property classes. Each is replaced by a
# class that matches at least as much, so that no value is refused that AWS would accept.
_UNICODE_CLASSES: Final = {r"\p{L}": r"\w", r"\p{N}": r"\w", r"\p{Z}": r"\s"}


# AWS's JSON protocols send an `integer` in 32 bits and a `long` in 64, which the model does not say in numbers.
_LARGEST: Final = {"integer": 2**31 - 1, "long": 2**63 - 1}


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a structure."""

    api_name: str
    shape: "Shape"


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One shape of the model, whose members have their argument names."""

    kind: str
    """`structure`, `list`, `map`, `string`, `integer`, `long`, `boolean`, `blob`, …"""
    members: Mapping[str, Member] = field(default_factory=dict)
    """Of a structure: by argument name."""
    item: "Shape | None" = None
    """Of a list: its items. Of a map: its values."""
    key: "Shape | None" = None
    required: frozenset[str] = frozenset()
    """Of a structure: the argument names that the model requires."""
    minimum: int | None = None
    maximum: int | None = None
    pattern: re.Pattern[str] | None = None
    enum: tuple[str, ...] = ()
    sensitive: bool = False


def argument_name(api_name: str) -> str:
    """Turn an API name into the argument name: `WindowId` to `window_id`, `Lambda` to `lambda_`."""
    from botocore import xform_name  # noqa: PLC0415 - importing this package must not import botocore

    name = str(xform_name(api_name))
    return f"{name}_" if keyword.iskeyword(name) else name


@cache
def _service() -> Mapping[str, Any]:
    """Read the newest `ssm` service model of the installed botocore."""
    import gzip  # noqa: PLC0415 - as above
    from importlib.resources import files  # noqa: PLC0415 - as above

    versions = files("botocore").joinpath("data", "ssm").iterdir()
    newest = max((version for version in versions if version.is_dir()), key=lambda version: version.name)
    packed = newest.joinpath("service-2.json.gz")
    text = gzip.decompress(packed.read_bytes()) if packed.is_file() else newest.joinpath("service-2.json").read_bytes()
    model: Mapping[str, Any] = json.loads(text)
    return model


@cache
def task_shape() -> Shape:
    """Give the shape of a task: every field of the register request, except the idempotency token."""
    return _compile(_input(REGISTER))


@cache
def task_fields() -> frozenset[str]:
    """Give the API names of the task's fields."""
    return frozenset(member.api_name for member in task_shape().members.values())


@cache
def updatable() -> frozenset[str]:
    """Give the API names of the fields that an update can change: all except those that identify the task."""
    request: Mapping[str, Any] = _service()["shapes"][_input(UPDATE)["shape"]]
    return task_fields() & frozenset(request["members"]) - frozenset(request["required"])


@cache
def identifier_shape(name: str) -> Shape:
    """Give the model's shape of an identifier, such as `MaintenanceWindowTargetId`."""
    return _compile({"shape": name})


def _input(operation: str) -> Mapping[str, Any]:
    reference: Mapping[str, Any] = _service()["operations"][operation]["input"]
    return reference


def _compile(reference: Mapping[str, Any], *, sensitive: bool = False) -> Shape:
    """Compile the shape that a reference names. A reference may add facts to those of its shape."""
    facts = {**_service()["shapes"][reference["shape"]], **reference}
    sensitive = sensitive or bool(facts.get("sensitive"))
    members = {
        argument_name(name): Member(name, _compile(inner, sensitive=sensitive))
        for name, inner in facts.get("members", {}).items()
        if not inner.get("idempotencyToken")
    }
    inner, key = facts.get("member") or facts.get("value"), facts.get("key")
    return Shape(
        kind=facts["type"],
        members=members,
        item=_compile(inner, sensitive=sensitive) if inner else None,
        key=_compile(key, sensitive=sensitive) if key else None,
        required=frozenset(map(argument_name, facts.get("required", ()))),
        minimum=facts.get("min"),
        maximum=facts.get("max", _LARGEST.get(facts["type"])),
        pattern=_python_pattern(facts.get("pattern")),
        enum=tuple(facts.get("enum", ())),
        sensitive=sensitive,
    )


def _python_pattern(pattern: str | None) -> re.Pattern[str] | None:
    if pattern is None:
        return None
    for java, python in _UNICODE_CLASSES.items():
        pattern = pattern.replace(java, python)
    return re.compile(pattern)
