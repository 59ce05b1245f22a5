"""Assumptions: what AWS does not document, named, chosen and tried."""

from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from tests.simulation.nights import command, details, group, night_of, node, nodes, runbook

from pulumi_ssm_maintenance.simulation import Assumptions, RehearsalError, Task
from pulumi_ssm_maintenance.simulation._assumptions import questions


def test_each_names_a_question_and_two_answers_or_more_that_its_type_allows():
    hints = get_type_hints(Assumptions)
    for name, (question, answers) in questions().items():
        assert question.endswith("?")
        assert len(answers) >= 2
        assert get_args(hints[name]) == tuple(answers), name
        assert getattr(Assumptions(), name) == next(iter(answers)), "the first answer is assumed"


def test_the_error_for_an_invalid_answer_lists_the_valid_ones():
    with pytest.raises(RehearsalError, match="error_limit: got 'half'; allowed: more_than, reached, status_at_limit"):
        Assumptions(error_limit="half")


def test_a_night_without_open_questions_has_no_assumptions():
    night = night_of(command(), nodes(2), assume="all")
    assert (night.assumptions, night.variants, night.depends_on) == ({}, [], [])


def test_the_next_priority_starts_after_a_failed_one_or_the_run_stops():
    tasks = [command("canary", group("canary")), command("fleet", priority=1)]
    fleet = [node(9, "canary", outcome="Failed"), *nodes(3)]
    goes_on = night_of(tasks, fleet)
    stops = night_of(tasks, fleet, assume=Assumptions(after_a_failed_priority="stops"))
    assert details(goes_on.task("fleet")) == ["Success"] * 3
    assert (stops.task("fleet").status, stops.status) == (None, "FAILED")
    assert len(stops.left_out) == 3
    both = night_of(tasks, fleet, assume="all")
    decisive = {it.assumption: it.outcome for it in both.depends_on}
    assert decisive["after_a_failed_priority"] == stops.outcome()


@pytest.mark.parametrize(("answer", "status"), [("timed_out", "TIMED_OUT"), ("no_row", None), ("pending", "PENDING")])
def test_what_is_shown_of_a_task_that_never_started(answer, status):
    night = night_of(
        [runbook("long"), runbook("late", priority=1)],
        nodes(1, minutes=200),
        assume=Assumptions(never_started=answer, run_with_unstarted_tasks="success"),
    )
    assert (night.task("late").status, night.status) == (status, "SUCCESS")


@pytest.mark.parametrize("answer", ["failed", "timed_out"])
def test_the_status_of_a_run_with_a_failed_and_a_timed_out_task(answer):
    night = night_of(
        [runbook("bad", group("bad")), command("late", timeout_seconds=600)],
        [node(1, "bad", outcome="Failed"), node(2, offline=True)],
        assume=Assumptions(mixed_results=answer),
    )
    assert night.status == answer.upper()


@pytest.mark.parametrize(("answer", "status"), [("failed", "FAILED"), ("success", "SUCCESS")])
def test_a_task_without_targets_whose_only_run_fails(answer, status):
    task = Task(name="report", type="LAMBDA", arn="report", max_errors="1")
    night = night_of(task, outcomes={"report": "Failed"}, assume=Assumptions(failed_run_without_targets=answer))
    assert night.task("report").status == status


@pytest.mark.parametrize(("answer", "status"), [("timed_out", "TIMED_OUT"), ("cancelled", "CANCELLED")])
def test_the_invocation_of_a_command_that_the_cutoff_cancels(answer, status):
    night = night_of(
        command(cutoff_behavior="CANCEL_TASK", execution_timeout_seconds=86_400),
        nodes(1, minutes=200),
        assume=Assumptions(command_cancelled_at_cutoff=answer),
    )
    assert (night.task("patch").invocations[0].status, night.task("patch").status) == (status, "TIMED_OUT")


@pytest.mark.parametrize(
    ("answer", "status", "given"),
    [
        ("empty", "SUCCESS", {"Node": [""]}),
        ("literal", "SUCCESS", {"Node": ["{{RESOURCE_ID}}"]}),
        ("failed", "FAILED", {}),
    ],
)
@pytest.mark.parametrize("type_", ["RUN_COMMAND", "LAMBDA"])
def test_a_pseudo_parameter_without_a_value(type_, answer, status, given):
    targets = (group("web"),) if type_ == "RUN_COMMAND" else ()
    task = Task(name="report", type=type_, targets=targets, parameters={"Node": ["{{RESOURCE_ID}}"]})
    night = night_of(task, nodes(1), assume=Assumptions(placeholder_without_value=answer))
    assert (night.status, night.task("report").invocations[0].parameters) == (status, given)


def test_pseudo_parameters_are_filled_in_and_other_braces_are_left_alone():
    task = command(
        "patch",
        group("web", id="target-1"),
        id="task-1",
        parameters={
            "Ids": ["{{WINDOW_ID}} {{WINDOW_TASK_ID}} {{ WINDOW_TARGET_ID }} {{TARGET_TYPE}}"],
            "Others": ["{{ssm:name}} {{ aws:ORCHESTRATION_ID }}"],
            "Runs": ["{{WINDOW_EXECUTION_ID}}", "{{TASK_EXECUTION_ID}}", "{{INVOCATION_ID}}"],
        },
    )
    night = night_of(task, nodes(1))
    (invocation,) = night.task("patch").invocations
    assert invocation.parameters == {
        "Ids": ["mw-0123456789abcdef0 task-1 target-1 INSTANCE"],
        "Others": ["{{ssm:name}} {{ aws:ORCHESTRATION_ID }}"],
        "Runs": [night.id, night.task("patch").id, invocation.id],
    }


def test_what_depends_on_two_assumptions_at_once_says_so():
    tasks = [command("first", group("none")), command("second", priority=1)]
    night = night_of(tasks, nodes(1, outcome="Failed"), assume="all")
    pairs = [it for it in night.depends_on if it.assumption == "after_a_failed_priority"]
    assert [dict(it.together_with) for it in pairs] == [{"no_targets": "failed"}]
    assert "with no_targets=failed" in night.timeline()


def test_too_many_combinations_are_reported(monkeypatch):
    monkeypatch.setattr("pulumi_ssm_maintenance.simulation._sweep.MOST_NIGHTS", 3)
    tasks = [command("first", group("none")), command("second", priority=1)]
    night = night_of(tasks, nodes(1, outcome="Failed"), assume="all")
    assert (night.is_complete, len(night.variants)) == (False, 2)
    assert "too many combinations" in night.timeline()


def test_every_assumption_is_a_field_with_its_metadata():
    assert {it.name for it in fields(Assumptions)} == set(questions())


def test_the_page_lists_every_assumption_with_its_answers():
    page = (Path(__file__).parents[2] / "docs" / "rehearsal.md").read_text()
    for name, (question, answers) in questions().items():
        listed = "<br>".join(f"`{answer}`: {meaning}" for answer, meaning in answers.items())
        assert f"| `{name}` | {question} | {listed} |" in page
