"""The base class of all schedules."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from ._active_period import ActivePeriod
from ._errors import ScheduleError, demand_text
from ._time_zones import days_with_skipped_times, find_zone, instant, nearest_zone

_YEARS_AHEAD: Final = 5


@dataclass(frozen=True, slots=True)
class Schedule(dict[str, Any], ABC):
    """When a maintenance window opens.

    It is a dict of its expression and its offset too, so that a stack can export it.

    Attributes:
        expression: the text for AWS (`Schedule` of the API).
        offset_days: how many days after the expression the window opens (`ScheduleOffset` of the API), or None.
        warnings: possible mistakes that AWS may still accept.
    """

    expression: str = field(init=False)
    offset_days: int | None = field(init=False, default=None)
    warnings: tuple[str, ...] = field(init=False, default=(), compare=False, repr=False)

    def describe(self, timezone: str | None = None) -> str:
        """Describe in plain English when the window opens, with the time zone if you pass one."""
        return self._words() if timezone is None else f"{self._words()} ({timezone})"

    def next_runs(  # noqa: PLR0913 - the dates of a window, each by its name
        self,
        n: int = 1,
        *,
        after: datetime | None = None,
        timezone: str = "UTC",
        offset_days: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        created: datetime | None = None,
    ) -> list[datetime]:
        """Give the next times at which the window opens, in its time zone; fewer than `n` if there are no more.

        In spring, a local time that the clocks skip has no run. In autumn, a local time that comes twice has one run,
        the first time. AWS documents this for EventBridge Scheduler, and documents nothing for windows.

        Args:
            n: the number of runs.
            after: only runs later than this. Default: now.
            timezone: the IANA name of the window's time zone.
            offset_days: the window's offset, if the schedule has none.
            start: the window's start date. A rate counts from it if it is in the future.
            end: the window's end date. A run at exactly that moment is left out.
            created: when a new window is created. As at AWS, a run is left out if its expression matches before that
                moment, even if its offset puts the run after it. A rate counts from this moment, or from `after`.

        Raises:
            ScheduleError: this machine does not know the time zone, a time has no zone, or the schedule cannot have the
                offset.
        """
        demand_text(self.expression, "timezone", timezone, "an IANA name")
        zone = find_zone(timezone)
        if zone is None:
            raise ScheduleError(
                schedule=self.expression,
                field="timezone",
                given=timezone,
                allowed=f"an IANA name that this machine knows{_similar(timezone)}",
            )
        period = ActivePeriod.of(self.expression, after=after, start=start, end=end, created=created)
        runs = self.with_offset(offset_days)._runs(period, zone)  # noqa: SLF001 - the same class
        return [run.astimezone(zone) for run in islice(period.within(runs), n)]

    def skipped_run(
        self,
        timezone: str,
        *,
        after: datetime | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> datetime | None:
        """Return the next local time at which the window would open, if the clocks skip it and the day has no other.

        In spring the clocks skip an hour, so a window that opens in that hour on that day may not open at all. It looks
        five years ahead from the first opening on. None means that no run is skipped, or that this machine
        does not know the time zone.

        Args:
            timezone: the IANA name of the window's time zone.
            after: only later times. Default: now.
            start: the window's start date.
            end: the window's end date.

        Raises:
            ScheduleError: a time has no zone.
        """
        zone = find_zone(timezone)
        if zone is None:
            return None
        period = ActivePeriod.of(self.expression, after=after, start=start, end=end, created=None)
        try:
            since = self._first_day(period.opens.astimezone(zone).date())
        except OverflowError:  # the last day of Python's calendar
            return None
        for day in days_with_skipped_times(zone, since, _YEARS_AHEAD):
            times = self._times_on(day)
            if times and all(instant(local, zone) is None for local in times):
                moments = (local.replace(tzinfo=zone).astimezone(UTC) for local in times)
                if next(period.within(moments), None) is not None:
                    return times[0]
        return None

    def with_offset(self, offset_days: int | None) -> "Schedule":
        """Return this schedule with the window's offset; None returns it unchanged.

        Raises:
            ScheduleError: the schedule cannot have this offset, or has a different one.
        """
        if offset_days is None:
            return self
        raise ScheduleError(
            schedule=self.expression,
            field="offset_days",
            given=offset_days,
            allowed="none: AWS shifts cron expressions only",
        )

    def _first_day(self, since: date) -> date:
        """Give a day from `since` on, before which the schedule opens no window."""
        return since

    def _times_on(self, day: date) -> list[datetime]:  # noqa: ARG002 - a rate has no local times
        """Give the local times at which the schedule opens the window on a day."""
        return []

    @abstractmethod
    def _words(self) -> str: ...

    @abstractmethod
    def _runs(self, period: ActivePeriod, zone: ZoneInfo) -> Iterator[datetime]:
        """Give runs in UTC and in order: at least all runs of the period."""

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)
        self.update(expression=self.expression, offset_days=self.offset_days)


def _similar(timezone: str) -> str:
    nearest = nearest_zone(timezone)
    return f", such as {nearest!r}" if nearest else ""
