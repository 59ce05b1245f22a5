"""The last runs of windows, the next one, and those that should have been and were not."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pulumi_ssm_maintenance.checks.facts import Facts
from pulumi_ssm_maintenance.checks.reader import Reader, UnreadableError
from pulumi_ssm_maintenance.operations.doctor.subjects import Target
from pulumi_ssm_maintenance.operations.live import LiveWindow, reader_of
from pulumi_ssm_maintenance.operations.openings import next_openings, past_openings, timezone_of
from pulumi_ssm_maintenance.schedules import ScheduleError

from .compliance import Compliance, read_compliance
from .run import Run, read_run

if TYPE_CHECKING:
    import boto3

_WORKERS: Final = 16
_KEPT: Final = timedelta(days=30)
"""How long AWS keeps runs."""
_SLACK: Final = timedelta(minutes=15)
"""How late a run may start, and how early, to count as the one of an opening."""


@dataclass(frozen=True, slots=True)
class WindowHistory:
    """The runs of a window."""

    window_id: str
    """The id of the window."""
    name: str
    """The window's name."""
    region: str
    """The region of the window."""
    timezone: str
    """The time zone of its schedule."""
    runs: tuple[Run, ...]
    """The latest first."""
    missed: tuple[datetime, ...] = ()
    """Openings of the last 30 days without a run, the latest first."""
    next: datetime | None = None
    """The next opening; None for a window that is disabled or opens no more."""
    compliance: Compliance | None = None
    """The patch states of its nodes; None unless they were asked for."""
    notes: tuple[str, ...] = ()
    """What else to know about the window."""
    too_old: bool = False
    """Whether the last good run is older than it may be."""
    skipped: str = ""
    """Why the runs are not known: what AWS refused to show."""
    account_id: str = ""
    """The id of the account; empty where it is not known."""
    is_one_run: bool = False
    """Whether one run alone was asked for, so that nothing is said about the others."""

    @property
    def is_sound(self) -> bool:
        """Whether the latest run was good, none was missed since, and the last good one is young enough.

        Runs that are not known are not sound.
        """
        latest = self.runs[0] if self.runs else None
        missed = bool(self.missed) and (latest is None or self.missed[0] > latest.started)
        bad = latest is not None and latest.is_bad
        return not (missed or self.too_old or bad or self.skipped)


@dataclass(frozen=True, slots=True)
class History:
    """The runs of windows."""

    windows: tuple[WindowHistory, ...]
    """The runs of each window."""

    @property
    def is_sound(self) -> bool:
        """Whether all windows are sound."""
        return all(window.is_sound for window in self.windows)


def history(  # noqa: PLR0913 - what to read, each by its name
    session: "boto3.Session",
    windows: Sequence[LiveWindow],
    *,
    last: int = 5,
    compliance: bool = False,
    max_age: timedelta | None = None,
    execution: str | None = None,
    now: datetime | None = None,
) -> History:
    """Read the last runs of windows. Nothing is written, and no parameter of a run is kept.

    Args:
        session: whose windows.
        windows: what `read_windows` has read.
        last: how many runs of each window.
        compliance: whether to add up what the nodes have reported about their patches.
        max_age: how old the last good run may be. AWS keeps runs for 30 days, so that more than that finds nothing.
        execution: the id of the one run that is meant. Windows without it are left out, if their runs are known.
        now: the current time, for tests.
    """
    moment = now or datetime.now(UTC)

    def read(window: LiveWindow) -> WindowHistory:
        reader = reader_of(session, window.region)
        try:
            found = _read(reader, window, last, max_age, execution, moment)
        except UnreadableError as error:
            return replace(_empty(window), skipped=f"{error}. {error.cure}")
        return _with_compliance(found, reader, window, moment) if compliance else found

    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="read-runs") as pool:
        found = tuple(pool.map(read, windows))
    return History(tuple(one for one in found if one.runs or one.skipped) if execution else found)


def _empty(window: LiveWindow) -> WindowHistory:
    account = window.account.account_id if window.account else ""
    return WindowHistory(
        window.window_id, window.name, window.region, timezone_of(window.fields), (), account_id=account
    )


def _read(  # noqa: PLR0913, PLR0917 - see history
    reader: Reader,
    window: LiveWindow,
    last: int,
    max_age: timedelta | None,
    execution: str | None,
    now: datetime,
) -> WindowHistory:
    found = reader.all("ssm", "describe_maintenance_window_executions", "WindowExecutions", WindowId=window.window_id)
    executions = sorted(found or (), key=lambda run: run["StartTime"], reverse=True)
    if execution:
        meant = [one for one in executions if one["WindowExecutionId"] == execution]
        return replace(_empty(window), runs=tuple(read_run(reader, window, one) for one in meant), is_one_run=True)
    good = [one["StartTime"] for one in executions if one.get("Status") == "SUCCESS"]
    past = replace(
        _empty(window),
        runs=tuple(read_run(reader, window, one) for one in executions[:last]),
        too_old=max_age is not None and now - _last_good(good, window.fields, now) > max_age,
    )
    if not window.fields.get("Enabled", True):
        return replace(past, notes=("is disabled",))
    try:
        coming = next_openings(window.fields, 1, now)
        return replace(past, missed=_missed(window.fields, executions, now), next=coming[0].opens if coming else None)
    except ScheduleError as error:
        return replace(past, notes=(str(error),))


def _last_good(good: Sequence[datetime], fields: Mapping[str, Any], now: datetime) -> datetime:
    """When the last good run began, or could have begun: before what AWS keeps, or as the window was made."""
    return good[0] if good else max(now - _KEPT, fields.get("CreatedDate") or now - _KEPT)


def _missed(fields: Mapping[str, Any], executions: Sequence[Mapping[str, Any]], now: datetime) -> tuple[datetime, ...]:
    """Openings without a run, since the window was last changed: before, its schedule may have been another."""
    since = max([now - _KEPT, *(fields[name] for name in ("CreatedDate", "ModifiedDate") if fields.get(name))])
    starts = [run["StartTime"] for run in executions]
    return tuple(
        opening
        for opening in reversed(past_openings(fields, since, now - _SLACK))
        if not any(abs(start - opening) <= _SLACK for start in starts)
    )


def _with_compliance(found: WindowHistory, reader: Reader, window: LiveWindow, now: datetime) -> WindowHistory:
    facts = Facts(reader, account=window.account, now=now)
    try:
        nodes = {
            str(node["InstanceId"])
            for target in window.targets
            for node in facts.managed_nodes(Target(window, target).selection)
        }
        added_up, notes = read_compliance(reader, sorted(nodes)), found.notes
    except UnreadableError as error:
        added_up, notes = None, (*found.notes, f"patch states are unknown: {error}")
    return replace(found, compliance=added_up, notes=notes)
