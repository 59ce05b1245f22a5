"""The gate of a wave: what it asks Systems Manager, and when it stays shut."""

import boto3
import pytest
from botocore.stub import Stubber

from pulumi_ssm_maintenance_components.runbooks.scripts import gate

EXECUTION = "14bea65d-5ccc-462d-a2f3-e99c8da0b1c2"
PATCH, APPROVAL, OTHER = "web-runbook-1234567", "web-approval-runbook-1234567", "db-runbook-1234567"


def task_id(number):
    return f"00000000-0000-0000-0000-{number:012}"


def an_arn(name):
    return f"arn:aws:ssm:us-east-1:123456789012:automation-definition/{name}:3"


@pytest.fixture
def asked(monkeypatch):
    """Runs the gate of a wave against an opening of the window with these tasks: (runbook, priority, status)."""

    def ask(*tasks, priority=20, earlier=1, page=10, details=None, empty=()):
        client = boto3.Session("x", "x", region_name="us-east-1").client("ssm")
        monkeypatch.setattr(gate.boto3, "client", lambda service, config: client)
        with Stubber(client) as stubber:
            _stub(stubber, tasks, page, details)
            counted = [it for it in enumerate(tasks) if is_of_the_run(it[1]) and it[1][1] < priority]
            if len(counted) >= earlier and {task[2] for _, task in counted} == {"SUCCESS"}:
                _stub_invocations(stubber, [number for number, _ in counted], empty)
            payload = {
                "WindowExecutionId": EXECUTION,
                "Priority": str(priority),
                "EarlierTasks": str(earlier),
                "Runbooks": [PATCH, APPROVAL],
            }
            answer = gate.handler(payload, None)
            stubber.assert_no_pending_responses()
            return answer

    return ask


def _stub(stubber, tasks, page, details):
    listed = [
        {"WindowExecutionId": EXECUTION, "TaskExecutionId": task_id(number), "TaskArn": arn, "Status": status}
        for number, (arn, _, status) in enumerate(tasks)
    ]
    for start in range(0, max(len(listed), 1), page):
        request = {"WindowExecutionId": EXECUTION, **({"NextToken": str(start)} if start else {})}
        more = {"NextToken": str(start + page)} if start + page < len(listed) else {}
        answer = {"WindowExecutionTaskIdentities": listed[start : start + page], **more}
        stubber.add_response("describe_maintenance_window_execution_tasks", answer, request)
        for number, (arn, priority, status) in list(enumerate(tasks))[start : start + page]:
            if is_of_the_run((arn, priority, status)):
                found = {"TaskExecutionId": task_id(number), "TaskArn": arn, "Priority": priority, "Status": status}
                stubber.add_response(
                    "get_maintenance_window_execution_task",
                    found | ({"StatusDetails": details} if details else {}),
                    {"WindowExecutionId": EXECUTION, "TaskId": task_id(number)},
                )


def _stub_invocations(stubber, tasks, empty):
    for number in tasks:
        one = {"WindowExecutionId": EXECUTION, "TaskExecutionId": task_id(number), "Status": "SUCCESS"}
        stubber.add_response(
            "describe_maintenance_window_execution_task_invocations",
            {"WindowExecutionTaskInvocationIdentities": [] if number in empty else [one]},
            {
                "WindowExecutionId": EXECUTION,
                "TaskId": task_id(number),
                "Filters": [{"Key": "STATUS", "Values": ["SUCCESS"]}],
            },
        )


def is_of_the_run(task):
    return PATCH in task[0] or APPROVAL in task[0]


def test_a_wave_that_succeeded_on_no_node_does_not_open_the_gate_though_its_task_counts_as_a_success(asked):
    """It had no node, or its only run failed within the error limit, as a rejected approval does."""
    with pytest.raises(RuntimeError, match=r"has succeeded nowhere, so it has tested nothing: priority 10$"):
        asked((PATCH, 10, "SUCCESS"), (PATCH, 20, "IN_PROGRESS"), empty=[0])
    with pytest.raises(RuntimeError, match=r"tested nothing: priority 20$"):
        asked((PATCH, 10, "SUCCESS"), (PATCH, 20, "SUCCESS"), priority=30, earlier=2, empty=[1])


def test_a_wave_of_several_tasks_needs_a_node_in_one_of_them(asked):
    assert asked((PATCH, 10, "SUCCESS"), (PATCH, 10, "SUCCESS"), earlier=2, empty=[1])


def test_the_first_wave_passes_without_a_call(monkeypatch):
    monkeypatch.setattr(gate.boto3, "client", None)
    assert gate.handler({"EarlierTasks": "0"}, None) == {"Earlier": []}


def test_a_wave_passes_when_the_one_before_has_succeeded(asked):
    answer = asked((PATCH, 10, "SUCCESS"), (PATCH, 20, "IN_PROGRESS"))
    assert answer == {"Earlier": [f"task {task_id(0)} of priority 10 is SUCCESS"]}


@pytest.mark.parametrize(
    "status", ["FAILED", "TIMED_OUT", "CANCELLED", "CANCELLING", "SKIPPED_OVERLAPPING", "IN_PROGRESS", "PENDING"]
)
def test_a_wave_does_not_pass_while_the_one_before_has_not_succeeded(asked, status):
    with pytest.raises(RuntimeError, match=rf"not succeeded: task {task_id(0)} of priority 10 is {status}$"):
        asked((PATCH, 10, status), (PATCH, 20, "IN_PROGRESS"))


def test_the_reason_that_systems_manager_gives_is_reported(asked):
    with pytest.raises(RuntimeError, match=r"is FAILED \(One node\)"):
        asked((PATCH, 10, "FAILED"), details="One node")


def test_a_wave_waits_for_all_that_come_before_it_and_not_only_for_the_last(asked):
    with pytest.raises(RuntimeError, match=r"priority 10 is FAILED$"):
        asked((PATCH, 10, "FAILED"), (PATCH, 20, "SUCCESS"), (PATCH, 30, "IN_PROGRESS"), priority=30, earlier=2)


def test_each_of_several_tasks_of_a_wave_counts(asked):
    tasks = [(PATCH, 10, "SUCCESS"), (PATCH, 10, "SUCCESS"), (PATCH, 20, "IN_PROGRESS"), (PATCH, 20, "IN_PROGRESS")]
    assert len(asked(*tasks, earlier=2)["Earlier"]) == 2
    with pytest.raises(RuntimeError, match=r"priority 10 is TIMED_OUT$"):
        asked((PATCH, 10, "SUCCESS"), (PATCH, 10, "TIMED_OUT"), *tasks[2:], earlier=2)


def test_what_another_run_does_in_the_same_window_does_not_matter(asked):
    assert (
        len(asked((OTHER, 10, "FAILED"), (PATCH, 10, "SUCCESS"), ("AWS-RunShellScript", 1, "FAILED"))["Earlier"]) == 1
    )


def test_a_later_wave_does_not_matter(asked):
    assert asked((PATCH, 10, "SUCCESS"), (PATCH, 20, "IN_PROGRESS"), (PATCH, 30, "FAILED"))


def test_an_approval_is_waited_for_by_the_first_wave(asked):
    assert asked((APPROVAL, 5, "SUCCESS"), (PATCH, 10, "IN_PROGRESS"), priority=10)
    with pytest.raises(RuntimeError, match=r"priority 5 is FAILED$"):
        asked((APPROVAL, 5, "FAILED"), (PATCH, 10, "IN_PROGRESS"), priority=10)


def test_a_wave_that_never_ran_has_not_succeeded(asked):
    with pytest.raises(RuntimeError, match="2 tasks of earlier waves should have run in this window, and 1 did"):
        asked((PATCH, 10, "SUCCESS"), (PATCH, 30, "IN_PROGRESS"), priority=30, earlier=2)


def test_all_pages_are_looked_at(asked):
    tasks = [(PATCH, 10, "SUCCESS")] * 3
    assert len(asked(*tasks, earlier=3, page=2)["Earlier"]) == 3
    with pytest.raises(RuntimeError, match=r"FAILED$"):
        asked(*tasks, (PATCH, 10, "FAILED"), earlier=4, page=2)


def test_a_runbook_is_known_by_its_name_and_by_its_arn(asked):
    assert asked((an_arn(PATCH), 10, "SUCCESS"))
    with pytest.raises(RuntimeError, match=r"FAILED$"):
        asked((an_arn(PATCH), 10, "FAILED"))
