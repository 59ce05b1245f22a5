"""How late AWS shows new tasks, as far as this process has seen."""

from typing import Final

PATIENCE_SECONDS: Final = 3.0
"""How long an invisible task is waited for before it counts as gone, until more is known."""

MAX_PATIENCE_SECONDS: Final = 24.0


class ReadDelay:
    """The patience with invisible tasks in one region. All threads of a process share it."""

    def __init__(self) -> None:
        self.patience = PATIENCE_SECONDS
        """How many seconds an invisible task is waited for."""
        self._seen = False

    def seen(self) -> None:
        """Wait longer from now on: AWS did not show a task that existed."""
        self._seen = True
        self.patience = min(max(2 * self.patience, PATIENCE_SECONDS), MAX_PATIENCE_SECONDS)

    def not_seen(self) -> None:
        """Wait no more, unless AWS was ever late: an invisible task was waited for, and it was gone."""
        if not self._seen:
            self.patience = 0.0
