"""The checks of declared tasks in a preview of the real engine."""

from functools import partial
from types import SimpleNamespace

import pulumi
import pulumi_aws as aws
import pytest
from tests.docs.pages import ROOT, snippets

from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider
from pulumi_ssm_maintenance.testing import EngineError

DOES_NOT_EXIST = "does not exist in us-east-1"


def window_and_alarm():
    window = aws.ssm.MaintenanceWindow("window", schedule="rate(7 days)", duration=2, cutoff=1)
    alarm = aws.cloudwatch.MetricAlarm(
        "alarm",
        name="errors-of-the-program",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        metric_name="Errors",
        namespace="Shop",
        period=60,
        statistic="Sum",
        threshold=1,
    )
    return window, alarm


def program():
    window, alarm = window_and_alarm()
    task = {"window_id": window.id, "task_type": "AUTOMATION", "task_arn": "AWS-StopEC2Instance"}
    task["task_invocation_parameters"] = {"automation": {"parameters": {"InstanceId": ["i-0123456789abcdef0"]}}}
    MaintenanceWindowTask("new-alarm", **task, alarm_configuration={"alarms": [{"name": alarm.name}]})
    MaintenanceWindowTask("no-alarm", **task, alarm_configuration={"alarms": [{"name": "missing"}]})


PAGE = ROOT / "docs" / "preflight.md"


def elsewhere():
    """Declare the task of the page on the preflight in another region, whose provider is strict."""
    (shown,) = [it.text for it in snippets("python") if it.page == PAGE and "MaintenanceWindowTask(" in it.text]
    west = pulumi.ResourceOptions(provider=Provider("west", region="us-west-2", preflight="strict"))
    names = {
        "MaintenanceWindowTask": partial(MaintenanceWindowTask, opts=west),
        "window": SimpleNamespace(window_id="mw-0123456789abcdef0"),
        "nodes": SimpleNamespace(id="e32eecb2-646c-4f4b-8ed1-205fbfd3ad35"),
    }
    exec(shown, names)


def test_a_warning_names_the_task_and_the_cure_and_a_new_alarm_of_the_program_passes(local_stack):
    stack = local_stack(program, config={"pulumi_ssm_maintenance:preflight": "true"})
    shown = stack.preview().output
    assert f"maintenance window task 'no-alarm': task.alarm: alarm missing {DOES_NOT_EXIST}" in shown
    assert "errors-of-the-program" not in "".join(line for line in shown.splitlines() if "task.alarm" in line)


def test_a_strict_preflight_of_an_explicit_provider_fails_the_preview_as_the_page_shows(local_stack):
    with pytest.raises(EngineError) as failed:
        local_stack(elsewhere).preview()
    lines = [line.strip() for line in failed.value.result.output.splitlines() if "has a problem" in line]
    shown = [line for it in snippets("text") if it.page == PAGE for line in it.text.splitlines()]
    errors = [line.replace("us-east-1", "us-west-2") for line in shown if line.startswith("error: ")]
    assert [line for line in lines if line.startswith("error: ")] == errors
