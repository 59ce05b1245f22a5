"""The methods that Pulumi's host calls.

The class has no instance attribute and is pickled by reference: the state of every task contains its dotted path, which
refresh and destroy load again. The path is a wire format and must never change.

The user's program imports this module too, and does not need what the methods do. So the modules that do the work, and
botocore with them, are imported when a method first runs in the plugin process.
"""

import functools
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

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

from pulumi_ssm_maintenance.aws.connection import Connection
from pulumi_ssm_maintenance.core.codec import Failure
from pulumi_ssm_maintenance.core.identity import parse_task_id
from pulumi_ssm_maintenance.errors import SettingsError, SsmMaintenanceError
from pulumi_ssm_maintenance.lifecycle.claims import Claims
from pulumi_ssm_maintenance.lifecycle.properties import PRODUCED, Inputs, Properties, State

from .messages import warnings
from .settings import Preflight, settings
from .wire import from_host, to_host

P = ParamSpec("P")
R = TypeVar("R")


def _plain_errors(method: Callable[P, R]) -> Callable[P, R]:
    """Raise our errors without secret values, and without the frames below: the host prints text and traceback."""

    @functools.wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except SsmMaintenanceError as error:
            plain = error
        for properties in args:
            if isinstance(properties, dict):
                plain = plain.redacted(Properties(properties).redact)
        raise plain from None

    return wrapper


class TaskProvider(ResourceProvider):
    """The life cycle of `MaintenanceWindowTask`, as Pulumi's host calls it."""

    # The path by which the state finds the class, whichever file it is in.
    __module__ = "pulumi_ssm_maintenance"

    # There is no instance state, so nothing secret is pickled.
    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Read the settings of the connection. A problem is kept, and each method reports it in its own way."""
        settings.read(req.config.get)

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Check the inputs of a task and convert them to their canonical form. AWS is called for a preflight only."""
        from pulumi_ssm_maintenance.lifecycle import plan  # noqa: PLC0415 - see the module's docstring

        try:
            connection = settings.connection()  # a wrong one is an error for every task, also if that names its region
            checked = plan.check(
                from_host(news), settings.region, from_host(olds), any_region=connection.skip_region_validation
            )
        except SettingsError as error:
            return CheckResult({}, [CheckFailure("", str(error))])
        if olds:
            # Before a replacement, the engine checks once more without olds.
            claims.note_existing(Inputs(checked.inputs))
        failures = checked.failures or _adopted_twice(Inputs(checked.inputs), exists=bool(olds))
        if failures:
            # No property is named, because the engine prints the value of a property that is.
            return CheckResult({}, [CheckFailure("", str(failure)) for failure in failures])
        warnings.give(Inputs(checked.inputs), map(str, checked.warnings))
        refused = _preflight(connection, Inputs(checked.inputs), Properties(news))
        return CheckResult({} if refused else to_host(checked.inputs), refused)

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare the outputs in the state with the checked inputs. AWS is not called."""
        from pulumi_ssm_maintenance.lifecycle import plan  # noqa: PLC0415 - see the module's docstring

        state, declared = State(from_host(olds)), Inputs(from_host(news))
        task = state.task_id(id_)
        if other := claims.continue_with(task.window_task_id, state, declared):
            warnings.give(
                declared, [f"{task} is the task of {other!r} too; give one of them an idempotency_key of its own"]
            )
        if claims.was_deregistered(task.window_task_id):
            gone = f"{task} was deregistered in this run, with another resource that had it"
            warnings.give(declared, [f"{gone}; run `pulumi refresh`, then `pulumi up`"])
        changes = plan.diff(state.raw, declared.raw)
        warnings.give(declared, changes.warnings)
        return DiffResult(changes=bool(changes.changed), replaces=changes.replacing, delete_before_replace=True)

    @_plain_errors
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Register the task. However often this is called, there is one task."""
        from pulumi_ssm_maintenance.lifecycle import apply  # noqa: PLC0415 - see the module's docstring

        outcome = apply.create(settings.connection(), props, claims)
        warnings.give(Properties(props), outcome.warnings)
        return CreateResult(outcome.window_task_id, to_host(outcome.outputs))

    @_plain_errors
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the task. The id is empty when the task no longer exists."""
        from pulumi_ssm_maintenance.lifecycle import apply  # noqa: PLC0415 - see the module's docstring

        outcome = apply.read(settings.connection(), id_, props)
        if outcome is None:
            return ReadResult("", {})
        warnings.give(Properties(props), outcome.warnings)
        return ReadResult(outcome.window_task_id, to_host(outcome.outputs), to_host(outcome.inputs))

    @_plain_errors
    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Set all fields of the task to what is declared."""
        from pulumi_ssm_maintenance.lifecycle import apply  # noqa: PLC0415 - see the module's docstring

        outcome = apply.update(settings.connection(), id_, olds, news)
        warnings.give(Properties(news), outcome.warnings)
        return UpdateResult(to_host(outcome.outputs))

    @_plain_errors
    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Deregister the task."""
        from pulumi_ssm_maintenance.lifecycle import apply  # noqa: PLC0415 - see the module's docstring

        warnings.give(Properties(props), apply.delete(settings.connection(), id_, props, claims))


def _preflight(connection: Connection, checked: Inputs, declared: Properties) -> list[CheckFailure]:
    """Check the task against the account, if the configuration says so. Gives what refuses the deployment."""
    if settings.preflight is Preflight.OFF:
        return []
    from pulumi_ssm_maintenance.checks.findings import Level  # noqa: PLC0415 - it loads botocore
    from pulumi_ssm_maintenance.checks.preflight import examine_declared  # noqa: PLC0415 - as above

    produced = declared.bookkeeping.get(PRODUCED, ())
    refused: list[CheckFailure] = []
    for finding in examine_declared(connection, checked.region, checked.arguments, produced):
        text = f"{finding.check}: {finding.text}. {finding.cure}".rstrip()
        if finding.level is Level.SKIPPED:
            warnings.give_once(f"the preflight of maintenance window tasks leaves out {finding.check}: {finding.text}")
        elif finding.level is Level.FAIL and settings.preflight is Preflight.STRICT:
            refused.append(CheckFailure("", checked.redact(text)))
        elif finding.level in {Level.FAIL, Level.WARN}:
            warnings.give(checked, [text])
    return refused


def _adopted_twice(declared: Inputs, *, exists: bool) -> list[Failure]:
    """Refuse a task that another resource of this run has. A resource that exists keeps its own task."""
    task = parse_task_id(declared.adopt) if isinstance(declared.adopt, str) else None
    if task is None or task.window_id != declared.window_id:
        return []  # in another window `adopt` has no effect
    other = (claims.holder if exists else claims.claim)(task.window_task_id, declared)
    return [Failure("adopt", f"names the task of {other!r}: a task belongs to one resource only")] if other else []


claims: Final = Claims()
