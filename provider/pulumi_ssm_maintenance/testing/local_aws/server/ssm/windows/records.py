"""What the local AWS keeps of a maintenance window, its targets and its tasks."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members


@dataclass(slots=True)
class Task:
    """A registered task: its type, and what the caller set."""

    id: str
    type: str
    properties: Members
    registered: float = field(default_factory=time.monotonic)

    @property
    def target_ids(self) -> set[str]:
        """The window targets that the task refers to."""
        targets = self.properties.get("Targets", [])
        return {value for target in targets if target["Key"] == "WindowTargetIds" for value in target.get("Values", [])}


@dataclass(slots=True)
class WindowTarget:
    """A registered target: its resource type, and what the caller set."""

    id: str
    resource_type: str
    properties: Members


@dataclass(slots=True)
class Window:
    """A maintenance window with its targets and tasks, in the order of their registration."""

    id: str
    properties: Members
    created: float
    modified: float
    enabled: bool = True
    tags: dict[str, str] = field(default_factory=dict)
    targets: dict[str, WindowTarget] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
