"""The topic that is notified of failures: an existing one, a new one or none."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.args import RunCommandArgs
from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.foundation.arguments import all_at_once, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.keys import key_of
from pulumi_ssm_maintenance_components.foundation.later import from_text
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import Statement, policy

# https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
TOPIC_ARN = re.compile(r"arn:[\w-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?")
"""The ARN of a topic."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_KEY_OF_AWS = "alias/aws/sns"
_FIFO = ".fifo"

Notify: TypeAlias = bool | aws.sns.Topic | pulumi.Input[str] | Sequence[str]


def topic_arn(
    component: Component, name: str, location: Location, notify: Notify, tags: Mapping[str, pulumi.Input[str]]
) -> pulumi.Output[str] | None:
    """Return the ARN of the topic that `notify` stands for, or None. Create the topic if it is a new one.

    Args:
        component: the parent of the topic.
        name: the name of the component.
        location: the account and region of the topic.
        notify: True for a new topic, e-mail addresses for a new topic that writes to them, an existing topic or its
            ARN, False for none.
        tags: the tags of a new topic.

    Raises:
        ArgumentError: see `check_notify`.
    """
    check_notify(component.where, notify)
    if notify is False:
        return None
    if isinstance(notify, aws.sns.Topic):
        warn_of_key(component, "notify", notify, alarms=True)
        notify = notify.arn
    if notify is True or (isinstance(notify, Sequence) and not isinstance(notify, str)):
        emails = () if notify is True else notify
        return alert_topic(component, f"{name}-alerts", location, emails=emails, tags=tags).arn
    return from_text(f"{component.where}: notify", notify, lambda arn: _standard(component.where, arn))


def _standard(where: str, arn: str) -> str:
    demand_standard_topic(where, "notify", arn)
    return arn


def warn_of_key(component: Component, argument: str, topic: aws.sns.Topic, *, alarms: bool) -> None:
    """Warn that what a component publishes would be lost because of the key of an existing topic.

    Args:
        component: the component.
        argument: its argument with the topic.
        topic: the topic.
        alarms: whether alarms publish to the topic.
    """

    def warn(keys: Sequence[str | None]) -> None:
        if problem := _problem_of_key(*keys, alarms=alarms):
            pulumi.log.warn(f"{component.where}: {argument}: {problem}", component)

    pulumi.Output.all(topic.kms_master_key_id, key_of(component)).apply(warn)


def _problem_of_key(key: str | None, own_key: str | None, *, alarms: bool) -> str | None:
    if not key:
        return None
    if key.endswith(_KEY_OF_AWS):
        cure = "with which alarms cannot publish to it: give the topic a key of your own, and pass it as `kms_key` too"
        return f"the topic has AWS's own key {_KEY_OF_AWS}, {cure}" if alarms else None
    if own_key is None:
        return (
            "the topic has a KMS key, which the new roles may not use, so notifications are lost: pass the key as"
            " `kms_key`"
        )
    if "alias/" not in key and key.rpartition("/")[2] != own_key.rpartition("/")[2]:
        return (
            "the topic has another KMS key than `kms_key`, which the new roles may not use, so notifications are lost"
            " unless roles of your own publish them"
        )
    return None


@all_at_once
def check_notify(where: str, notify: Notify, argument: str = "notify") -> Iterator[ArgumentError]:
    """Check the argument `notify` of a component, or another one of this type.

    Raises:
        ArgumentError: a text is not the ARN of a standard topic, or an item of a list is no e-mail address.
    """
    if isinstance(notify, str) and not TOPIC_ARN.fullmatch(notify):
        yield wrong(where, argument, notify, "True, False, a topic or its ARN, or a list of e-mail addresses")
    elif _is_fifo(notify):
        yield _no_fifo(where, argument, notify)
    if isinstance(notify, Sequence) and not isinstance(notify, str):
        if not notify:
            yield wrong(where, argument, notify, "e-mail addresses in a list, or True for a topic without subscribers")
        for email in notify:
            if not _EMAIL.fullmatch(email):
                yield wrong(where, argument, email, "e-mail addresses in a list, or the ARN of a topic without one")
        if len({*notify}) < len(notify):
            yield wrong(where, argument, notify, "each e-mail address once")


def demand_standard_topic(where: str, argument: str, topic: object) -> None:
    """Refuse the ARN of a FIFO topic.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-sns-notifications.html

    Raises:
        ArgumentError: the topic is a FIFO topic.
    """
    if _is_fifo(topic):
        raise _no_fifo(where, argument, topic)


def _is_fifo(topic: object) -> bool:
    return isinstance(topic, str) and topic.endswith(_FIFO)


def _no_fifo(where: str, argument: str, topic: object) -> ArgumentError:
    return wrong(where, argument, topic, "a standard topic: Systems Manager cannot publish to a FIFO topic")


def failed_nodes(
    topic_arn: pulumi.Input[str] | None, notification_role_arn: pulumi.Input[str] | None
) -> RunCommandArgs:
    """Return the arguments of a Run Command task that notify a topic of each node that fails.

    The events of windows name no node, and these notifications do.
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
    """Create a topic with its policy and a subscription for each address, which the owner has to confirm."""
    topic = aws.sns.Topic(
        component.auto_named("topic", name), kms_master_key_id=key_of(component), tags=tags, opts=component.child()
    )
    aws.sns.TopicPolicy(
        name, arn=topic.arn, policy=policy(publisher_statements(location, topic.arn)), opts=component.child()
    )
    subscribe(component, name, topic.arn, emails)
    return topic


def subscribe(component: Component, name: str, topic_arn: pulumi.Input[str], emails: Sequence[str]) -> None:
    """Create a subscription for each address, which the owner has to confirm."""
    for email in emails:
        subscription = f"{name}-{email}"
        aws.sns.TopicSubscription(
            subscription, topic=topic_arn, protocol="email", endpoint=email, opts=component.child()
        )


def publisher_statements(location: Location, topic_arn: pulumi.Input[str]) -> list[Statement]:
    """Return the statements of a topic policy that let the alarms of this account and region publish.

    EventBridge rules need none: they publish with a role.
    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    return [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["sns:Publish"],
            "Resource": [topic_arn],
            "Condition": {"ArnLike": {"aws:SourceArn": location.arn("cloudwatch", "alarm:*")}},
        }
    ]
