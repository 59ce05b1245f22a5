"""Create, read, update and delete: which calls to AWS they make, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_ssm_maintenance.aws.connection import Connection
from pulumi_ssm_maintenance.aws.gateway import Gateway, default_region, gateway
from pulumi_ssm_maintenance.core.diff import differences
from pulumi_ssm_maintenance.core.identity import TaskId, account_of, parse_task_id
from pulumi_ssm_maintenance.errors import (
    RejectedError,
    SettingsError,
    TaskError,
    TaskNotFoundError,
    TokenMismatchError,
    WrongAccountError,
)

from .bridged import is_bridged, read_bridged
from .claims import Claims
from .properties import Inputs, Properties, State, inputs_of, outputs
from .registration import register, updated


@dataclass(frozen=True, slots=True)
class Outcome:
    """The task after a call: its physical id and its outputs."""

    window_task_id: str
    outputs: dict[str, Any]
    warnings: list[str] = field(default_factory=list)

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs that would declare the task as AWS holds it."""
        return inputs_of(self.outputs)


def create(connection: Connection, inputs: Mapping[str, Any], claims: Claims | None = None) -> Outcome:
    """Register a task and read it back, or take over the one named by `adopt`.

    Args:
        connection: the connection of the provider.
        inputs: the checked inputs.
        claims: which tasks belong to other resources of this run.
    """
    claims = claims or Claims()
    declared = Inputs(inputs)
    aws = gateway(connection, _region(connection, declared))
    aws.ask_account()  # in a thread of its own; the outputs need it at the end
    adopted, warnings = _adopted(declared, claims)
    if adopted:
        if other := claims.claim(adopted.window_task_id, declared):
            raise _adopted_by_another(adopted, other)
        try:
            return _adopt(aws, declared, adopted)
        except TaskNotFoundError:
            if not claims.existed(declared):
                raise
        warnings = [
            "adopt names a task that an interrupted replacement has deregistered; a new task was registered instead"
        ]
    try:
        made = register(aws, declared)
    except TaskNotFoundError as error:
        raise _no_such_window(aws, declared, error) from error
    if other := claims.claim(made.task.window_task_id, declared):
        raise _task_of_another(made.task, other)
    held = made.held or declared.request
    warnings = [*warnings, *made.warnings]
    if made.held is not None and differences(held, declared.request):
        # The token named a task that was changed since. Create must not fail after the registration: a remaining
        # difference shows in the next run.
        try:
            held = updated(aws, made.task, declared)
        except TaskError as error:
            warnings.append(f"exists already, and differs from what is declared: {error}")
    outcome = _outcome(aws, declared, made.task, held)
    return replace(outcome, warnings=[*warnings, *outcome.warnings])


def read(connection: Connection, resource_id: str, properties: Mapping[str, Any]) -> Outcome | None:
    """Read a task in the region of its state; None when it no longer exists.

    Args:
        connection: the connection of the provider.
        resource_id: the id of the task in the state, or `<window_id>/<window_task_id>` in a lookup.
        properties: the outputs in the state, or the inputs of a lookup.
    """
    known = State(properties)
    lookup = parse_task_id(resource_id)
    if lookup is None and known.window_id is None:
        raise SettingsError(f"id: got {resource_id!r}, allowed is <window_id>/<window_task_id>")
    task = lookup or known.task_id(resource_id)
    aws = gateway(connection, _region(connection, known))
    try:
        held = aws.get(task, known.redact)
    except TaskNotFoundError as error:
        if lookup:
            raise _not_found_in_lookup(aws, task, error) from error
        _require_same_account(aws, known, task)
        return None
    return _outcome(aws, known, task, held, known.arn)


def update(connection: Connection, window_task_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Outcome:
    """Set all fields of a task to what is declared. One of pulumi-aws that is equal already is taken over as it is."""
    declared = Inputs(news)
    bridged = is_bridged(olds)
    state = State(read_bridged(olds, declared) if bridged else olds)
    if bridged and not differences(state.request, declared.request):
        return Outcome(window_task_id, dict(state.raw))
    task = state.task_id(window_task_id)
    aws = gateway(connection, _region(connection, state))
    try:
        held = updated(aws, task, declared)
    except TaskNotFoundError:
        _require_same_account(aws, state, task)
        raise
    return _outcome(aws, declared, task, held, state.arn)


def delete(
    connection: Connection, window_task_id: str, olds: Mapping[str, Any], claims: Claims | None = None
) -> list[str]:
    """Deregister a task. A task that no longer exists counts as deleted.

    Args:
        connection: the connection of the provider.
        window_task_id: the id of the task in the state.
        olds: the outputs in the state.
        claims: which tasks belong to other resources of this run. Such a task is left alone, with a warning.
    """
    state = State(olds)
    task, claims = state.task_id(window_task_id), claims or Claims()
    if other := claims.release(task.window_task_id, state):
        return [f"was not deregistered, since {other!r} has the same task {task}"]
    aws = gateway(connection, _region(connection, state))
    try:
        aws.deregister(task, state.redact)
    except TaskNotFoundError:
        _require_same_account(aws, state, task)
    claims.note_deregistered(task.window_task_id)
    return []


def _adopted(declared: Inputs, claims: Claims) -> tuple[TaskId | None, list[str]]:
    task = parse_task_id(declared.adopt) if declared.adopt else None
    window_id = declared.request["WindowId"]
    if task and task.window_id != window_id:
        return None, [f"adopt names a task of {task.window_id}, not of {window_id}; a new task was registered instead"]
    if task and claims.was_deregistered(task.window_task_id):
        return None, ["adopt names the task that this replacement has deregistered; a new task was registered instead"]
    return task, []


def _task_of_another(task: TaskId, other: str) -> TokenMismatchError:
    return TokenMismatchError(
        action="create",
        task=str(task),
        code="TaskOfAnotherResource",
        detail=f"it was registered with the same idempotency_key and arguments, and belongs to {other!r} now",
        next_step="Give the new task an idempotency_key of its own.",
    )


def _adopted_by_another(task: TaskId, other: str) -> RejectedError:
    return RejectedError(
        action="adopt",
        task=str(task),
        code="TaskOfAnotherResource",
        detail=f"it is the task of {other!r}",
        next_step="Remove `adopt`, or remove the other resource first: a task belongs to one resource only.",
    )


def _adopt(aws: Gateway, declared: Inputs, task: TaskId) -> Outcome:
    next_step = "Correct `adopt`, or remove it to register a new task."
    try:
        held = aws.get(task, declared.redact)
    except TaskNotFoundError as error:
        raise TaskNotFoundError(
            action="adopt", task=str(task), code=error.code, detail=error.detail, next_step=next_step
        ) from error
    if held["TaskType"] != declared.request["TaskType"]:
        detail = f"it is a {held['TaskType']} task, and {declared.request['TaskType']} is declared"
        raise RejectedError(action="adopt", task=str(task), code="OtherTaskType", detail=detail, next_step=next_step)
    if differences(held, declared.request):
        held = updated(aws, task, declared)
    return _outcome(aws, declared, task, held)


def _outcome(aws: Gateway, asked: Properties, task: TaskId, held: dict[str, Any], arn: str | None = None) -> Outcome:
    # The account is known from the ARN in the state, from STS, or from the role of the task.
    account = account_of(arn) or aws.account() or account_of(held.get("ServiceRoleArn"))
    warnings = [] if account else ["has no arn, since STS did not name the account"]
    return Outcome(task.window_task_id, outputs(asked, task, held, aws.region, account), warnings)


def _region(connection: Connection, properties: Properties) -> str:
    region = properties.region or default_region(connection)
    if not region:
        raise SettingsError("no region: run `pulumi config set aws:region …`, or set AWS_REGION")
    return str(region)


def _require_same_account(aws: Gateway, state: State, task: TaskId) -> None:
    """Accept "does not exist" only from the account of the task."""
    owner, caller = account_of(state.arn), aws.account()
    if owner and caller and owner.account_id == caller.account_id:
        return
    if owner and caller:
        reason = f"but it is in account {owner.account_id}, and the credentials belong to account {caller.account_id}"
        cure = f"Use the credentials of account {owner.account_id} (aws:profile, AWS_PROFILE, …)."
    else:
        unknown = "STS did not name the account of the credentials" if owner else "its account is not known"
        reason = f"but it may exist in another account: {unknown}"
        cure = "Check the credentials, and that STS can be reached. If the task is gone, run `pulumi state delete`."
    message = f"maintenance window task {task} was not found in {aws.region}, {reason}. Nothing was changed. {cure}"
    raise WrongAccountError(message)


def _not_found_in_lookup(aws: Gateway, task: TaskId, error: TaskError) -> TaskNotFoundError:
    next_step = "Correct the id or the region."
    return TaskNotFoundError(
        action="get", task=f"{task} in {_place(aws)}", code=error.code, detail=error.detail, next_step=next_step
    )


def _no_such_window(aws: Gateway, declared: Inputs, error: TaskError) -> TaskNotFoundError:
    where = f"in {declared.request['WindowId']} in {_place(aws)}"
    next_step = (
        "There is no such window: check window_id, the region and the credentials."
        " If it was deleted, run `pulumi refresh`, then `pulumi up`."
    )
    return TaskNotFoundError(action="create", task=where, code=error.code, detail=error.detail, next_step=next_step)


def _place(aws: Gateway) -> str:
    """Name the region, and the account if it is known."""
    account = aws.account()
    return f"{aws.region} of account {account.account_id}" if account else aws.region
