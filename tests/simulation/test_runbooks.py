"""Runbooks step by step: what comes next, what counts as a failure, and what each action does."""

import json
from datetime import timedelta

import pytest
from tests.simulation.nights import ON, details, minute, night_of, node, nodes, runbook, span

from pulumi_ssm_maintenance.simulation import Outcome, RehearsalError


def sleep(name, minutes=1, **more):
    return {"name": name, "action": "aws:sleep", "inputs": {"Duration": f"PT{minutes}M"}, **more}


def patch(name="patch", **inputs):
    usual = {"DocumentName": "AWS-RunPatchBaseline", "InstanceIds": ["{{ InstanceId }}"]}
    return {"name": name, "action": "aws:runCommand", "inputs": usual | inputs}


def branch(name, *choices, default=None):
    inputs = {"Choices": list(choices)} | ({"Default": default} if default else {})
    return {"name": name, "action": "aws:branch", "inputs": inputs}


def content(*steps, parameters=None, **more):
    declared = {"InstanceId": {"type": "String"}} if parameters is None else parameters
    return {"schemaVersion": "0.3", "parameters": declared, "mainSteps": list(steps), **more}


def run(*steps, on=1, outcomes=None, parameters=None, given=None, limits=None, **more):
    """The only run of a runbook."""
    task = runbook(
        runbook=content(*steps, parameters=parameters),
        parameters={"InstanceId": ["{{RESOURCE_ID}}"]} if given is None else given,
        **limits or {},
    )
    night = night_of(task, on if isinstance(on, list) else nodes(on), outcomes=outcomes, **more)
    return night.task("patch").invocations[0]


def statuses(invocation):
    return {step.name: step.status for step in invocation.runbook.steps}


class TestTheWayThroughTheSteps:
    def test_steps_follow_each_other_in_the_order_of_the_list_and_take_their_time(self):
        invocation = run(sleep("first", 3), sleep("second", 4))
        assert [span(step) for step in invocation.runbook.steps] == [(0, 3), (3, 7)]
        assert (invocation.status, invocation.runbook.status) == ("SUCCESS", "Success")

    def test_a_failed_step_ends_the_run_and_later_steps_stay_pending(self):
        invocation = run(sleep("first"), sleep("second"), outcomes={"first": Outcome("Failed", message="no")})
        assert statuses(invocation) == {"first": "Failed", "second": "Pending"}
        assert (invocation.status, invocation.status_details) == ("FAILED", "no")

    def test_continue_goes_on_and_does_not_count_unless_the_step_is_critical(self):
        failed = {"first": "Failed"}
        assert run(sleep("first", onFailure="Continue"), sleep("second"), outcomes=failed).status == "SUCCESS"
        critical = sleep("first", onFailure="Continue", isCritical=True)
        invocation = run(critical, sleep("second"), outcomes=failed)
        assert (invocation.status, statuses(invocation)["second"]) == ("FAILED", "Success")

    def test_a_failure_may_go_to_a_step_that_cleans_up_and_the_run_still_fails(self):
        steps = sleep("work", onFailure="step:clean"), sleep("more"), sleep("clean", isEnd=True)
        invocation = run(*steps, outcomes={"work": "Failed"})
        assert statuses(invocation) == {"work": "Failed", "more": "Pending", "clean": "Success"}
        assert invocation.status == "FAILED"

    def test_an_end_ends_the_run_after_a_success_and_after_a_failure(self):
        for outcomes in ({}, {"first": "Failed"}):
            invocation = run(sleep("first", isEnd=True, onFailure="Continue"), sleep("second"), outcomes=outcomes)
            assert statuses(invocation)["second"] == "Pending"

    def test_next_step_skips_what_lies_between(self):
        invocation = run(sleep("first", nextStep="third"), sleep("second"), sleep("third"))
        assert statuses(invocation) == {"first": "Success", "second": "Pending", "third": "Success"}

    def test_a_step_that_takes_too_long_times_out_and_so_does_the_run(self):
        invocation = run(sleep("first", 10, timeoutSeconds=60))
        assert (span(invocation.step("first")), invocation.step("first").status) == ((0, 1), "TimedOut")
        assert invocation.status == "TIMED_OUT"

    def test_a_step_is_tried_again(self):
        tries = []

        def outcomes(call):
            if call.step == "first":
                tries.append(call.step)
                return Outcome("Failed", minutes=2) if len(tries) == 1 else None
            return None

        invocation = run(sleep("first", maxAttempts=3), outcomes=outcomes)
        assert (invocation.step("first").attempts, span(invocation.step("first"))) == (2, (0, 3))
        assert invocation.status == "SUCCESS"

    def test_a_step_that_does_not_exist_is_refused_before_the_night(self):
        with pytest.raises(RehearsalError, match="step 'first' refers to a step 'third'; steps: first, second"):
            run(sleep("first", nextStep="third"), sleep("second"))

    def test_an_action_that_is_not_known_is_an_error_that_names_it_unless_its_outcome_is_given(self):
        step = {"name": "stack", "action": "aws:createStack", "inputs": {}}
        with pytest.raises(RehearsalError, match=r"step 'stack' of .* has the action 'aws:createStack', which"):
            run(step)
        assert run(step, outcomes={"patch.stack": Outcome("Success", minutes=3)}).step("stack").status == "Success"

    def test_an_outcome_for_a_step_that_does_not_exist_is_refused(self):
        with pytest.raises(RehearsalError, match=r"called 'thurd'; allowed: patch, patch.first$"):
            run(sleep("first"), outcomes={"thurd": "Failed"})


class TestCommands:
    def test_the_node_decides_how_a_command_ends_and_how_long_it_takes(self):
        invocation = run(patch(), on=[node(1, minutes=7, outcome="Failed")])
        (command,) = {step.inputs["DocumentName"] for step in invocation.runbook.steps}
        assert (span(invocation.step("patch")), command) == ((0, 7), "AWS-RunPatchBaseline")
        assert "returns unexpected invocation result: {Status=[Failed]" in invocation.status_details

    def test_a_node_may_do_another_thing_in_each_step(self):
        one = node(1, minutes={"patch": 9, "check": 2}, outcome={"patch.check": "Failed"})
        invocation = run(patch(), patch("check"), on=[one])
        assert [span(step) for step in invocation.runbook.steps] == [(0, 9), (9, 11)]
        assert statuses(invocation) == {"patch": "Success", "check": "Failed"}

    def test_a_command_waits_for_a_node_that_comes_back_and_fails_on_one_that_does_not(self):
        assert span(run(patch(), on=[node(1, offline=[(0, 20)])]).step("patch")) == (0, 30)
        invocation = run(patch(TimeoutSeconds=600), on=[node(1, offline=True)])
        assert (minute(invocation.ended), invocation.status) == (70, "FAILED")

    def test_a_terminated_node_is_refused(self):
        invocation = run(patch(), given={"InstanceId": [ON(9)]})
        assert "InvalidInstanceId" in invocation.status_details

    def test_commands_by_tags_run_on_the_nodes_that_have_them(self):
        targets = [{"Key": "tag:Patch Group", "Values": ["web"]}]
        task = runbook(runbook=content(patch(InstanceIds=[], Targets=targets), parameters={}))
        task.runbook["mainSteps"][0]["inputs"].pop("InstanceIds")
        night = night_of(task, nodes(3))
        assert [len(command.nodes) for command in night.commands] == [3, 3, 3]

    def test_failed_nodes_are_published_where_the_step_asks_for_it(self):
        wanted = {"NotificationArn": "arn:topic", "NotificationEvents": ["Failed"], "NotificationType": "Invocation"}
        step = patch(NotificationConfig=wanted, ServiceRoleArn="arn:role")
        night = night_of(
            runbook(runbook=content(step), parameters={"InstanceId": ["{{RESOURCE_ID}}"]}), [node(1, outcome="Failed")]
        )
        assert [json.loads(message.body)["instanceId"] for message in night.messages] == [ON(1)]


class TestValues:
    def test_a_parameter_has_its_type_and_a_text_may_hold_several(self):
        declared = {"Count": {"type": "Integer"}, "Names": {"type": "StringList"}, "On": {"type": "Boolean"}}
        step = patch(InstanceIds=[ON(1)], Parameters={"a": ["{{Names}}"], "b": ["x{{ Count }}-{{On}}"]})
        given = {"Count": ["3"], "Names": ["n", "m"], "On": ["true"]}
        invocation = run(step, parameters=declared, given=given)
        assert invocation.step("patch").inputs["Parameters"] == {"a": [["n", "m"]], "b": ["x3-true"]}

    @pytest.mark.parametrize(
        ("declared", "given", "reason"),
        [
            ({"A": {"type": "String"}}, {}, "Parameter A has no default"),
            ({}, {"B": ["1"]}, "Parameter B is not one of the runbook's: none"),
            ({"A": {"type": "String", "allowedValues": ["x"]}}, {"A": ["y"]}, r"allowed: \['x'\]"),
            ({"A": {"type": "Integer"}}, {"A": ["y"]}, "of type Integer"),
        ],
    )
    def test_parameters_that_do_not_fit_start_no_run(self, declared, given, reason):
        invocation = run(sleep("first"), parameters=declared, given=given)
        assert (invocation.status, invocation.runbook) == ("FAILED", None)
        with pytest.raises(AssertionError, match=reason):
            raise AssertionError(invocation.status_details)

    def test_a_reference_to_nothing_fails_the_step(self):
        invocation = run(patch(InstanceIds=["{{ first.Image }}"]))
        assert "{{ first.Image }} has no value" in invocation.status_details


class TestBranches:
    @pytest.mark.parametrize(("kind", "taken"), [("web", "web"), ("db", "other")])
    def test_the_first_choice_that_holds_is_taken_or_the_default(self, kind, taken):
        steps = (
            branch("ask", {"Variable": "{{ Kind }}", "StringEquals": "web", "NextStep": "web"}, default="other"),
            sleep("web", isEnd=True),
            sleep("other", isEnd=True),
        )
        invocation = run(*steps, parameters={"Kind": {"type": "String"}}, given={"Kind": [kind]})
        assert statuses(invocation)[taken] == "Success"
        assert "Pending" in statuses(invocation).values()

    @pytest.mark.parametrize(
        ("condition", "holds"),
        [
            ({"Variable": "{{N}}", "NumericGreaterOrEquals": 3}, True),
            ({"Not": {"Variable": "{{N}}", "NumericEquals": 3}}, False),
            ({"And": [{"Variable": "{{N}}", "NumericLesser": 4}, {"Variable": "{{S}}", "StartsWith": "a"}]}, True),
            ({"Or": [{"Variable": "{{S}}", "EndsWith": "x"}, {"Variable": "{{S}}", "Contains": "b"}]}, True),
        ],
        ids=str,
    )
    def test_conditions(self, condition, holds):
        declared = {"N": {"type": "Integer"}, "S": {"type": "String"}}
        steps = branch("ask", {**condition, "NextStep": "yes"}, default="no"), sleep("yes", isEnd=True), sleep("no")
        invocation = run(*steps, parameters=declared, given={"N": ["3"], "S": ["abc"]})
        assert (statuses(invocation)["yes"] == "Success") is holds


APPROVE = {"name": "ask", "action": "aws:approve", "inputs": {"NotificationArn": "arn:topic", "Approvers": ["a"]}}


class TestPeople:
    def test_an_approval_is_asked_for_and_given_when_the_rehearsal_says_so(self):
        invocation = run(APPROVE, sleep("work"), outcomes={"ask": Outcome(minutes=25)})
        assert (span(invocation.step("ask")), statuses(invocation)["work"]) == ((0, 25), "Success")

    def test_an_approval_that_nobody_gives_times_out(self):
        step = APPROVE | {"timeoutSeconds": 3600}
        invocation = run(step, sleep("work"), outcomes={"ask": "Hangs"})
        assert (span(invocation.step("ask")), invocation.status) == ((0, 60), "TIMED_OUT")

    def test_a_rejection_fails_the_run(self):
        assert run(APPROVE, outcomes={"ask": "Failed"}).status == "FAILED"


class TestTheAlarm:
    def test_it_cancels_runs_and_the_step_may_clean_up(self):
        steps = sleep("work", 30, onCancel="step:clean"), sleep("more"), sleep("clean", isEnd=True)
        task = runbook(runbook=content(*steps), parameters={"InstanceId": ["{{RESOURCE_ID}}"]}, alarm="errors")
        night = night_of(task, nodes(2), alarms={"errors": [(10, "ALARM")]})
        first, second = night.task("patch").invocations
        assert statuses(first) == {"work": "Cancelled", "more": "Pending", "clean": "Success"}
        assert (first.status, minute(first.ended), second.status) == ("CANCELLED", 11, "PENDING")

    def test_cleaning_up_ends_after_two_minutes(self):
        steps = sleep("work", 30, onCancel="step:clean"), sleep("clean", 10, isEnd=True)
        task = runbook(runbook=content(*steps), parameters={"InstanceId": ["{{RESOURCE_ID}}"]}, alarm="errors")
        night = night_of(task, nodes(1), alarms={"errors": [(10, "ALARM")]})
        assert minute(night.task("patch").invocations[0].ended) == 12


class TestWhatOthersHear:
    def test_the_end_of_each_step_and_run_is_an_event(self):
        task = runbook(runbook=content(sleep("first"), sleep("second")), parameters={"InstanceId": ["{{RESOURCE_ID}}"]})
        night = night_of(task, nodes(1), outcomes={"second": "TimedOut"})
        heard = [
            (event.detail.get("StepName"), event.detail["Status"])
            for event in night.events
            if event.detail_type.startswith("EC2 Automation")
        ]
        assert heard == [("first", "Success"), ("second", "TimedOut"), (None, "TimedOut")]
        last = [event for event in night.events if event.detail_type.startswith("EC2 Automation")][-1]
        assert (last.detail["StartTime"], last.detail["Time"]) == ("Dec 12, 2026 2:00:00 AM", 60000.0)

    def test_what_needs_aws_says_that_there_is_none(self):
        script = {"name": "gate", "action": "aws:executeScript", "inputs": {"Runtime": "python3.11", "Handler": "h"}}
        script["inputs"]["Script"] = "def h(e, c): pass"
        assert "LocalAws.rehearse" in run(script).status_details


def test_a_run_given_as_a_whole_has_no_steps():
    invocation = run(sleep("first"), outcomes={"patch": Outcome("Failed", minutes=3)})
    assert (invocation.runbook, minute(invocation.ended)) == (None, 3)


def test_runs_of_several_nodes_do_not_mix():
    task = runbook(
        runbook=content(patch()), parameters={"InstanceId": ["{{RESOURCE_ID}}"]}, max_concurrency="2", max_errors="1"
    )
    night = night_of(task, [node(1, minutes=4), node(2, minutes=6, outcome="Failed"), node(3, minutes=4)])
    assert details(night.task("patch")) == ["Success", "Failed", "Success"]
    assert [minute(invocation.ended) for invocation in night.invocations] == [4, 6, 8]
    assert night.ended - night.opened == timedelta(minutes=8)
