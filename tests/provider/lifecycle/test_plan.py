"""Check and diff as a whole: inputs in, inputs and failures out; nothing is asked of AWS."""

from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.provider.fake_gateway import ACCOUNT, answer
from tests.strategies import as_the_engine_sends, field, places, replaced, sloppily, tasks

from pulumi_ssm_maintenance.core.codec import UNKNOWN
from pulumi_ssm_maintenance.core.fingerprint import fingerprint
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


class TestValuesThatATransformBrought:
    """The engine does not tell the provider which of them are secret."""

    def declared(self, arguments, **brought):
        facts = {"name": "task", "secrets": [], "fingerprint": fingerprint({**arguments, "region": REGION})}
        return check(as_the_engine_sends({**arguments, **OWN, **brought, BOOKKEEPING: facts}), in_region())

    @pytest.mark.parametrize(
        "brought",
        [
            {"name": "hunter 2"},
            {"service_role_arn": "hunter 2"},
            {"cutoff_behavior": "hunter 2"},
            {"priority": "hunter 2"},
            {"region": "hunter 2"},
            {"targets": [{"key": "hunter 2", "values": ["hunter 2"]}]},
        ],
        ids=lambda brought: next(iter(brought)),
    )
    def test_are_never_shown(self, brought):
        found = self.declared(MINIMAL, **brought)
        assert found.failures
        assert not any("hunter" in str(failure) for failure in found.failures)
        sent = Inputs({**MINIMAL, **brought, BOOKKEEPING: found.inputs[BOOKKEEPING]})
        assert "hunter" not in sent.redact("AWS says that hunter 2 is wrong")

    def test_values_of_the_program_are_shown(self):
        (failure,) = self.declared({**MINIMAL, "name": "hunter 2"}).failures
        assert "'hunter 2'" in str(failure)

    @given(tasks())
    def test_are_distinguished_from_values_of_the_program(self, task):
        inputs = self.declared(task).inputs
        assert inputs[BOOKKEEPING] == {"name": "task", "secrets": []}
        assert check(inputs, in_region()).inputs == inputs


class TestReplaceOnChanges:
    def diff(self, *chosen, **changes):
        inputs = checked({**MINIMAL, "priority": 1}).inputs
        facts = {"name": "task", "secrets": [], "replace_on_changes": [*chosen]}
        return diff(created(inputs), {**inputs, **changes, BOOKKEEPING: facts}).replacing

    def test_replaces_on_what_it_names(self):
        assert self.diff("priority", priority=2) == ["priority"]
        assert self.diff("*", priority=2, name="new") == ["name", "priority"]

    def test_replaces_on_nothing_else(self):
        assert self.diff("priority", name="new") == []
        assert self.diff("priority", priority=1) == []
        assert self.diff(priority=2) == []

    @pytest.mark.parametrize("name", ["taskArn", "targets[0].values", "arn"])
    def test_of_anything_but_an_argument_is_refused(self, name):
        facts = {"name": "task", "secrets": [], "replace_on_changes": ["targets", name]}
        assert failures_of({**MINIMAL, **OWN, BOOKKEEPING: facts}) == [
            f"replace_on_changes: {name!r} is not an argument; name whole arguments, such as targets, or *"
        ]


def test_a_value_that_becomes_secret_is_a_difference_until_the_state_is_written_again():
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
    "adopt: expected <window_id>/<window_task_id>, such as mw-0123456789abcdef0/4f7ca192-7e9a-40fe-9192-5cb15efc1a3b"
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


def test_the_example_of_adopt_is_one_that_adopt_takes():
    assert failures_of({**MINIMAL, "adopt": ADOPT.rpartition(" ")[2], "region": REGION}) == []


class TestAReplacementWithAdopt:
    """The old task is deregistered first, so `adopt` would find nothing."""

    ADOPT: ClassVar = {"adopt": f"mw-0123456789abcdef0/{TASK_ID}"}

    def refused(self, olds, **changes):
        news = {**MINIMAL, **OWN, **self.ADOPT, **changes}
        return list(map(str, check(as_the_engine_sends(news), in_region(), olds).failures))

    @pytest.mark.parametrize("change", [{"task_type": "AUTOMATION"}, {"region": "eu-west-2"}], ids=["type", "region"])
    @pytest.mark.parametrize("adopted", [True, False])
    def test_is_refused_with_what_to_do(self, change, adopted):
        olds = checked(MINIMAL, **self.ADOPT if adopted else {}).inputs
        (failure,) = self.refused(olds, **change)
        assert failure == (
            f"adopt: a change of {next(iter(change))} replaces the task: the old one is deregistered first, so there"
            " is no task left to adopt. Remove `adopt`, which is of use in the first `pulumi up` only"
        )

    def test_without_adopt_is_a_replacement(self):
        assert self.refused(checked(MINIMAL, **self.ADOPT).inputs, task_type="AUTOMATION", adopt=None) == []

    @pytest.mark.parametrize("window", ["mw-fedcba98765432100", UNKNOWN], ids=["other", "unknown"])
    def test_in_another_window_registers_a_new_task(self, window):
        assert self.refused(checked(MINIMAL, **self.ADOPT).inputs, window_id=window) == []

    def test_an_update_or_a_first_creation_is_accepted(self):
        assert self.refused(checked(MINIMAL).inputs, priority=7.0) == []
        assert self.refused({}, task_type="AUTOMATION") == []


def test_a_task_without_a_region_is_refused():
    assert failures_of(MINIMAL, region=None) == [NO_REGION]


@pytest.mark.parametrize("name", COMPUTED)
def test_an_output_is_no_argument(name):
    assert failures_of({**MINIMAL, name: None}) == []
    assert failures_of({**MINIMAL, name: "x"}) == [f"{name}: is an output, not an argument"]


def test_mistakes_found_by_the_codec_the_rules_and_the_provider_are_reported_together():
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


@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"])
def test_a_region_that_exists_gets_no_warning(region):
    assert check({**MINIMAL, "region": region}, in_region()).warnings == []


def test_adopt_is_a_line_of_warning():
    adopting = {**MINIMAL, **OWN, "adopt": f"mw-0123456789abcdef0/{TASK_ID}"}
    (first,) = check(adopting, in_region()).warnings
    assert str(first) == (
        "adopt: takes over an existing task; remove it after this `pulumi up`. If aws.ssm.MaintenanceWindowTask has the"
        " task, its removal deregisters the task: use aliases=[FROM_PULUMI_AWS] instead of `adopt`"
    )
    (later,) = check(adopting, in_region(), adopting).warnings
    assert str(later) == "adopt: is of use in the first `pulumi up` only; remove it"


def test_bookkeeping_stays():
    assert checked(MINIMAL).inputs[BOOKKEEPING] == OWN[BOOKKEEPING]
