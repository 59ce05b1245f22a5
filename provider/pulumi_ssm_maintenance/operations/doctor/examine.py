"""All checks, and how they are run: many side by side, in an order that stays the same."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pulumi_ssm_maintenance.operations.live import LiveWindow

from .engine import ENGINE_CHECKS, Project, engine_findings
from .facts import Facts
from .findings import Finding, Level
from .reader import Reader
from .subjects import Target, window_name
from .targets import TARGET_CHECKS, TARGETS_OF_TASK_CHECKS
from .tasks import TASK_CHECKS
from .windows import REGION_CHECKS, WINDOW_CHECKS

if TYPE_CHECKING:
    import boto3

_WORKERS: Final = 16

CHECK_IDS: Final = (
    *(check.id for check in WINDOW_CHECKS),
    *(check.id for check in REGION_CHECKS),
    *(check.id for check in (*TASK_CHECKS, *TARGETS_OF_TASK_CHECKS)),
    *(check.id for check in TARGET_CHECKS),
    *(check for check, _ in ENGINE_CHECKS),
)
"""The ids of all checks."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What all checks found."""

    findings: tuple[Finding, ...]

    @property
    def tally(self) -> dict[str, int]:
        """How many findings there are of each level."""
        found = Counter(finding.level for finding in self.findings)
        return {str(level): found[level] for level in Level}

    def is_sound(self, *, strict: bool = False) -> bool:
        """Whether nothing failed; with `strict`, whether nothing warns either."""
        tally = self.tally
        return not tally[Level.FAIL] and not (strict and tally[Level.WARN])


def examine(
    session: "boto3.Session",
    windows: Sequence[LiveWindow],
    *,
    folder: Path | None = None,
    stack: str | None = None,
    now: datetime | None = None,
) -> Examination:
    """Check windows against the account that they are in. Nothing is written.

    Args:
        session: whose account it is.
        windows: what `read_windows` has read, of one region or several.
        folder: a Pulumi project to check too: its engine, its Python, and the configuration of `stack`.
        stack: the stack of that project.
        now: the current time, for tests.
    """
    work: list[Callable[[], Sequence[Finding]]] = []
    for region in dict.fromkeys(window.region for window in windows):
        ours = tuple(window for window in windows if window.region == region)
        facts = Facts(Reader(session, region), ours, ours[0].account, now or datetime.now(UTC))
        work.extend(_checks(facts))
    if folder is not None:
        project = Project(folder, stack)
        work.append(lambda: tuple(engine_findings(project)))
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="check") as pool:
        return Examination(tuple(chain.from_iterable(pool.map(lambda check: check(), work))))


def _checks(facts: Facts) -> Iterator[Callable[[], Sequence[Finding]]]:
    for window in facts.windows:
        name = window_name(window)
        yield from (partial(check.run, window, name, facts) for check in WINDOW_CHECKS)
        tasks = [task for task in facts.tasks if task.window is window]
        for task in tasks:
            for check in (*TASK_CHECKS, *TARGETS_OF_TASK_CHECKS):
                yield partial(check.run, task, task.name, facts)
        for target in (Target(window, one) for one in window.targets):
            yield from (partial(check.run, target, target.name, facts) for check in TARGET_CHECKS)
    yield from (partial(check.run, facts.region, facts.region, facts) for check in REGION_CHECKS)
