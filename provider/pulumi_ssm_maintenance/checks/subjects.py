"""What checks are about: a task, and the nodes that a target selects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_ssm_maintenance.core.rules import BLOCKS

DOCUMENT_TYPES: Final = {"RUN_COMMAND": "Command", "AUTOMATION": "Automation"}
"""The type of document that a type of task runs."""

PLACEHOLDER: Final = "{{"
"""What begins a pseudo parameter in a value: AWS puts in its value only when the task runs."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Nodes by ids, tags or resource group: the keys of a target."""

    keys: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, targets: Sequence[Mapping[str, Any]]) -> "Selection":
        """Give the selection of the field `Targets` of a window target."""
        return cls(tuple({"Key": one["Key"], "Values": one["Values"]} for one in targets))

    @property
    def group(self) -> str | None:
        """The resource group, if it is one."""
        return next(iter(self.values("resource-groups:Name")), None)

    def values(self, key: str) -> list[str]:
        """The values of a key."""
        return [value for one in self.keys if one["Key"] == key for value in one["Values"]]


@dataclass(frozen=True, slots=True)
class Task:
    """A task, at AWS or declared."""

    name: str
    """How findings name it."""
    fields: Mapping[str, Any] = field(repr=False)
    """The fields of GetMaintenanceWindowTask, by their API names. They may hold secrets."""
    target_selections: tuple[Selection, ...] = ()
    """The nodes of the window targets that it names, where they are known."""

    @property
    def type(self) -> str:
        """The type of task."""
        return str(self.fields.get("TaskType", ""))

    @property
    def arn(self) -> str:
        """The document, the function or the state machine."""
        return str(self.fields.get("TaskArn", ""))

    @property
    def role(self) -> str | None:
        """The ARN of the role that Systems Manager assumes."""
        return self.fields.get("ServiceRoleArn")

    @property
    def alarm(self) -> str | None:
        """The name of its alarm."""
        alarms = (self.fields.get("AlarmConfiguration") or {}).get("Alarms")
        return str(alarms[0]["Name"]) if alarms else None

    @property
    def invocation(self) -> Mapping[str, Any]:
        """The invocation parameters of its type."""
        blocks: Mapping[str, Any] = self.fields.get("TaskInvocationParameters") or {}
        name, _ = BLOCKS.get(self.type, ("", ""))
        return blocks.get(name) or {}

    @property
    def parameters(self) -> Mapping[str, Sequence[str]]:
        """The parameters of the document."""
        if self.invocation or not self.fields.get("TaskParameters"):
            return self.invocation.get("Parameters") or {}
        return {name: facts.get("Values") or [] for name, facts in self.fields["TaskParameters"].items()}

    @property
    def instance_ids(self) -> tuple[str, ...]:
        """The nodes that it names itself."""
        return self._values("InstanceIds")

    @property
    def window_target_ids(self) -> tuple[str, ...]:
        """The window targets that it names."""
        return self._values("WindowTargetIds")

    @property
    def selections(self) -> tuple[Selection, ...]:
        """The nodes that it runs on: one selection for its own ids, and one for each window target that is known."""
        own = (Selection(({"Key": "InstanceIds", "Values": list(self.instance_ids)},)),) if self.instance_ids else ()
        return own + self.target_selections

    def _values(self, key: str) -> tuple[str, ...]:
        targets = self.fields.get("Targets") or ()
        return tuple(value for target in targets if target["Key"] == key for value in target["Values"])
