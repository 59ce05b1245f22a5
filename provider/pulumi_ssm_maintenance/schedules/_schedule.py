"""What every schedule of a maintenance window can say about itself."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from ._active_period import ActivePeriod
from ._errors import ScheduleError
from ._time_zones import find_zone


@dataclass(frozen=True, slots=True)
class Schedule(ABC):
    """When a maintenance window opens.

    Attributes:
        expression: the text for AWS (`Schedule` of the API).
        offset_days: how many days later than the expression says (`ScheduleOffset` of the API), or None.
        warnings: what is odd about the schedule, though AWS may well take it.
    """

    expression: str = field(init=False)
    offset_days: int | None = field(init=False, default=None)
    warnings: tuple[str, ...] = field(init=False, default=(), compare=False, repr=False)

    def describe(self, timezone: str | None = None) -> str:
        """Say in plain English when the window opens, and by which time zone where one is given."""
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
        """Give the next times that the window opens, in its time zone; fewer than `n` where there are no more.

        A local time that the clocks jump over in spring has no run. One that they go through twice in autumn has a
        single run, the first time. So it is documented for EventBridge Scheduler; for windows nothing is.

        Args:
            n: how many runs.
            after: only runs later than this; by default, later than now.
            timezone: the IANA name of the window's time zone.
            offset_days: the window's offset, where the schedule has none of its own.
            start: the window's start date. A rate counts from it when it lies ahead.
            end: the window's end date. A run at that very moment is left out.
            created: when the window is made, for a new one. A run whose expression came up before that is left out,
                even when its offset lies ahead, as AWS does. A rate counts from here; without it, from `after`.

        Raises:
            ScheduleError: this machine does not know the time zone, a time has no zone, or the offset does not fit.
        """
        zone = find_zone(timezone)
        if zone is None:
            raise ScheduleError(
                schedule=self.expression, field="timezone", given=timezone, allowed="an IANA name that is known here"
            )
        period = ActivePeriod.of(self.expression, after=after, start=start, end=end, created=created)
        runs = self.with_offset(offset_days)._runs(period, zone)  # noqa: SLF001 - a schedule's own
        return [run.astimezone(zone) for run in islice(period.within(runs), n)]

    def with_offset(self, offset_days: int | None) -> "Schedule":
        """Give this schedule with the window's offset; None leaves it as it is.

        Raises:
            ScheduleError: the schedule cannot have this offset, or has another one already.
        """
        if offset_days is None:
            return self
        raise ScheduleError(
            schedule=self.expression,
            field="offset_days",
            given=offset_days,
            allowed="none: AWS shifts cron expressions only",
        )

    @abstractmethod
    def _words(self) -> str: ...

    @abstractmethod
    def _runs(self, period: ActivePeriod, zone: ZoneInfo) -> Iterator[datetime]:
        """Give runs in UTC and in order, at least all those that the period holds."""

    def _settle(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)
