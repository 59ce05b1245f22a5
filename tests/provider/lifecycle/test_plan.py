"""Check and diff as a whole: inputs in, inputs and failures out; nothing is asked of AWS."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.provider.fake_gateway import ACCOUNT, answer
from tests.strategies import as_the_engine_sends, field, places, replaced, sloppily, tasks

from pulumi_ssm_maintenance.core.codec import UNKNOWN
from pulumi_ssm_maintenance.core.identity import TaskId
from pulumi_ssm_maintenance.core.model import task_shape
from pulumi_ssm_maintenance.errors import SettingsError
from pulumi_ssm_maintenance.lifecycle.plan import check, diff
from pulumi_ssm_maintenance.lifecycle.properties import BOOKKEEPING, COMPUTED, Inputs, outputs

REGION = "eu-west-1"
TASK_ID = "4f7ca192-7e9a-40fe-9192-5cb15efc1a3b"
MINIMAL = {"window_id": "mw-0123456789abcdef0", "task_type": "LAMBDA", "task_arn": "clean-up"}
OWN = {"region": REGION, "idempotency_key": "0123456789abcdef", BOOKKEEPING: {"name": "task", "secrets": []}}


def in_region(region=REGION):
    return lambda: region


def checked(arguments, **own):
    return check(as_the_engine_sends({**arguments, **OWN, **own}), in_region())


def created(inputs):
    """The outputs of a task that was created with these inputs."""
    properties = Inputs(as_the_engine_sends(inputs))
    task = TaskId(inputs["window_id"], TASK_ID)
    return outputs(properties, task, answer(properties.request), inputs["region"], ACCOUNT)


def failures_of(arguments, region=REGION):
    return list(map(str, check(arguments, in_region(region)).failures))


@given(tasks())
def test_a_task_without_a_mistake_is_taken_as_it_is(task):
    found = checked(task)
    assert found.failures == []
    assert found.inputs == {**task, **OWN}


@given(st.data())
def test_a_task_written_sloppily_is_the_same_task(data):
    task = data.draw(tasks())
    assert checked(data.draw(sloppily(task))) == checked(task)


@given(tasks())
def test_checking_twice_is_checking_once(task):
    once = checked(task)
    assert check(once.inputs, in_region()) == once


@given(tasks())
def test_a_task_does_not_differ_after_it_was_created(task):
    inputs = checked(task).inputs
    changes = diff(as_the_engine_sends(created(inputs)), as_the_engine_sends(inputs))
    assert (changes.changed, changes.replacing) == ([], [])


@pytest.mark.parametrize("name", sorted(task_shape().members))
@settings(max_examples=10)
@given(data=st.data())
def test_a_changed_field_is_the_only_change_and_replaces_only_where_no_update_can_change_it(name, data):
    task = data.draw(tasks())
    inputs = checked(task).inputs
    news = replaced({name: None, **inputs}, (name,), data.draw(field(name)))
    changes = diff(created(inputs), news)
    assert set(changes.changed) <= {name}
    assert changes.replacing == [one for one in changes.changed if one in {"window_id", "task_type"}]


@given(st.data())
def test_any_value_that_is_not_known_yet_passes_and_counts_as_changed(data):
    task = data.draw(tasks())
    place = data.draw(st.sampled_from(list(places(task))))
    found = checked(replaced(task, place, UNKNOWN))
    assert found.failures == []
    assert place[0] in diff(created(checked(task).inputs), found.inputs).changed


def test_another_region_replaces():
    inputs = checked(MINIMAL).inputs
    changes = diff(created(inputs), inputs | {"region": "eu-west-2"})
    assert (changes.changed, changes.replacing) == (["region"], ["region"])


def test_a_region_that_is_not_known_yet_may_be_another():
    inputs = checked(MINIMAL).inputs
    assert diff(created(inputs), inputs | {"region": UNKNOWN}).replacing == ["region"]


@pytest.mark.parametrize(
    "ours",
    [
        {"adopt": f"mw-0123456789abcdef0/{TASK_ID}"},
        {"idempotency_key": "another"},
        {BOOKKEEPING: {"name": "renamed", "secrets": []}},
        {"__provider": "another"},
    ],
    ids=lambda ours: next(iter(ours)),
)
def test_what_is_ours_is_never_a_difference(ours):
    inputs = checked(MINIMAL).inputs
    assert diff(created(inputs), inputs | ours).changed == []
    assert diff(created(inputs) | ours, inputs).changed == []


def test_what_is_made_secret_later_is_a_difference_until_the_state_is_written_anew():
    inputs = checked(MINIMAL).inputs
    secret = inputs | {BOOKKEEPING: {"name": "task", "secrets": ["task_arn"]}}
    assert diff(created(inputs), secret).changed == ["task_arn"]
    assert diff(created(inputs), secret).replacing == []
    assert diff(created(secret), secret).changed == []
    assert diff(created(secret), inputs).changed == []


def test_a_lookup_brought_into_management_has_no_region_to_move_from():
    inputs = checked(MINIMAL).inputs
    without = {name: value for name, value in created(inputs).items() if name != "region"}
    assert diff(without, inputs).changed == []


def test_the_region_is_the_tasks_own_before_the_connections():
    assert check({**MINIMAL, "region": "us-east-1"}, in_region()).inputs["region"] == "us-east-1"
    assert check(MINIMAL, in_region()).inputs["region"] == REGION


def test_the_connections_region_is_not_asked_for_where_the_task_names_one():
    def no_profile():
        raise SettingsError("the profile is not there")

    assert check({**MINIMAL, "region": REGION}, no_profile).failures == []
    with pytest.raises(SettingsError):
        check(MINIMAL, no_profile)


PATTERN = "allowed is the name of a region such as us-east-1"
NO_REGION = "region: is required: set the argument, or run `pulumi config set aws:region …`, or set AWS_REGION"
ADOPT = (
    "adopt: expected <window_id>/<window_task_id>, such as mw-0c50858d01EXAMPLE/4f7ca192-7e9a-40fe-9192-5cb15EXAMPLE"
)


@pytest.mark.parametrize(
    ("own", "failures"),
    [
        ({}, []),
        ({"region": "us-gov-west-1"}, []),
        ({"region": UNKNOWN, "adopt": UNKNOWN, "idempotency_key": UNKNOWN}, []),
        ({"region": "Ireland"}, [f"region: got 'Ireland', {PATTERN}"]),
        ({"region": "eu-west-1a"}, [f"region: got 'eu-west-1a', {PATTERN}"]),
        ({"region": 5.0}, ["region: expected a string"]),
        ({"adopt": f"mw-0123456789abcdef0/{TASK_ID}"}, []),
        ({"adopt": TASK_ID}, [ADOPT]),
        ({"adopt": True}, [ADOPT]),
        ({"idempotency_key": "a key"}, []),
        ({"idempotency_key": ""}, ["idempotency_key: expected text"]),
        ({"idempotency_key": 5.0}, ["idempotency_key: expected text"]),
    ],
)
def test_our_own_arguments_are_checked_too(own, failures):
    assert failures_of({**MINIMAL, **own}) == failures


def test_a_region_that_no_partition_has_is_refused_unless_it_may_be_a_new_one():
    (failure,) = failures_of({**MINIMAL, "region": "eu-west-9"})
    assert failure.startswith("region: got 'eu-west-9', which no partition of AWS has (did you mean eu-west-")
    assert failures_of(MINIMAL, region="eu-west-9") == [failure]
    assert check(MINIMAL, in_region("eu-west-9"), any_region=True).failures == []


def test_a_task_without_a_region_is_refused():
    assert failures_of(MINIMAL, region=None) == [NO_REGION]


@pytest.mark.parametrize("name", COMPUTED)
def test_an_output_is_no_argument(name):
    assert failures_of({**MINIMAL, name: None}) == []
    assert failures_of({**MINIMAL, name: "x"}) == [f"{name}: is an output, not an argument"]


def test_the_mistakes_of_the_codec_the_rules_and_ours_are_told_together():
    mistaken = {**MINIMAL, "priority": "5", "max_errors": "0", "region": "Ireland", "taskname": "x"}
    assert failures_of(mistaken) == [
        "priority: expected a whole number, got '5'; write 5",
        "taskname: is not known; did you mean name?",
        "max_errors: is not allowed for a task without targets; leave it out",
        f"region: got 'Ireland', {PATTERN}",
    ]


def test_warnings_are_no_failures():
    found = check({**MINIMAL, "logging_info": {"s3_bucket_name": "logs", "s3_region": REGION}}, in_region())
    assert found.failures == []
    assert [warning.path for warning in found.warnings] == ["logging_info"]


def test_bookkeeping_stays():
    assert checked(MINIMAL).inputs[BOOKKEEPING] == OWN[BOOKKEEPING]
