"""The next openings as AWS lists them, to compare the plan with."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pulumi_ssm_maintenance.checks.reader import UnreadableError
from pulumi_ssm_maintenance.operations.live import reader_of
from pulumi_ssm_maintenance.operations.openings import moment, timezone_of

from .source import PlannedWindow

if TYPE_CHECKING:
    import boto3

_MOST: Final = 50


def scheduled_openings(
    session: "boto3.Session", windows: Sequence[PlannedWindow], count: int
) -> tuple[dict[str, tuple[datetime, ...]], tuple[str, ...]]:
    """List the next openings of windows as AWS computes them: by the window's id, and notes about what is not known.

    Args:
        session: whose windows.
        windows: live windows.
        count: how many openings of each.
    """
    found: dict[str, tuple[datetime, ...]] = {}
    notes: dict[str, None] = {}
    for window in windows:
        try:
            answer = reader_of(session, window.region).one(
                "ssm", "describe_maintenance_window_schedule", WindowId=window.id, MaxResults=min(count, _MOST)
            )
        except UnreadableError as error:
            notes[f"openings are not compared with those of AWS: {error}"] = None
            continue
        listed = (answer or {}).get("ScheduledWindowExecutions", ())
        times = [moment(one.get("ExecutionTime"), timezone_of(window.fields)) for one in listed]
        found[window.id] = tuple(one for one in times if one is not None)
    return found, tuple(notes)
