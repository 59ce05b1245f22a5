"""Put a plan together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from pulumi_ssm_maintenance.operations.errors import UsageError
from pulumi_ssm_maintenance.operations.openings import timezone_of
from pulumi_ssm_maintenance.schedules import Period, ScheduleError

from .calendar import PlannedOpening, calendar_notes, coming
from .conflicts import Conflict, conflicts
from .fit import Fit, SimulationError, fit
from .source import PlannedWindow

_LOOK_AHEAD: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """A window: when it opens next, and what it does then."""

    window: PlannedWindow
    """The window."""
    timezone: str
    """The time zone of its schedule."""
    openings: tuple[PlannedOpening, ...]
    """The next openings, the earliest first."""
    fit: Fit | None
    """What happens in an opening; None for a window that never opens."""
    notes: tuple[str, ...] = ()
    """What else to know about the window."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The next openings of windows."""

    windows: tuple[WindowPlan, ...]
    """The plan of each window."""
    conflicts: tuple[Conflict, ...]
    """The windows that are in each other's way."""
    minutes_per_node: float | None
    """How many minutes the work takes on a node; None where that is unknown."""
    minutes_source: str = ""
    """Where the minutes come from."""
    notes: tuple[str, ...] = field(default=())
    """What else to know."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is known not to fit, and no window is in the way of another."""
        return not self.conflicts and all(one.fit is None or one.fit.fits is not False for one in self.windows)


def plan(  # noqa: PLR0913 - the circumstances of a plan, each by its name
    windows: Sequence[PlannedWindow],
    *,
    count: int = 3,
    nodes: Mapping[str, int] | None = None,
    node_ids: Mapping[str, frozenset[str]] | None = None,
    minutes_per_node: float | None = None,
    minutes_source: str = "given",
    freezes: Sequence[Period] = (),
    scheduled: Mapping[str, Sequence[datetime]] | None = None,
    now: datetime | None = None,
) -> Plan:
    """Plan the next openings of windows.

    Args:
        windows: from `from_live` or `from_preview`.
        count: how many openings of each.
        nodes: how many nodes targets have, by the target's name.
        node_ids: the nodes of targets by the target's id, from `count_nodes`.
        minutes_per_node: how long the work takes on a node. Default: unknown, then rounds are counted only.
        minutes_source: where the minutes come from.
        freezes: change freezes of all windows, from `pulumi_ssm_maintenance.schedules.read_periods`.
        scheduled: the next openings of windows as AWS lists them, by the window's id, from `scheduled_openings`. A plan
            that differs says so.
        now: the current time, for tests.

    Raises:
        UsageError: `nodes` names a target that no window has.
    """
    moment = now or datetime.now(UTC)
    known = {target.name for window in windows for target in window.targets}
    if strange := sorted(set(nodes or {}) - known):
        raise UsageError(f"no target is called {strange[0]!r}; there are {', '.join(sorted(known)) or 'none'}")
    plans = tuple(
        _window_plan(
            window,
            count,
            moment,
            {**_counted(window, node_ids or {}), **(nodes or {})},
            minutes_per_node,
            freezes,
            (scheduled or {}).get(window.id, ()),
        )
        for window in windows
    )
    last = [one.openings[-1].closes for one in plans if one.openings]
    readable = [one.window for one in plans if one.openings and one.window.enabled]
    found = conflicts(readable, node_ids or {}, moment, max([moment + _LOOK_AHEAD, *last]))
    return Plan(plans, tuple(found), minutes_per_node, minutes_source if minutes_per_node is not None else "")


def _window_plan(  # noqa: PLR0913, PLR0917 - see plan
    window: PlannedWindow,
    count: int,
    now: datetime,
    nodes: Mapping[str, int],
    minutes_per_node: float | None,
    freezes: Sequence[Period],
    scheduled: Sequence[datetime],
) -> WindowPlan:
    zone = timezone_of(window.fields)
    try:
        openings = coming(window, count, now, (*freezes, *window.freezes))
        notes = tuple(calendar_notes(window, openings, scheduled, now))
    except ScheduleError as error:
        return WindowPlan(window, zone, (), None, (str(error),))
    if not openings:
        return WindowPlan(window, zone, (), None, notes)
    try:
        return WindowPlan(window, zone, openings, fit(window, openings[0], nodes, minutes_per_node), notes)
    except SimulationError as error:
        return WindowPlan(window, zone, openings, None, (*notes, str(error)))


def _counted(window: PlannedWindow, node_ids: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """How many nodes the targets of a window have, as far as that is known."""
    by_target = {target.name: len(node_ids[target.id]) for target in window.targets if target.id in node_ids}
    named = {
        target.name: len(target.keys["InstanceIds"])
        for target in window.targets
        if not target.id and "InstanceIds" in target.keys
    }
    return {**named, **by_target}
