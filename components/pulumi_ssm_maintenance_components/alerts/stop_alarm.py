"""The alarm that stops a task: an object, or a name."""

from typing import TypeAlias

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.args import AlarmConfigurationArgs
from pulumi_ssm_maintenance_components.foundation.arguments import wrong

AnyAlarm: TypeAlias = aws.cloudwatch.MetricAlarm | pulumi.Input[str]


def alarm_name(alarm: AnyAlarm) -> pulumi.Input[str]:
    """Give the name of an alarm that is an object, or a name already."""
    return alarm.name if isinstance(alarm, aws.cloudwatch.MetricAlarm) else alarm


def alarm_configuration(where: str, alarm: AnyAlarm | None) -> AlarmConfigurationArgs | None:
    """Give a task's argument for the alarm that stops it; one that cannot be read stops it too.

    Raises:
        ArgumentError: it is an ARN.
    """
    if alarm is None:
        return None
    if isinstance(alarm, str) and alarm.startswith("arn:"):
        raise wrong(where, "stop_on_alarm", alarm, "an alarm or its name, not its ARN")
    return {"alarms": [{"name": alarm_name(alarm)}], "ignore_poll_alarm_failure": False}
