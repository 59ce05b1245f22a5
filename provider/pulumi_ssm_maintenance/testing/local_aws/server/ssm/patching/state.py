"""What the local AWS remembers of patching in one account in one region."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members


@dataclass(slots=True)
class Baseline:
    """A patch baseline: its system, which never changes, and what the caller set."""

    id: str
    operating_system: str
    properties: Members
    created: float
    modified: float
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class PatchingState:
    """All baselines of the account's own, the groups of each system, and the defaults chosen in place of AWS's."""

    baselines: dict[str, Baseline] = field(default_factory=dict)
    groups: dict[tuple[str, str], str] = field(default_factory=dict)
    """From patch group and system to the baseline as it is shown."""
    defaults: dict[str, str] = field(default_factory=dict)
    """From system to the baseline as it is shown."""

    def baseline(self, baseline_id: str) -> Baseline:
        """The baseline of this id or ARN, or DoesNotExistException."""
        if (found := self.baselines.get(bare_id(baseline_id))) is None:
            raise ApiError("DoesNotExistException", f"Patch baseline {baseline_id} doesn't exist")
        return found

    def groups_of(self, shown_id: str) -> list[str]:
        """The patch groups registered with a baseline."""
        return [group for (group, _), held in self.groups.items() if held == shown_id]


def bare_id(baseline_id: str) -> str:
    """The id at the end of an ARN, or the id itself."""
    return baseline_id.rpartition("/")[2]
