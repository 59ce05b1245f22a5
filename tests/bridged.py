"""States of `aws.ssm.MaintenanceWindowTask` as the plugin of pulumi-aws leaves them, by the types of the installed SDK.

The plugin is bridged from the Terraform provider. It writes every property, the ones that nobody gave with Terraform's
zero values: empty text, 0, false, an empty list, and null for a block. `__meta` is Terraform's own note, `__defaults`
names the inputs that the bridge has made up.
"""

import json
from collections.abc import Sequence
from typing import Any, get_args, get_origin

import pulumi_aws
from pulumi._types import output_type_types, resource_types

META = json.dumps({"schema_version": "0"})
TASK: dict[str, Any] = dict(resource_types(pulumi_aws.ssm.MaintenanceWindowTask))
"""The outputs of the resource, by the names in a state."""


def parts(kind):
    """The properties of a nested type, or None for a value."""
    return output_type_types(kind) if hasattr(kind, "_pulumi_output_type") else None


def item_of(kind):
    """The type of a list's items, or None."""
    return get_args(kind)[0] if get_origin(kind) is Sequence else None


def filled(properties, held):
    """Give all properties: those that are held, and Terraform's zero values for all others."""
    return {name: _filled(kind, held.get(name)) for name, kind in properties.items()}


def _filled(kind, held):
    if held is None:
        return [] if item_of(kind) else {str: "", int: 0, bool: False}.get(kind)
    if item_of(kind) and parts(item_of(kind)):
        return [_filled(item_of(kind), one) for one in held]
    is_block = parts(kind) and "ciphertext" not in held and "plaintext" not in held
    return filled(parts(kind), held) if is_block else held


def outputs(held):
    """Give the outputs that the plugin would have written for a task of these properties."""
    return {"__meta": META, **filled(TASK, held), "id": held["windowTaskId"]}


def inputs(given):
    """Give the inputs that the plugin would have written: each object says which properties were made up."""
    if isinstance(given, dict) and "ciphertext" not in given:
        return {"__defaults": [], **{name: inputs(value) for name, value in given.items()}}
    return [inputs(one) for one in given] if isinstance(given, list) else given


def samples(properties, path=""):
    """Give a value for every property, each text a different one."""
    return {name: _sample(kind, f"{path}{name}") for name, kind in properties.items()}


def _sample(kind, path):
    if item_of(kind):
        return [_sample(item_of(kind), path)]
    if parts(kind):
        return samples(parts(kind), f"{path}.")
    return {int: 7, bool: True}.get(kind, path)
