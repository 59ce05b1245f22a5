"""The catalogue of the stand-in for the aws plugin against the installed pulumi_aws."""

import pytest

from pulumi_ssm_maintenance.testing.aws_plugin.catalogue import CATALOGUE
from pulumi_ssm_maintenance.testing.aws_plugin.inputs import refusals
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.schema import schema
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import UNKNOWN, from_wire, has_unknown, to_wire

# `region` is common to all types, also to the global ones that have no such property; `parameters` is nested.
NOT_TOP_LEVEL = {"region", "parameters"}
TASK = "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask"


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=list(CATALOGUE))
def test_every_property_of_the_catalogue_is_one_of_pulumi_aws(kind):
    declared = schema(kind.name)
    named = kind.fields.names | kind.defaults.keys() | ({kind.auto_name.property} if kind.auto_name else set())
    assert named - NOT_TOP_LEVEL <= declared.inputs.keys()
    assert kind.renewed <= declared.outputs
    assert ("tags" in declared.inputs) == (kind.tags is not None)
    assert kind.update or kind.fields.names - kind.fields.replaces - kind.fields.write_only == set()


@pytest.mark.parametrize(
    ("token", "props", "complaint"),
    [
        (
            "aws:ssm/document:Document",
            {"attachmentsSources": []},
            "'attachmentsSources' is known to the aws plugin but not to this stand-in",
        ),
        (
            TASK,
            {"taskInvocationParameters": {"runCommandParameters": {"timeoutSecond": 600}}},
            (
                "taskInvocationParameters.runCommandParameters has no property 'timeoutSecond'; "
                "did you mean 'timeoutSeconds'?"
            ),
        ),
        (
            TASK,
            {"targets": [{"key": "InstanceIds", "values": []}, {"kee": "x"}]},
            "targets[1] has no property 'kee'; did you mean 'key'?",
        ),
    ],
    ids=["unserved", "nested", "in a list"],
)
def test_a_property_that_is_not_served_is_refused_with_its_path(token, props, complaint):
    ((name, reason),) = refusals(CATALOGUE[token], props)
    assert name in props
    assert reason == f"{token}: {complaint}"


def test_values_come_back_from_the_wire_as_they_were():
    props = {"text": "a", "whole": 5, "broken": 0.5, "yes": True, "list": [1, {"a": UNKNOWN}], "map": {"b": []}}
    back = from_wire(to_wire(props | {"absent": None}))
    assert back == props
    assert isinstance(back["whole"], int)
    assert has_unknown(back)
    assert not has_unknown({"a": ["b"]})


def test_a_secret_comes_from_the_wire_in_plain():
    mark = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": ["hush"]}
    assert from_wire(to_wire({"nested": {"phrase": mark}})) == {"nested": {"phrase": ["hush"]}}
