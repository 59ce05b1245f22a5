"""Alarms of tasks: at the start, during the run, and those that cannot be read."""

import pytest
from tests.simulation.nights import command, details, minute, night_of, nodes, runbook, span

from pulumi_ssm_maintenance.simulation import Assumptions, RehearsalError

ERRORS = "errors"


def stopped(task, changes=((15, "ALARM"),), assume=None, **more):
    alarms = {} if changes is None else {ERRORS: changes}
    night = night_of(task(alarm=ERRORS, **more), nodes(4, minutes=10), alarms=alarms, assume=assume)
    return night, night.task("patch")


class TestDuringTheRun:
    def test_it_keeps_a_command_from_nodes_that_wait_and_lets_those_that_run_finish(self):
        night, run = stopped(command)
        assert details(run) == ["Success", "Success", "Cancelled", "Cancelled"]
        assert (run.status, run.triggered_alarm) == ("CANCELLED", (ERRORS, "ALARM"))
        assert {it.reason for it in night.left_out} == {"alarm errors stopped the task"}

    def test_it_cancels_runbooks_that_run(self):
        _, run = stopped(runbook)
        assert [it.status for it in run.invocations] == ["SUCCESS", "CANCELLED", "PENDING", "PENDING"]
        assert span(run.nodes[1]) == (10, 15)
        assert minute(run.ended) == 15

    @pytest.mark.parametrize("type_", ["LAMBDA", "STEP_FUNCTIONS"])
    @pytest.mark.parametrize(
        ("answer", "statuses"),
        [("stops", ["SUCCESS", "SUCCESS", "PENDING", "PENDING"]), ("ignored", ["SUCCESS"] * 4)],
    )
    def test_functions_and_state_machines_finish_and_no_other_may_start(self, type_, answer, statuses):
        _, run = stopped(runbook, type=type_, assume=Assumptions(alarm_on_functions=answer))
        assert [it.status for it in run.invocations] == statuses

    @pytest.mark.parametrize(
        ("answer", "ended"), [("minute", 15), ("five_seconds", 14 + 25 / 60), ("between_nodes", 20)]
    )
    def test_the_delay_depends_on_the_poll_interval(self, answer, ended):
        _, run = stopped(runbook, [(14 + 21 / 60, "ALARM")], Assumptions(alarm_poll=answer))
        assert minute(run.ended) == pytest.approx(ended)

    def test_an_alarm_that_ended_before_the_next_poll_stops_nothing(self):
        _, run = stopped(command, [(14.2, "ALARM"), (14.9, "OK")])
        assert run.status == "SUCCESS"

    def test_ok_and_insufficient_data_let_it_run(self):
        _, run = stopped(command, [(0, "INSUFFICIENT_DATA"), (15, "OK")])
        assert run.status == "SUCCESS"

    @pytest.mark.parametrize(
        ("answer", "task_status", "run_status"),
        [
            ("cancelled", "CANCELLED", "FAILED"),
            ("failed", "FAILED", "FAILED"),
            ("run_cancelled", "CANCELLED", "CANCELLED"),
        ],
    )
    def test_the_statuses_afterwards(self, answer, task_status, run_status):
        night, run = stopped(command, assume=Assumptions(stopped_by_alarm=answer))
        assert (run.status, night.status) == (task_status, run_status)


class TestAtTheStart:
    @pytest.mark.parametrize(("answer", "status"), [("failed", "FAILED"), ("cancelled", "CANCELLED")])
    @pytest.mark.parametrize("task", [command, runbook])
    def test_a_task_in_alarm_does_not_start(self, task, answer, status):
        night, run = stopped(task, [(0, "ALARM")], Assumptions(alarm_at_start=answer))
        assert (run.status, run.invocations, run.triggered_alarm) == (status, [], (ERRORS, "ALARM"))
        assert len(night.left_out) == 4

    def test_a_task_may_start_and_be_stopped_at_its_first_poll(self):
        _, run = stopped(runbook, [(0, "ALARM")], Assumptions(alarm_at_start="first_poll"))
        assert [it.status for it in run.invocations] == ["CANCELLED", "PENDING", "PENDING", "PENDING"]
        assert minute(run.ended) == 1

    def test_an_alarm_that_does_not_exist_stops_the_task(self):
        _, run = stopped(command, None)
        assert (run.status, run.triggered_alarm) == ("FAILED", (ERRORS, "UNKNOWN"))

    def test_a_missing_alarm_does_not_stop_a_task_that_ignores_poll_failures(self):
        _, run = stopped(command, None, ignore_poll_alarm_failure=True)
        assert run.status == "SUCCESS"


def test_the_night_holds_the_states_of_its_alarms():
    night, _ = stopped(command, [(15, "ALARM"), (40, "OK")])
    assert [(minute(it.time), it.state) for it in night.alarms] == [(0, "OK"), (15, "ALARM"), (40, "OK")]
    assert [it.detail["state"]["value"] for it in night.events if it.source == "aws.cloudwatch"] == ["ALARM", "OK"]


def test_an_invalid_state_is_refused():
    with pytest.raises(RehearsalError, match="alarms: errors got 'RED'; allowed: ALARM, INSUFFICIENT_DATA, OK"):
        stopped(command, [(1, "RED")])
