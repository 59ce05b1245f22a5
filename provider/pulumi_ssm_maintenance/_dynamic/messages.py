"""Warnings, each given once in a process: the host calls check more than once for a task."""

from collections.abc import Iterable
from threading import Lock
from typing import Final

import pulumi


class Warnings:
    """The warnings of one process."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._lock = Lock()

    def give(self, name: str, texts: Iterable[str]) -> None:
        """Print the warnings about a task that were not printed before."""
        for text in texts:
            warning = f"maintenance window task {name!r}: {text}"
            with self._lock:
                new = warning not in self._given
                self._given.add(warning)
            if new:
                pulumi.log.warn(warning)


warnings: Final = Warnings()
