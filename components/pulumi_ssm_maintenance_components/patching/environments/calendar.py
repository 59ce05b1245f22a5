"""The calendar of all environments: next runs, overlapping windows and promotion gaps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance.schedules import Record

from .configuration import Environment

# If two monthly windows with different offsets ever overlap, they do so within a year.
_HORIZON = timedelta(days=400)
_MOST_RUNS = 10_000  # more than a year of hourly runs


@dataclass(frozen=True)
class Run(Record):
    """A run of an environment.

    Attributes:
        environment: the name of the environment.
        waves: the names of its waves, in their order.
        opens: when the window opens, in its time zone.
        closes: when the window closes.
        timezone: the IANA name of the time zone.
        is_frozen: whether a change freeze cancels the run.
    """

    environment: str
    waves: tuple[str, ...]
    opens: datetime
    closes: datetime
    timezone: str
    is_frozen: bool

    def describe(self) -> str:
        """Describe the run in one line."""
        frozen = ", but frozen" if self.is_frozen else ""
        waves = ", then ".join(self.waves)
        return f"{self.opens:%Y-%m-%d %H:%M} {self.timezone}: {self.environment} ({waves}){frozen}"


@dataclass(frozen=True)
class PromotionGap(Record):
    """The patches that an environment would install before the previous environment has had them, by release date.

    Attributes:
        environment: the name of the environment.
        before: the name of the previous environment.
        run: the day of the next run.
        seen_until: the last release date that the previous environment has installed by then; None without a run.
        installs_until: the last release date that this environment would install.
    """

    environment: str
    before: str
    run: date
    seen_until: date | None
    installs_until: date

    @property
    def is_closed(self) -> bool:
        """Whether the previous environment has had every patch before."""
        return self.seen_until is not None and self.installs_until <= self.seen_until

    def describe(self) -> str:
        """Describe the gap in one line."""
        run = f"{self.environment} on {self.run}"
        if self.seen_until is None:
            return f"{run} would install patches that {self.before} never had: it has no run before"
        if self.is_closed:
            return f"{run} installs nothing that {self.before} has not had"
        days = (self.installs_until - self.seen_until).days
        return (
            f"{run} would install patches that {self.before} never had, released from"
            f" {self.seen_until + timedelta(days=1)} to {self.installs_until}: approve up to one date everywhere"
            f" (approve_until_date), or {days} days later in {self.environment} (approve_after_days)"
        )


def calendar(environments: Iterable[Environment], n: int, after: datetime) -> list[Run]:
    """Return the next `n` runs of each enabled environment, sorted by time."""
    return sorted((run for environment in environments for run in _runs(environment, n, after)), key=_opening)


def demand_no_overlap(where: str, environments: Iterable[Environment], after: datetime) -> None:
    """Check that no windows of two environments are open at the same time in the next year.

    Raises:
        ArgumentError: two windows overlap.
    """
    last: dict[str, Run] = {}
    for run in calendar(environments, _MOST_RUNS, after - timedelta(days=1)):
        if run.is_frozen:
            continue
        for other in last.values():
            if other.environment != run.environment and run.opens < other.closes:
                until = f"{other.closes:%Y-%m-%d %H:%M}"
                raise ArgumentError(f"{where}: {run.describe()} opens while {other.describe()} is open, until {until}")
        last[run.environment] = max(run, last.get(run.environment, run), key=_closing)


def promotion_gaps(environments: Iterable[Environment], now: datetime) -> list[PromotionGap]:
    """Compare the next run of each environment with the previous environment."""
    pairs = pairwise([environment for environment in environments if environment.enabled])
    gaps = (_gap(before, environment, now) for before, environment in pairs)
    return [gap for gap in gaps if gap is not None]


def _gap(before: Environment, environment: Environment, now: datetime) -> PromotionGap | None:
    run = next((run for run in _runs(environment, _MOST_RUNS, now) if not run.is_frozen), None)
    if run is None:
        return None
    earlier = [past for past in _runs(before, _MOST_RUNS, run.opens - _HORIZON, run.opens) if not past.is_frozen]
    return PromotionGap(
        environment=environment.name,
        before=before.name,
        run=run.opens.date(),
        seen_until=_approved_until(before, earlier[-1]) if earlier else None,
        installs_until=_approved_until(environment, run),
    )


def _approved_until(environment: Environment, run: Run) -> date:
    day = run.opens.date()
    if environment.approve_until_date is not None:
        return min(day, environment.approve_until_date)
    return day - timedelta(days=environment.approve_after_days)


def _runs(environment: Environment, n: int, after: datetime, before: datetime | None = None) -> list[Run]:
    if not environment.enabled:
        return []
    end = before or after + _HORIZON
    opening = environment.schedule.next_runs(n, after=after, end=end, timezone=environment.timezone)
    return [
        Run(
            environment=environment.name,
            waves=environment.waves,
            opens=opens,
            closes=opens + timedelta(hours=environment.hours),
            timezone=environment.timezone,
            is_frozen=any(period.covers(opens) for period in environment.freezes),
        )
        for opens in opening
    ]


def _opening(run: Run) -> datetime:
    return run.opens


def _closing(run: Run) -> datetime:
    return run.closes
