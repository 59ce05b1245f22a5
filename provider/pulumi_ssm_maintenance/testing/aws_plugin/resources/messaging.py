"""SNS topics and SQS queues, whose properties are text attributes in AWS."""

import json
from collections.abc import Mapping
from typing import Any

from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws
from pulumi_ssm_maintenance.testing.aws_plugin.aws.tags import TagCalls, by_id
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props
from pulumi_ssm_maintenance.testing.aws_plugin.resource_type import AutoName, Fields, ResourceType
from pulumi_ssm_maintenance.testing.aws_plugin.values import arn, json_text, length, number, one_of

_FEEDBACK = {
    f"{prefix}{what}": f"{member}{what[:1].upper()}{what[1:]}"
    for prefix, member in {
        "application": "Application",
        "firehose": "Firehose",
        "http": "HTTP",
        "lambda": "Lambda",
        "sqs": "SQS",
    }.items()
    for what in ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate")
}
_TOPIC = _FEEDBACK | {
    "archivePolicy": "ArchivePolicy",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "fifoTopic": "FifoTopic",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}
_SUBSCRIPTION = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
    "replayPolicy": "ReplayPolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}
_QUEUE = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}
_NUMBERS = frozenset(
    {name for name in _TOPIC | _QUEUE if name.endswith(("Seconds", "SampleRate"))}
    | {"signatureVersion", "maxMessageSize"}
)


def _create_topic(aws: Aws, inputs: Props) -> str:
    attributes = _attributes(_TOPIC, inputs)
    return str(aws.client("sns").create_topic(Name=inputs["name"], Attributes=attributes)["TopicArn"])


def _read_topic(aws: Aws, identity: str, _: Props) -> Props:
    held = aws.client("sns").get_topic_attributes(TopicArn=identity)["Attributes"]
    return _properties(_TOPIC, held) | {
        "name": identity.rpartition(":")[2],
        "arn": identity,
        "owner": held["Owner"],
    }


def _update_topic(aws: Aws, identity: str, state: Props, new: Props) -> None:
    for name, text in _changed(_TOPIC, state, new).items():
        aws.client("sns").set_topic_attributes(TopicArn=identity, AttributeName=name, AttributeValue=text)


def _delete_topic(aws: Aws, identity: str, _: Props) -> None:
    aws.client("sns").delete_topic(TopicArn=identity)


def _put_topic_policy(aws: Aws, inputs: Props) -> str:
    _set_policy(aws, inputs["arn"], inputs["policy"])
    return str(inputs["arn"])


def _read_topic_policy(aws: Aws, identity: str, _: Props) -> Props:
    held = aws.client("sns").get_topic_attributes(TopicArn=identity)["Attributes"]
    return {"arn": identity, "policy": held.get("Policy"), "owner": held["Owner"]}


def _update_topic_policy(aws: Aws, identity: str, _: Props, new: Props) -> None:
    _set_policy(aws, identity, new["policy"])


def _delete_topic_policy(aws: Aws, identity: str, _: Props) -> None:
    """Restore the policy that AWS gives to a new topic."""
    owner_only = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:Subscribe", "SNS:Publish"],
        "Resource": identity,
        "Condition": {"StringEquals": {"AWS:SourceOwner": aws.account}},
    }
    _set_policy(aws, identity, json.dumps({"Version": "2008-10-17", "Statement": [owner_only]}))


def _set_policy(aws: Aws, topic: str, policy: str) -> None:
    aws.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)


def _subscribe(aws: Aws, inputs: Props) -> str:
    answer = aws.client("sns").subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        Attributes=_attributes(_SUBSCRIPTION, inputs),
        ReturnSubscriptionArn=True,
    )
    return str(answer["SubscriptionArn"])


def _read_subscription(aws: Aws, identity: str, _: Props) -> Props:
    held = aws.client("sns").get_subscription_attributes(SubscriptionArn=identity)["Attributes"]
    return _properties(_SUBSCRIPTION, held) | {
        "arn": identity,
        "topic": held["TopicArn"],
        "protocol": held["Protocol"],
        "endpoint": held["Endpoint"],
        "ownerId": held.get("Owner"),
        "pendingConfirmation": held.get("PendingConfirmation") == "true",
        "confirmationWasAuthenticated": held.get("ConfirmationWasAuthenticated") == "true",
    }


def _update_subscription(aws: Aws, identity: str, state: Props, new: Props) -> None:
    for name, text in _changed(_SUBSCRIPTION, state, new).items():
        aws.client("sns").set_subscription_attributes(SubscriptionArn=identity, AttributeName=name, AttributeValue=text)


def _unsubscribe(aws: Aws, identity: str, _: Props) -> None:
    aws.client("sns").unsubscribe(SubscriptionArn=identity)


def _create_queue(aws: Aws, inputs: Props) -> str:
    attributes = _attributes(_QUEUE, inputs)
    return str(aws.client("sqs").create_queue(QueueName=inputs["name"], Attributes=attributes)["QueueUrl"])


def _read_queue(aws: Aws, identity: str, _: Props) -> Props:
    answer = aws.client("sqs").get_queue_attributes(QueueUrl=identity, AttributeNames=["All"])
    held = answer["Attributes"]
    return _properties(_QUEUE, held) | {
        "name": identity.rpartition("/")[2],
        "url": identity,
        "arn": held["QueueArn"],
    }


def _update_queue(aws: Aws, identity: str, state: Props, new: Props) -> None:
    if changed := _changed(_QUEUE, state, new):
        aws.client("sqs").set_queue_attributes(QueueUrl=identity, Attributes=changed)


def _delete_queue(aws: Aws, identity: str, _: Props) -> None:
    aws.client("sqs").delete_queue(QueueUrl=identity)


def _put_queue_policy(aws: Aws, inputs: Props) -> str:
    _set_queue_policy(aws, inputs["queueUrl"], inputs["policy"])
    return str(inputs["queueUrl"])


def _read_queue_policy(aws: Aws, identity: str, _: Props) -> Props | None:
    answer = aws.client("sqs").get_queue_attributes(QueueUrl=identity, AttributeNames=["Policy"])
    policy = (answer.get("Attributes") or {}).get("Policy")
    return {"queueUrl": identity, "policy": policy} if policy else None


def _update_queue_policy(aws: Aws, identity: str, _: Props, new: Props) -> None:
    _set_queue_policy(aws, identity, new["policy"])


def _delete_queue_policy(aws: Aws, identity: str, _: Props) -> None:
    _set_queue_policy(aws, identity, "")


def _set_queue_policy(aws: Aws, queue: str, policy: str) -> None:
    aws.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})


def _attributes(names: Mapping[str, str], inputs: Props) -> dict[str, str]:
    """Return the attributes that have a value; False is left out, since only FIFO objects take it."""
    return {names[name]: _text(inputs[name]) for name in names if inputs.get(name) not in (None, "", False)}


def _changed(names: Mapping[str, str], state: Props, new: Props) -> dict[str, str]:
    """Return the attributes that differ from the state; a removed one becomes empty."""
    return {
        member: _text(new.get(name))
        for name, member in names.items()
        if (name in new or name in state) and (state.get(name) or "") != (new.get(name) or "")
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _properties(names: Mapping[str, str], held: Mapping[str, str]) -> Props:
    return {name: _value(name, held[member]) for name, member in names.items() if member in held}


def _value(name: str, text: str) -> Any:
    if name in _NUMBERS and text:
        return int(text)
    return text == "true" if text in ("true", "false") else text


_PROTOCOLS = (
    "application",
    "email",
    "email-json",
    "firehose",
    "http",
    "https",
    "lambda",
    "sms",
    "sqs",
)

MESSAGING = (
    ResourceType(
        name="aws:sns/topic:Topic",
        fields=Fields.parse(f"name!? namePrefix!^ {' '.join(_TOPIC)} fifoTopic! policy? signatureVersion?"),
        values={"displayName": length(0, 100), "policy": json_text, "signatureVersion": number(1, 2)},
        auto_name=AutoName(max_length=80, fifo="fifoTopic"),
        tags=TagCalls("sns").on(by_id("ResourceArn")),
        create=_create_topic,
        read=_read_topic,
        update=_update_topic,
        delete=_delete_topic,
    ),
    ResourceType(
        name="aws:sns/topicPolicy:TopicPolicy",
        fields=Fields.parse("arn! policy"),
        values={"arn": arn, "policy": json_text},
        auto_name=None,
        create=_put_topic_policy,
        read=_read_topic_policy,
        update=_update_topic_policy,
        delete=_delete_topic_policy,
    ),
    ResourceType(
        name="aws:sns/topicSubscription:TopicSubscription",
        fields=Fields.parse(
            f"topic! protocol! endpoint! {' '.join(_SUBSCRIPTION)} filterPolicyScope?"
            " confirmationTimeoutInMinutes^ endpointAutoConfirms^"
        ),
        defaults={
            "confirmationTimeoutInMinutes": 1,
            "endpointAutoConfirms": False,
            "rawMessageDelivery": False,
        },
        values={
            "protocol": one_of(*_PROTOCOLS),
            "subscriptionRoleArn": arn,
            "topic": arn,
        },
        auto_name=None,
        create=_subscribe,
        read=_read_subscription,
        update=_update_subscription,
        delete=_unsubscribe,
    ),
    ResourceType(
        name="aws:sqs/queue:Queue",
        fields=Fields.parse(
            f"name!? namePrefix!^ {' '.join(_QUEUE)} fifoQueue! policy? kmsDataKeyReusePeriodSeconds?"
            " sqsManagedSseEnabled? deduplicationScope? fifoThroughputLimit? redriveAllowPolicy?"
        ),
        defaults={
            "delaySeconds": 0,
            "maxMessageSize": 262144,
            "messageRetentionSeconds": 345600,
            "receiveWaitTimeSeconds": 0,
            "visibilityTimeoutSeconds": 30,
        },
        values={
            "delaySeconds": number(0, 900),
            "kmsDataKeyReusePeriodSeconds": number(60, 86400),
            "maxMessageSize": number(1024, 1048576),
            "messageRetentionSeconds": number(60, 1209600),
            "policy": json_text,
            "receiveWaitTimeSeconds": number(0, 20),
            "visibilityTimeoutSeconds": number(0, 43200),
        },
        auto_name=AutoName(max_length=80, fifo="fifoQueue"),
        tags=TagCalls("sqs", "list_queue_tags", "tag_queue", "untag_queue", as_map=True).on(by_id("QueueUrl")),
        create=_create_queue,
        read=_read_queue,
        update=_update_queue,
        delete=_delete_queue,
    ),
    ResourceType(
        name="aws:sqs/queuePolicy:QueuePolicy",
        fields=Fields.parse("queueUrl! policy"),
        values={"policy": json_text},
        auto_name=None,
        create=_put_queue_policy,
        read=_read_queue_policy,
        update=_update_queue_policy,
        delete=_delete_queue_policy,
    ),
)
