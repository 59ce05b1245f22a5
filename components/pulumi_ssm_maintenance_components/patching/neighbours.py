"""Warnings about nodes that are patched twice, or by two runs at once: of one program, or of one run with waves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.settings import get_monitor

from pulumi_ssm_maintenance.schedules import Rate, timezone_warning
from pulumi_ssm_maintenance_components.windows.maintenance_window import MaintenanceWindow
from pulumi_ssm_maintenance_components.windows.targets import share_nodes

from .plan import PatchPlan
from .waves import PRIORITY_STEP, Wave

_HORIZON = timedelta(days=400)  # two monthly windows that ever overlap do so within a year
_MOST_RUNS = 10_000


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A patching run of the program.

    Attributes:
        name: its logical name.
        window_id: the id of its window. Two runs with the same output have one window, before the id is known too.
        window: its window, if it is a `MaintenanceWindow`.
        plan: what it patches.
        is_enabled: whether its window may open.
        provider: the provider of its account and region; None for the default one.
    """

    name: str
    window_id: pulumi.Output[str]
    window: MaintenanceWindow | None
    plan: PatchPlan
    is_enabled: bool
    provider: pulumi.ProviderResource | None

    @property
    def priorities(self) -> set[int]:
        """The priorities of its waves."""
        return {self.plan.priority + number * PRIORITY_STEP for number in range(1, len(self.plan.waves) + 1)}

    @property
    def changes_nodes(self) -> bool:
        """Whether it may install patches."""
        return self.plan.command.install and self.is_enabled


# The runs of each program, by its connection to the engine: a process may run several programs.
_RUNS: WeakKeyDictionary[object, list[PlannedRun]] = WeakKeyDictionary()


def warn_of_neighbours(run: PlannedRun, warn: Callable[[str], None]) -> None:
    """Compare a run with the earlier runs of the program, and remember it."""
    monitor = get_monitor()
    if monitor is None:
        return
    earlier = _RUNS.setdefault(monitor, [])
    for other in earlier:
        _warn_of_equal_priorities(run, other, warn)
        for warning in _overlap(run, other):
            warn(warning)
    earlier.append(run)


def wave_warnings(name: str, plan: PatchPlan) -> Iterator[str]:
    """Compare the waves of a run with each other."""
    for one, other in combinations(plan.waves if plan.command.install else [], 2):
        if _share_nodes(one, other):
            yield (
                f"PatchingRun {name!r}: wave {other.name!r} selects nodes of wave {one.name!r} too, so these are"
                " patched twice. Targets cannot exclude nodes: give the nodes of each wave a tag value of its own,"
                " such as a patch group"
            )


def _share_nodes(one: Wave, other: Wave) -> bool:
    return any(share_nodes(mine, theirs) for mine in one.targets.values() for theirs in other.targets.values())


def _warn_of_equal_priorities(run: PlannedRun, other: PlannedRun, warn: Callable[[str], None]) -> None:
    equal = sorted(run.priorities & other.priorities)
    if not equal:
        return
    warning = (
        f"PatchingRun {other.name!r} and PatchingRun {run.name!r} have tasks of priority {equal[0]} in one window,"
        f" so these run at the same time: pass another `priority` to one of them, such as priority=100"
    )

    def compare(ids: list[str]) -> None:
        if ids[0] == ids[1]:
            warn(warning)

    if run.window_id is other.window_id:
        warn(warning)
    elif run.window is None or other.window is None:
        pulumi.Output.all(run.window_id, other.window_id).apply(compare)


def _overlap(run: PlannedRun, other: PlannedRun) -> Iterator[str]:
    if run.window is None or other.window is None or run.window is other.window:
        return
    # Nodes of another account or region are others, whatever tags they have.
    if not run.changes_nodes or not other.changes_nodes or run.provider is not other.provider:
        return
    if not any(_share_nodes(mine, theirs) for mine in run.plan.waves for theirs in other.plan.waves):
        return
    now = datetime.now(UTC)
    ours, theirs = _openings(run.window, now), _openings(other.window, now)
    while ours and theirs:
        (opens, closes), (other_opens, other_closes) = ours[0], theirs[0]
        if opens < other_closes and other_opens < closes:
            yield (
                f"PatchingRun {other.name!r} and PatchingRun {run.name!r} patch the same nodes, and both windows are"
                f" open at {max(opens, other_opens):%Y-%m-%d %H:%M} UTC: move one of them, or use one run with waves"
            )
            return
        (ours if closes <= other_closes else theirs).pop(0)


def _openings(window: MaintenanceWindow, now: datetime) -> list[tuple[datetime, datetime]]:
    """Give when a window opens and closes, in UTC; nothing if that is not known, as for a rate or an unknown zone."""
    if isinstance(window.schedule, Rate) or timezone_warning(window.timezone) is not None:
        return []
    length = timedelta(hours=window.duration)
    runs = window.next_runs(_MOST_RUNS, after=now)
    return [(opens, opens + length) for opens in (run.astimezone(UTC) for run in runs) if opens < now + _HORIZON]
