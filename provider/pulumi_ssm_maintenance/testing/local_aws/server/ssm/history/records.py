"""What the local AWS keeps of the nights that were rehearsed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members

_OF_A_NIGHT = ("executions", "tasks", "invocations", "commands", "command_invocations", "automations")


@dataclass(slots=True)
class History:
    """The rows of all APIs, by table and id, in the order in which they appeared."""

    now: float | None = None
    """The virtual time while a night is being rehearsed."""
    tables: dict[str, dict[str, Members]] = field(default_factory=dict)
    _nights: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    """The ids of each night by table, so that a night that is rehearsed again replaces itself."""

    @property
    def has_nights(self) -> bool:
        """Whether a night was rehearsed."""
        return "executions" in self.tables

    def rows(self, table: str) -> list[Members]:
        """The rows of a table."""
        return list(self.tables.get(table, {}).values())

    def row(self, table: str, name: str) -> Members | None:
        """One row, or None."""
        return self.tables.get(table, {}).get(name)

    def write(self, content: Mapping[str, Any]) -> None:
        """Take over what has changed."""
        self.now = content["now"]
        if content["replaces"]:
            for table, names in self._nights.pop(content["replaces"], {}).items():
                for name in names:
                    self.tables[table].pop(name, None)
            # What nodes have reported belongs to the night in which they did.
            self.tables.pop("nodes", None)
            self.tables.pop("patch_states", None)
        of_night = self._nights.setdefault(content["execution"], {})
        for table, rows in content["tables"].items():
            held = self.tables.setdefault(table, {})
            for name, row in rows.items():
                if row:
                    held[name] = row
                else:
                    held.pop(name, None)
            if table in _OF_A_NIGHT:
                of_night.setdefault(table, set()).update(rows)
