"""EventBridge rules that notify a topic of each event, and CloudWatch alarms.

Systems Manager's own metrics have no dimensions, so they do not distinguish windows. EventBridge counts the events that
match a rule, and the alarm of a window watches that count.

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
    """A rule, and its alarm or None."""

    rule: aws.cloudwatch.EventRule
    alarm: aws.cloudwatch.MetricAlarm | None


def rule_alarm(  # noqa: PLR0913 - one parameter for each part
    component: Component,
    name: str,
    *,
    pattern: Mapping[str, Any],
    topic_arn: pulumi.Input[str] | None,
    description: str,
    tags: Mapping[str, pulumi.Input[str]] | None = None,
    alarm: bool = True,
) -> RuleAlarm:
    """Create a rule, and an alarm that goes off in a minute in which the rule matches.

    Both the rule and the alarm notify the topic, because EventBridge delivers metrics on a best-effort basis.

    Args:
        component: the parent.
        name: the logical name of all parts.
        pattern: the event pattern, which may contain outputs.
        topic_arn: the topic to notify, or None.
        description: what a match means, at most 512 characters.
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


def metric_alarm(  # noqa: PLR0913 - one parameter for each part
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
    """Create an alarm that goes off in a minute in which a metric is 1 or more. Missing data is no failure.

    Args:
        component: the parent.
        name: the logical name.
        namespace: such as `AWS/Lambda` or `AWS/States`.
        metric_name: such as `Errors` or `ExecutionsFailed`.
        dimensions: the dimensions of the metric.
        topic_arn: the topic to notify, or None.
        description: what the alarm means, at most 1024 characters.
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
