"""Who is told: nobody, a topic that is there, or a new one; and what Run Command tells."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.args import RunCommandArgs

from ._arguments import wrong
from ._component import Component
from ._here import Here
from ._topic import alert_topic

Notify: TypeAlias = bool | aws.sns.Topic | pulumi.Input[str] | Sequence[str]


def topic_arn(
    component: Component, name: str, here: Here, notify: Notify, tags: Mapping[str, pulumi.Input[str]]
) -> pulumi.Output[str] | None:
    """Give the ARN of the topic for alerts, and make the topic where none is given.

    Args:
        component: the parent of the topic.
        name: the name of the component.
        here: where it lives.
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
        return alert_topic(component, f"{name}-alerts", here, emails=emails, tags=tags).arn
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
