"""The compiled model against botocore's own: nothing is lost, and every name is AWS's."""

import re

import pytest
from botocore import xform_name
from tests.botocore_model import service_model

from pulumi_ssm_maintenance.core.model import (
    GET,
    REGISTER,
    UPDATE,
    argument_name,
    identifier_shape,
    task_fields,
    task_shape,
    updatable,
)


def botocore_members(operation):
    return service_model().operation_model(operation).input_shape.members


def test_every_request_field_but_the_token_is_an_argument():
    api_names = set(botocore_members(REGISTER)) - {"ClientToken"}
    assert {inner.api_name for inner in task_shape().members.values()} == api_names


def shapes(ours, botocores, path="task"):
    """Each compiled shape beside the one that it comes from."""
    yield path, ours, botocores
    for inner in ours.members.values():
        yield from shapes(inner.shape, botocores.members[inner.api_name], f"{path}.{inner.api_name}")
    for part, names in ((ours.item, ("member", "value")), (ours.key, ("key",))):
        if part:
            theirs = next(getattr(botocores, name) for name in names if hasattr(botocores, name))
            yield from shapes(part, theirs, f"{path}[{names[0]}]")


def all_shapes():
    return shapes(task_shape(), service_model().operation_model(REGISTER).input_shape)


@pytest.mark.parametrize(("ours", "botocores"), [pytest.param(a, b, id=path) for path, a, b in all_shapes()])
def test_a_shape_carries_all_facts_of_botocores(ours, botocores):
    facts = botocores.metadata
    assert ours.kind == botocores.type_name
    # AWS's JSON protocols send these in 32 and 64 bits, which the model does not say in numbers.
    largest = {"integer": 2**31 - 1, "long": 2**63 - 1}.get(botocores.type_name)
    assert (ours.minimum, ours.maximum) == (facts.get("min"), facts.get("max", largest))
    assert list(ours.enum) == facts.get("enum", [])
    assert (ours.pattern is None) == ("pattern" not in facts)
    assert ours.sensitive or not facts.get("sensitive")
    assert {ours.members[name].api_name for name in ours.required} == set(facts.get("required", ()))
    assert (ours.item is None) == (botocores.type_name not in {"list", "map"})
    if botocores.type_name == "structure":
        assert {inner.api_name for inner in ours.members.values()} == set(botocores.members) - {"ClientToken"}
        assert len(ours.members) == len({inner.api_name for inner in ours.members.values()})
        for name, inner in ours.members.items():
            assert name == ("lambda_" if inner.api_name == "Lambda" else xform_name(inner.api_name))


def test_only_lambda_is_a_keyword():
    names = [name for _, shape, _ in all_shapes() for name in shape.members]
    assert [name for name in names if name.endswith("_")] == ["lambda_"]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


def test_the_names_of_members_are_those_that_users_know():
    assert argument_name("OutputS3BucketName") == "output_s3_bucket_name"
    assert argument_name("CloudWatchLogGroupName") == "cloud_watch_log_group_name"
    assert argument_name("S3Region") == "s3_region"
    assert argument_name("Lambda") == "lambda_"


def test_what_lies_inside_something_sensitive_is_sensitive():
    def leaves(shape):
        parts = [inner.shape for inner in shape.members.values()] + [part for part in (shape.item, shape.key) if part]
        return [leaf for part in parts for leaf in leaves(part)] or [shape]

    assert all(leaf.sensitive for leaf in leaves(task_shape().members["task_parameters"].shape))


def test_an_update_changes_all_but_what_names_the_task_and_its_type():
    assert task_fields() - updatable() == {"WindowId", "TaskType"}
    assert updatable() <= set(botocore_members(UPDATE))


def test_an_answer_contains_every_field():
    answered = service_model().operation_model(GET).output_shape.members
    assert task_fields() <= set(answered)


@pytest.mark.parametrize("name", ["InstanceId", "MaintenanceWindowTargetId"])
def test_identifiers_have_a_pattern(name):
    assert identifier_shape(name).pattern is not None


@pytest.mark.parametrize(
    ("text", "matches"),
    [("tag:Größe", True), ("a key with spaces", True), ("WindowTargetIds", True), ("tag;x", False)],
)
def test_a_pattern_with_unicode_classes_takes_what_aws_takes(text, matches):
    key = task_shape().members["targets"].shape.item.members["key"].shape
    assert bool(key.pattern.fullmatch(text)) == matches
