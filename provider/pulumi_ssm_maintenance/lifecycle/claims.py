"""Which task belongs to which resource, as far as one run of the engine shows it.

Two resources can end with one task: both adopt it, or a new resource takes the former name of a renamed one and its
client token names the task that the other still has. The host serves all resources of a run in one process, so the
process can notice.
"""

from threading import Lock

from .properties import Properties


class Claims:
    """The tasks of one process, with the resource that each belongs to."""

    def __init__(self) -> None:
        self._owners: dict[str, tuple[str, str]] = {}
        self._former: dict[str, tuple[str, str]] = {}
        self._deregistered: set[str] = set()
        self._lock = Lock()

    def claim(self, window_task_id: str, resource: Properties) -> str | None:
        """Note that a task belongs to a resource, unless it belongs to another one: then give the other's name."""
        with self._lock:
            self._owners.setdefault(window_task_id, resource.identity)
        return self.other_owner(window_task_id, resource)

    def continue_with(self, window_task_id: str, state: Properties, resource: Properties) -> str | None:
        """Claim the task in the state of a resource. After a rename the state has the former name, until an update."""
        other = self.claim(window_task_id, resource)
        if other is None:
            self._former[window_task_id] = state.identity
        return other

    def kept_for(self, window_task_id: str, state: Properties) -> str | None:
        """Give the name of another resource for which a task must outlive this state.

        The state of a resource that is replaced may have its former name: its task is no other's.
        """
        return None if self._former.get(window_task_id) == state.identity else self.other_owner(window_task_id, state)

    def other_owner(self, window_task_id: str, resource: Properties) -> str | None:
        """Give the name of another resource that a task belongs to."""
        owner = self._owners.get(window_task_id, resource.identity)
        return None if owner == resource.identity else owner[0]

    def note_deregistered(self, window_task_id: str) -> None:
        """Note that this run has deregistered a task."""
        self._deregistered.add(window_task_id)

    def was_deregistered(self, window_task_id: str) -> bool:
        """Tell whether this run has deregistered a task."""
        return window_task_id in self._deregistered
