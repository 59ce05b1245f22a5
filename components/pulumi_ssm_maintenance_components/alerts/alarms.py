"""EventBridge rules that notify a topic of each event, and CloudWatch alarms.

Systems Manager's own metrics have no dimensions, so they do not distinguish windows. EventBridge counts the events that
match a rule, and the alarm of a window watches that count.

https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-cloudwatch-metrics.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.keys import key_of, key_statements
from pulumi_ssm_maintenance_components.foundation.location import location_of
from pulumi_ssm_maintenance_components.foundation.roles import (
    AnyRole,
    on_behalf_of,
    publish_statement,
    role_arn,
    service_role,
)

_EVENT_ROLE = "event-role"


@dataclass(frozen=True, slots=True)
class RuleAlarm:
    """A rule, and its alarm or None."""

    name: str
    """The logical name of the rule, and of what belongs to it."""
    rule: aws.cloudwatch.EventRule
    alarm: aws.cloudwatch.MetricAlarm | None
    """Goes off when the rule matches an event."""


def use_event_role(component: Component, role: AnyRole | None) -> None:
    """Let the rules of a component publish with an existing role, if there is one."""
    if role is not None:
        component.once(_EVENT_ROLE, lambda: role_arn(role))


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
    """Create a rule, and an alarm that goes off in a minute in which the rule matches. `notify_topic` adds the target.

    Both the rule and the alarm notify the topic, because EventBridge delivers metrics on a best-effort basis. A second
    alarm goes off when EventBridge cannot deliver an event of the rule to the topic.

    Args:
        component: the parent.
        name: the logical name of all parts.
        pattern: the event pattern, which may contain outputs.
        topic_arn: the topic to notify, or None.
        description: what a match means, at most 512 characters.
        tags: the tags of the rule and the alarm.
        alarm: whether there is an alarm.
    """
    rule_name = component.auto_named("rule", name)
    rule = aws.cloudwatch.EventRule(
        rule_name,
        event_pattern=pulumi.Output.json_dumps(pattern),
        description=description,
        tags=tags,
        opts=component.child(),
    )
    if not alarm:
        return RuleAlarm(rule_name, rule, None)
    if topic_arn is not None:
        metric_alarm(
            component,
            f"{name}-undelivered",
            namespace="AWS/Events",
            metric_name="FailedInvocations",
            dimensions={"RuleName": rule.name},
            topic_arn=topic_arn,
            description=f"EventBridge could not notify the topic. {description}",
            tags=tags,
        )
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
    return RuleAlarm(rule_name, rule, made)


def notify_topic(
    component: Component,
    rules: Sequence[RuleAlarm],
    topic_arn: pulumi.Input[str] | None,
    tags: Mapping[str, pulumi.Input[str]],
) -> None:
    """Let all rules of a component publish to its topic, if there is one, with a role that only these rules may use.

    The trust of the role has the ARNs of the rules and no pattern of their names: a project may have automatic names of
    its own, and a transform may change names.
    """
    if topic_arn is None or not rules:
        return
    role = component.once(_EVENT_ROLE, lambda: _event_role(component, rules, topic_arn, tags).arn)
    for each in rules:
        aws.cloudwatch.EventTarget(each.name, rule=each.rule.name, arn=topic_arn, role_arn=role, opts=component.child())


def _event_role(
    component: Component,
    rules: Sequence[RuleAlarm],
    topic_arn: pulumi.Input[str],
    tags: Mapping[str, pulumi.Input[str]],
) -> aws.iam.Role:
    """Create the role with which the rules of a component publish to its topic.

    A topic policy with a condition does not work for EventBridge, and one without a condition lets the rules of all
    accounts publish.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    return service_role(
        component,
        f"{component.logical_name}-events",
        "events.amazonaws.com",
        [publish_statement(topic_arn), *key_statements(key_of(component))],
        condition=on_behalf_of(location_of(component), [each.rule.arn for each in rules]),
        tags=tags,
        description="Lets EventBridge notify a topic",
    )


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
