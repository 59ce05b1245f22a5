"""Runs that are skipped, wait, fail as a whole or are cancelled."""

from datetime import timedelta

import pytest
from tests.simulation.nights import OPENING, command, details, group, minute, night_of, node, nodes

from pulumi_ssm_maintenance.simulation import Assumptions, OtherRun, Window

THIS = Window(tasks=[]).id


def other(window, since=-60, until=30):
    ends = None if until is None else OPENING + timedelta(minutes=until)
    return OtherRun(window, OPENING + timedelta(minutes=since), ends)


@pytest.mark.parametrize("until", [30, None])
def test_a_run_is_skipped_while_the_one_before_still_runs(until):
    night = night_of(command(), nodes(3), other_runs=[other(THIS, until=until)], assume="all")
    assert (night.status, minute(night.ended), night.variants) == ("SKIPPED_OVERLAPPING", 0, [])
    assert (night.task("patch").status, night.task("patch").invocations) == (None, [])
    assert [it.detail["status"] for it in night.events] == ["SKIPPED_OVERLAPPING"]
    assert {it.reason for it in night.left_out} == {"the run of the window before this one had not ended"}


def test_a_run_that_has_ended_in_time_skips_nothing():
    assert night_of(command(), nodes(1), other_runs=[other(THIS, until=0)]).status == "SUCCESS"


class TestTheSixthWindow:
    others = tuple(other(f"mw-{number:017x}", until=20 + number) for number in range(5))

    def test_it_waits_until_one_of_the_five_ends(self):
        night = night_of(command(), nodes(1, minutes=5), other_runs=self.others)
        assert minute(night.task("patch").started) == 20
        assert "+0:20  the run begins, after it waited for other windows: AWS runs five at a time" in night.timeline()

    def test_it_or_it_fails_and_the_night_says_that_aws_does_not_document_it(self):
        night = night_of(command(), nodes(1), other_runs=self.others, assume="all")
        (failed,) = night.variants
        assert (failed.status, failed.task("patch").started) == ("FAILED", None)
        assert [it.assumption for it in night.depends_on] == ["too_many_windows"]

    def test_it_starts_nothing_where_no_place_is_free_before_the_cutoff(self):
        others = [other(it.window, until=None) for it in self.others]
        night = night_of(command(), nodes(1), other_runs=others)
        assert (night.status, night.task("patch").started) == ("TIMED_OUT", None)

    def test_the_fifth_begins_at_once(self):
        assert minute(night_of(command(), nodes(1), other_runs=self.others[:4]).task("patch").started) == 0


class TestParameterStore:
    task = command(parameters={"commands": ["deploy {{ssm:/web/version}} {{ ssm:/web/color:2 }} {{ssm:/web/version}}"]})

    def test_its_values_are_put_in(self):
        night = night_of(self.task, nodes(1), parameter_store={"/web/version": "7", "/web/color:2": "blue"})
        assert night.invocations[0].parameters == {"commands": ["deploy 7 blue 7"]}

    def test_one_that_is_missing_fails_the_whole_run_before_any_task(self):
        night = night_of([command("first"), self.task], nodes(1), parameter_store={"/web/version": "7"})
        assert (night.status, night.status_details) == (
            "FAILED",
            "The following SSM parameters are invalid: /web/color:2",
        )
        assert not night.invocations
        assert {it.reason for it in night.left_out} == {"Parameter Store has no /web/color:2, so the whole run failed"}

    def test_a_window_by_hand_needs_none(self):
        assert night_of(self.task, nodes(1)).invocations[0].parameters == self.task.parameters


class TestCancel:
    def test_what_runs_goes_on_and_nothing_else_starts(self):
        tasks = [command("first", priority=1), command("second", priority=2)]
        night = night_of(tasks, nodes(2, minutes=10), cancel_after=5)
        assert [(run.name, run.status) for run in night.tasks] == [("first", "SUCCESS"), ("second", "CANCELLED")]
        assert (night.status, minute(night.ended)) == ("CANCELLED", 20)
        statuses = [it.detail["status"] for it in night.events if "Window Execution State" in it.detail_type]
        assert statuses == ["PENDING", "IN_PROGRESS", "CANCELLING", "CANCELLED"]
        assert {(it.task, it.reason) for it in night.left_out} == {("second", "the run of the window was cancelled")}

    def test_after_the_end_nothing_is_cancelled(self):
        assert night_of(command(), nodes(1, minutes=10), cancel_after=11).status == "SUCCESS"

    def test_a_run_that_waits_for_other_windows_ends_at_once(self):
        night = night_of(command(), nodes(1), other_runs=TestTheSixthWindow.others, cancel_after=5)
        assert (night.status, minute(night.ended), night.invocations) == ("CANCELLED", 5, [])


def test_a_node_that_comes_back_after_the_cutoff_still_runs_unless_the_task_is_cancelled():
    late = node(1, offline=[(0, 190)], minutes=5)
    assert details(night_of(command(timeout_seconds=14400), [late]).task("patch")) == ["Success"]
    cut = night_of(command(timeout_seconds=14400, cutoff_behavior="CANCEL_TASK"), [late])
    assert details(cut.task("patch")) == ["Cancelled"]


def test_what_waits_under_one_answer_fails_under_the_other():
    answer = Assumptions(too_many_windows="failed")
    night = night_of(command("p", group("web")), nodes(1), other_runs=TestTheSixthWindow.others, assume=answer)
    assert night.left_out[0].reason == "5 other windows ran, and AWS runs 5 at a time"
