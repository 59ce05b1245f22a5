"""Topics that EventBridge rules and CloudWatch alarms of this account and region may publish to."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from ._component import Component
from ._here import Here
from ._roles import Statement, policy

# What publishes, by the ARNs that it publishes for. An ARN holds the account, so nobody else's rule gets through.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
# https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
_PUBLISHERS = {"events": "rule/*", "cloudwatch": "alarm:*"}


def alert_topic(
    component: Component,
    name: str,
    here: Here,
    *,
    emails: Sequence[str] = (),
    tags: Mapping[str, pulumi.Input[str]] | None = None,
) -> aws.sns.Topic:
    """Make a topic for alerts, with its policy, and a subscription for each address, which its owner has to confirm."""
    topic = aws.sns.Topic(component.auto_named("topic", name), tags=tags, opts=component.child())
    aws.sns.TopicPolicy(
        name, arn=topic.arn, policy=policy(publisher_statements(here, topic.arn)), opts=component.child()
    )
    for email in emails:
        subscription = f"{name}-{email}"
        aws.sns.TopicSubscription(
            subscription, topic=topic.arn, protocol="email", endpoint=email, opts=component.child()
        )
    return topic


def publisher_statements(here: Here, topic_arn: pulumi.Input[str]) -> list[Statement]:
    """Say what a topic's policy must allow for rules and alarms."""
    return [
        {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": ["sns:Publish"],
            "Resource": [topic_arn],
            "Condition": {"ArnLike": {"aws:SourceArn": here.arn(service, sources)}},
        }
        for service, sources in _PUBLISHERS.items()
    ]
