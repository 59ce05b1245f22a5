"""The dynamic provider: thin glue between Pulumi's host and the functions that do the work.

The class has no instance attribute and is pickled by reference: every task's state holds its dotted path, which
refresh and destroy load again. The path is a wire format and must never change.

This module is imported by the user's program too, which needs nothing of what the methods do: the working modules,
and botocore with them, load in the plugin's process, when first used.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, Final, ParamSpec, TypeVar

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown
from pulumi.runtime.rpc import wrap_rpc_secret

from .aws.connection import Connection, environment_profile, environment_region, read_connection
from .core.codec import UNKNOWN
from .core.secrecy import marked
from .errors import SettingsError, SsmMaintenanceError
from .lifecycle.properties import Properties

P = ParamSpec("P")
R = TypeVar("R")


def _at_the_boundary(method: Callable[P, R]) -> Callable[P, R]:
    """Raise our errors from here: the host prints the whole traceback, and their text is all that helps."""

    @functools.wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except SsmMaintenanceError as error:
            plain = error.with_traceback(None)
        raise plain from None

    return wrapper


class TaskProvider(ResourceProvider):
    """The life cycle of `MaintenanceWindowTask`, as Pulumi's host calls it."""

    # Where the class is found, whatever file it lives in: see the module's docstring.
    __module__ = "pulumi_ssm_maintenance"

    # Nothing secret is pickled: there is no instance state at all.
    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Read the connection's settings. A problem is kept for the methods to report, each in its own way."""
        _settings.read(req.config.get)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Check a task's inputs and bring them into one form. Nothing is sent to AWS."""
        from .lifecycle import plan  # noqa: PLC0415 - see the module's docstring

        try:
            _settings.connection()  # what is wrong with it is wrong for every task, also for one that names its region
            checked = plan.check(_inward(news), _settings.region)
        except SettingsError as error:
            return CheckResult({}, [CheckFailure("", str(error))])
        if checked.failures:
            # An empty property name: the engine prints the value of a property that is named.
            return CheckResult({}, [CheckFailure("", str(failure)) for failure in checked.failures])
        _warnings.give(Properties(news).name, map(str, checked.warnings))
        return CheckResult(_outward(checked.inputs), [])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare the state's outputs with the checked inputs. Nothing is sent to AWS."""
        from .lifecycle import plan  # noqa: PLC0415 - see the module's docstring

        changes = plan.diff(_inward(olds), _inward(news))
        return DiffResult(changes=bool(changes.changed), replaces=changes.replacing, delete_before_replace=True)

    @_at_the_boundary
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Register the task, exactly once however often this is called."""
        from .lifecycle import apply  # noqa: PLC0415 - see the module's docstring

        outcome = apply.create(_settings.connection(), props)
        _warnings.give(Properties(props).name, outcome.warnings)
        return CreateResult(outcome.window_task_id, _outward(outcome.outputs))

    @_at_the_boundary
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the task; an empty id when it is gone."""
        from .lifecycle import apply  # noqa: PLC0415 - see the module's docstring

        outcome = apply.read(_settings.connection(), id_, props)
        if outcome is None:
            return ReadResult("", {})
        return ReadResult(outcome.window_task_id, _outward(outcome.outputs), _outward(outcome.inputs))

    @_at_the_boundary
    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Set the task to what is declared."""
        from .lifecycle import apply  # noqa: PLC0415 - see the module's docstring

        return UpdateResult(_outward(apply.update(_settings.connection(), id_, olds, news).outputs))

    @_at_the_boundary
    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Deregister the task."""
        from .lifecycle import apply  # noqa: PLC0415 - see the module's docstring

        apply.delete(_settings.connection(), id_, props)


class _Settings:
    """The connection of this process. The host runs one process for each provider instance."""

    def __init__(self) -> None:
        self._connection = Connection()
        self._problem: str | None = None

    def read(self, get: Callable[[str], Any]) -> None:
        try:
            self._connection, self._problem = read_connection(get), None
        except SettingsError as error:
            self._problem = str(error)

    def connection(self) -> Connection:
        if self._problem:
            raise SettingsError(self._problem)
        return self._connection

    def region(self) -> str | None:
        """Give the region of a task that names none, reading the profile only where there is one to read."""
        connection = self.connection()
        if not (connection.profile or environment_profile()):
            return connection.region or environment_region()
        from .aws.gateway import default_region  # noqa: PLC0415 - see the module's docstring

        return default_region(connection)


_settings: Final = _Settings()


class _Warnings:
    """Warnings already given in this process: check runs more than once for a task."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._lock = Lock()

    def give(self, name: str, texts: Iterable[str]) -> None:
        for text in texts:
            warning = f"maintenance window task {name!r}: {text}"
            with self._lock:
                new = warning not in self._given
                self._given.add(warning)
            if new:
                pulumi.log.warn(warning)


_warnings: Final = _Warnings()

# No field of a task lies half as deep. Whatever holds something deeper is refused where it stands.
_DEEPEST: Final = 50


def _inward(value: Any, depth: int = 0) -> Any:
    """Copy properties, with the host's unknown values as ours: the one place that knows the host's."""
    if isinstance(value, Unknown):
        return UNKNOWN
    if depth > _DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {key: _inward(part, depth + 1) for key, part in value.items()}
    return [_inward(part, depth + 1) for part in value] if isinstance(value, list) else value


def _outward(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Copy properties for the host, with what is secret marked: the one place that marks secrets."""

    def plain(value: Any) -> Any:
        if value is UNKNOWN:
            return Unknown()  # type: ignore[no-untyped-call] # not annotated in the SDK
        if isinstance(value, Mapping):
            return {key: plain(part) for key, part in value.items()}
        return [plain(part) for part in value] if isinstance(value, list) else value

    return plain(marked(properties, Properties(properties).secrets, wrap_rpc_secret))  # type: ignore[no-any-return] # a dict in, a dict out
