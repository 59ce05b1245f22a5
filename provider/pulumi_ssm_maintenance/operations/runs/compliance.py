"""What the nodes of a window have reported about their patches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pulumi_ssm_maintenance.checks.reader import Reader

_MOST_IDS: Final = 50


@dataclass(frozen=True, slots=True)
class Compliance:
    """The patch states of nodes, added up."""

    nodes: int
    """How many nodes there are."""
    reported: int
    """How many of them have reported."""
    missing: int
    """How many lack a patch."""
    failed: int
    """On how many a patch failed."""
    pending_reboot: int
    """How many wait for a reboot."""
    oldest: datetime | None
    """The oldest report."""


def read_compliance(reader: Reader, nodes: Sequence[str]) -> Compliance:
    """Add up what nodes have reported.

    Raises:
        UnreadableError: AWS refused, or was not reached.
    """
    states: list[Mapping[str, Any]] = []
    for place in range(0, len(nodes), _MOST_IDS):
        part = list(nodes[place : place + _MOST_IDS])
        states.extend(
            reader.all("ssm", "describe_instance_patch_states", "InstancePatchStates", InstanceIds=part) or ()
        )
    times = [state["OperationEndTime"] for state in states if state.get("OperationEndTime")]
    return Compliance(
        nodes=len(nodes),
        reported=len(states),
        missing=sum(1 for state in states if state.get("MissingCount")),
        failed=sum(1 for state in states if state.get("FailedCount")),
        pending_reboot=sum(1 for state in states if state.get("InstalledPendingRebootCount")),
        oldest=min(times, default=None),
    )
