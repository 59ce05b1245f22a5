"""Priorities, the cutoff and the end of a window."""

from functools import partial

import pytest
from tests.simulation.nights import command as brief_command
from tests.simulation.nights import details, group, minute, night_of, node, nodes, runbook, span

from pulumi_ssm_maintenance.simulation import Assumptions, RehearsalError

# The time-outs of a command are longer than any window, so that they play no part.
command = partial(brief_command, execution_timeout_seconds=48 * 3600)
TYPES = pytest.mark.parametrize("task", [command, runbook])


@TYPES
def test_a_priority_is_done_on_all_nodes_before_the_next_begins_in_the_same_second(task):
    night = night_of(
        [task("check", priority=20), task("patch", priority=10)], [node(1, minutes=5), node(2, minutes=7.5)]
    )
    assert [run.name for run in night.tasks] == ["patch", "check"]
    assert span(night.task("patch")) == (0, 12.5)
    assert span(night.task("check")) == (12.5, 25)
    assert (night.status, minute(night.ended)) == ("SUCCESS", 25)


@TYPES
def test_equal_priorities_run_side_by_side_and_the_longest_holds_up_the_next(task):
    night = night_of(
        [
            task("web", group("web")),
            task("db", group("db")),
            task("after", group("web"), priority=1),
        ],
        [node(1, minutes=5), node(2, "db", minutes=30)],
    )
    assert span(night.task("web")) == (0, 5)
    assert span(night.task("db")) == (0, 30)
    assert span(night.task("after")) == (30, 35)


@TYPES
def test_window_targets_of_a_task_are_served_one_after_the_other(task):
    both = task("patch", group("web"), group("db"), max_concurrency="10")
    night = night_of(both, [*nodes(2, minutes=10), node(9, "db", minutes=5)])
    assert [span(it) for it in night.task("patch").nodes] == [(0, 10), (0, 10), (10, 15)]


@TYPES
def test_no_task_starts_at_the_cutoff(task):
    first, second = task("first"), task("second", priority=1)
    until_cutoff = night_of([first, second], nodes(1, minutes=180))
    assert until_cutoff.task("first").status == "SUCCESS"
    assert (until_cutoff.task("second").status, until_cutoff.task("second").started) == ("TIMED_OUT", None)
    assert until_cutoff.status == "TIMED_OUT"
    assert [it.task for it in until_cutoff.left_out] == ["second"]
    in_time = night_of([first, second], nodes(1, minutes=179))
    assert span(in_time.task("second"))[0] == 179


@TYPES
def test_continue_task_keeps_starting_on_nodes_after_the_cutoff(task):
    night = night_of(task(), nodes(5, minutes=50))
    assert [span(it) for it in night.task("patch").nodes][-1] == (200, 250)
    assert (night.status, minute(night.ended)) == ("SUCCESS", 250)


def test_cancel_task_cancels_a_command_on_nodes_that_run_and_nodes_that_wait():
    night = night_of(command(cutoff_behavior="CANCEL_TASK"), nodes(5, minutes=50))
    run = night.task("patch")
    assert details(run) == ["Success"] * 3 + ["Cancelled"] * 2
    assert span(run.nodes[3]) == (150, 180)
    assert run.nodes[4].started is None
    assert (run.status, night.status, minute(night.ended)) == ("TIMED_OUT", "TIMED_OUT", 180)


def test_cancel_task_lets_runbooks_that_run_finish_and_starts_no_other():
    night = night_of(runbook(cutoff_behavior="CANCEL_TASK"), nodes(5, minutes=50))
    run = night.task("patch")
    assert [it.status for it in run.invocations] == ["SUCCESS"] * 4 + ["PENDING"]
    assert span(run.nodes[3]) == (150, 200)
    assert (run.status, minute(run.ended)) == ("TIMED_OUT", 200)
    assert [it.reason for it in night.left_out] == ["its turn had not come when the window's cutoff did"]


@TYPES
def test_cancel_task_starts_on_no_node_in_the_very_minute_of_the_cutoff(task):
    night = night_of(task(cutoff_behavior="CANCEL_TASK"), nodes(5, minutes=60))
    assert [it.started is not None for it in night.task("patch").nodes] == [True] * 3 + [False] * 2
    assert night.task("patch").status == "TIMED_OUT"


@TYPES
def test_a_run_that_outlasts_its_window_goes_on(task):
    late = night_of(task(), nodes(1, minutes=300), assume=Assumptions(end_of_window="nothing"))
    closed = night_of(task(), nodes(1, minutes=300), assume=Assumptions(end_of_window="timed_out"))
    assert (closed.status, minute(closed.ended), minute(closed.task("patch").ended)) == ("TIMED_OUT", 240, 300)
    assert minute(late.ended) == minute(late.task("patch").ended)


def test_a_runbook_that_never_ends_leaves_the_run_in_progress():
    night = night_of(runbook(), nodes(1, outcome="Hangs"))
    assert (night.status, night.ended, night.task("patch").status) == ("IN_PROGRESS", None, "IN_PROGRESS")


def test_a_window_without_tasks_ends_at_once():
    night = night_of([], nodes(1))
    assert (night.status, night.status_details, minute(night.ended)) == ("SUCCESS", "No tasks to execute.", 0)


@TYPES
def test_the_status_details_of_a_failed_run_are_those_of_aws(task):
    night = night_of(task(), nodes(1, outcome="Failed"))
    assert (night.status, night.status_details) == ("FAILED", "One or more tasks in the orchestration failed.")
    assert night.task("patch").status_details == "The maximum error count was exceeded."


class TestTaskNames:
    def test_the_last_words_of_a_name_are_enough(self):
        night = night_of([command("shop-prod-web-canary"), command("shop-prod-web-fleet", priority=1)], nodes(1))
        assert night.task("canary").name == "shop-prod-web-canary"
        assert night.task("web-fleet").name == "shop-prod-web-fleet"

    def test_a_whole_name_comes_before_the_last_words_of_another(self):
        night = night_of([command("web"), command("shop-web", priority=1)], nodes(1))
        assert night.task("web").name == "web"

    @pytest.mark.parametrize(("name", "words"), [("anary", "no task"), ("web", "several tasks")])
    def test_no_task_or_several_is_an_error_that_lists_them(self, name, words):
        night = night_of([command("a-web"), command("b-web")], nodes(1))
        with pytest.raises(RehearsalError, match=f"{words} called '{name}'; tasks: a-web, b-web"):
            night.task(name)
