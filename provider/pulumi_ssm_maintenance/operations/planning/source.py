"""What a plan is made of: windows with targets and tasks, live ones or ones that are not deployed yet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_ssm_maintenance.operations.live import LiveTask, LiveWindow
from pulumi_ssm_maintenance.schedules import Period


@dataclass(frozen=True, slots=True)
class PlannedTarget:
    """Nodes that a task runs on."""

    name: str
    """The target's name; its id where it has none, or where another one has the same."""
    keys: Mapping[str, tuple[str, ...]]
    """Each key and its values, such as `tag:Patch Group`."""
    id: str = ""
    """The id of the window target; empty before it is deployed, and for nodes that a task names itself."""


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task."""

    name: str
    """The task's name."""
    type: str
    """The type of task, such as `RUN_COMMAND`."""
    arn: str
    """The document, function or state machine."""
    priority: int = 0
    """Tasks with a lower number start first."""
    targets: tuple[PlannedTarget, ...] = ()
    """In the order in which they are served; none for a task without targets."""
    max_concurrency: str = "1"
    """How many nodes at once: a number or a percentage."""
    cutoff_behavior: str = "CONTINUE_TASK"
    """What happens at the cutoff: `CONTINUE_TASK` or `CANCEL_TASK`."""
    id: str = ""
    """The id of the task; empty before it is deployed."""


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """A window."""

    name: str
    """The window's name."""
    fields: Mapping[str, Any] = field(repr=False)
    """The fields of GetMaintenanceWindow, by their API names."""
    tasks: tuple[PlannedTask, ...] = ()
    """Its tasks."""
    id: str = ""
    """Empty before it is deployed."""
    region: str = ""
    """The region; empty where it is not known."""
    account: str = ""
    """The id of the account; empty where it is not known."""
    freezes: tuple[Period, ...] = ()
    """The change freezes that disable it."""

    @property
    def targets(self) -> tuple[PlannedTarget, ...]:
        """The targets that its tasks name, each once."""
        return tuple({target.name: target for task in self.tasks for target in task.targets}.values())

    @property
    def hours(self) -> float:
        """How long it is open."""
        return float(self.fields.get("Duration") or 0)

    @property
    def enabled(self) -> bool:
        """Whether it opens."""
        return bool(self.fields.get("Enabled", True))


def from_live(windows: Sequence[LiveWindow]) -> tuple[PlannedWindow, ...]:
    """Take windows as AWS holds them."""
    return tuple(
        PlannedWindow(
            window.name,
            {**window.fields, "WindowId": window.window_id},
            tuple(_task(task, window) for task in window.tasks),
            window.window_id,
            window.region,
            window.account.account_id if window.account else "",
        )
        for window in windows
    )


def _task(task: LiveTask, window: LiveWindow) -> PlannedTask:
    fields = task.fields
    return PlannedTask(
        name=str(fields.get("Name") or fields.get("TaskArn", "")),
        type=str(fields.get("TaskType", "")),
        arn=str(fields.get("TaskArn", "")),
        priority=int(fields.get("Priority") or 0),
        targets=tuple(_targets(fields.get("Targets") or (), window)),
        max_concurrency=str(fields.get("MaxConcurrency") or "1"),
        cutoff_behavior=str(fields.get("CutoffBehavior") or "CONTINUE_TASK"),
        id=task.window_task_id,
    )


def _targets(targets: Sequence[Mapping[str, Any]], window: LiveWindow) -> Iterator[PlannedTarget]:
    known = {target.window_target_id: target for target in window.targets}
    for target in targets:
        if target["Key"] == "InstanceIds":
            yield PlannedTarget(f"{len(target['Values'])} nodes by id", {"InstanceIds": tuple(target["Values"])})
            continue
        for target_id in target["Values"]:
            fields = known[target_id].fields if target_id in known else {}
            keys = {one["Key"]: tuple(one["Values"]) for one in fields.get("Targets") or ()}
            name = str(fields.get("Name") or "")
            alike = sum(1 for one in window.targets if one.fields.get("Name") == name)
            yield PlannedTarget(name if name and alike == 1 else target_id, keys, target_id)
