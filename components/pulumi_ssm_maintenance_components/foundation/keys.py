"""The KMS key of a component: it encrypts what the component makes, and roles of the component may use it.

https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#customer-mgn-key
"""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import pulumi
import pulumi_aws as aws

from .arguments import wrong
from .component import Component
from .later import from_text
from .roles import Statement, allow

AnyKey: TypeAlias = aws.kms.Key | pulumi.Input[str]

_KEY = "kms-key"
_ARN = re.compile(r"arn:[^:\s]+:kms:[^:\s]+:\d{12}:key/[A-Za-z0-9-]+")


def check_key(where: str, args: Mapping[str, Any]) -> None:
    """Check the argument `kms_key` of a component.

    Raises:
        ArgumentError: a text is not the ARN of a key.
    """
    key = args.get("kms_key")
    if isinstance(key, str) and not _ARN.fullmatch(key):
        allowed = "an aws.kms.Key or the ARN of a key, arn:aws:kms:<region>:<account>:key/<id>; policies take no alias"
        raise wrong(where, "kms_key", key, allowed)


def key_arn(where: str, key: AnyKey | None) -> pulumi.Output[str] | None:
    """Return the ARN of a key; None for none. An output is checked as soon as it is known."""
    if key is None:
        return None
    if isinstance(key, aws.kms.Key):
        return key.arn

    def checked(arn: str) -> str:
        check_key(where, {"kms_key": arn})
        return arn

    return from_text(f"{where}: kms_key", key, checked)


def use_key(component: Component, key: AnyKey | None) -> None:
    """Let a component encrypt what it makes with a key, if there is one."""
    component.once(_KEY, lambda: key_arn(component.where, key))


def key_of(component: Component) -> pulumi.Output[str] | None:
    """Return the ARN of the key that a component uses, or None."""
    return component.once(_KEY, lambda: None)


def key_statements(key: pulumi.Output[str] | None) -> list[Statement]:
    """Return what a role needs to write to a topic, a queue or a bucket under a key; nothing without a key.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    return [] if key is None else [allow(["kms:GenerateDataKey*", "kms:Decrypt"], [key])]
