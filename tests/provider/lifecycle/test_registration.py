"""One live task, whatever breaks: tokens that are remembered, tasks that are gone or not visible yet, lost answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.provider.fake_gateway import LOST, Clock, FakeGateway, answer, denied

from pulumi_ssm_maintenance.aws.read_delay import MAX_PATIENCE_SECONDS, PATIENCE_SECONDS, ReadDelay
from pulumi_ssm_maintenance.core.codec import encode
from pulumi_ssm_maintenance.errors import (
    AccessDeniedError,
    TaskError,
    TaskNotFoundError,
    TokenMismatchError,
    UnavailableError,
)
from pulumi_ssm_maintenance.lifecycle import registration
from pulumi_ssm_maintenance.lifecycle.properties import Inputs
from pulumi_ssm_maintenance.lifecycle.registration import MAX_LATE_LINKS, MAX_LINKS, UNWAITED_LINKS, register

INPUTS = {
    "window_id": "mw-0123456789abcdef0",
    "task_type": "LAMBDA",
    "task_arn": "clean-up",
    "region": "eu-west-1",
    "idempotency_key": "key",
}
REQUEST = encode({name: INPUTS[name] for name in ("window_id", "task_type", "task_arn")})[0]


@pytest.fixture
def aws(monkeypatch):
    fake = FakeGateway()
    monkeypatch.setattr(registration, "time", fake.clock)
    return fake


def run(aws, **inputs):
    """What one run of a program does; None when it is broken off."""
    return register(aws, Inputs(INPUTS | inputs))


def broken_off(aws):
    with pytest.raises(UnavailableError):
        run(aws)


def test_a_new_task_takes_two_calls(aws):
    made = run(aws)
    assert aws.alive == [made.task.window_task_id]
    assert (made.held, made.warnings) == (answer(REQUEST), ())
    assert aws.operations() == ["register", "get"]
    assert aws.clock.now == 0


def test_a_run_whose_answer_was_lost_finds_its_task_in_the_next(aws):
    aws.fail("register", LOST)
    broken_off(aws)
    made = run(aws)
    assert aws.alive == [made.task.window_task_id]
    assert aws.most_alive == 1


def test_the_same_program_asks_with_the_same_token_and_another_with_another(aws):
    run(aws)
    run(aws)
    run(aws, idempotency_key="another")
    run(aws, task_arn="other")
    first, second, third, fourth = (call.token for call in aws.calls if call.operation == "register")
    assert first == second
    assert len({first, third, fourth}) == 3


@pytest.mark.parametrize("cycles", [1, 5])
def test_a_destroyed_task_is_registered_again(aws, cycles):
    seen = []
    for _ in range(cycles):
        seen.append(run(aws).task.window_task_id)
        aws.remove(seen[-1])
    made = run(aws)
    assert aws.alive == [made.task.window_task_id]
    assert made.held == answer(REQUEST)
    assert made.warnings == ()
    assert len({*seen, made.task.window_task_id}) == cycles + 1
    assert aws.most_alive == 1


def test_a_dead_task_costs_no_more_than_the_patience(aws):
    aws.remove(run(aws).task.window_task_id)
    run(aws)
    assert aws.clock.now == pytest.approx(PATIENCE_SECONDS)


def rounds(aws, times, tasks=1):
    """Deploy and destroy a stack some times, each in a process of its own; give the seconds that each has waited."""
    waited = []
    for _ in range(times):
        aws.read_delay, begun = ReadDelay(), aws.clock.now
        ids = [run(aws, task_arn=f"task-{number}").task.window_task_id for number in range(tasks)]
        assert aws.alive == sorted(ids)
        waited.append(aws.clock.now - begun)
        for id_ in ids:
            aws.remove(id_)
    return waited


def test_many_rounds_of_destroying_and_deploying_wait_once_each_not_once_for_each_task(aws):
    first, *later = rounds(aws, times=6, tasks=100)
    assert first == 0
    assert max(later) == pytest.approx(PATIENCE_SECONDS)


def test_a_task_that_is_gone_costs_three_calls_once_aws_is_known_to_be_quick(aws):
    rounds(aws, times=3, tasks=2)
    run(aws, task_arn="task-0")
    aws.calls.clear()
    run(aws, task_arn="task-1")
    of_one_that_is_gone = ["register", "get", "deregister"]
    the_youngest_of_them_again = ["deregister"]
    assert aws.operations() == [*of_one_that_is_gone * 3, "register", "get", *the_youngest_of_them_again]


def test_the_twenty_first_round_is_no_error(aws):
    rounds(aws, times=25)


def test_a_chain_without_an_end_is_an_error_with_a_cure(aws):
    rounds(aws, times=MAX_LINKS)
    with pytest.raises(TokenMismatchError, match=f"{MAX_LINKS} client tokens in a row .* another idempotency_key"):
        run(aws, task_arn="task-0")
    assert aws.alive == []


@pytest.mark.parametrize("lag", [0.5, PATIENCE_SECONDS])
def test_where_reads_and_writes_are_late_after_a_quick_start_one_task_is_left(aws, lag):
    rounds(aws, times=2, tasks=2)
    aws.lag, aws.writes_lag = lag, True
    made = run(aws, task_arn="new")
    assert aws.alive == [made.task.window_task_id]
    assert made.held is not None
    assert aws.most_alive <= UNWAITED_LINKS
    assert aws.read_delay.patience >= PATIENCE_SECONDS


def test_a_kill_while_reads_and_writes_are_late_leaves_at_most_nine_tasks_beside_the_one_that_the_next_run_finds(
    aws, monkeypatch
):
    rounds(aws, times=2, tasks=2)
    aws.lag, aws.writes_lag = 2.0, True

    def killed(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(aws.clock, "sleep", killed)
    with pytest.raises(KeyboardInterrupt):
        run(aws, task_arn="new")
    assert len(aws.alive) == UNWAITED_LINKS

    aws.lag, aws.clock.now, aws.read_delay = 0.0, aws.clock.now + 60, ReadDelay()
    assert run(aws, task_arn="new").task.window_task_id == aws.alive[0]
    assert len(aws.alive) == UNWAITED_LINKS


def test_where_reads_are_late_after_a_quick_start_there_is_never_a_second_task(aws):
    rounds(aws, times=2)
    aws.most_alive, aws.lag = 0, 2.0
    made = run(aws, task_arn="new")
    assert aws.alive == [made.task.window_task_id]
    assert aws.most_alive == 1


def test_a_late_task_is_removed_even_where_the_next_registration_fails(aws):
    rounds(aws, times=2, tasks=2)
    aws.lag = 0.5
    aws.fail("register", None, denied("create"))
    with pytest.raises(AccessDeniedError):
        run(aws, task_arn="new")
    assert aws.alive == []


@pytest.mark.parametrize("lag", [0.05, 1.0, PATIENCE_SECONDS])
def test_a_task_that_shows_within_the_patience_is_waited_for(aws, lag):
    aws.lag = lag
    made = run(aws)
    assert made.held == answer(REQUEST)
    assert aws.operations().count("register") == 1
    assert "deregister" not in aws.operations()


@pytest.mark.parametrize("lag", [PATIENCE_SECONDS + 0.1, 10.0, MAX_PATIENCE_SECONDS - 0.1])
def test_lag_beyond_the_patience_leaves_one_task(aws, lag):
    aws.lag = lag
    made = run(aws)
    assert aws.alive == [made.task.window_task_id]
    assert made.held == answer(REQUEST)
    assert aws.most_alive == 1


def test_lag_without_an_end_leaves_one_task_and_a_warning(aws):
    aws.lag = float("inf")
    made = run(aws)
    assert aws.alive == [made.task.window_task_id]
    assert made.held is None
    (warning,) = made.warnings
    assert (
        warning == f"was registered, but AWS shows none of {MAX_LATE_LINKS} tasks in a row; run `pulumi refresh` later"
    )
    assert aws.operations().count("register") == MAX_LATE_LINKS + 1
    assert aws.most_alive == 1


def test_a_run_after_one_with_lag_finds_the_same_task(aws):
    aws.lag = 10.0
    first = run(aws)
    assert run(aws).task == first.task
    assert aws.most_alive == 1


def test_a_run_that_was_cut_off_in_the_middle_of_a_chain_goes_on_with_it(aws):
    aws.remove(run(aws).task.window_task_id)
    aws.fail("register", None, LOST)
    broken_off(aws)
    made = run(aws)
    assert aws.alive == [made.task.window_task_id]
    assert aws.most_alive == 1


def test_a_task_that_may_not_be_read_is_known_by_an_update(aws):
    aws.fail("get", denied("read"))
    made = run(aws)
    assert made.held["Priority"] == 0
    assert made.warnings == ()
    assert aws.alive == [made.task.window_task_id]


def test_a_destroyed_task_is_registered_again_without_the_permission_to_read_it(aws):
    aws.remove(run(aws).task.window_task_id)
    aws.fail("get", denied("read"), denied("read"))
    made = run(aws)
    assert aws.alive == [made.task.window_task_id]


def test_a_task_that_may_neither_be_read_nor_updated_is_made_all_the_same(aws):
    aws.fail("get", denied("read"))
    aws.fail("update", denied("update"))
    made = run(aws)
    assert aws.alive == [made.task.window_task_id]
    assert made.held is None
    (warning,) = made.warnings
    assert warning.startswith("was registered, but could not be read back: AccessDeniedException: ")
    assert "Run `pulumi refresh` and `pulumi up`" in warning


def test_a_task_that_is_neither_visible_nor_removable_is_kept(aws):
    aws.lag = 10.0
    aws.fail("deregister", denied("delete"))
    made = run(aws)
    assert aws.alive == [made.task.window_task_id]
    assert made.held is None
    (warning,) = made.warnings
    assert warning.startswith("was registered, but cannot be read nor removed: AccessDeniedException: ")


def test_a_removal_whose_answer_was_lost_leaves_no_second_task(aws):
    aws.lag = 10.0
    aws.fail("deregister", LOST)
    made = run(aws)
    assert made.held is None
    assert aws.alive == []
    aws.lag = 0.0
    again = run(aws)
    assert aws.alive == [again.task.window_task_id]


def test_what_aws_refuses_at_first_is_an_error_and_leaves_nothing(aws):
    aws.fail("register", denied("create"))
    with pytest.raises(AccessDeniedError):
        run(aws)
    assert aws.alive == []


def test_two_programs_with_one_key_are_distinguished(aws):
    run(aws)
    token = aws.calls[0].token
    with pytest.raises(TokenMismatchError):
        aws.register({**REQUEST, "Priority": 1}, token, str)


faults = st.lists(st.sampled_from([None, None, LOST]), max_size=6)


@given(st.data())
def test_there_is_never_a_second_task_and_finally_one(data):
    """Some broken runs of one program, with lag in them and removals between, and then a whole one."""
    with pytest.MonkeyPatch.context() as patch:
        aws = FakeGateway(Clock())
        patch.setattr(registration, "time", aws.clock)
        for _ in range(data.draw(st.integers(0, 4))):
            aws.lag = data.draw(st.sampled_from([0.0, 1.0, 5.0, 20.0]))
            aws.fail("register", *data.draw(faults))
            aws.fail("deregister", *data.draw(faults))
            try:
                run(aws)
            except TaskError as error:
                assert not isinstance(error, TaskNotFoundError)  # noqa: PT017 - any other one is as likely
            if aws.alive and data.draw(st.booleans()):
                aws.remove(aws.alive[0])
        aws.lag = 0.0
        aws.faults.clear()
        made = run(aws)
        assert aws.alive == [made.task.window_task_id]
        assert made.held == answer(REQUEST)
        assert aws.most_alive == 1
