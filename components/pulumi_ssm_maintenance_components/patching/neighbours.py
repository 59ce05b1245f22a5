"""Warnings about two patching runs of one program: in one window at the same time, or on the same nodes at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from pulumi.runtime.settings import get_monitor

from pulumi_ssm_maintenance.schedules import Rate
from pulumi_ssm_maintenance_components.windows.maintenance_window import AnyWindow, MaintenanceWindow
from pulumi_ssm_maintenance_components.windows.targets import Targets

from .plan import PatchPlan
from .waves import PRIORITY_STEP

_HORIZON = timedelta(days=400)  # two monthly windows that ever overlap do so within a year
_MOST_RUNS = 10_000


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A patching run of the program.

    Attributes:
        name: its logical name.
        window: the window as the program passed it, or the new one.
        plan: what it patches.
        is_enabled: whether its window may open.
    """

    name: str
    window: AnyWindow
    plan: PatchPlan
    is_enabled: bool

    @property
    def priorities(self) -> set[int]:
        """The priorities of its waves."""
        return {self.plan.priority + number * PRIORITY_STEP for number in range(1, len(self.plan.waves) + 1)}

    @property
    def targets(self) -> list[Targets]:
        """What it patches."""
        return [targets for wave in self.plan.waves for targets in wave.targets.values()]


# The runs of each program, by its connection to the engine: a process may run several programs.
_RUNS: WeakKeyDictionary[object, list[PlannedRun]] = WeakKeyDictionary()


def neighbour_warnings(run: PlannedRun) -> Iterator[str]:
    """Compare a run with the earlier runs of the program, and remember it."""
    monitor = get_monitor()
    if monitor is None:
        return
    earlier = _RUNS.setdefault(monitor, [])
    for other in earlier:
        if _is_same_window(run.window, other.window):
            yield from _equal_priorities(run, other)
        else:
            yield from _overlap(run, other)
    earlier.append(run)


def _is_same_window(one: AnyWindow, other: AnyWindow) -> bool:
    return one == other if isinstance(one, str) and isinstance(other, str) else one is other


def _equal_priorities(run: PlannedRun, other: PlannedRun) -> Iterator[str]:
    if equal := sorted(run.priorities & other.priorities):
        yield (
            f"PatchingRun {other.name!r} and PatchingRun {run.name!r} have tasks of priority {equal[0]} in one window,"
            f" so these run at the same time: pass another `priority` to one of them, such as priority=100"
        )


def _overlap(run: PlannedRun, other: PlannedRun) -> Iterator[str]:
    both_patch = run.plan.command.install and other.plan.command.install and run.is_enabled and other.is_enabled
    if not both_patch or not any(targets in other.targets for targets in run.targets):
        return
    now = datetime.now(UTC)
    ours, theirs = _openings(run.window, now), _openings(other.window, now)
    while ours and theirs:
        (opens, closes), (other_opens, other_closes) = ours[0], theirs[0]
        if opens < other_closes and other_opens < closes:
            yield (
                f"PatchingRun {other.name!r} and PatchingRun {run.name!r} patch the same targets, and both windows are"
                f" open at {max(opens, other_opens):%Y-%m-%d %H:%M} UTC: move one of them, or use one run with waves"
            )
            return
        (ours if closes <= other_closes else theirs).pop(0)


def _openings(window: AnyWindow, now: datetime) -> list[tuple[datetime, datetime]]:
    """Give when a window opens and closes, in UTC; nothing if that is not known, as for a rate."""
    if not isinstance(window, MaintenanceWindow) or isinstance(window.schedule, Rate):
        return []
    length = timedelta(hours=window.duration)
    runs = window.next_runs(_MOST_RUNS, after=now)
    return [(opens, opens + length) for opens in (run.astimezone(UTC) for run in runs) if opens < now + _HORIZON]
