"""The written argument types against the model, at every depth: a field that nobody thought of fails here."""

import typing
from collections.abc import Awaitable, Mapping, Sequence
from types import NoneType, UnionType

import pulumi
import pytest

import pulumi_ssm_maintenance
from pulumi_ssm_maintenance import MaintenanceWindowTask, MaintenanceWindowTaskArgs, args, outputs
from pulumi_ssm_maintenance.core.model import task_shape
from pulumi_ssm_maintenance.lifecycle.properties import BOOKKEEPING, COMPUTED, OWN_ARGUMENTS

SCALARS = {"string": str, "blob": str, "integer": int, "long": int, "boolean": bool}

# AWS takes a target with both only, and its model does not say so.
REQUIRED_BEYOND_THE_MODEL = {"targets[]": {"key", "values"}}
# Enums that the service has and its model does not know; the rules hold them.
ENUMS_BEYOND_THE_MODEL = {"targets[].key": {"InstanceIds", "WindowTargetIds"}}


# `Input` refers to `Output[T]` by name.
NAMES_IN_INPUT = {"Output": pulumi.Output, "T": typing.TypeVar("T")}


def hints_of(typed_dict):
    return typing.get_type_hints(typed_dict, localns=NAMES_IN_INPUT)


def required(shape, path):
    return set(shape.required) | REQUIRED_BEYOND_THE_MODEL.get(path, set())


def join(path, name):
    return f"{path}.{name}" if path else name


def plain(annotation):
    """What an `Input[X]` or `Input[X | None]` holds: X, and whether None may be given. Demands the Input."""
    assert typing.get_origin(annotation) is typing.Union, f"{annotation} is no Input"
    parts = set(typing.get_args(annotation))
    waiting = {part for part in parts if typing.get_origin(part) in {Awaitable, pulumi.Output}}
    values = parts - waiting - {NoneType}
    assert len(waiting) == 2, f"{annotation} is no Input"
    assert len(values) == 1, f"{annotation} holds more than one kind of value"
    return values.pop(), NoneType in parts


def compare_argument(annotation, shape, path):
    match shape.kind:
        case "structure":
            compare_arguments(annotation, shape, path)
        case "list":
            assert typing.get_origin(annotation) is Sequence, path
            compare_argument(plain(*typing.get_args(annotation))[0], shape.item, f"{path}[]")
        case "map":
            assert typing.get_origin(annotation) is Mapping, path
            key, value = typing.get_args(annotation)
            assert key is str, path
            compare_argument(plain(value)[0], shape.item, f"{path}{{}}")
        case _ if enum := set(shape.enum) or ENUMS_BEYOND_THE_MODEL.get(path):
            assert typing.get_origin(annotation) is typing.Literal, path
            assert set(typing.get_args(annotation)) == enum, path
        case _:
            assert annotation is SCALARS[shape.kind], path


def compare_arguments(typed_dict, shape, path):
    hints = hints_of(typed_dict)
    ours = set(OWN_ARGUMENTS) if not path else set()
    assert hints.keys() - ours == shape.members.keys(), path
    assert typed_dict.__required_keys__ == required(shape, path), path
    for name, inner in shape.members.items():
        value, may_be_none = plain(hints[name])
        assert may_be_none == (name not in required(shape, path)), join(path, name)
        compare_argument(value, inner.shape, join(path, name))


def test_the_argument_types_are_the_models():
    compare_arguments(MaintenanceWindowTaskArgs, task_shape(), "")


@pytest.mark.parametrize("name", OWN_ARGUMENTS)
def test_our_own_arguments_are_optional_text(name):
    assert plain(hints_of(MaintenanceWindowTaskArgs)[name]) == (str, True)


def optional(annotation):
    parts = typing.get_args(annotation)
    if isinstance(annotation, UnionType) or typing.get_origin(annotation) is typing.Union:
        (value,) = (part for part in parts if part is not NoneType)
        return value, True
    return annotation, False


def compare_output(annotation, shape, path):
    match shape.kind:
        case "structure":
            compare_outputs(annotation, shape, path)
        case "list":
            assert typing.get_origin(annotation) is Sequence, path
            compare_output(*typing.get_args(annotation), shape.item, f"{path}[]")
        case "map":
            assert typing.get_origin(annotation) is Mapping, path
            key, value = typing.get_args(annotation)
            assert key is str, path
            compare_output(value, shape.item, f"{path}{{}}")
        case _:
            assert annotation is SCALARS[shape.kind], path


def compare_outputs(output_type, shape, path):
    hints = output_type.__annotations__
    assert hints.keys() == shape.members.keys(), path
    assert issubclass(output_type, dict), path
    for name, inner in shape.members.items():
        value, may_be_none = optional(hints[name])
        assert may_be_none == (name not in required(shape, path)), join(path, name)
        compare_output(value, inner.shape, join(path, name))
        assert output_type.__dict__[name].fget, join(path, name)


def test_the_output_types_are_the_models():
    hints = MaintenanceWindowTask.__annotations__
    assert hints.keys() == {*task_shape().members, *OWN_ARGUMENTS, *COMPUTED}
    for name, inner in task_shape().members.items():
        assert typing.get_origin(hints[name]) is pulumi.Output, name
        value, may_be_none = optional(*typing.get_args(hints[name]))
        assert may_be_none == (name not in task_shape().required), name
        compare_output(value, inner.shape, name)


def test_our_own_outputs_are_text():
    hints = MaintenanceWindowTask.__annotations__
    always = {"region", "idempotency_key", "window_task_id"}
    for name in (*OWN_ARGUMENTS, *COMPUTED):
        assert optional(*typing.get_args(hints[name])) == (str, name not in always)


def test_our_own_properties_are_no_fields_of_aws():
    assert task_shape().members.keys().isdisjoint({*OWN_ARGUMENTS, *COMPUTED, BOOKKEEPING})


@pytest.mark.parametrize("module", [args, outputs], ids=lambda module: module.__name__)
def test_every_type_of_a_structure_is_exported(module):
    classes = {
        name for name, value in vars(module).items() if isinstance(value, type) and value.__module__ == module.__name__
    }
    assert set(module.__all__) == classes
    assert module.__all__ == sorted(module.__all__)


def test_the_package_exports_every_argument_type():
    assert set(args.__all__) <= set(pulumi_ssm_maintenance.__all__)
