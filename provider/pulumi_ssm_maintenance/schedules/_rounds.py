"""How long a round of a patching run may take, so that all rounds fit into the window.

A task patches `max_concurrency` nodes at once and starts the next node when one is done. So 100 nodes with a
concurrency of 10 take about ten rounds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from ._record import Record


@dataclass(frozen=True)
class Room(Record):
    """The time that a run has, and the number of rounds that share it.

    With the engine `run_command` a command has a time-out of its own, which counts for all rounds of a wave: the
    delivery timeout and the execution timeout of the document together. Nodes whose round has not come by then are left
    out.

    Attributes:
        minutes: from the opening of the window to its cutoff, after which no node starts.
        rounds: the largest possible number of rounds; None if it depends on the number of nodes, which is not known.
    """

    minutes: int
    rounds: int | None

    def describe(self) -> str:
        """Describe how long a round may take."""
        if self.rounds is None:
            return f"{self.minutes} minutes to the cutoff; give node_count to learn what a round may take"
        share = self.minutes / self.rounds
        return f"a round may take {share:.0f} minutes: {self.minutes} to the cutoff, {self.rounds} rounds at most"

    def warning(self, minutes_per_node: float | None) -> str | None:
        """Return a warning if nodes that take this long do not fit into the window, or None."""
        if self.rounds is None or minutes_per_node is None or self.rounds * minutes_per_node <= self.minutes:
            return None
        return (
            f"{self.rounds} rounds of {minutes_per_node:g} minutes take {self.rounds * minutes_per_node:g} minutes, and"
            f" the cutoff comes after {self.minutes}: nodes will be left out. Widen the window (duration, cutoff), or"
            " take more nodes at once (max_concurrency)"
        )


def room(minutes: int, waves: Iterable[tuple[str, int]], node_count: int | None) -> Room:
    """Count the rounds of waves that follow each other.

    Args:
        minutes: the time for all waves.
        waves: for each wave its concurrency, and the number of window targets of a task, which run one by one.
        node_count: the number of nodes, or None if it is not known.
    """
    counts = [_rounds(concurrency, queue, node_count) for concurrency, queue in waves]
    known = [count for count in counts if count is not None]
    return Room(minutes, sum(known) if len(known) == len(counts) else None)


def _rounds(concurrency: str, queue: int, node_count: int | None) -> int | None:
    if concurrency.endswith("%"):
        rounds = ceil(100 / int(concurrency[:-1])) * queue
        return rounds if node_count is None else max(1, min(rounds, node_count))
    return None if node_count is None else max(1, ceil(node_count / int(concurrency)))
