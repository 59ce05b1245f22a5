"""Rehearse a window of the local AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from botocore.exceptions import ClientError

from pulumi_ssm_maintenance.simulation import (
    Assumptions,
    Node,
    NotDelivered,
    Outcomes,
    Rehearsal,
    RehearsalError,
    Window,
    simulate,
)

from .declared import in_resource_groups, read_other_runs, read_parameter_store, read_settings, read_window
from .deliveries import Deliveries
from .opening import find_opening, open_questions
from .runbook_aws import RunbookAws

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pulumi_ssm_maintenance.simulation import AlarmChanges

    from .account import LocalAccount


def rehearse(  # noqa: PLR0913 - the circumstances of a night, each by its name
    account: LocalAccount,
    window_id: str,
    *,
    nodes: Sequence[Node],
    alarms: AlarmChanges | None,
    at: datetime | None,
    outcomes: Outcomes | None,
    assume: Assumptions | Literal["all"] | None,
    document_timeouts: Mapping[str, int] | None,
    task_names: Mapping[str, str] | None,
    cancel_after: float | None,
    seed: int,
) -> Rehearsal:
    """Read the window and all that hears of it, simulate the night, and leave it behind as history.

    Raises:
        RehearsalError: the window does not exist, or the circumstances do not fit.
        WindowClosedError: the window does not open.
    """
    held = read_settings(account.client, window_id)
    opening = find_opening(account.client, held, at)
    window = read_window(
        account.client, opening.settings, account.account_id, document_timeouts or {}, task_names or {}
    )
    if not nodes and any(task.targets for task in window.tasks):
        raise RehearsalError(f"nodes: none are given, and window {window.name!r} has tasks with targets")
    deliveries = Deliveries.read(account.client, window)
    known_alarms = [alarm["AlarmName"] for alarm in deliveries.alarms]
    aws = RunbookAws(account, document_timeouts or {}, known_alarms, has_variants=assume == "all")
    grouped = in_resource_groups(account.client, window, nodes)
    try:
        night = simulate(
            window,
            grouped,
            at=opening.time,
            alarms=_alarms(alarms or {}, known_alarms, window),
            outcomes=outcomes,
            assume=assume,
            aws=aws,
            listener=deliveries,
            scheduled_updates=opening.updates,
            other_runs=read_other_runs(account.client, opening.time),
            parameter_store=read_parameter_store(account.client, window),
            cancel_after=cancel_after,
            seed=seed,
        )
    finally:
        shared = aws.close()
    night.unanswered.extend(open_questions(opening))
    night.unanswered.extend(
        f"What a night changes at {service} stays for the nights under other assumptions." for service in shared
    )
    night.not_delivered.extend(_lost_outputs(account, night))
    aws.finish(night, {node.id: node for node in grouped})
    return night


def _lost_outputs(account: LocalAccount, night: Rehearsal) -> Iterator[NotDelivered]:
    """What commands printed for buckets that do not exist."""
    for bucket in dict.fromkeys(it.output.bucket for it in night.commands if it.output.bucket):
        try:
            account.client("s3").head_bucket(Bucket=bucket)
        except ClientError:
            arn, reason = f"arn:aws:s3:::{bucket}", "the local AWS has no such bucket"
            yield NotDelivered(night.opened, "the output of commands", arn, reason)


def _alarms(given: AlarmChanges, held: Sequence[str], window: Window) -> AlarmChanges:
    """The alarms that exist with what they do.

    A name may lack the random end that Pulumi gives it: `errors` finds `errors-1a2b3c4`.
    """
    known = dict.fromkeys([*held, *(task.alarm for task in window.tasks if task.alarm)])
    changes: dict[str, Sequence[tuple[float, str]]] = dict.fromkeys(held, ())
    for name, planned in given.items():
        found = [name] if name in known else [it for it in known if it.rpartition("-")[0] == name]
        if len(found) != 1:
            many = "several alarms are" if found else "no alarm is"
            raise RehearsalError(f"alarms: {many} called {name!r}; alarms: {', '.join(sorted(known)) or 'none'}")
        changes[found[0]] = planned
    return changes
