"""A check of the names that the aws provider generates, while the program runs.

The provider adds a hyphen and seven hexadecimal digits to the logical name. If the result is too long or contains a
character that AWS does not allow, the deployment fails halfway, or the provider reports an error that names no
component.

https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pulumi_ssm_maintenance.errors import ArgumentError

NamedResource = Literal[
    "role", "policy", "rule", "alarm", "topic", "document", "function", "state machine", "bucket", "queue"
]

_SUFFIX_LENGTH = len("-1234567")


@dataclass(frozen=True, slots=True)
class _Limit:
    longest: int
    allowed: str
    pattern: re.Pattern[str]


_PLAIN = "letters, digits, - and _", re.compile(r"[A-Za-z0-9_-]+")
_WITH_DOTS = "letters, digits, -, _ and .", re.compile(r"[A-Za-z0-9_.-]+")

_LIMITS: Mapping[NamedResource, _Limit] = MappingProxyType(
    {
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
        "role": _Limit(64, "letters, digits and _+=,.@-", re.compile(r"[A-Za-z0-9_+=,.@-]+")),
        "policy": _Limit(128, "letters, digits and _+=,.@-", re.compile(r"[A-Za-z0-9_+=,.@-]+")),
        # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
        "rule": _Limit(64, *_WITH_DOTS),
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        "alarm": _Limit(255, "ASCII characters", re.compile(r"[ -~]+")),
        # https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
        "topic": _Limit(256, *_PLAIN),
        # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
        "document": _Limit(128, *_WITH_DOTS),
        # https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
        "function": _Limit(64, *_PLAIN),
        # https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
        "state machine": _Limit(80, *_PLAIN),
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
        "queue": _Limit(80, *_PLAIN),
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (made lower case by the provider)
        "bucket": _Limit(63, "letters, digits, - and .", re.compile(r"[A-Za-z0-9.-]+")),
    }
)


def demand_auto_name(where: str, component_name: str, kind: NamedResource, name: str) -> None:
    """Check that AWS accepts the name that the provider generates from a child's logical name.

    Raises:
        ArgumentError: the name is too long, or contains a character that AWS does not allow.
    """
    limit = _LIMITS[kind]
    excess = len(name) + _SUFFIX_LENGTH - limit.longest
    if excess > 0:
        most = len(component_name) - excess
        cure = f"at most {most} characters" if most > 0 else "a shorter name of the part that it contains"
        raise ArgumentError(
            f"{where}: name: too long by {excess}: AWS allows {limit.longest} characters in the name of a {kind}, and"
            f" the provider makes {len(name) + _SUFFIX_LENGTH} of {name!r}; allowed: {cure}"
        )
    if not limit.pattern.fullmatch(name):
        raise ArgumentError(
            f"{where}: name: got {component_name!r}, allowed: {limit.allowed}, which AWS allows in the name of a"
            f" {kind} ({name!r})"
        )
