"""Run Command: concurrency, errors, time-outs, offline nodes, and the status of a command."""

import json

import pytest
from tests.simulation.nights import (
    ON,
    OPENING,
    command,
    details,
    group,
    ids,
    minute,
    night_of,
    node,
    nodes,
    span,
)

from pulumi_ssm_maintenance.simulation import Assumptions, Node, Notifications, RehearsalError, Target


def patched(given_nodes, assume=None, **more):
    night = night_of(command(**more), given_nodes, assume=assume)
    return night, night.task("patch")


def test_one_command_holds_all_nodes_of_a_target():
    _, run = patched(nodes(3))
    (invocation,) = run.invocations
    assert [it.node for it in invocation.nodes] == [ON(1), ON(2), ON(3)]
    assert (invocation.status, invocation.status_details, invocation.target) == ("SUCCESS", "Success", "3 nodes")


@pytest.mark.parametrize(
    ("rate", "count", "at_once"), [("3", 10, 3), ("25%", 8, 2), ("10%", 4, 1), ("25%", 10, 2), ("100%", 5, 5)]
)
def test_max_concurrency_limits_the_running_nodes(rate, count, at_once):
    _, run = patched(nodes(count, minutes=1), max_concurrency=rate)
    starts = [minute(it.started) for it in run.nodes]
    assert max(starts.count(start) for start in starts) == at_once


def test_a_node_that_is_done_makes_room_for_the_next():
    _, run = patched([node(1, minutes=10), node(2, minutes=3), node(3, minutes=3)], max_concurrency="2")
    assert [span(it) for it in run.nodes] == [(0, 10), (0, 3), (3, 6)]


class TestErrors:
    def test_no_error_is_tolerated_with_0(self):
        _, run = patched(nodes(3, outcome="Failed"))
        assert details(run) == ["Failed", "Terminated", "Terminated"]
        assert (run.status, run.invocations[0].command) == ("FAILED", "Failed")

    def test_one_more_error_than_the_limit_stops_it(self):
        _, run = patched(nodes(4, outcome="Failed"), max_errors="1")
        assert details(run) == ["Failed", "Failed", "Terminated", "Terminated"]

    def test_a_share_of_the_nodes_counts_as_a_number(self):
        fleet = nodes(50, outcome="Failed", minutes=1)
        assert details(patched(fleet, max_errors="10%")[1]).count("Failed") == 6

    def test_nodes_that_run_finish_and_may_fail_too(self):
        _, run = patched(
            [node(1, minutes=1, outcome="Failed"), node(2, minutes=9, outcome="Failed"), node(3)], max_concurrency="2"
        )
        assert details(run) == ["Failed", "Failed", "Terminated"]
        assert minute(run.ended) == 9

    def test_the_limit_may_stop_it_when_it_is_reached(self):
        _, run = patched(nodes(4, outcome="Failed"), Assumptions(error_limit="reached"), max_errors="2")
        assert details(run) == ["Failed", "Failed", "Terminated", "Terminated"]

    def test_a_command_may_count_as_failed_at_the_limit_and_still_go_on(self):
        mixed = [node(1, outcome="Failed"), node(2)]
        night, run = patched(mixed, Assumptions(error_limit="status_at_limit"), max_errors="1")
        assert (details(run), run.status, night.status) == (["Failed", "Success"], "FAILED", "FAILED")

    @pytest.mark.parametrize(
        ("answer", "status"), [("success", "SUCCESS"), ("failed", "FAILED"), ("timed_out", "SUCCESS")]
    )
    def test_what_a_command_with_tolerated_errors_is_depends_on_an_assumption(self, answer, status):
        mixed = [node(1, outcome="Failed"), node(2), node(3)]
        night, run = patched(mixed, Assumptions(incomplete_command=answer), max_errors="2")
        assert (run.invocations[0].command, run.status) == ("Incomplete", status)
        assert night.assumptions["incomplete_command"] == answer

    def test_a_failed_command_may_show_as_success_and_the_task_fails_all_the_same(self):
        night, run = patched(nodes(1, outcome="Failed"), Assumptions(failed_command="success"))
        assert (run.invocations[0].status, run.invocations[0].status_details) == ("SUCCESS", "Failed")
        assert (run.status, night.status) == ("FAILED", "FAILED")

    @pytest.mark.parametrize(("answer", "failed"), [("down", 2), ("up", 3), ("nearest", 3)])
    def test_a_share_that_is_no_whole_number_is_rounded(self, answer, failed):
        _, run = patched(nodes(3, outcome="Failed"), Assumptions(rounding=answer), max_errors="50%")
        assert details(run).count("Failed") == failed


class TestSeveralTargets:
    two = (group("a"), group("b"))

    def test_each_target_has_a_command_and_an_error_budget_of_its_own(self):
        failing = [*nodes(3, "a", outcome="Failed"), *nodes(3, "b", first=10)]
        night = night_of(command("patch", *self.two, max_errors="3"), failing)
        assert [it.command for it in night.task("patch").invocations] == ["Incomplete", "Success"]

    def test_a_shared_budget_is_spent_by_the_target_before(self):
        failing = [*nodes(2, "a", outcome="Failed"), *nodes(3, "b", first=10, outcome="Failed")]
        assume = Assumptions(errors_of_several_targets="shared")
        night = night_of(command("patch", *self.two, max_errors="3"), failing, assume=assume)
        assert details(night.task("patch"))[2:] == ["Failed", "Failed", "Terminated"]

    @pytest.mark.parametrize(("answer", "status"), [("left_out", "PENDING"), ("served", "SUCCESS")])
    def test_targets_after_one_that_exceeded_the_limit(self, answer, status):
        failing = [*nodes(1, "a", outcome="Failed"), *nodes(1, "b", first=10)]
        night = night_of(command("patch", *self.two), failing, assume=Assumptions(targets_after_the_limit=answer))
        assert [it.status for it in night.task("patch").invocations] == ["FAILED", status]
        assert night.task("patch").status == "FAILED"

    @pytest.mark.parametrize(("answer", "times"), [("once_per_target", 2), ("once", 1)])
    def test_a_node_that_two_targets_name(self, answer, times):
        night = night_of(
            command("patch", group("web"), ids(ON(1))), nodes(1), assume=Assumptions(node_named_twice=answer)
        )
        assert len(night.task("patch").nodes) == times


class TestTimeOuts:
    def test_an_offline_node_holds_its_place_until_the_total_time_out(self):
        night, run = patched([node(1, offline=True), node(2)], timeout_seconds=600)
        assert details(run) == ["DeliveryTimedOut", "DeliveryTimedOut"]
        assert [minute(it.ended) for it in run.nodes] == [70, None]
        assert (run.status, run.invocations[0].command) == ("TIMED_OUT", "DeliveryTimedOut")
        assert {it.reason for it in night.left_out} == {
            "its agent did not answer in time",
            "the command expired before its turn came",
        }

    def test_a_node_that_waits_is_still_reached_where_the_time_counts_for_each_node(self):
        _, run = patched([node(1, offline=True), node(2)], Assumptions(command_expiry="node"), timeout_seconds=600)
        assert details(run) == ["DeliveryTimedOut", "Success"]
        assert span(run.nodes[1]) == (70, 80)

    def test_delivery_time_outs_count_for_no_limit_but_for_the_status(self):
        _, run = patched(
            [node(1, offline=True), *nodes(3, first=2)], max_concurrency="4", max_errors="2", timeout_seconds=600
        )
        assert details(run) == ["DeliveryTimedOut", *["Success"] * 3]
        assert (run.invocations[0].command, run.status) == ("Incomplete", "SUCCESS")

    def test_a_node_that_comes_back_within_the_delivery_time_out_runs(self):
        _, run = patched([node(1, offline=[(0, 9)])], timeout_seconds=600)
        assert (details(run), span(run.nodes[0])) == (["Success"], (9, 19))

    def test_a_node_that_comes_back_later_does_not(self):
        _, run = patched([node(1, offline=[(0, 11)])], timeout_seconds=600)
        assert (details(run), run.nodes[0].started) == (["DeliveryTimedOut"], None)

    def test_work_stands_still_while_its_node_is_away(self):
        _, run = patched([node(1, minutes=20, offline=[(5, 15), (20, 25)])])
        assert span(run.nodes[0]) == (0, 35)

    def test_a_node_that_never_comes_back_times_out(self):
        _, run = patched([node(1, minutes=20, offline=[(5, None)])], timeout_seconds=600)
        assert (details(run), span(run.nodes[0])) == (["DeliveryTimedOut"], (0, 70))

    def test_an_answer_that_is_lost_times_out(self):
        _, run = patched([node(1, outcome="Hangs")], timeout_seconds=600)
        assert (details(run), minute(run.ended)) == (["DeliveryTimedOut"], 70)

    @pytest.mark.parametrize("slow", [{"minutes": 61}, {"outcome": "TimedOut"}])
    def test_work_that_takes_longer_than_its_document_allows_is_an_error(self, slow):
        _, run = patched([node(1, **slow), node(2)])
        assert details(run) == ["ExecutionTimedOut", "Terminated"]
        assert (span(run.nodes[0]), run.status) == ((0, 60), "FAILED")


class TestUnreached:
    @pytest.mark.parametrize("outcome", ["Undeliverable", "InvalidPlatform", "AccessDenied"])
    def test_they_count_for_no_limit(self, outcome):
        _, run = patched([*nodes(4, outcome=outcome), node(9)])
        assert details(run) == [outcome] * 4 + ["Success"]
        assert (run.invocations[0].command, run.status) == ("Success", "SUCCESS")

    def test_a_command_that_reached_no_node_has_failed(self):
        night, run = patched(nodes(2, outcome="InvalidPlatform"))
        assert (run.invocations[0].command, run.status) == ("Failed", "FAILED")
        assert len(night.left_out) == 2

    def test_a_terminated_node_in_a_list_of_ids_refuses_the_command_for_all(self):
        night = night_of(command("patch", ids(ON(1), ON(2))), [node(1), node(2, terminated=True)])
        (invocation,) = night.task("patch").invocations
        assert (invocation.status, invocation.execution_id) == ("FAILED", None)
        assert invocation.status_details == "The instance IDs list contains an invalid entry."
        assert {it.node for it in night.left_out} == {ON(1), ON(2)}
        assert all(ON(2) in it.reason for it in night.left_out)

    @pytest.mark.parametrize(("answer", "found"), [("ignored", ["Success"]), ("failed", ["Failed", "Success"])])
    def test_a_group_member_that_is_no_managed_node(self, answer, found):
        members = [
            Node("arn:aws:s3:::a-bucket", groups=["web"], managed=False),
            Node(ON(1), groups=["web"]),
        ]
        night = night_of(
            command("patch", Target({"resource-groups:Name": ["web"]}), max_errors="1"),
            members,
            assume=Assumptions(group_member_without_agent=answer),
        )
        assert details(night.task("patch")) == found
        assert [it.node for it in night.left_out] == ["arn:aws:s3:::a-bucket"]


class TestNotifications:
    topic = "arn:aws:sns:us-east-1:123456789012:alerts"

    def test_each_node_that_fails_is_published(self):
        notifications = Notifications(self.topic, ["Failed", "TimedOut"], "Invocation")
        night, _ = patched([node(1, outcome="Failed"), node(2)], notifications=notifications, max_errors="1")
        (message,) = night.messages
        body = json.loads(message.body)
        assert (message.topic, message.subject, minute(message.time)) == (self.topic, None, 10)
        assert (body["instanceId"], body["status"]) == (ON(1), "Failed")

    def test_a_command_is_published_as_a_whole(self):
        night, run = patched(nodes(2), notifications=Notifications(self.topic))
        assert [json.loads(it.body)["status"] for it in night.messages] == ["InProgress", "Success"]
        assert json.loads(night.messages[1].body)["commandId"] == run.invocations[0].execution_id


def test_an_invalid_rate_is_refused():
    with pytest.raises(RehearsalError, match="rate 'half'"):
        patched(nodes(1), max_concurrency="half")


def test_a_task_that_runs_commands_needs_targets():
    with pytest.raises(RehearsalError, match="task 'patch': a RUN_COMMAND task needs targets"):
        command(targets=())


def test_all_times_are_in_utc():
    _, run = patched(nodes(1))
    assert run.started.tzinfo is OPENING.tzinfo
