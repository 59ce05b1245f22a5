"""Who is told: nobody, a topic that is there, or a new one; and what Run Command tells."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.args import RunCommandArgs
from pulumi_ssm_maintenance_components.foundation.arguments import wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import Statement, policy

# What publishes, by the ARNs that it publishes for. An ARN holds the account, so nobody else's rule gets through.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
# https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
_PUBLISHERS = {"events": "rule/*", "cloudwatch": "alarm:*"}

Notify: TypeAlias = bool | aws.sns.Topic | pulumi.Input[str] | Sequence[str]


def topic_arn(
    component: Component, name: str, location: Location, notify: Notify, tags: Mapping[str, pulumi.Input[str]]
) -> pulumi.Output[str] | None:
    """Give the ARN of the topic for alerts, and make the topic where none is given.

    Args:
        component: the parent of the topic.
        name: the name of the component.
        location: where it lives.
        notify: True for a new topic, e-mail addresses for a new topic that writes to them, a topic or its ARN for
            that one, False for none.
        tags: the tags of a new topic.

    Raises:
        ArgumentError: a text is no ARN, or one in a list is no e-mail address.
    """
    if notify is False:
        return None
    if isinstance(notify, aws.sns.Topic):
        return notify.arn
    if notify is True or (isinstance(notify, Sequence) and not isinstance(notify, str)):
        emails = () if notify is True else notify
        if strange := [email for email in emails if "@" not in email]:
            raise wrong(name, "notify", strange[0], "e-mail addresses in a list, or the ARN of a topic without one")
        return alert_topic(component, f"{name}-alerts", location, emails=emails, tags=tags).arn
    if isinstance(notify, str) and not notify.startswith("arn:"):
        raise wrong(name, "notify", notify, "True, False, a topic or its ARN, or a list of e-mail addresses")
    return pulumi.Output.from_input(notify)


def failed_nodes(
    topic_arn: pulumi.Input[str] | None, notification_role_arn: pulumi.Input[str] | None
) -> RunCommandArgs:
    """Give the arguments of a Run Command task that tell a topic of each node that fails.

    No event of a window names a node.
    """
    if topic_arn is None:
        return {}
    return {
        "service_role_arn": notification_role_arn,
        "notification_config": {
            "notification_arn": topic_arn,
            "notification_events": ["TimedOut", "Cancelled", "Failed"],
            "notification_type": "Invocation",
        },
    }


def alert_topic(
    component: Component,
    name: str,
    location: Location,
    *,
    emails: Sequence[str] = (),
    tags: Mapping[str, pulumi.Input[str]] | None = None,
) -> aws.sns.Topic:
    """Make a topic for alerts, with its policy, and a subscription for each address, which its owner has to confirm."""
    topic = aws.sns.Topic(component.auto_named("topic", name), tags=tags, opts=component.child())
    aws.sns.TopicPolicy(
        name, arn=topic.arn, policy=policy(publisher_statements(location, topic.arn)), opts=component.child()
    )
    for email in emails:
        subscription = f"{name}-{email}"
        aws.sns.TopicSubscription(
            subscription, topic=topic.arn, protocol="email", endpoint=email, opts=component.child()
        )
    return topic


def publisher_statements(location: Location, topic_arn: pulumi.Input[str]) -> list[Statement]:
    """Say what a topic's policy must allow for rules and alarms."""
    return [
        {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": ["sns:Publish"],
            "Resource": [topic_arn],
            "Condition": {"ArnLike": {"aws:SourceArn": location.arn(service, sources)}},
        }
        for service, sources in _PUBLISHERS.items()
    ]
