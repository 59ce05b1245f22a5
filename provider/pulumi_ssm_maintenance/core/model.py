"""The shape of a maintenance window task, compiled once from the botocore model.

botocore's `ssm` service model carries AWS's own names, types, bounds, patterns, enums and sensitivity. Nothing of
that is written down here a second time: a newer boto3 that knows a new field gives it to users at once.

The model's file is read as it is. botocore's own classes for it say the same, and take longer to import than all the
rest of a run that changes nothing.
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

# botocore's patterns are written for Java. Python's `re` has no Unicode property classes; each is replaced by a
# class that takes at least as much, so that nothing is refused here that AWS would take.
_UNICODE_CLASSES: Final = {r"\p{L}": r"\w", r"\p{N}": r"\w", r"\p{Z}": r"\s"}


@dataclass(frozen=True, slots=True)
class Member:
    """A named place inside a structure."""

    api_name: str
    shape: "Shape"


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One shape of the model, with the members named as users name them."""

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
    from botocore import xform_name  # noqa: PLC0415 - botocore loads where the work is done, not on import

    name = str(xform_name(api_name))
    return f"{name}_" if keyword.iskeyword(name) else name


@cache
def _service() -> Mapping[str, Any]:
    """Read the `ssm` service model that the installed botocore brings, in its newest version."""
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
    """Give the shape of a task as it is registered: every request field but the idempotency token."""
    return _compile(_input(REGISTER))


@cache
def task_fields() -> frozenset[str]:
    """Give the API names of the task's fields."""
    return frozenset(member.api_name for member in task_shape().members.values())


@cache
def updatable() -> frozenset[str]:
    """Give the API names of the task's fields that an update can change: all but what it finds the task by."""
    request: Mapping[str, Any] = _service()["shapes"][_input(UPDATE)["shape"]]
    return task_fields() & frozenset(request["members"]) - frozenset(request["required"])


@cache
def identifier_shape(name: str) -> Shape:
    """Give the shape by which the model describes an identifier, such as `MaintenanceWindowTargetId`."""
    return _compile({"shape": name})


def _input(operation: str) -> Mapping[str, Any]:
    reference: Mapping[str, Any] = _service()["operations"][operation]["input"]
    return reference


def _compile(reference: Mapping[str, Any], *, sensitive: bool = False) -> Shape:
    """Compile what a member, an item or an operation refers to; a reference may add facts to its shape's own."""
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
        maximum=facts.get("max"),
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
