"""The shape of a maintenance window task, compiled once from the botocore model.

botocore's `ssm` service model carries AWS's own names, types, bounds, patterns, enums and sensitivity. Nothing of
that is written down here a second time: a newer boto3 that knows a new field gives it to users at once.
"""

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from botocore.model import ServiceModel
    from botocore.model import Shape as BotocoreShape

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
def service_model() -> "ServiceModel":
    """Load the `ssm` service model that the installed botocore brings."""
    from botocore.loaders import Loader  # noqa: PLC0415 - as above
    from botocore.model import ServiceModel  # noqa: PLC0415 - as above

    return ServiceModel(Loader().load_service_model("ssm", "service-2"))


@cache
def task_shape() -> Shape:
    """Give the shape of a task as it is registered: every request field but the idempotency token."""
    return _compile(service_model().operation_model(REGISTER).input_shape)


@cache
def task_fields() -> frozenset[str]:
    """Give the API names of the task's fields."""
    return frozenset(member.api_name for member in task_shape().members.values())


@cache
def updatable() -> frozenset[str]:
    """Give the API names of the task's fields that an update can change: all but what it finds the task by."""
    shape = service_model().operation_model(UPDATE).input_shape
    assert shape is not None  # noqa: S101 - the operation takes input
    return task_fields() & shape.members.keys() - set(shape.required_members)


@cache
def identifier_shape(name: str) -> Shape:
    """Give the shape by which the model describes an identifier, such as `MaintenanceWindowTargetId`."""
    return _compile(service_model().shape_for(name))


def _compile(shape: "BotocoreShape | None", *, sensitive: bool = False) -> Shape:
    assert shape is not None  # noqa: S101 - every operation we name has the shape we ask for
    facts = shape.metadata
    sensitive = sensitive or bool(facts.get("sensitive"))
    members = {
        argument_name(name): Member(name, _compile(inner, sensitive=sensitive))
        for name, inner in getattr(shape, "members", {}).items()
        if not inner.metadata.get("idempotencyToken")
    }
    inner = getattr(shape, "member", None) or getattr(shape, "value", None)
    key = getattr(shape, "key", None)
    return Shape(
        kind=shape.type_name,
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
