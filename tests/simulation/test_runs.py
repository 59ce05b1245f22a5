"""Runbooks, functions and state machines: one run for each target, or one in all."""

from datetime import timedelta

import pytest
from tests.simulation.nights import ON, command, details, group, ids, minute, night_of, node, nodes, runbook, span

from pulumi_ssm_maintenance.simulation import Assumptions, Node, Outcome, RehearsalError, Target

OTHERS = ("AUTOMATION", "LAMBDA", "STEP_FUNCTIONS")


def once(type_="LAMBDA", **more):
    return command(
        "report", targets=(), type=type_, arn="arn:aws:lambda:us-east-1:123456789012:function:report", **more
    )


@pytest.mark.parametrize("type_", OTHERS)
def test_each_target_has_an_invocation_of_its_own(type_):
    night = night_of(runbook(type=type_), nodes(3, minutes=2))
    assert [it.target for it in night.task("patch").invocations] == [ON(1), ON(2), ON(3)]
    assert [span(it) for it in night.task("patch").invocations] == [(0, 2), (2, 4), (4, 6)]


@pytest.mark.parametrize("type_", OTHERS)
def test_without_targets_there_is_one(type_):
    night = night_of(once(type_), nodes(3), outcomes={"report": Outcome(minutes=4)})
    (invocation,) = night.task("report").invocations
    assert (invocation.target, span(invocation), invocation.status) == ("", (0, 4), "SUCCESS")


def test_runs_that_never_started_stay_pending_after_the_error_limit():
    night = night_of(runbook(max_errors="1"), nodes(4, outcome="Failed"))
    assert [it.status for it in night.task("patch").invocations] == ["FAILED", "FAILED", "PENDING", "PENDING"]
    assert (night.task("patch").status, len(night.left_out)) == ("FAILED", 2)


def test_tolerated_errors_leave_the_task_a_success():
    night = night_of(runbook(max_errors="1"), [node(1, outcome="Failed"), node(2)])
    assert (night.task("patch").status, night.status) == ("SUCCESS", "SUCCESS")


def test_thousands_of_runs_can_end_at_the_same_moment():
    night = night_of(runbook(max_errors="100%"), [*nodes(3000, minutes=0)])
    assert night.status == "SUCCESS"


def test_all_targets_of_a_task_share_the_error_budget():
    failing = [*nodes(2, "a", outcome="Failed"), *nodes(2, "b", first=10, outcome="Failed")]
    night = night_of(runbook("patch", group("a"), group("b"), max_errors="2"), failing)
    assert [it.status for it in night.task("patch").invocations] == ["FAILED", "FAILED", "FAILED", "PENDING"]


class TestOutcomes:
    @pytest.mark.parametrize("key", ["report", "arn:aws:lambda:us-east-1:123456789012:function:report"])
    def test_a_mapping_names_the_task_or_the_function(self, key):
        night = night_of(once(), outcomes={key: Outcome("Failed", minutes=3, message="no such bucket")})
        (invocation,) = night.task("report").invocations
        assert (invocation.status, invocation.status_details, minute(invocation.ended)) == (
            "FAILED",
            "no such bucket",
            3,
        )

    def test_a_function_decides_for_each_call_and_leaves_the_rest_to_the_nodes(self):
        def outcomes(call):
            return "Failed" if call.resource == ON(2) else None

        night = night_of(runbook(max_errors="2"), [node(1, minutes=7), node(2), node(3)], outcomes=outcomes)
        assert details(night.task("patch")) == ["Success", "Failed", "Success"]
        assert span(night.task("patch").nodes[0]) == (0, 7)

    def test_an_outcome_for_what_is_not_in_the_window_is_refused(self):
        with pytest.raises(
            RehearsalError, match="outcomes: no task, function or step is called 'raport'; allowed: report"
        ):
            night_of(once(), outcomes={"raport": "Failed"})

    def test_an_invalid_status_is_refused(self):
        with pytest.raises(RehearsalError, match=r"report got 'FAILED'; allowed: .*Failed"):
            night_of(once(), outcomes={"report": "FAILED"})

    @pytest.mark.parametrize(("answer", "status"), [("failed", "FAILED"), ("success", "SUCCESS")])
    def test_a_function_that_raises(self, answer, status):
        night = night_of(once(), outcomes={"report": "Failed"}, assume=Assumptions(function_error=answer))
        assert night.status == status

    @pytest.mark.parametrize(("answer", "status"), [("timed_out", "TIMED_OUT"), ("failed", "FAILED")])
    def test_a_runbook_that_times_out(self, answer, status):
        night = night_of(
            runbook(), nodes(1), outcomes={"patch": "TimedOut"}, assume=Assumptions(runbook_timed_out=answer)
        )
        assert (night.task("patch").invocations[0].status, night.task("patch").status) == (status, "FAILED")

    def test_a_custom_runner_sees_the_time_and_waits(self):
        seen = []

        def run(call):
            now = yield timedelta(minutes=5)
            seen.append((call.parameters["InstanceId"], call.minute(now)))
            return Outcome()

        task = runbook(parameters={"InstanceId": ["{{RESOURCE_ID}}"]})
        night = night_of(task, nodes(2), runner=run)
        assert seen == [([ON(1)], 5), ([ON(2)], 10)]
        assert night.status == "SUCCESS"


class TestNodes:
    def test_a_runbook_waits_for_a_node_that_comes_back(self):
        assert span(night_of(runbook(), [node(1, offline=[(0, 20)])]).task("patch").nodes[0]) == (0, 30)

    @pytest.mark.parametrize("gone", [{"offline": True}, {"offline": [(5, None)]}])
    def test_a_runbook_fails_on_a_node_that_does_not(self, gone):
        night = night_of(runbook(), [node(1, **gone)])
        assert (details(night.task("patch")), minute(night.ended)) == (["Failed"], 120)

    def test_a_runbook_fails_on_a_node_that_is_terminated_and_on_no_other(self):
        night = night_of(runbook("patch", ids(ON(1), ON(2)), max_errors="1"), [node(1)])
        assert details(night.task("patch")) == ["Success", "Failed"]

    def test_a_runbook_gets_the_arn_of_a_member_of_a_group(self):
        task = runbook(
            "patch",
            Target({"resource-groups:Name": ["web"]}, id="target-1"),
            parameters={"Arn": ["{{TARGET_ID}}"], "Id": ["{{ RESOURCE_ID }}"], "Type": ["{{TARGET_TYPE}}"]},
        )
        night = night_of(task, [Node(ON(1), groups=["web"])])
        assert night.task("patch").invocations[0].parameters == {
            "Arn": [f"arn:aws:ec2:us-east-1:123456789012:instance/{ON(1)}"],
            "Id": [ON(1)],
            "Type": ["RESOURCE_GROUP"],
        }
