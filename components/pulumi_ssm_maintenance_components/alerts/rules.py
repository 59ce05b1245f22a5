"""Alerts: rules that tell of events at once, and alarms that show a state.

Systems Manager's own metrics have no dimensions, so that they cannot tell one window from another. EventBridge counts
the events of each rule, and that is what an alarm of a window watches.

https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-cloudwatch-metrics.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.component import Component


@dataclass(frozen=True, slots=True)
class RuleAlarm:
    """A rule, and the alarm on it where one is wanted."""

    rule: aws.cloudwatch.EventRule
    alarm: aws.cloudwatch.MetricAlarm | None


def rule_alarm(  # noqa: PLR0913 - an alert is made of just these
    component: Component,
    name: str,
    *,
    pattern: Mapping[str, Any],
    topic_arn: pulumi.Input[str] | None,
    description: str,
    tags: Mapping[str, pulumi.Input[str]] | None = None,
    alarm: bool = True,
) -> RuleAlarm:
    """Make a rule, and an alarm for a minute in which it matched.

    The topic hears of each event from the rule, and of the alarm too: metrics of EventBridge are best effort.

    Args:
        component: the parent.
        name: the logical name of all parts.
        pattern: the event pattern; it may hold outputs.
        topic_arn: the topic that is told; None tells nobody.
        description: what has happened when it matches, at most 512 characters.
        tags: the tags of the rule and the alarm.
        alarm: whether there is an alarm.
    """
    rule = aws.cloudwatch.EventRule(
        component.auto_named("rule", name),
        event_pattern=pulumi.Output.json_dumps(pattern),
        description=description,
        tags=tags,
        opts=component.child(),
    )
    if topic_arn is not None:
        aws.cloudwatch.EventTarget(name, rule=rule.name, arn=topic_arn, opts=component.child())
    if not alarm:
        return RuleAlarm(rule, None)
    made = metric_alarm(
        component,
        name,
        namespace="AWS/Events",
        metric_name="TriggeredRules",
        dimensions={"RuleName": rule.name},
        topic_arn=topic_arn,
        description=description,
        tags=tags,
    )
    return RuleAlarm(rule, made)


def metric_alarm(  # noqa: PLR0913 - an alarm is made of just these
    component: Component,
    name: str,
    *,
    namespace: str,
    metric_name: str,
    dimensions: Mapping[str, pulumi.Input[str]],
    topic_arn: pulumi.Input[str] | None,
    description: str,
    tags: Mapping[str, pulumi.Input[str]] | None = None,
) -> aws.cloudwatch.MetricAlarm:
    """Make an alarm for a minute in which a metric counted anything; no data is no failure.

    Args:
        component: the parent.
        name: the logical name.
        namespace: such as `AWS/Lambda` or `AWS/States`.
        metric_name: such as `Errors` or `ExecutionsFailed`.
        dimensions: what the metric is counted for.
        topic_arn: the topic that is told; None tells nobody.
        description: what has happened when it goes off, at most 1024 characters.
        tags: its tags.
    """
    return aws.cloudwatch.MetricAlarm(
        component.auto_named("alarm", name),
        namespace=namespace,
        metric_name=metric_name,
        dimensions=dimensions,
        statistic="Sum",
        comparison_operator="GreaterThanOrEqualToThreshold",
        threshold=1,
        period=60,
        evaluation_periods=1,
        treat_missing_data="notBreaching",
        alarm_actions=None if topic_arn is None else [topic_arn],
        alarm_description=description,
        tags=tags,
        opts=component.child(),
    )
