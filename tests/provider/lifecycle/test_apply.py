"""Create, read, update and delete against AWS as documented: how many calls, and what is left in the state."""

from typing import ClassVar

import pytest
from hypothesis import given, settings
from tests.provider.fake_gateway import (
    ACCOUNT,
    LOST,
    OTHER_ACCOUNT,
    SERVICE_LINKED_ROLE,
    Clock,
    FakeGateway,
    denied,
)
from tests.strategies import as_the_engine_sends, tasks

from pulumi_ssm_maintenance.aws.connection import Connection
from pulumi_ssm_maintenance.core.codec import encode
from pulumi_ssm_maintenance.core.model import updatable
from pulumi_ssm_maintenance.errors import (
    AccessDeniedError,
    RejectedError,
    SettingsError,
    TaskNotFoundError,
    TokenMismatchError,
    UnavailableError,
    WrongAccountError,
)
from pulumi_ssm_maintenance.lifecycle import apply, registration
from pulumi_ssm_maintenance.lifecycle.claims import Claims
from pulumi_ssm_maintenance.lifecycle.plan import check, diff
from pulumi_ssm_maintenance.lifecycle.properties import BOOKKEEPING, Inputs, State

WINDOW, OTHER_WINDOW = "mw-0123456789abcdef0", "mw-fedcba98765432100"
GONE = "4f7ca192-7e9a-40fe-9192-5cb15efc1a3b"
INPUTS = {
    "window_id": WINDOW,
    "task_type": "LAMBDA",
    "task_arn": "clean-up",
    "priority": 3.0,
    "region": "eu-west-1",
    "idempotency_key": "key",
    BOOKKEEPING: {"name": "patch", "secrets": []},
}
OWN = ("region", "idempotency_key", "adopt", BOOKKEEPING)
CONNECTION = Connection(region="eu-west-9")


@pytest.fixture
def aws(monkeypatch):
    return installed(FakeGateway(), monkeypatch)


def installed(fake, patch):
    fake.regions = []
    patch.setattr(registration, "time", fake.clock)
    patch.setattr(apply, "gateway", lambda connection, region: fake.regions.append(region) or fake)
    return fake


def request_of(inputs):
    return encode({name: value for name, value in inputs.items() if name not in OWN})[0]


def create(**inputs):
    return apply.create(CONNECTION, INPUTS | inputs)


def read(outcome):
    return apply.read(CONNECTION, outcome.window_task_id, outcome.outputs)


def update(outcome, **inputs):
    return apply.update(CONNECTION, outcome.window_task_id, outcome.outputs, INPUTS | inputs)


def delete(outcome):
    apply.delete(CONNECTION, outcome.window_task_id, outcome.outputs)


def arn_of(window_task_id, account="111122223333"):
    return f"arn:aws:ssm:eu-west-1:{account}:windowtask/{window_task_id}"


class TestCreate:
    def test_the_outputs_are_what_aws_holds(self, aws):
        outcome = create()
        assert outcome.outputs == {
            **INPUTS,
            "priority": 3,
            "window_task_id": outcome.window_task_id,
            "arn": arn_of(outcome.window_task_id),
            "effective_service_role_arn": SERVICE_LINKED_ROLE,
        }
        assert outcome.inputs == INPUTS
        assert outcome.warnings == []
        assert aws.operations() == ["register", "get"]
        assert aws.regions == ["eu-west-1"]

    def test_a_task_that_was_changed_since_its_token_was_used_is_set_right(self, aws):
        first = create()
        aws.change(first.window_task_id, Priority=9, Name="by-hand")
        second = create()
        assert second.outputs == first.outputs
        assert aws.operations() == ["register", "get", "register", "get", "update"]
        assert aws.alive == [first.window_task_id]

    def test_a_task_that_cannot_be_set_right_now_shows_its_difference(self, aws):
        first = create()
        aws.change(first.window_task_id, Priority=9)
        aws.fail("update", denied("update"))
        second = create()
        assert second.window_task_id == first.window_task_id
        assert second.outputs["priority"] == 9
        assert diff(second.outputs, INPUTS).changed == ["priority"]
        (warning,) = second.warnings
        assert warning.startswith("exists already, and differs from what is declared: could not update")

    def test_the_outputs_of_a_task_that_cannot_be_read_are_the_inputs(self, aws):
        aws.fail("get", denied("read"))
        aws.fail("update", denied("update"))
        outcome = create()
        assert outcome.outputs == {
            **INPUTS,
            "window_task_id": outcome.window_task_id,
            "arn": arn_of(outcome.window_task_id),
        }
        assert aws.alive == [outcome.window_task_id]
        (warning,) = outcome.warnings
        assert warning.startswith("was registered, but could not be read back")

    def test_an_answer_that_was_lost_is_an_error_and_the_next_run_finds_the_task(self, aws):
        aws.fail("register", LOST)
        with pytest.raises(UnavailableError):
            create()
        assert aws.alive == [create().window_task_id]

    def test_the_error_for_a_missing_window_says_where_it_was_looked_up(self, aws):
        gone = {"code": "DoesNotExistException", "detail": "as AWS says", "next_step": "…"}
        aws.fail("register", TaskNotFoundError(action="create", task=f"in {WINDOW}", **gone))
        with pytest.raises(TaskNotFoundError) as caught:
            create()
        assert str(caught.value) == (
            f"could not create maintenance window task in {WINDOW} in eu-west-1 of account 111122223333:"
            " DoesNotExistException: as AWS says. There is no such window: check window_id, the region and the"
            " credentials. If it was deleted, run `pulumi refresh`, then `pulumi up`."
        )

    def test_without_a_region_nothing_is_sent(self, aws):
        with pytest.raises(SettingsError, match="no region: run `pulumi config set aws:region …`"):
            apply.create(Connection(), {**INPUTS, "region": None})
        assert aws.calls == []

    def test_the_connections_region_is_used_where_the_task_names_none(self, aws):
        apply.create(CONNECTION, {**INPUTS, "region": None})
        assert aws.regions == ["eu-west-9"]


class TestAdopt:
    def seeded(self, aws, **fields):
        return aws.seed({"WindowId": WINDOW, "TaskType": "LAMBDA", "TaskArn": "clean-up", "Priority": 3, **fields})

    def test_a_task_as_declared_is_taken_over_as_it_is(self, aws):
        task = self.seeded(aws)
        outcome = create(adopt=str(task))
        assert outcome.window_task_id == task.window_task_id
        assert aws.operations() == ["get"]
        assert outcome.outputs == read(outcome).outputs
        assert outcome.outputs["adopt"] == str(task)

    def test_a_task_unlike_the_declared_is_set_right(self, aws):
        task = self.seeded(aws, Priority=9, Name="old")
        outcome = create(adopt=str(task))
        assert aws.operations() == ["get", "update"]
        assert outcome.outputs["priority"] == 3
        assert "name" not in outcome.outputs

    def test_a_task_that_is_gone_is_refused(self, aws):
        with pytest.raises(TaskNotFoundError, match=r"could not adopt .* Correct `adopt`, or remove it to register"):
            create(adopt=f"{WINDOW}/{GONE}")
        assert aws.operations() == ["get"]
        assert aws.alive == []

    def test_a_task_of_another_type_is_refused(self, aws):
        task = self.seeded(aws, TaskType="AUTOMATION")
        with pytest.raises(RejectedError, match="it is a AUTOMATION task, and LAMBDA is declared"):
            create(adopt=str(task))
        assert aws.operations() == ["get"]

    def test_a_task_of_the_window_before_is_left_to_its_replacement(self, aws):
        outcome = create(adopt=f"{OTHER_WINDOW}/{GONE}")
        assert aws.operations() == ["register", "get"]
        assert outcome.warnings == [
            f"adopt names a task of {OTHER_WINDOW}, not of {WINDOW}; a new task was registered instead"
        ]


class TestATaskOfAnotherResource:
    """Two resources of one run must not end with one task."""

    OTHER: ClassVar = Inputs({BOOKKEEPING: {"name": "renamed"}, "idempotency_key": "another"})

    def claimed(self, window_task_id):
        claims = Claims()
        assert claims.claim(window_task_id, self.OTHER) is None
        return claims

    def test_that_a_token_names_is_refused_and_not_changed(self, aws):
        first = create()
        aws.calls.clear()
        with pytest.raises(TokenMismatchError, match=r"belongs to 'renamed' now. Give the new task an idempotency_key"):
            apply.create(CONNECTION, INPUTS, self.claimed(first.window_task_id))
        assert aws.operations() == ["register", "get"]
        assert aws.alive == [first.window_task_id]

    def test_is_not_deregistered_with_the_resource_that_lost_it(self, aws):
        outcome = create()
        claims = self.claimed(outcome.window_task_id)
        (warning,) = apply.delete(CONNECTION, outcome.window_task_id, outcome.outputs, claims)
        assert warning.startswith("was not deregistered, since 'renamed' has the same task")
        assert aws.alive == [outcome.window_task_id]

    def test_is_deregistered_if_the_state_has_the_former_name_of_its_resource(self, aws):
        outcome = create()
        claims = Claims()
        assert claims.continue_with(outcome.window_task_id, State(outcome.outputs), self.OTHER) is None
        assert apply.delete(CONNECTION, outcome.window_task_id, outcome.outputs, claims) == []
        assert aws.alive == []

    def test_is_not_adopted(self, aws):
        outcome = create()
        adopting = {**INPUTS, "adopt": f"{WINDOW}/{outcome.window_task_id}"}
        with pytest.raises(RejectedError, match=r"it is the task of 'renamed'\. Remove `adopt`, or remove the other"):
            apply.create(CONNECTION, adopting, self.claimed(outcome.window_task_id))
        assert aws.operations() == ["register", "get"]

    def test_is_the_same_resources_own_on_a_second_try(self, aws):
        claims = Claims()
        first = apply.create(CONNECTION, INPUTS, claims)
        assert apply.create(CONNECTION, INPUTS, claims).window_task_id == first.window_task_id

    def test_that_an_interrupted_replacement_has_deregistered_is_registered_again_in_spite_of_adopt(self, aws):
        adopting = {**INPUTS, "adopt": f"{WINDOW}/{GONE}"}
        with pytest.raises(TaskNotFoundError, match="Correct `adopt`, or remove it"):
            apply.create(CONNECTION, adopting)
        claims = Claims()
        claims.note_existing(Inputs(adopting))
        made = apply.create(CONNECTION, adopting, claims)
        assert aws.alive == [made.window_task_id]
        (warning,) = made.warnings
        assert "adopt names a task that an interrupted replacement has deregistered" in warning

    def test_that_its_replacement_has_deregistered_is_registered_again_in_spite_of_adopt(self, aws):
        outcome = create()
        adopting = {**INPUTS, "adopt": f"{WINDOW}/{outcome.window_task_id}"}
        claims = Claims()
        assert apply.delete(CONNECTION, outcome.window_task_id, outcome.outputs, claims) == []
        again = apply.create(CONNECTION, adopting, claims)
        assert aws.alive == [again.window_task_id]
        assert again.window_task_id != outcome.window_task_id
        (warning,) = again.warnings
        assert "adopt names the task that this replacement has deregistered" in warning


class TestRead:
    def test_a_task_without_drift_is_as_it_was_with_one_call(self, aws):
        outcome = create()
        aws.calls.clear()
        again = read(outcome)
        assert (again.outputs, again.inputs, again.warnings) == (outcome.outputs, INPUTS, [])
        assert aws.operations() == ["get"]

    def test_drift_shows_in_outputs_and_inputs(self, aws):
        outcome = create()
        aws.change(
            outcome.window_task_id, Priority=9, Name="by-hand", ServiceRoleArn="arn:aws:iam::111122223333:role/x"
        )
        again = read(outcome)
        assert again.outputs["priority"] == again.inputs["priority"] == 9
        assert again.inputs["name"] == "by-hand"
        assert again.outputs["effective_service_role_arn"] == again.inputs["service_role_arn"]
        assert sorted(diff(again.outputs, INPUTS).changed) == ["name", "priority", "service_role_arn"]

    def test_what_was_cleared_behind_our_back_is_gone_from_the_inputs(self, aws):
        outcome = create(name="nightly")
        aws.change(outcome.window_task_id, Name=None)
        assert "name" not in read(outcome).inputs

    def test_the_task_is_sought_where_it_was_made(self, aws):
        outcome = create()
        read(outcome)
        assert aws.regions == ["eu-west-1", "eu-west-1"]

    def test_a_task_that_is_gone_is_none(self, aws):
        outcome = create()
        aws.remove(outcome.window_task_id)
        assert read(outcome) is None

    def test_an_error_is_not_taken_for_gone(self, aws):
        outcome = create()
        aws.fail("get", denied("read"))
        with pytest.raises(AccessDeniedError):
            read(outcome)

    def test_an_arn_once_known_stays(self, aws):
        outcome = create()
        aws.caller = OTHER_ACCOUNT
        assert read(outcome).outputs["arn"] == outcome.outputs["arn"]


class TestLookup:
    def test_a_task_is_found_by_window_and_id(self, aws):
        task = aws.seed({"WindowId": WINDOW, "TaskType": "LAMBDA", "TaskArn": "clean-up"})
        found = apply.read(CONNECTION, str(task), {"region": "eu-west-1", BOOKKEEPING: {"name": "found"}})
        assert found.window_task_id == task.window_task_id
        assert found.outputs["window_id"] == WINDOW
        assert found.outputs["arn"] == arn_of(task.window_task_id)

    def test_the_connections_region_is_the_default(self, aws):
        task = aws.seed({"WindowId": WINDOW, "TaskType": "LAMBDA", "TaskArn": "clean-up"})
        apply.read(CONNECTION, str(task), {})
        assert aws.regions == ["eu-west-9"]

    @pytest.mark.parametrize(
        ("caller", "where"),
        [(ACCOUNT, "eu-west-1 of account 111122223333"), (None, "eu-west-1")],
        ids=["known", "unknown"],
    )
    def test_the_error_for_a_missing_task_says_where_it_was_looked_up(self, aws, caller, where):
        aws.caller = caller
        with pytest.raises(TaskNotFoundError) as caught:
            apply.read(CONNECTION, f"{WINDOW}/{GONE}", {})
        assert str(caught.value) == (
            f"could not get maintenance window task {WINDOW}/{GONE} in {where}: DoesNotExistException: as AWS says."
            " Correct the id or the region."
        )

    @pytest.mark.parametrize("text", ["mw-1/x", f"{GONE}/{WINDOW}", f"{WINDOW}/"])
    def test_an_id_of_another_form_is_refused(self, aws, text):
        with pytest.raises(SettingsError, match="allowed is <window_id>/<window_task_id>"):
            apply.read(CONNECTION, text, {})
        assert aws.calls == []


class TestUpdate:
    def test_the_whole_of_what_is_declared_is_sent_with_one_call(self, aws):
        outcome = create(name="nightly", description="text")
        aws.calls.clear()
        again = update(outcome, name="weekly")
        (call,) = aws.calls
        assert call.operation == "update"
        assert call.request == {"TaskArn": "clean-up", "Priority": 3, "Name": "weekly"}
        assert again.window_task_id == outcome.window_task_id
        assert again.outputs == read(again).outputs
        assert "description" not in again.outputs

    def test_a_priority_is_always_sent(self, aws):
        outcome = create()
        aws.calls.clear()
        again = update(outcome, priority=None)
        assert aws.calls[0].request["Priority"] == 0
        assert "priority" not in again.outputs

    def test_what_names_the_task_is_not_sent_as_a_change(self, aws):
        update(create(), name="weekly")
        assert aws.calls[-1].request.keys() <= updatable()

    def test_a_task_that_is_gone_is_an_error_that_names_refresh(self, aws):
        outcome = create()
        aws.remove(outcome.window_task_id)
        with pytest.raises(TaskNotFoundError):
            update(outcome, name="weekly")


class TestDelete:
    def test_a_task_is_removed_with_one_call_where_it_was_made(self, aws):
        outcome = create()
        aws.calls.clear()
        delete(outcome)
        assert aws.alive == []
        assert aws.operations() == ["deregister"]
        assert set(aws.regions) == {"eu-west-1"}

    def test_a_task_that_is_gone_is_deleted(self, aws):
        outcome = create()
        aws.remove(outcome.window_task_id)
        delete(outcome)

    def test_a_refusal_is_an_error(self, aws):
        outcome = create()
        aws.fail("deregister", denied("delete"))
        with pytest.raises(AccessDeniedError):
            delete(outcome)


CALLS = {"read": read, "update": update, "delete": delete}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
class TestTheWrongAccount:
    def test_loses_nothing(self, aws, call):
        outcome = create()
        aws.remove(outcome.window_task_id)
        aws.caller = OTHER_ACCOUNT
        with pytest.raises(WrongAccountError) as caught:
            call(outcome)
        assert str(caught.value) == (
            f"maintenance window task {WINDOW}/{outcome.window_task_id} was not found in eu-west-1, but it is in"
            " account 111122223333, and the credentials belong to account 444455556666. Nothing was changed. Use the"
            " credentials of account 111122223333 (aws:profile, AWS_PROFILE, …)."
        )

    def test_may_be_one_that_nobody_can_name(self, aws, call):
        outcome = create()
        aws.remove(outcome.window_task_id)
        aws.caller = None
        with pytest.raises(WrongAccountError, match="STS did not name the account of the credentials"):
            call(outcome)

    def test_may_be_that_of_a_task_whose_own_is_not_known(self, aws, call):
        outcome = create()
        del outcome.outputs["arn"]
        aws.remove(outcome.window_task_id)
        with pytest.raises(WrongAccountError, match=r"its account is not known\. Nothing was changed\. .*state delete"):
            call(outcome)

    def test_is_not_called_for_an_existing_task(self, aws, call):
        outcome = create()
        aws.caller = OTHER_ACCOUNT
        call(outcome)


def test_an_account_that_sts_does_not_say_is_read_from_the_role(aws):
    aws.caller = None
    outcome = create()
    assert outcome.outputs["arn"] == arn_of(outcome.window_task_id)
    assert outcome.warnings == []


def test_an_unknown_account_is_left_out_with_a_warning(aws):
    aws.caller = None
    aws.fail("get", denied("read"))
    aws.fail("update", denied("update"))
    outcome = create()
    assert "arn" not in outcome.outputs
    assert outcome.warnings[-1] == "has no arn, since STS did not name the account"


@settings(max_examples=25)
@given(tasks(), tasks())
def test_any_task_comes_to_rest_after_create_update_read_and_delete(before, after):
    after = after | {name: before[name] for name in ("window_id", "task_type")}
    own = {"region": "eu-west-1", "idempotency_key": "key"}
    first, second = (as_the_engine_sends(checked(task | own)) for task in (before, after))
    with pytest.MonkeyPatch.context() as patch:
        aws = installed(FakeGateway(Clock()), patch)
        outcome = apply.create(CONNECTION, first)
        assert at_rest(outcome, first)
        outcome = apply.update(CONNECTION, outcome.window_task_id, outcome.outputs, second)
        assert at_rest(outcome, second)
        assert at_rest(read(outcome), second)
        assert read(outcome).inputs == second
        delete(outcome)
        assert (aws.alive, aws.most_alive) == ([], 1)


def checked(inputs):
    return check(inputs, lambda: None).inputs


def at_rest(outcome, inputs):
    """Whether the next run would change nothing."""
    return diff(as_the_engine_sends(outcome.outputs), inputs).changed == []
