"""Which task belongs to which resource, as far as one run of the engine shows it.

Two resources can end with one task: both adopt it, or a new resource takes the former name of a renamed one and its
client token names the task that the other still has. The host serves all resources of a provider in one process, so the
process can notice. See docs/decisions/0019-a-run-notes-who-has-a-task.md.
"""

from collections.abc import Mapping
from threading import Lock

from .properties import Properties

_Identity = tuple[str, str]


class Claims:
    """The tasks of one process, with the resources that have each."""

    def __init__(self) -> None:
        self._holders: dict[str, dict[_Identity, _Identity]] = {}
        """By task: each resource that has it, and what identifies that resource in the state."""
        self._deregistered: set[str] = set()
        self._existing: set[_Identity] = set()
        self._lock = Lock()

    def claim(self, window_task_id: str, resource: Properties) -> str | None:
        """Note that a resource has a task, unless another one has it: then give the other's name."""
        with self._lock:
            holders = self._holders.setdefault(window_task_id, {})
            other = _other(holders, resource)
            if other is None:
                holders.setdefault(resource.identity, resource.identity)
            return other

    def continue_with(self, window_task_id: str, state: Properties, resource: Properties) -> str | None:
        """Note that a resource has the task of its state; give the name of another one that has it too.

        After a rename the state has the former name, until an update.
        """
        with self._lock:
            holders = self._holders.setdefault(window_task_id, {})
            holders[resource.identity] = state.identity
            return _other(holders, resource)

    def holder(self, window_task_id: str, resource: Properties) -> str | None:
        """Give the name of another resource that has a task."""
        with self._lock:
            return _other(self._holders.get(window_task_id, {}), resource)

    def release(self, window_task_id: str, state: Properties) -> str | None:
        """Note that the resource of a state gives its task up; give the name of another resource that has it too.

        The state of a resource that is replaced may have its former name.
        """
        with self._lock:
            holders = self._holders.get(window_task_id, {})
            for resource in [one for one, former in holders.items() if state.identity in {one, former}]:
                del holders[resource]
            return _other(holders, state)

    def note_existing(self, resource: Properties) -> None:
        """Note that a resource was in the state when the run began."""
        self._existing.add(resource.identity)

    def existed(self, resource: Properties) -> bool:
        """Tell whether a resource was in the state when the run began."""
        return resource.identity in self._existing

    def note_deregistered(self, window_task_id: str) -> None:
        """Note that this run has deregistered a task."""
        self._deregistered.add(window_task_id)

    def was_deregistered(self, window_task_id: str) -> bool:
        """Tell whether this run has deregistered a task."""
        return window_task_id in self._deregistered


def _other(holders: Mapping[_Identity, _Identity], resource: Properties) -> str | None:
    """Give the name of the first holder that is not this resource."""
    return next((name for name, key in holders if (name, key) != resource.identity), None)
