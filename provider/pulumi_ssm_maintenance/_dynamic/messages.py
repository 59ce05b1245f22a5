"""Warnings, each given once in a process: the host calls check more than once for a task."""

from collections.abc import Iterable
from threading import Lock
from typing import Final

import pulumi

from pulumi_ssm_maintenance.lifecycle.properties import Properties


class Warnings:
    """The warnings of one process."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._lock = Lock()

    def give_once(self, warning: str) -> None:
        """Print a warning that was not printed before."""
        with self._lock:
            new = warning not in self._given
            self._given.add(warning)
        if new:
            pulumi.log.warn(warning)

    def give(self, task: Properties, texts: Iterable[str]) -> None:
        """Print the warnings about a task that were not printed before, without its secret values."""
        for text in texts:
            self.give_once(f"maintenance window task {task.name!r}: {task.redact(text)}")


warnings: Final = Warnings()
