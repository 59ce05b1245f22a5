"""What the local AWS keeps of a patch baseline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members


@dataclass(slots=True)
class Baseline:
    """A patch baseline: its operating system, which never changes, and what the caller set."""

    id: str
    operating_system: str
    properties: Members
    created: float
    modified: float
    tags: dict[str, str] = field(default_factory=dict)


def bare_id(baseline_id: str) -> str:
    """The id at the end of an ARN, or the id itself."""
    return baseline_id.rpartition("/")[2]
