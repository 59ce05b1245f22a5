"""Approvals by people: the topic that asks them, and what AWS takes.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.alerts.topics import (
    TOPIC_ARN,
    Notify,
    demand_standard_topic,
    subscribe,
    warn_of_key,
)
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, all_at_once, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.keys import key_of
from pulumi_ssm_maintenance_components.foundation.names import full_name

_TOPIC_PREFIX = "Automation"
_LONGEST_TOPIC_NAME = 256
_MOST_APPROVERS = 10
_LONGEST_MESSAGE = 4096
_LONGEST_WAIT = 2592000  # 30 days


def approval_topic(
    component: Component, name: str, topic: Notify, tags: Mapping[str, pulumi.Input[str]]
) -> pulumi.Output[str]:
    """Return the ARN of the topic that asks approvers. Create it unless it exists: AWS demands a prefix of its name."""
    if isinstance(topic, aws.sns.Topic):
        warn_of_key(component, "approval_topic", topic, alarms=False)
        return _demanded_later(component.where, "approval_topic", topic.arn)
    if not isinstance(topic, bool) and (isinstance(topic, str) or not isinstance(topic, Sequence)):
        return _demanded_later(component.where, "approval_topic", topic)
    full = f"{_TOPIC_PREFIX}-{full_name(name, longest=_LONGEST_TOPIC_NAME - len(_TOPIC_PREFIX) - 1)}".replace(".", "-")
    created = aws.sns.Topic(name, name=full, kms_master_key_id=key_of(component), tags=tags, opts=component.child())
    subscribe(component, name, created.arn, () if isinstance(topic, bool) else topic)
    return created.arn


def check_approval_topic(where: str, argument: str, topic: object) -> None:
    """Check a topic that asks approvers, as far as its name is known.

    Raises:
        ArgumentError: AWS does not publish approvals to a topic of this name.
    """
    if isinstance(topic, str) and not (
        TOPIC_ARN.fullmatch(topic) and topic.rpartition(":")[2].startswith(_TOPIC_PREFIX)
    ):
        raise wrong(where, argument, topic, f"the ARN of a topic whose name starts with {_TOPIC_PREFIX!r}")
    demand_standard_topic(where, argument, topic)


def demand_approval_topic(where: str, argument: str, topic: pulumi.Input[str]) -> pulumi.Input[str]:
    """Return the ARN of a topic that asks approvers; the name of an output is checked as soon as it is known."""
    return topic if isinstance(topic, str) else _demanded_later(where, argument, topic)


def _demanded_later(where: str, argument: str, topic: pulumi.Input[str]) -> pulumi.Output[str]:
    def checked(arn: str) -> str:
        check_approval_topic(where, argument, arn)
        return arn

    return pulumi.Output.from_input(topic).apply(checked)


@all_at_once
def check_approvers(where: str, approvers: Sequence[object]) -> Iterator[ArgumentError]:
    """Check the number of approvers, and that each has a name.

    Raises:
        ArgumentError: AWS does not take so many, or one has no name.
    """
    if not 1 <= len(approvers) <= _MOST_APPROVERS:
        yield wrong(where, "approvers", len(approvers), f"1 to {_MOST_APPROVERS} approvers")
    for approver in approvers:
        if isinstance(approver, str) and not approver.strip():
            yield wrong(where, "approvers", approver, "IAM user names, or ARNs of users and roles")


def check_approval_timeout(where: str, argument: str, seconds: object) -> None:
    """Check how long an approval waits.

    Raises:
        ArgumentError: AWS does not wait so long.
    """
    if type(seconds) is not int or not 1 <= seconds <= _LONGEST_WAIT:
        raise wrong(where, argument, seconds, f"1 to {_LONGEST_WAIT} seconds, which is 30 days")


def check_approval(  # noqa: PLR0913 - one parameter for each part
    where: str,
    *,
    topic_arn: object,
    approvers: Sequence[object],
    message: object,
    required: int,
    timeout_seconds: int,
) -> None:
    """Check the parts of an approval, and raise all mistakes at once.

    Raises:
        ArgumentError: AWS does not take a part.
    """
    problems = Problems(where)
    problems.check(check_approval_topic, where, "topic_arn", topic_arn)
    problems.check(check_approvers, where, approvers)
    problems.check(_check_message, where, message)
    problems.check(_check_required, where, required, approvers)
    problems.check(check_approval_timeout, where, "timeout_seconds", timeout_seconds)
    problems.raise_all()


def check_approval_inputs(where: str, inputs: Mapping[str, Any]) -> None:
    """Check the inputs of an approval that a program wrote itself, as far as they are no parameters of the runbook.

    Raises:
        ArgumentError: AWS does not take a part.
    """
    problems = Problems(where)
    topic, approvers = inputs.get("NotificationArn"), inputs.get("Approvers")
    if not (isinstance(topic, str) and "{{" in topic):
        problems.check(check_approval_topic, where, "NotificationArn", topic)
    if isinstance(approvers, list | tuple):
        problems.check(check_approvers, where, approvers)
    problems.check(_check_message, where, inputs.get("Message"))
    problems.raise_all()


def _check_message(where: str, message: object) -> None:
    if isinstance(message, str) and len(message) > _LONGEST_MESSAGE:
        raise wrong(where, "message", len(message), f"at most {_LONGEST_MESSAGE} characters")


def _check_required(where: str, required: int, approvers: Sequence[object]) -> None:
    if approvers and not 1 <= required <= len(approvers):
        raise wrong(where, "required", required, f"1 to {len(approvers)}, the number of approvers")
