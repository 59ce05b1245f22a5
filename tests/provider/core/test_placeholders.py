"""AWS's own values are no differences where a field was left out, and are where something else was asked for."""

import pytest
from tests.provider.fake_gateway import SERVICE_LINKED_ROLE

from pulumi_ssm_maintenance.core.model import task_shape
from pulumi_ssm_maintenance.core.placeholders import PLACEHOLDERS, without_placeholders

ROLE = "arn:aws:iam::111122223333:role/maintenance"
CHINA = "arn:aws-cn:iam::111122223333:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM_2"
TARGETS = [{"Key": "InstanceIds", "Values": ["i-0123456789abcdef0"]}]


@pytest.mark.parametrize(
    ("held", "asked", "kept"),
    [
        # The rates of a targetless task.
        ({"MaxConcurrency": "1", "MaxErrors": "1"}, {}, {}),
        ({"MaxConcurrency": "2", "MaxErrors": "1"}, {}, {"MaxConcurrency": "2"}),
        ({"MaxErrors": "1"}, {"MaxErrors": "1"}, {"MaxErrors": "1"}),
        (
            {"Targets": TARGETS, "MaxConcurrency": "1", "MaxErrors": "1"},
            {},
            {"Targets": TARGETS, "MaxConcurrency": "1", "MaxErrors": "1"},
        ),
        # The priority.
        ({"Priority": 0}, {}, {}),
        ({"Priority": 0}, {"Priority": 5}, {"Priority": 0}),
        ({"Priority": 1}, {}, {"Priority": 1}),
        # The role.
        ({"ServiceRoleArn": SERVICE_LINKED_ROLE}, {}, {}),
        ({"ServiceRoleArn": CHINA}, {}, {}),
        ({"ServiceRoleArn": SERVICE_LINKED_ROLE}, {"ServiceRoleArn": ROLE}, {"ServiceRoleArn": SERVICE_LINKED_ROLE}),
        ({"ServiceRoleArn": ROLE}, {}, {"ServiceRoleArn": ROLE}),
        ({"ServiceRoleArn": f"{ROLE}/aws-service-role/ssm.amazonaws.com/x"}, {}, None),
        # The cutoff behaviour.
        ({"CutoffBehavior": "CONTINUE_TASK"}, {}, {}),
        ({"CutoffBehavior": "CANCEL_TASK"}, {}, {"CutoffBehavior": "CANCEL_TASK"}),
        # What is empty.
        ({"TaskParameters": {}, "Targets": []}, {}, {}),
        # Inside a structure.
        (
            {"AlarmConfiguration": {"IgnorePollAlarmFailure": False, "Alarms": [{"Name": "a"}]}},
            {"AlarmConfiguration": {"Alarms": [{"Name": "a"}]}},
            {"AlarmConfiguration": {"Alarms": [{"Name": "a"}]}},
        ),
        (
            {"AlarmConfiguration": {"IgnorePollAlarmFailure": True, "Alarms": [{"Name": "a"}]}},
            {},
            {"AlarmConfiguration": {"IgnorePollAlarmFailure": True, "Alarms": [{"Name": "a"}]}},
        ),
        (
            {
                "TaskInvocationParameters": {
                    "RunCommand": {"CloudWatchOutputConfig": {"CloudWatchOutputEnabled": False}}
                }
            },
            {},
            {},
        ),
        # The same name elsewhere is no placeholder.
        (
            {"TaskInvocationParameters": {"RunCommand": {"ServiceRoleArn": SERVICE_LINKED_ROLE}}},
            {},
            {"TaskInvocationParameters": {"RunCommand": {"ServiceRoleArn": SERVICE_LINKED_ROLE}}},
        ),
    ],
)
def test_a_placeholder_goes_where_nothing_was_asked_for(held, asked, kept):
    before = repr(held)
    assert without_placeholders(held, asked) == (held if kept is None else kept)
    assert repr(held) == before


@pytest.mark.parametrize("placeholder", PLACEHOLDERS, ids=lambda placeholder: ".".join(placeholder.path))
def test_a_placeholder_stands_in_a_place_of_the_model(placeholder):
    shape = task_shape()
    for name in placeholder.path:
        shape = {inner.api_name: inner.shape for inner in shape.members.values()}[name]
