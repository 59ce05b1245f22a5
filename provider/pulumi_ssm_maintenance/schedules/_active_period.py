"""The span of time in which to look for the runs of a window."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from ._errors import ScheduleError


@dataclass(frozen=True, slots=True)
class ActivePeriod:
    """Starts after a moment, and keeps within the window's start and end dates. All times are in UTC."""

    after: datetime
    start: datetime | None
    end: datetime | None
    created: datetime | None

    @classmethod
    def of(cls, schedule: str, **moments: datetime | None) -> Self:
        """Convert the moments to UTC. Each needs a time zone. An `after` of None means now."""
        utc = {name: _in_utc(schedule, name, moment) for name, moment in moments.items()}
        return cls(utc["after"] or datetime.now(UTC), utc["start"], utc["end"], utc["created"])

    @property
    def opens(self) -> datetime:
        """The earliest moment at which a run counts."""
        return max(self.after, self.start) if self.start else self.after

    def within(self, runs: Iterable[datetime]) -> Iterator[datetime]:
        """Filter runs, which must be in UTC and in order."""
        for run in runs:
            if self.end is not None and run >= self.end:
                return
            if run > self.after and run >= self.opens:
                yield run


def _in_utc(schedule: str, name: str, moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        given = moment.isoformat() if isinstance(moment, datetime) else moment
        raise ScheduleError(schedule=schedule, field=name, given=given, allowed="a datetime with a time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first or the last day of Python's calendar
        return moment.replace(tzinfo=UTC)
