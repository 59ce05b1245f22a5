"""CloudWatch alarms during the night."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from pulumi_ssm_maintenance.simulation._rehearsal import AlarmState

from .clock import Clock

STATES = frozenset({"OK", "ALARM", "INSUFFICIENT_DATA"})


class Alarms:
    """The states of the alarms that exist, and who looks at them."""

    def __init__(
        self,
        clock: Clock,
        changes: Mapping[str, Iterable[tuple[datetime, str]]],
        changed: Callable[[AlarmState, str], None],
        history: list[AlarmState],
    ) -> None:
        """Put the alarms that exist in place; `changed` gets each new state with the one before.

        Args:
            clock: the night's clock.
            changes: when each alarm goes into which state. Before the first change it is OK.
            changed: what gets to know of a change.
            history: where all states are noted.
        """
        self._clock = clock
        self._changed = changed
        self._states: dict[str, str] = {}
        self._planned: dict[tuple[str, datetime], str] = {}
        self.history = history
        for name, planned in changes.items():
            states = sorted(planned, key=lambda it: it[0])
            early = [state for when, state in states if when <= clock.now]
            self._note(name, early[-1] if early else "OK")
            for when, state in states[len(early) :]:
                self.plan(name, state, when)

    def state(self, name: str) -> str | None:
        """The state of an alarm; None for one that does not exist."""
        return self._states.get(name)

    def plan(self, name: str, state: str, when: datetime) -> None:
        """Have an alarm go into a state then; of several states for one moment, the last one planned counts."""
        moment = name, max(when, self._clock.now)
        if moment not in self._planned:
            self._clock.at(when, lambda: self._set(name, self._planned.pop(moment)))
        self._planned[moment] = state

    def _set(self, name: str, state: str) -> None:
        before = self._states.get(name, "INSUFFICIENT_DATA")
        if before != state:
            self._changed(self._note(name, state), before)

    def _note(self, name: str, state: str) -> AlarmState:
        self._states[name] = state
        self.history.append(AlarmState(self._clock.now, name, state))
        return self.history[-1]
