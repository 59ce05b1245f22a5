"""Maintenance windows as AWS holds them, and how they are read: many calls side by side, none that writes."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pulumi_ssm_maintenance._version import __version__
from pulumi_ssm_maintenance.checks.reader import Reader
from pulumi_ssm_maintenance.core.identity import Account, account_of
from pulumi_ssm_maintenance.core.model import task_fields

from .errors import is_missing, translated

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_ssm import SSMClient

_WORKERS: Final = 16
_ATTEMPTS: Final = 10
_ATTEMPTS_OF_A_QUESTION: Final = 4
_ONE_AT_A_TIME: Final = Lock()
_NOT_FIELDS: Final = frozenset({"ResponseMetadata", "WindowId", "WindowTargetId"})


@dataclass(frozen=True, slots=True)
class LiveTask:
    """A task as AWS holds it."""

    window_task_id: str
    """The id of the task."""
    fields: Mapping[str, Any] = field(repr=False)
    """The fields of GetMaintenanceWindowTask, by their API names. They may hold secrets."""


@dataclass(frozen=True, slots=True)
class LiveTarget:
    """A window target as AWS holds it."""

    window_target_id: str
    """The id of the window target."""
    fields: Mapping[str, Any] = field(repr=False)
    """The fields of DescribeMaintenanceWindowTargets, by their API names."""


@dataclass(frozen=True, slots=True)
class LiveWindow:
    """A maintenance window as AWS holds it, with its targets and tasks."""

    window_id: str
    """The id of the window."""
    region: str
    """The region of the window."""
    account: Account | None
    """None when STS could not say whose account it is."""
    fields: Mapping[str, Any] = field(repr=False)
    """The fields of GetMaintenanceWindow, by their API names."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The tags of the window."""
    targets: tuple[LiveTarget, ...] = ()
    """Its targets."""
    tasks: tuple[LiveTask, ...] = ()
    """Its tasks."""
    other_targets: tuple[str, ...] = ()
    """The ids of targets that exist, and that are not adopted."""
    role_arn: str | None = None
    """The role that was assumed to read it."""

    @property
    def name(self) -> str:
        """The window's name."""
        return str(self.fields["Name"])


@dataclass(frozen=True, slots=True)
class Live:
    """What was read."""

    windows: tuple[LiveWindow, ...]
    """The windows, with their targets and tasks."""
    notes: tuple[str, ...] = ()
    """What was left out, and why."""
    failures: tuple[str, ...] = ()
    """Accounts and regions that could not be read, and why."""


@dataclass(frozen=True, slots=True)
class WindowSummary:
    """One line about a window."""

    window_id: str
    """The id of the window."""
    name: str
    """The name of the window."""
    schedule: str
    """The schedule, as AWS holds it."""
    enabled: bool
    """Whether the window opens."""


def list_windows(session: "boto3.Session", region: str | None = None) -> tuple[WindowSummary, ...]:
    """List the windows of a region, ordered by name.

    Raises:
        OperationError: AWS refused, or was not reached.
    """
    with translated("list the maintenance windows"):
        found = _listed(_ssm(session, region), "describe_maintenance_windows", "WindowIdentities")
    summaries = (
        WindowSummary(w["WindowId"], w.get("Name", ""), w.get("Schedule", ""), enabled=w.get("Enabled", True))
        for w in found
    )
    return tuple(sorted(summaries, key=lambda window: (window.name, window.window_id)))


@dataclass(frozen=True, slots=True)
class Selection:
    """Which windows of a region are meant. A window has to meet every condition that is given."""

    names: tuple[str, ...] = ()
    """Patterns of names, such as `prod-*`; one of them has to fit."""
    tags: tuple[str, ...] = ()
    """`key` or `key=value`; each of them has to be there."""
    enabled: bool = False
    """Enabled windows only."""
    window_ids: tuple[str, ...] = ()
    """Ids; one of them has to be the window's."""


def find_windows(
    session: "boto3.Session", selection: Selection, region: str | None = None
) -> tuple[WindowSummary, ...]:
    """Find the windows of a region that meet a selection, ordered by name.

    Raises:
        OperationError: AWS refused, or was not reached.
    """
    found = [window for window in list_windows(session, region) if _fits(window, selection)]
    if not selection.tags:
        return tuple(found)
    ssm = _ssm(session, region)

    def tagged(window: WindowSummary) -> bool:
        tags = _tags(ssm, window.window_id)
        return all(_has_tag(tags, *wanted.partition("=")) for wanted in selection.tags)

    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="read-tags") as pool:
        return tuple(window for window, fits in zip(found, pool.map(tagged, found), strict=True) if fits)


def read_windows(session: "boto3.Session", window_ids: Sequence[str], region: str | None = None) -> Live:
    """Read windows with their targets, tasks and tags.

    Args:
        session: whose windows, and where unless `region` says so.
        window_ids: which, in the order of the answer.
        region: the region of the windows. Default: the session's.

    Raises:
        OperationError: AWS refused, was not reached, or does not know one of the windows.
    """
    with translated("set up a connection to AWS"):
        ssm = _ssm(session, region)
    reader = _Reader(ssm, ssm.meta.region_name)
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="read-windows") as pool:
        account = pool.submit(_account, session, reader.region)
        outlines = list(pool.map(reader.outline, window_ids))
        tasks = list(pool.map(reader.task, ((o.window_id, task) for o in outlines for task in o.task_ids)))
    found = {window_id: [task for _, task in group] for window_id, group in groupby(tasks, key=lambda pair: pair[0])}
    windows = tuple(_window(o, reader.region, account.result(), found.get(o.window_id, ())) for o in outlines)
    gone = tuple(
        f"a task of {o.name} ({o.window_id}) went away while it was read, and is left out"
        for o in outlines
        for task in found.get(o.window_id, ())
        if task is None
    )
    return Live(windows, gone)


@dataclass(frozen=True, slots=True)
class _Outline:
    """A window without its tasks."""

    window_id: str
    fields: Mapping[str, Any]
    tags: Mapping[str, str]
    targets: tuple[LiveTarget, ...]
    task_ids: tuple[str, ...]

    @property
    def name(self) -> str:
        return str(self.fields["Name"])


@dataclass(frozen=True, slots=True)
class _Reader:
    """The calls about one region."""

    client: "SSMClient"
    region: str

    def outline(self, window_id: str) -> _Outline:
        with translated(f"read maintenance window {window_id} in {self.region}"):
            fields = _fields(self.client.get_maintenance_window(WindowId=window_id))
        with translated(f"list the targets of {window_id}"):
            targets = _listed(self.client, "describe_maintenance_window_targets", "Targets", WindowId=window_id)
        with translated(f"list the tasks of {window_id}"):
            tasks = _listed(self.client, "describe_maintenance_window_tasks", "Tasks", WindowId=window_id)
        tags = _tags(self.client, window_id)
        return _Outline(
            window_id,
            fields,
            tags,
            tuple(LiveTarget(target["WindowTargetId"], _fields(target)) for target in targets),
            tuple(task["WindowTaskId"] for task in tasks),
        )

    def task(self, ids: tuple[str, str]) -> tuple[str, LiveTask | None]:
        """Read a task; None when it is gone."""
        window_id, task_id = ids
        with translated(f"read task {task_id} of {window_id}"):
            try:
                answer = self.client.get_maintenance_window_task(WindowId=window_id, WindowTaskId=task_id)
            except ClientError as error:
                if is_missing(error):
                    return window_id, None
                raise
        fields = {name: value for name, value in answer.items() if name in task_fields()}
        return window_id, LiveTask(task_id, fields)


def _listed(client: Any, operation: str, member: str, **request: str) -> list[dict[str, Any]]:
    """Return the items of all pages of an operation that lists."""
    return [item for page in client.get_paginator(operation).paginate(**request) for item in page[member]]


def _window(outline: _Outline, region: str, account: Account | None, tasks: Iterable[LiveTask | None]) -> LiveWindow:
    return LiveWindow(
        outline.window_id,
        region,
        account,
        outline.fields,
        outline.tags,
        tuple(sorted(outline.targets, key=_target_order)),
        tuple(sorted((task for task in tasks if task), key=_task_order)),
    )


def _tags(client: "SSMClient", window_id: str) -> dict[str, str]:
    with translated(f"read the tags of {window_id}, without which an adoption would remove them"):
        answer = client.list_tags_for_resource(ResourceType="MaintenanceWindow", ResourceId=window_id)
    return {tag["Key"]: tag["Value"] for tag in answer.get("TagList", ())}


def _fits(window: WindowSummary, selection: Selection) -> bool:
    named = not selection.names or any(fnmatchcase(window.name, pattern) for pattern in selection.names)
    chosen = not selection.window_ids or window.window_id in selection.window_ids
    return named and chosen and (window.enabled or not selection.enabled)


def _has_tag(tags: Mapping[str, str], key: str, equals: str, value: str) -> bool:
    return key in tags and (not equals or tags[key] == value)


def _target_order(target: LiveTarget) -> tuple[str, str]:
    return str(target.fields.get("Name", "")), target.window_target_id


def _task_order(task: LiveTask) -> tuple[int, str, str]:
    return int(task.fields.get("Priority") or 0), str(task.fields.get("Name", "")), task.window_task_id


def _fields(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in _NOT_FIELDS and value is not None}


def _account(session: "boto3.Session", region: str) -> Account | None:
    try:
        identity = client(session, "sts", region).get_caller_identity()
    except (BotoCoreError, ClientError, ValueError):
        return None
    return account_of(identity.get("Arn"))


def client(session: "boto3.Session", service: Any, region: str | None) -> Any:
    """Make a client. A session makes one at a time: it is not safe for threads."""
    with _ONE_AT_A_TIME:
        return session.client(service, region_name=region, config=client_config())


def reader_of(session: "boto3.Session", region: str) -> Reader:
    """Put questions about a region with the credentials of a session."""
    make: Any = session.client
    return Reader(
        lambda service: make(service, region_name=region, config=client_config(_ATTEMPTS_OF_A_QUESTION)), region
    )


def _ssm(session: "boto3.Session", region: str | None) -> "SSMClient":
    found: SSMClient = client(session, "ssm", region)
    return found


def client_config(attempts: int = _ATTEMPTS) -> Config:
    """The settings of every client that an operation makes.

    Args:
        attempts: how often a call is tried in all.
    """
    return Config(
        connect_timeout=10,
        read_timeout=30,
        max_pool_connections=_WORKERS,
        retries={"mode": "adaptive", "total_max_attempts": attempts},
        user_agent_extra=f"ssm-maintenance/{__version__}",
    )
