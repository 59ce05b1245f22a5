"""KMS keys."""

from typing import Any

from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws
from pulumi_ssm_maintenance.testing.aws_plugin.aws.shapes import Names
from pulumi_ssm_maintenance.testing.aws_plugin.aws.tags import TagCalls, by_id
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props
from pulumi_ssm_maintenance.testing.aws_plugin.resource_type import Fields, ResourceType
from pulumi_ssm_maintenance.testing.aws_plugin.values import json_text, length, number

_KEY: Names = {"customerMasterKeySpec": "KeySpec", "isEnabled": "Enabled"}
_PENDING = frozenset({"PendingDeletion", "PendingReplicaDeletion"})


def _create_key(aws: Aws, inputs: Props) -> str:
    identity = str(aws.call("kms", "create_key", inputs, _KEY)["KeyMetadata"]["KeyId"])
    _update_rotation(aws, identity, {}, inputs)
    _update_enabled(aws, identity, {"isEnabled": True}, inputs)
    return identity


def _read_key(aws: Aws, identity: str, _: Props) -> Props | None:
    held: Props = aws.ask("kms", "describe_key", _KEY, KeyId=identity)["keyMetadata"]
    if held["keyState"] in _PENDING:
        return None
    rotation = aws.ask("kms", "get_key_rotation_status", KeyId=identity)
    return held | {
        "policy": aws.client("kms").get_key_policy(KeyId=identity, PolicyName="default")["Policy"],
        "enableKeyRotation": rotation["keyRotationEnabled"],
        "rotationPeriodInDays": rotation.get("rotationPeriodInDays") if rotation["keyRotationEnabled"] else None,
    }


def _update_key(aws: Aws, identity: str, state: Props, new: Props) -> None:
    client = aws.client("kms")
    _update_enabled(aws, identity, state, new)
    _update_rotation(aws, identity, state, new)
    if state.get("description") != new.get("description"):
        client.update_key_description(KeyId=identity, Description=new.get("description") or "")
    if new.get("policy") and state.get("policy") != new["policy"]:
        aws.call("kms", "put_key_policy", {"policy": new["policy"]}, KeyId=identity, PolicyName="default")


def _delete_key(aws: Aws, identity: str, state: Props) -> None:
    window: dict[str, Any] = {}
    if days := state.get("deletionWindowInDays"):
        window["PendingWindowInDays"] = days
    aws.client("kms").schedule_key_deletion(KeyId=identity, **window)


def _update_rotation(aws: Aws, identity: str, state: Props, new: Props) -> None:
    client = aws.client("kms")
    if new["enableKeyRotation"]:
        period = {"RotationPeriodInDays": days} if (days := new.get("rotationPeriodInDays")) else {}
        client.enable_key_rotation(KeyId=identity, **period)
    elif state.get("enableKeyRotation"):
        client.disable_key_rotation(KeyId=identity)


def _update_enabled(aws: Aws, identity: str, state: Props, new: Props) -> None:
    if state.get("isEnabled") != new["isEnabled"]:
        client = aws.client("kms")
        (client.enable_key if new["isEnabled"] else client.disable_key)(KeyId=identity)


KMS = (
    ResourceType(
        name="aws:kms/key:Key",
        fields=Fields.parse(
            "description? keyUsage! customerMasterKeySpec! policy? isEnabled enableKeyRotation rotationPeriodInDays?"
            " multiRegion!? deletionWindowInDays^ bypassPolicyLockoutSafetyCheck^"
        ),
        defaults={
            "bypassPolicyLockoutSafetyCheck": False,
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "enableKeyRotation": False,
            "isEnabled": True,
            "keyUsage": "ENCRYPT_DECRYPT",
        },
        values={
            "deletionWindowInDays": number(7, 30),
            "description": length(0, 8192),
            "policy": json_text,
            "rotationPeriodInDays": number(90, 2560),
        },
        auto_name=None,
        tags=TagCalls("kms", "list_resource_tags", key="TagKey", value="TagValue").on(by_id("KeyId")),
        create=_create_key,
        read=_read_key,
        update=_update_key,
        delete=_delete_key,
    ),
)
