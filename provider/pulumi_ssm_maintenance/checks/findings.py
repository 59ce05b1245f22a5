"""What a check finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from .facts import Facts
from .known import NotKnownError
from .reader import UnreadableError

S = TypeVar("S")


class Level(StrEnum):
    """How grave a finding is."""

    FAIL = "FAIL"
    """The run will fail, or not happen."""
    WARN = "WARN"
    """The run may fail, or do less than is meant."""
    SKIPPED = "SKIP"
    """The check could not read what it looks at, so it says nothing."""
    NOTE = "NOTE"
    """Worth knowing."""
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says about a window, a task, a target, a region or the engine."""

    check: str
    """The check's id, such as `task.alarm`."""
    level: Level
    """How grave it is."""
    subject: str
    """What was checked, such as `patch (mw-…/4d65…)`."""
    text: str = ""
    """What is wrong; empty where nothing is."""
    cure: str = ""
    """What to do."""
    region: str = ""
    """The region of the subject."""

    def __str__(self) -> str:
        said = f": {self.text}." if self.text else ""
        return f"{self.level} {self.check} {self.subject}{said}{f' {self.cure}' if self.cure else ''}"


@dataclass(frozen=True, slots=True)
class Problem:
    """What a check function yields."""

    level: Level
    text: str
    cure: str = ""


def fail(text: str, cure: str) -> Problem:
    """Report that the run will fail."""
    return Problem(Level.FAIL, text, cure)


def warn(text: str, cure: str) -> Problem:
    """Report that the run may fail."""
    return Problem(Level.WARN, text, cure)


def note(text: str) -> Problem:
    """Report what is worth knowing."""
    return Problem(Level.NOTE, text)


@dataclass(frozen=True, slots=True)
class Check(Generic[S]):
    """One row of the table of checks."""

    id: str
    look: Callable[[S, Facts], Iterable[Problem]]
    """Yields the problems of a subject; none where it is as it should be."""
    applies: Callable[[S], bool] = lambda _: True
    """Whether a subject has what the check looks at."""

    def run(self, subject: S, name: str, facts: Facts) -> tuple[Finding, ...]:
        """Check a subject. An unreadable fact makes the check a skipped one; at an unknown value it ends."""
        found: list[Finding] = []
        try:
            if not self.applies(subject):
                return ()
            for problem in self.look(subject, facts):
                found.append(Finding(self.id, problem.level, name, problem.text, problem.cure, facts.region))  # noqa: PERF401 - what is found before an exception counts
        except NotKnownError:
            return tuple(found)
        except UnreadableError as error:
            found.append(Finding(self.id, Level.SKIPPED, name, str(error), error.cure, facts.region))
        return tuple(found) or (Finding(self.id, Level.OK, name, region=facts.region),)
