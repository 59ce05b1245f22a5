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

from pulumi_ssm_maintenance.checks.facts import Facts
from pulumi_ssm_maintenance.checks.findings import Finding, Level
from pulumi_ssm_maintenance.checks.reader import Reader
from pulumi_ssm_maintenance.checks.tasks import TASK_CHECKS
from pulumi_ssm_maintenance.operations.live import LiveWindow, reader_of

from .engine import ENGINE_CHECKS, Project, engine_findings
from .subjects import Target, tasks_of, window_name
from .targets import TARGET_CHECKS, TARGETS_OF_TASK_CHECKS
from .windows import REGION_CHECKS, WINDOW_CHECKS

if TYPE_CHECKING:
    import boto3

_WORKERS: Final = 16

CHECK_IDS: Final = (
    *(check.id for check in WINDOW_CHECKS),
    *(check.id for check in REGION_CHECKS),
    *(check.id for check in TASK_CHECKS),
    *(check.id for check in TARGETS_OF_TASK_CHECKS),
    *(check.id for check in TARGET_CHECKS),
    *(check for check, _ in ENGINE_CHECKS),
)
"""The ids of all checks."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What all checks found."""

    findings: tuple[Finding, ...]
    """One for each check of each subject, those that found nothing too."""

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
        work.extend(_checks(ours, reader_of(session, region), now or datetime.now(UTC)))
    if folder is not None:
        project = Project(folder, stack)
        work.append(lambda: tuple(engine_findings(project)))
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="check") as pool:
        return Examination(tuple(chain.from_iterable(pool.map(lambda check: check(), work))))


def _checks(windows: Sequence[LiveWindow], reader: Reader, now: datetime) -> Iterator[Callable[[], Sequence[Finding]]]:
    """Give the checks of the windows of one region."""
    tasks = {window.window_id: tasks_of(window) for window in windows}
    facts = Facts(reader, tuple(chain.from_iterable(tasks.values())), windows[0].account, now)
    for window in windows:
        name = window_name(window)
        yield from (partial(check.run, window, name, facts) for check in WINDOW_CHECKS)
        for task in tasks[window.window_id]:
            yield from (partial(check.run, task, task.name, facts) for check in TASK_CHECKS)
            yield from (partial(check.run, task, task.name, facts) for check in TARGETS_OF_TASK_CHECKS)
        for target in (Target(window, one) for one in window.targets):
            yield from (partial(check.run, target, target.name, facts) for check in TARGET_CHECKS)
    place = f"{facts.region} ({facts.account.account_id})" if facts.account else facts.region
    yield from (partial(check.run, facts.region, place, facts) for check in REGION_CHECKS)
