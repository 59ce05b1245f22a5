"""A check of the names that the aws provider generates, while the program runs.

The provider adds a hyphen and seven hexadecimal digits to the logical name. If the result is too long or contains a
character that AWS does not allow, the deployment fails halfway, or the provider reports an error that names no
component. A component collects these mistakes while it makes its children, and raises them together: see
`Component.register_outputs`.

https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
"""

import hashlib
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pulumi_ssm_maintenance.errors import ArgumentError

NamedResource = Literal[
    "role", "policy", "rule", "alarm", "topic", "document", "function", "state machine", "bucket", "queue"
]

_SUFFIX_LENGTH = len("-1234567")
_STAND_IN_LENGTH = 16
_ASCII = f"{string.punctuation} "


@dataclass(frozen=True, slots=True)
class _Limit:
    longest: int
    marks: str
    """The characters that AWS allows besides ASCII letters and digits."""
    whose: str = "AWS"
    """Who sets the longest name."""
    reserved: tuple[str, ...] = ()
    """The beginnings of names that AWS keeps for itself."""


_LIMITS: Mapping[NamedResource, _Limit] = MappingProxyType(
    {
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
        "role": _Limit(64, "_+=,.@-"),
        "policy": _Limit(128, "_+=,.@-"),
        # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
        "rule": _Limit(64, "-_."),
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        "alarm": _Limit(255, _ASCII),
        # AWS allows 256: https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html. The aws provider generates no
        # more than 80: https://github.com/pulumi/pulumi-aws, provider/resources.go.
        "topic": _Limit(80, "-_", whose="the aws provider"),
        # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
        "document": _Limit(
            128,
            "-_.",
            reserved=("aws", "amazon", "amzn", "AWSEC2", "AWSConfigRemediation", "AWSSupport"),
        ),
        # https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
        "function": _Limit(64, "-_"),
        # https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
        "state machine": _Limit(80, "-_"),
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
        "queue": _Limit(80, "-_"),
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (made lower case by the provider)
        "bucket": _Limit(63, "-."),
    }
)


@dataclass(frozen=True, slots=True)
class _Generated:
    """A name that the provider will generate."""

    kind: NamedResource
    name: str

    @property
    def length(self) -> int:
        return len(self.name) + _SUFFIX_LENGTH

    @property
    def excess(self) -> int:
        return max(0, self.length - _LIMITS[self.kind].longest)

    @property
    def is_spelled_well(self) -> bool:
        return {*self.name} <= {*string.ascii_letters, *string.digits, *_LIMITS[self.kind].marks}

    @property
    def is_reserved(self) -> bool:
        return self.name.startswith(_LIMITS[self.kind].reserved)


class AutoNames:
    """The generated names of a component, and of the components in it, with the check of all of them at once."""

    are_complete = False
    """Whether the component has made all its children."""

    def __init__(self, where: str, component_name: str) -> None:
        self._where, self._component_name = where, component_name
        self._names: list[_Generated] = []

    def add(self, kind: NamedResource, name: str) -> str:
        """Add the logical name of a child, and return it.

        If AWS would refuse the generated name, return another one that it takes. Otherwise the provider would report
        each child too.
        """
        generated = _Generated(kind, name)
        self._names.append(generated)
        if generated.excess or not generated.is_spelled_well or generated.is_reserved:
            return hashlib.sha256(name.encode()).hexdigest()[:_STAND_IN_LENGTH]
        return name

    def raise_all(self) -> None:
        """Raise the mistakes in the names.

        Raises:
            ArgumentError: names are too long, contain a character that AWS does not allow, or begin with what AWS keeps
                for itself; a line for each.
        """
        if lines := [*self._length_problem(), *self._spelling_problem(), *self._beginning_problem()]:
            raise ArgumentError(*lines)

    def _length_problem(self) -> Iterator[str]:
        too_long = sorted((it for it in self._names if it.excess), key=lambda it: -it.excess)
        if not too_long:
            return
        worst, *others = too_long
        limit = _LIMITS[worst.kind]
        shorter = [f"{it.kind} '…{it.name.removeprefix(self._component_name)}'" for it in others]
        also = f", which is short enough for the other names that are too long too: {', '.join(shorter)}"
        yield (
            f"{self._where}: name: too long by {worst.excess}: {limit.whose} allows {limit.longest} characters in"
            f" the name of a {worst.kind}, and the provider makes {worst.length} of {worst.name!r}; allowed: at most"
            f" {len(self._component_name) - worst.excess} characters{also if others else ''}"
        )

    def _spelling_problem(self) -> Iterator[str]:
        if all(it.is_spelled_well for it in self._names):
            return
        kinds: dict[NamedResource, None] = dict.fromkeys(it.kind for it in self._names)
        marks = [mark for mark in _ASCII if all(mark in _LIMITS[kind].marks for kind in kinds)]
        allowed = "ASCII characters" if len(marks) == len(_ASCII) else f"letters, digits and {' '.join(marks)}"
        yield (
            f"{self._where}: name: got {self._component_name!r}, allowed: {allowed}, which AWS allows in the names of"
            f" all that the component makes: {', '.join(kinds)}"
        )

    def _beginning_problem(self) -> Iterator[str]:
        if reserved := next((it for it in self._names if it.is_reserved), None):
            yield (
                f"{self._where}: name: got {self._component_name!r}, allowed: a name that does not begin with"
                f" {', '.join(_LIMITS[reserved.kind].reserved)}, which AWS keeps for its own {reserved.kind}s"
            )
