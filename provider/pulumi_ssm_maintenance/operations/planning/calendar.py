"""When a window opens next, and what is particular about each opening."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pulumi_ssm_maintenance.operations.openings import Opening, moment, next_openings, schedule_of, timezone_of
from pulumi_ssm_maintenance.schedules import Period

from .source import PlannedWindow

_SHOWN = "%a %Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class PlannedOpening:
    """One opening of a window."""

    opens: datetime
    """In the window's time zone, as the others."""
    cutoff: datetime
    """From when no task starts."""
    closes: datetime
    """When the window closes."""
    notes: tuple[str, ...] = ()
    """What the clocks do to it."""
    freeze: str | None = None
    """The name of the change freeze that it falls into."""


def opening_of(opening: Opening, freezes: Sequence[Period]) -> PlannedOpening:
    """Describe an opening."""
    freeze = next((one.name for one in freezes if one.start <= opening.opens < one.end), None)
    return PlannedOpening(opening.opens, opening.cutoff, opening.closes, tuple(_clock_notes(opening)), freeze)


def calendar_notes(
    window: PlannedWindow, openings: Sequence[PlannedOpening], scheduled: Sequence[datetime], now: datetime
) -> Iterator[str]:
    """Say what the calendar of a window does not show by itself.

    Args:
        window: the window.
        openings: its next openings.
        scheduled: its next openings as AWS lists them; none where that is not known.
        now: the current time.
    """
    zone = timezone_of(window.fields)
    if not window.enabled:
        yield "is disabled: it opens at none of these times"
    end = moment(window.fields.get("EndDate"), zone)
    if end is not None and end <= now:
        yield f"ended on {end:%Y-%m-%d}"
    elif not openings:
        yield "has no further opening"
    start = moment(window.fields.get("StartDate"), zone)
    skipped = schedule_of(window.fields).skipped_run(zone, after=now, start=start, end=end)
    if skipped is not None and openings and skipped <= openings[-1].opens.replace(tzinfo=None):
        yield f"does not open on {skipped:{_SHOWN}}: the clocks skip that time"
    listed = scheduled or [one for one in (moment(window.fields.get("NextExecutionTime"), zone),) if one is not None]
    for theirs, ours in zip(listed, openings if window.enabled else (), strict=False):
        if _differs(theirs, ours.opens):
            yield (
                f"AWS names {theirs.astimezone(UTC):{_SHOWN}} UTC as an opening, and this plan"
                f" {ours.opens.astimezone(UTC):{_SHOWN}} UTC: please report it"
            )
            return


def coming(window: PlannedWindow, count: int, now: datetime, freezes: Sequence[Period]) -> tuple[PlannedOpening, ...]:
    """Give the next openings of a window.

    Raises:
        ScheduleError: its schedule cannot be read, or this machine does not know its time zone.
    """
    return tuple(opening_of(one, freezes) for one in next_openings(window.fields, count, now))


def _differs(one: datetime, other: datetime) -> bool:
    return abs(one - other) >= timedelta(minutes=1)


def _clock_notes(opening: Opening) -> Iterator[str]:
    first, second = (opening.opens.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if second > first:
        yield (
            f"the clocks show this time twice, at {first:%H:%M} and {second:%H:%M} UTC; one opening is assumed, the"
            " first"
        )
    if opening.opens.utcoffset() != opening.closes.utcoffset():
        yield f"the clocks change while it is open: it closes at {opening.closes:%H:%M}"
