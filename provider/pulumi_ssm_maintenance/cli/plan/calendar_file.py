"""A plan as a calendar file: one event for each opening, the same text for the same plan."""

from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from pulumi_ssm_maintenance._version import __version__
from pulumi_ssm_maintenance.operations.errors import UsageError

from .formats import work_of

if TYPE_CHECKING:
    from icalendar import Event

    from pulumi_ssm_maintenance.operations.planning import Plan, PlannedOpening, WindowPlan

_NEEDED: Final = "plan --format ics needs icalendar: pip install 'pulumi-ssm-maintenance[cli]'"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The stamp of every event: the text must not change from run to run."""


def calendar_file(plan: "Plan") -> str:
    """Write a plan as an iCalendar file (RFC 5545), with the time zones that it uses.

    Raises:
        UsageError: icalendar is not installed.
    """
    if find_spec("icalendar") is None:
        raise UsageError(_NEEDED)
    from icalendar import Calendar  # noqa: PLC0415 - comes with an extra

    calendar = Calendar()
    calendar.add("prodid", f"-//pulumi-ssm-maintenance//{__version__}//EN")
    calendar.add("version", "2.0")
    for one in plan.windows:
        for opening in one.openings:
            calendar.add_component(_event(one, opening))
    calendar.add_missing_timezones()
    text: str = calendar.to_ical().decode("utf-8")
    return text


def _event(one: "WindowPlan", opening: "PlannedOpening") -> "Event":
    from icalendar import Event  # noqa: PLC0415 - as above

    window = one.window
    event = Event()
    start = opening.opens.astimezone(UTC)
    event.add("uid", f"{window.id or window.name}/{start:%Y%m%dT%H%M%SZ}@{window.account}.{window.region}")
    event.add("dtstamp", _EPOCH)
    event.add("dtstart", opening.opens)
    event.add("dtend", opening.closes)
    event.add("summary", f"Maintenance window {window.name}")
    event.add("description", _description(one, opening))
    event.add("categories", ["maintenance window", window.region or "aws"])
    event.add("status", "TENTATIVE" if opening.freeze or not window.enabled else "CONFIRMED")
    return event


def _description(one: "WindowPlan", opening: "PlannedOpening") -> str:
    steps = one.fit.steps if one.fit else ()
    frozen = [f"In the change freeze {opening.freeze}."] if opening.freeze else []
    disabled = [] if one.window.enabled else ["The window is disabled."]
    tasks = [f"{step.priority} {step.task}: {work_of(step)}{f' ({step.text})' if step.text else ''}" for step in steps]
    return "\n".join([*frozen, *disabled, *opening.notes, f"No task starts after {opening.cutoff:%H:%M}.", *tasks])
