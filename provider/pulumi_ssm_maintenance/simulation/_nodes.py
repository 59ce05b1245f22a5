"""The nodes that a rehearsal works on, and what each of them will do."""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Literal, TypeAlias, TypeVar

from ._errors import RehearsalError
from ._names import find_by_step, find_by_task

NodeOutcome: TypeAlias = Literal[
    "Success", "Failed", "TimedOut", "Hangs", "Undeliverable", "InvalidPlatform", "AccessDenied"
]
Period: TypeAlias = tuple[float, float | None]
"""From a minute after the opening until another one, or None for the rest of the night."""

PATCH_COUNTS = frozenset(
    {
        "InstalledCount",
        "InstalledOtherCount",
        "InstalledPendingRebootCount",
        "InstalledRejectedCount",
        "MissingCount",
        "FailedCount",
        "NotApplicableCount",
        "CriticalNonCompliantCount",
        "SecurityNonCompliantCount",
        "OtherNonCompliantCount",
    }
)
"""What a node may report of its patches: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstancePatchState.html"""

_Value = TypeVar("_Value")
_DEFAULT_MINUTES = 10.0


@dataclass(frozen=True, slots=True)
class Node:
    """A managed node, or another member of a resource group.

    Example:
        >>> Node("i-0123456789abcdef0", tags={"Patch Group": "web"}, minutes=12, outcome="Failed")
    """

    id: str
    """The node id, `i-…` or `mi-…`; the ARN of a group member that Systems Manager does not manage."""
    _: KW_ONLY
    tags: Mapping[str, str] = field(default_factory=dict)
    groups: Collection[str] = ()
    """The names of the resource groups that it belongs to."""
    minutes: float | Mapping[str, float] = _DEFAULT_MINUTES
    """How long the work takes: for every task, or by the name of the task, `*` for the others. For the commands of a
    runbook also by the name of the step, or of the task and the step: `fleet.patch`."""
    outcome: NodeOutcome | Mapping[str, NodeOutcome] = "Success"
    """How the work ends: for every task, or by the name of the task or the step, as `minutes`.

    `TimedOut` is ended by its document's own time-out. `Hangs` never reports back.
    """
    offline: bool | Sequence[Period] = ()
    """When its agent does not answer: True for the whole night, or periods in minutes after the opening."""
    stopped: bool | Sequence[Period] = ()
    """When the instance is stopped, as `offline`. A tag does not find a stopped instance."""
    terminated: bool = False
    """Whether it exists no more. Run Command refuses a whole command that names a terminated node by its id."""
    managed: bool = True
    """False for a member of a resource group that is not a managed node."""
    patches: Mapping[str, int] = field(default_factory=dict)
    """What it reports after a patch run, by AWS's names, such as `{"MissingCount": 2}`. By default nothing is missing,
    and a failed installation reports one failed patch."""
    output: str | Mapping[str, str] = ""
    """What commands print on it: for every task, or by the name of the task or the step, as `minutes`. Where it is
    empty, a line says that nothing ran."""
    platform: Literal["Linux", "Windows", "MacOS"] = "Linux"
    """Its operating system, which Systems Manager reports."""
    agent_version: str = "3.3.0.0"
    """The version of its agent, which Systems Manager reports."""

    def __post_init__(self) -> None:
        for periods in (self.offline, self.stopped):
            if not isinstance(periods, bool) and any(to is not None and to <= since for since, to in periods):
                raise RehearsalError(f"node {self.id}: a period must end after it begins; given: {list(periods)}")
        if unknown := self.patches.keys() - PATCH_COUNTS:
            raise RehearsalError(
                f"node {self.id}: patches got {min(unknown)!r}; allowed: {', '.join(sorted(PATCH_COUNTS))}"
            )

    @classmethod
    def fleet(  # noqa: PLR0913 - what nodes of a fleet have in common, each by its name
        cls,
        count: int,
        *,
        tags: Mapping[str, str] | None = None,
        minutes: float | tuple[float, float] = _DEFAULT_MINUTES,
        outcome: NodeOutcome = "Success",
        groups: Collection[str] = (),
        seed: int = 0,
        first: int = 1,
    ) -> list["Node"]:
        """Make many nodes alike, with ids in a row.

        Args:
            count: how many.
            tags: the tags of each.
            minutes: how long the work takes on each; two numbers for times drawn between them.
            outcome: how the work ends on each.
            groups: the resource groups of each.
            seed: another seed draws other times.
            first: the number in the first id. Fleets with other tags get other ids by themselves.
        """
        draw = random.Random(seed)  # noqa: S311  # a rehearsal must repeat itself; nothing here is secret
        common = dict(tags or {})
        digits = random.Random(repr(sorted(common.items()))).getrandbits(36)  # noqa: S311  # as above
        return [
            cls(
                f"i-{digits:09x}{number:08x}",
                tags=common,
                minutes=minutes if isinstance(minutes, int | float) else round(draw.uniform(*minutes), 2),
                outcome=outcome,
                groups=groups,
            )
            for number in range(first, first + count)
        ]

    def minutes_of(self, task: str, step: str = "") -> float:
        """How long a task, or a step of its runbook, takes on it."""
        return _of_task(self.minutes, task, step, _DEFAULT_MINUTES)

    def outcome_of(self, task: str, step: str = "") -> NodeOutcome:
        """How a task, or a step of its runbook, ends on it."""
        return _of_task(self.outcome, task, step, "Success")

    def output_of(self, task: str, step: str = "") -> str:
        """What the command of a task, or of a step of its runbook, prints on it."""
        return _of_task(self.output, task, step, "")

    def in_state(self, state: str, minute: float) -> "Node":
        """The node if it is `running`, `stopped` or `terminated` from a minute on."""
        past = [(since, minute if to is None or to > minute else to) for since, to in _periods(self.stopped)]
        past = [period for period in past if period[0] < minute]
        if state == "running":
            return replace(self, stopped=past)
        return replace(self, stopped=[*past, (minute, None)], terminated=self.terminated or state == "terminated")

    def is_stopped(self, minute: float) -> bool:
        """Whether the instance is stopped then."""
        return any(since <= minute and (to is None or minute < to) for since, to in _periods(self.stopped))

    def reachable_from(self, minute: float) -> float | None:
        """The first minute from then on in which its agent answers; None for never."""
        for since, to in self.away():
            if since <= minute and (to is None or minute < to):
                return to
        return minute

    def done_by(self, start: float, minutes: float) -> float | None:
        """The minute in which work is done that only goes on while the agent answers; None for never."""
        end = start + minutes
        for since, to in self.away():
            if since < start:
                continue
            if since >= end:
                break
            if to is None:
                return None
            end += to - since
        return end

    def away(self) -> Iterator[Period]:
        """The periods in which its agent does not answer, in order and apart from each other."""
        joined: Period | None = None
        for period in sorted([*_periods(self.offline), *_periods(self.stopped)], key=lambda it: it[0]):
            if joined is None:
                joined = period
            elif joined[1] is None or period[0] <= joined[1]:
                ends = (joined[1], period[1])
                joined = (joined[0], None if None in ends else max(end for end in ends if end is not None))
            else:
                yield joined
                joined = period
        if joined is not None:
            yield joined


def _of_task(value: _Value | Mapping[str, _Value], task: str, step: str, default: _Value) -> _Value:
    if not isinstance(value, Mapping):
        return value
    key = find_by_step(task, step, value) if step else None
    key = find_by_task(task, value) if key is None else key
    return value[key] if key is not None else value.get("*", default)


def _periods(value: bool | Sequence[Period]) -> Sequence[Period]:  # noqa: FBT001 - the type of the field
    if isinstance(value, bool):
        return [(0, None)] if value else []
    return value
