"""What checks are about: a window, one of its tasks, one of its targets, a region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pulumi_ssm_maintenance.operations.live import LiveTarget, LiveTask, LiveWindow

DOCUMENT_TYPES: Final = {"RUN_COMMAND": "Command", "AUTOMATION": "Automation"}
"""The type of document that a type of task runs."""

_BLOCKS: Final = {
    "RUN_COMMAND": "RunCommand",
    "AUTOMATION": "Automation",
    "LAMBDA": "Lambda",
    "STEP_FUNCTIONS": "StepFunctions",
}
_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a window."""

    window: LiveWindow
    live: LiveTask

    @property
    def name(self) -> str:
        """How findings name it."""
        named = self.live.fields.get("Name") or self.arn
        return f"{named} ({short(self.window.window_id)}/{short(self.live.window_task_id)})"

    @property
    def type(self) -> str:
        """The type of task."""
        return str(self.live.fields.get("TaskType", ""))

    @property
    def arn(self) -> str:
        """The document, the function or the state machine."""
        return str(self.live.fields.get("TaskArn", ""))

    @property
    def role(self) -> str | None:
        """The ARN of the role that Systems Manager assumes."""
        return self.live.fields.get("ServiceRoleArn")

    @property
    def alarm(self) -> str | None:
        """The name of its alarm."""
        alarms = (self.live.fields.get("AlarmConfiguration") or {}).get("Alarms")
        return str(alarms[0]["Name"]) if alarms else None

    @property
    def invocation(self) -> Mapping[str, Any]:
        """The invocation parameters of its type."""
        blocks: Mapping[str, Any] = self.live.fields.get("TaskInvocationParameters") or {}
        return blocks.get(_BLOCKS.get(self.type, "")) or {}

    @property
    def parameters(self) -> Mapping[str, Sequence[str]]:
        """What the document is given."""
        if self.invocation or not self.live.fields.get("TaskParameters"):
            return self.invocation.get("Parameters") or {}
        return {name: facts.get("Values") or [] for name, facts in self.live.fields["TaskParameters"].items()}

    @property
    def instance_ids(self) -> tuple[str, ...]:
        """The nodes that it names itself."""
        return self._values("InstanceIds")

    @property
    def window_target_ids(self) -> tuple[str, ...]:
        """The window targets that it names."""
        return self._values("WindowTargetIds")

    @property
    def selections(self) -> tuple["Selection", ...]:
        """The nodes that it runs on: one selection for each target that exists."""
        own = (Selection(({"Key": "InstanceIds", "Values": list(self.instance_ids)},)),) if self.instance_ids else ()
        wanted = self.window_target_ids
        return own + tuple(Selection.of(target) for target in self.window.targets if target.window_target_id in wanted)

    def _values(self, key: str) -> tuple[str, ...]:
        targets = self.live.fields.get("Targets") or ()
        return tuple(value for target in targets if target["Key"] == key for value in target["Values"])


@dataclass(frozen=True, slots=True)
class Target:
    """A target of a window."""

    window: LiveWindow
    live: LiveTarget

    @property
    def name(self) -> str:
        """How findings name it."""
        named = self.live.fields.get("Name") or "target"
        return f"{named} ({short(self.window.window_id)}/{short(self.live.window_target_id)})"

    @property
    def selection(self) -> "Selection":
        """The nodes that it selects."""
        return Selection.of(self.live)

    @property
    def tasks(self) -> list[Task]:
        """The tasks that run on it."""
        tasks = [Task(self.window, task) for task in self.window.tasks]
        return [task for task in tasks if self.live.window_target_id in task.window_target_ids]


@dataclass(frozen=True, slots=True)
class Selection:
    """Nodes by ids, tags or resource group: the keys of a target."""

    keys: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, target: LiveTarget) -> "Selection":
        """Give the selection of a window target."""
        return cls(tuple({"Key": one["Key"], "Values": one["Values"]} for one in target.fields.get("Targets") or ()))

    @property
    def group(self) -> str | None:
        """The resource group, if it is one."""
        return next(iter(self.values("resource-groups:Name")), None)

    def values(self, key: str) -> list[str]:
        """The values of a key."""
        return [value for one in self.keys if one["Key"] == key for value in one["Values"]]


def window_name(window: LiveWindow) -> str:
    """How findings name a window."""
    return f"{window.name} ({window.window_id})"


def short(identifier: str) -> str:
    """Shorten an id to what is enough to find it: `mw-0c50…`."""
    return f"{identifier[:8]}…" if len(identifier) > 8 else identifier


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Count things: `1 node`, `2 nodes`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def listed(names: Sequence[str]) -> str:
    """List names, the first few of many."""
    more = len(names) - _SHOWN
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:_SHOWN])} and {more} more"
