"""The checks of declared tasks in a preview of the real engine."""

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider

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


def elsewhere():
    provider = Provider("west", region="us-west-2", preflight=True)
    MaintenanceWindowTask(
        "far",
        window_id="mw-0123456789abcdef0",
        task_type="AUTOMATION",
        task_arn="Acme-Missing",
        opts=pulumi.ResourceOptions(provider=provider),
    )


def test_a_warning_names_the_task_and_the_cure_and_a_new_alarm_of_the_program_passes(local_stack):
    stack = local_stack(program, config={"pulumi_ssm_maintenance:preflight": "true"})
    shown = stack.preview().output
    assert f"maintenance window task 'no-alarm': task.alarm: alarm missing {DOES_NOT_EXIST}" in shown
    assert "errors-of-the-program" not in "".join(line for line in shown.splitlines() if "task.alarm" in line)


def test_an_explicit_provider_has_a_preflight_of_its_own(local_stack):
    shown = local_stack(elsewhere).preview().output
    assert "task.document: document Acme-Missing does not exist in us-west-2" in shown
