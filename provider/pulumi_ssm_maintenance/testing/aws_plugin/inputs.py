"""Checks the inputs of a resource, and completes them with names and defaults."""

import difflib
import json
import random
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .protocol.errors import PropertyError
from .protocol.schema import Schema, schema
from .protocol.wire import Props
from .resource_type import AutoName, ResourceType

DEFAULTED = "__defaults"
"""The input in which the real plugin stores the names of omitted inputs."""

# Typed policy documents are objects in programs and JSON in AWS.
_POLICY_DOCUMENT = "PolicyDocumentArgs"
_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Naming:
    """What a generated name is made of."""

    type_token: str
    name: str
    """The logical name."""
    seed: bytes
    """The engine's random seed, the same in preview and deployment; empty from an old engine."""

    def digits(self) -> str:
        """Return seven random hexadecimal digits."""
        if not self.seed:
            return secrets.token_hex(4)[:_DIGITS]
        return f"{random.Random(self.seed).getrandbits(4 * _DIGITS):0{_DIGITS}x}"  # noqa: S311 - a name is no secret


def refusals(kind: ResourceType, props: Props) -> Iterator[tuple[str, str]]:
    """Yield the properties that are refused, each with the reason."""
    declared = schema(kind.name)
    served = kind.fields.names | ({"tags"} if kind.tags else set())
    for name, value in props.items():
        if name == DEFAULTED or value is None:
            continue
        if name not in declared.inputs:
            yield name, f"{kind.name} has no property {name!r}{_nearest(name, declared.inputs)}"
        elif name not in served:
            yield name, f"{kind.name}: {name!r} is known to the aws plugin but not to this stand-in"
        else:
            yield from ((name, reason) for reason in _nested_refusals(kind, declared, name, value))


def completed(kind: ResourceType, props: Props, old: Props, naming: Naming, region: str | None) -> Props:
    """Return the inputs with policy documents as JSON, and with defaults, region and name."""
    declared = schema(kind.name)
    inputs = {key: _as_json(declared, key, value) for key, value in props.items() if key != DEFAULTED}
    for name, defaults in kind.nested_defaults.items():
        if isinstance(items := inputs.get(name), list):
            inputs[name] = [_with_defaults(item, defaults) for item in items]
    missing = {key: value for key, value in kind.defaults.items() if inputs.get(key) is None}
    if "region" in declared.inputs and inputs.get("region") is None and region:
        missing["region"] = region
    auto = kind.auto_name
    if auto and inputs.get(auto.property) is None and inputs.get(auto.prefix_property()) is None:
        missing[auto.property] = _name(auto, inputs, old, naming)
    return inputs | missing | {DEFAULTED: sorted(missing)}


def named_by_prefix(kind: ResourceType, inputs: Props) -> Props:
    """Return the inputs of a new object, with its name: a prefix, if there is one, the time and random digits."""
    auto = kind.auto_name
    prefix = auto and inputs.get(auto.prefix_property())
    if not auto or not prefix or inputs.get(auto.property) is not None:
        return inputs
    digits = f"{datetime.now(UTC):%Y%m%d%H%M%S}{secrets.randbelow(10**4):04}{secrets.token_hex(4)}"
    return inputs | {auto.property: f"{prefix}{digits}{auto.ending(inputs)}"}


def _with_defaults(item: Any, defaults: Props) -> Any:
    if not isinstance(item, Mapping):
        return item
    return {**defaults, **{name: value for name, value in item.items() if value is not None}}


def _name(auto: AutoName, inputs: Props, old: Props, naming: Naming) -> str:
    """Return the name generated before, or a new one.

    Raises:
        PropertyError: the new one is longer than the plugin generates.
    """
    if auto.property in old.get(DEFAULTED, ()) and old.get(auto.property):
        return str(old[auto.property])
    start = f"{naming.name.lower() if auto.lower else naming.name}-"
    if len(start) + _DIGITS > auto.max_length:
        reason = f"name '{start}' plus {_DIGITS} random chars is longer than maximum length {auto.max_length}"
        raise PropertyError(f"could not make instance of '{naming.type_token}': {reason}")
    return start + naming.digits() + auto.ending(inputs)


def _nested_refusals(
    kind: ResourceType, declared: Schema, path: str, value: Any, classes: tuple[str, ...] | None = None
) -> Iterator[str]:
    classes = declared.inputs[path] if classes is None else classes
    known = {name: nested for item in classes for name, nested in declared.nested(item).items()}
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nested_refusals(kind, declared, f"{path}[{index}]", item, classes)
    elif isinstance(value, Mapping) and known and _POLICY_DOCUMENT not in classes:
        for name, item in value.items():
            if name not in known:
                yield f"{kind.name}: {path} has no property {name!r}{_nearest(name, known)}"
            else:
                yield from _nested_refusals(kind, declared, f"{path}.{name}", item, known[name])


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _as_json(declared: Schema, name: str, value: Any) -> Any:
    is_document = _POLICY_DOCUMENT in declared.inputs.get(name, ()) and isinstance(value, Mapping)
    return json.dumps(value) if is_document else value
