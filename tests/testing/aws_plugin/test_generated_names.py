"""The names that the stand-in generates are those of the real plugin, whose limits are not always AWS's."""

import re

import pytest

from pulumi_ssm_maintenance.testing.aws_plugin.catalogue import CATALOGUE
from pulumi_ssm_maintenance.testing.aws_plugin.inputs import Naming, completed, named_by_prefix
from pulumi_ssm_maintenance.testing.aws_plugin.lifecycle import compare, plan_create
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.errors import PropertyError
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import UNKNOWN

ROLE, TOPIC = "aws:iam/role:Role", "aws:sns/topic:Topic"
QUEUE, BUCKET = "aws:sqs/queue:Queue", "aws:s3/bucket:Bucket"
# https://github.com/pulumi/pulumi-aws, provider/resources.go; 255 unless it says otherwise
LONGEST = {
    "aws:cloudwatch/eventRule:EventRule": 64,
    "aws:iam/role:Role": 64,
    "aws:lambda/function:Function": 64,
    "aws:lambda/permission:Permission": 100,
    "aws:s3/bucket:Bucket": 63,
    "aws:sns/topic:Topic": 80,
    "aws:sqs/queue:Queue": 80,
}
NAMED = [token for token, kind in CATALOGUE.items() if kind.auto_name]
WITH_PREFIX = [
    token for token in NAMED if CATALOGUE[token].auto_name.prefix_property() in CATALOGUE[token].fields.names
]


def inputs_of(token, name="x", **props):
    return completed(CATALOGUE[token], props, {}, Naming(token, name, b"seed"), "us-east-1")


@pytest.mark.parametrize("token", NAMED)
def test_a_name_that_would_be_too_long_is_refused_in_the_words_of_the_plugin(token):
    kind, longest = CATALOGUE[token].auto_name.property, LONGEST.get(token, 255)
    fits = "n" * (longest - 8)
    assert re.fullmatch(rf"{fits}-[0-9a-f]{{7}}", inputs_of(token, fits)[kind])
    with pytest.raises(PropertyError) as refused:
        inputs_of(token, f"{fits}n")
    reason = f"name '{fits}n-' plus 7 random chars is longer than maximum length {longest}"
    assert str(refused.value) == f"could not make instance of '{token}': {reason}"


@pytest.mark.parametrize(("token", "fifo"), [(TOPIC, "fifoTopic"), (QUEUE, "fifoQueue")])
def test_the_name_of_a_fifo_object_ends_as_aws_demands(token, fifo):
    assert inputs_of(token, **{fifo: True})["name"].endswith(".fifo")
    assert not inputs_of(token)["name"].endswith(".fifo")


def test_the_name_of_a_bucket_is_in_lower_case():
    assert inputs_of(BUCKET, "Logs")["bucket"].startswith("logs-")


@pytest.mark.parametrize("token", WITH_PREFIX)
@pytest.mark.parametrize("prefix", ["web-", UNKNOWN], ids=["known", "not known yet"])
def test_a_name_with_a_prefix_is_known_after_the_deployment_only(token, prefix):
    kind = CATALOGUE[token]
    name = kind.auto_name.property
    inputs = inputs_of(token, **{kind.auto_name.prefix_property(): prefix})
    assert name not in inputs
    assert plan_create(kind, inputs, {})[name] is UNKNOWN


@pytest.mark.parametrize("token", WITH_PREFIX)
def test_a_prefix_is_followed_by_26_digits_which_are_no_difference_later(token):
    kind = CATALOGUE[token]
    inputs = inputs_of(token, **{kind.auto_name.prefix_property(): "web-"})
    named = named_by_prefix(kind, inputs)
    name = named[kind.auto_name.property]
    assert re.fullmatch(r"web-[0-9]{18}[0-9a-f]{8}", name)
    assert named_by_prefix(kind, inputs) != named, "two objects have two names"
    assert compare(kind, {}, inputs | {kind.auto_name.property: name}, inputs, {}).properties == ()
