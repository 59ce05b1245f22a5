"""The context of a patching run: its component, name, location and tags."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import Location


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every part of a patching run needs.

    Attributes:
        component: the parent of all resources.
        name: the logical name of the run.
        location: the partition, account and region of the resources.
        tags: the tags of every resource that takes tags.
    """

    component: Component
    name: str
    location: Location
    tags: Mapping[str, pulumi.Input[str]]

    @property
    def where(self) -> str:
        """How error messages name the run."""
        return f"PatchingRun {self.name!r}"
