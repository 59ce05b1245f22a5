"""What the doctor looks at in a window: the window, its tasks and its targets."""

from dataclasses import dataclass

from pulumi_ssm_maintenance.checks.subjects import Selection, Task
from pulumi_ssm_maintenance.operations.live import LiveTarget, LiveTask, LiveWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowTask(Task):
    """A task of a window."""

    window: LiveWindow

    @classmethod
    def of(cls, window: LiveWindow, live: LiveTask) -> "WindowTask":
        """Give a task as AWS holds it."""
        unnamed = Task("", live.fields)
        named = live.fields.get("Name") or unnamed.arn
        wanted = unnamed.window_target_ids
        return cls(
            name=f"{named} ({short(window.window_id)}/{short(live.window_task_id)})",
            fields=live.fields,
            target_selections=tuple(
                selection_of(target) for target in window.targets if target.window_target_id in wanted
            ),
            window=window,
        )


def tasks_of(window: LiveWindow) -> list[WindowTask]:
    """Give the tasks of a window."""
    return [WindowTask.of(window, task) for task in window.tasks]


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
    def selection(self) -> Selection:
        """The nodes that it selects."""
        return selection_of(self.live)

    @property
    def tasks(self) -> list[WindowTask]:
        """The tasks that run on it."""
        return [task for task in tasks_of(self.window) if self.live.window_target_id in task.window_target_ids]


def selection_of(target: LiveTarget) -> Selection:
    """Give the nodes that a window target selects."""
    return Selection.of(target.fields.get("Targets") or ())


def window_name(window: LiveWindow) -> str:
    """How findings name a window."""
    return f"{window.name} ({window.window_id})"


def short(identifier: str) -> str:
    """Shorten an id to what is enough to find it: `mw-0c50…`."""
    return f"{identifier[:8]}…" if len(identifier) > 8 else identifier
