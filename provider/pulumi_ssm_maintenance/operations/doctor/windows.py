"""Checks of windows and of the quotas of a region."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Final

from pulumi_ssm_maintenance.checks.facts import Facts
from pulumi_ssm_maintenance.checks.findings import Check, Problem, fail, warn
from pulumi_ssm_maintenance.core.words import counted, listed
from pulumi_ssm_maintenance.operations.live import LiveWindow
from pulumi_ssm_maintenance.operations.openings import (
    MOST_OPEN_AT_ONCE,
    moment,
    most_at_once,
    next_openings,
    openings_until,
    timezone_of,
)
from pulumi_ssm_maintenance.schedules import ScheduleError

from .subjects import tasks_of

# https://docs.aws.amazon.com/general/latest/gr/ssm.html
_MOST_WINDOWS: Final = 50
_MOST_TASKS: Final = 20
_MOST_TARGETS: Final = 100
_NEARLY: Final = 0.9
_LOOK_AHEAD: Final = timedelta(days=31)
_GAPS: Final = 40


def _is_disabled(window: LiveWindow, facts: Facts) -> Iterator[Problem]:  # noqa: ARG001 - the form of a check
    if not window.fields.get("Enabled", True):
        yield warn("is disabled, so it does not open", "Enable it, or delete it.")


def _has_ended(window: LiveWindow, facts: Facts) -> Iterator[Problem]:
    end = moment(window.fields.get("EndDate"), timezone_of(window.fields))
    if end is not None and end <= facts.now:
        yield fail(f"ended on {end:%Y-%m-%d}, so it opens no more", "Move end_date, or delete the window.")


def _opens_again(window: LiveWindow, facts: Facts) -> Iterator[Problem]:
    try:
        coming = next_openings(window.fields, 1, facts.now)
    except ScheduleError as error:
        yield warn(f"has a schedule that is not understood: {str(error).rstrip('.')}", "Check it by its page at AWS.")
        return
    if not coming:
        yield fail(f"never opens again: {window.fields['Schedule']} has no further date", "Correct the schedule.")
    elif not window.fields.get("NextExecutionTime"):
        yield fail("has no next execution time at AWS", "Check its schedule, start and end date.")


def _skips_runs(window: LiveWindow, facts: Facts) -> Iterator[Problem]:
    try:
        coming = next_openings(window.fields, _GAPS, facts.now)
    except ScheduleError:
        coming = []
    gaps = [(later.opens - one.opens, one) for one, later in pairwise(coming)]
    if gaps and (gap := min(gaps, key=lambda found: found[0]))[0] < timedelta(hours=window.fields["Duration"]):
        hours = gap[0] / timedelta(hours=1)
        yield warn(
            f"lasts {window.fields['Duration']} h and opens again after {hours:g} h on {gap[1].opens:%Y-%m-%d}:"
            " a run that is still at work makes AWS skip the next one",
            "Shorten the window, or open it less often.",
        )
    runs = facts.executions(window.window_id)
    if runs and runs[0].get("Status") == "SKIPPED_OVERLAPPING":
        yield warn(
            f"skipped its last run on {runs[0]['StartTime']:%Y-%m-%d}, because the one before was still at work",
            "Shorten what it does, or open it less often.",
        )


def _takes_instance_ids(window: LiveWindow, facts: Facts) -> Iterator[Problem]:  # noqa: ARG001 - the form of a check
    tasks = [task for task in tasks_of(window) if task.instance_ids]
    if tasks and not window.fields.get("AllowUnassociatedTargets"):
        yield fail(
            f"does not allow unassociated targets, and {listed([task.name for task in tasks])} name nodes by their ids",
            "Set allow_unassociated_targets, or register the nodes as a window target.",
        )


def _task_quota(window: LiveWindow, facts: Facts) -> Iterator[Problem]:  # noqa: ARG001 - the form of a check
    yield from _quota(len(window.tasks), _MOST_TASKS, "task")


def _target_quota(window: LiveWindow, facts: Facts) -> Iterator[Problem]:  # noqa: ARG001 - the form of a check
    yield from _quota(len(window.targets), _MOST_TARGETS, "target")


def _window_quota(region: str, facts: Facts) -> Iterator[Problem]:  # noqa: ARG001 - the form of a check
    yield from _quota(len(facts.all_windows()), _MOST_WINDOWS, "window")


def _concurrency_quota(region: str, facts: Facts) -> Iterator[Problem]:  # noqa: ARG001 - the form of a check
    coming = []
    for window in facts.all_windows():
        if window.get("Enabled", True):
            try:
                coming.extend(openings_until(window, facts.now, facts.now + _LOOK_AHEAD))
            except ScheduleError:
                continue
    number, when = most_at_once(coming)
    if when is None or number < MOST_OPEN_AT_ONCE * _NEARLY:
        return
    text = f"{number} windows are open at once on {when:%Y-%m-%d at %H:%M} UTC; the quota is {MOST_OPEN_AT_ONCE} runs"
    cure = "Move some of them, or ask AWS for a higher quota."
    yield fail(text, cure) if number > MOST_OPEN_AT_ONCE else warn(text, cure)


def _quota(number: int, most: int, noun: str) -> Iterator[Problem]:
    if number >= most * _NEARLY:
        yield warn(f"has {counted(number, noun)}; the quota is {most}", "Remove some, or ask AWS for a higher quota.")


def _is_open(window: LiveWindow) -> bool:
    """Whether a window is enabled and has not ended: only then it has a next opening."""
    return bool(window.fields.get("Enabled", True))


def _names_instances(window: LiveWindow) -> bool:
    return any(task.instance_ids for task in tasks_of(window))


WINDOW_CHECKS: Final[tuple[Check[LiveWindow], ...]] = (
    Check("window.enabled", _is_disabled),
    Check("window.ended", _has_ended, lambda window: bool(window.fields.get("EndDate"))),
    Check("window.next", _opens_again, _is_open),
    Check("window.skips", _skips_runs, _is_open),
    Check("window.unassociated", _takes_instance_ids, _names_instances),
    Check("quota.tasks", _task_quota),
    Check("quota.targets", _target_quota),
)
REGION_CHECKS: Final[tuple[Check[str], ...]] = (
    Check("quota.windows", _window_quota),
    Check("quota.concurrent", _concurrency_quota),
)
