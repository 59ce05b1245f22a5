"""The alarm that stops a task: an `aws.cloudwatch.MetricAlarm` or its name."""

from typing import TypeAlias

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.args import AlarmConfigurationArgs
from pulumi_ssm_maintenance_components.foundation.arguments import wrong

_LONGEST_NAME = 255

AnyAlarm: TypeAlias = aws.cloudwatch.MetricAlarm | pulumi.Input[str]


def alarm_name(alarm: AnyAlarm) -> pulumi.Input[str]:
    """Return the name of an alarm."""
    return alarm.name if isinstance(alarm, aws.cloudwatch.MetricAlarm) else alarm


def alarm_configuration(where: str, alarm: AnyAlarm | None) -> AlarmConfigurationArgs | None:
    """Return the task argument for the alarm that stops a task. An unreadable alarm stops the task too.

    Raises:
        ArgumentError: `alarm` is an ARN, or no name of an alarm.
    """
    if alarm is None:
        return None
    check_alarm(where, "stop_on_alarm", alarm)
    return {"alarms": [{"name": alarm_name(alarm)}], "ignore_poll_alarm_failure": False}


def check_alarm(where: str, argument: str, alarm: object) -> None:
    """Check the name of an alarm.

    Raises:
        ArgumentError: it is an ARN, or no name of an alarm.
    """
    if isinstance(alarm, str) and alarm.startswith("arn:"):
        raise wrong(where, argument, alarm, "an alarm or its name, not its ARN")
    if isinstance(alarm, str) and not 1 <= len(alarm) <= _LONGEST_NAME:
        raise wrong(where, argument, alarm, f"the name of an alarm, 1 to {_LONGEST_NAME} characters")
