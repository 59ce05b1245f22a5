"""Virtual time: runs each action at its time, in order, without waiting."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

END, START, LOOK = range(3)
"""At one and the same time, work ends first, then other work starts, and then somebody looks at it: at an alarm, at the
cutoff, at a time-out."""


class Clock:
    """The time now, and what is due later."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._due: list[tuple[datetime, int, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, when: datetime, do: Callable[[], None], rank: int = END) -> None:
        """Do it then; what is due in the past is done now."""
        heapq.heappush(self._due, (max(when, self.now), rank, next(self._order), do))

    def run(self) -> None:
        """Let time pass until nothing is due any more."""
        while self._due:
            self.now, _, _, do = heapq.heappop(self._due)
            do()
