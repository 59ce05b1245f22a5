"""Names that AWS's provider makes up: what AWS takes, held against the logical name while the program runs.

The provider puts a hyphen and seven hexadecimal digits behind the logical name. What is then too long, or holds a
character that AWS does not take there, is refused by AWS in the middle of a deployment, or by the provider with a text
that names no component.

https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pulumi_ssm_maintenance.errors import ArgumentError

Named = Literal["role", "policy", "rule", "alarm", "topic", "document", "function", "state machine", "bucket", "queue"]

_MADE_UP = len("-1234567")


@dataclass(frozen=True, slots=True)
class _Limit:
    longest: int
    allowed: str
    pattern: re.Pattern[str]


_PLAIN = "letters, digits, - and _", re.compile(r"[A-Za-z0-9_-]+")
_WITH_DOTS = "letters, digits, -, _ and .", re.compile(r"[A-Za-z0-9_.-]+")

_LIMITS: Mapping[Named, _Limit] = MappingProxyType(
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
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (the provider writes it small)
        "bucket": _Limit(63, "letters, digits, - and .", re.compile(r"[A-Za-z0-9.-]+")),
    }
)


def demand_auto_name(where: str, component_name: str, kind: Named, name: str) -> None:
    """Demand that AWS takes the name that will be made up of a child's logical name.

    Raises:
        ArgumentError: it is too long, or has a wrong character.
    """
    limit = _LIMITS[kind]
    excess = len(name) + _MADE_UP - limit.longest
    if excess > 0:
        most = len(component_name) - excess
        cure = f"at most {most} characters" if most > 0 else "a shorter name of what it is made of"
        raise ArgumentError(
            f"{where}: name: too long by {excess}: AWS takes {limit.longest} characters for the name of a {kind}, and"
            f" its provider would make {len(name) + _MADE_UP} of {name!r}; allowed: {cure}"
        )
    if not limit.pattern.fullmatch(name):
        raise ArgumentError(
            f"{where}: name: got {component_name!r}, allowed: {limit.allowed}, as AWS takes them for the name of a"
            f" {kind} ({name!r})"
        )
