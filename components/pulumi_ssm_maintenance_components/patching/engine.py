"""The engine of a patching run: a command for each node, or a runbook with more steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import pulumi

from pulumi_ssm_maintenance_components.alerts.topics import Notify, check_notify
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, wrong
from pulumi_ssm_maintenance_components.runbooks.approvals import (
    check_approval_timeout,
    check_approval_topic,
    check_approvers,
)
from pulumi_ssm_maintenance_components.runbooks.steps import check_retention

from .arguments import Engine, PatchingRunArgs

_RUNBOOK_ONLY = (
    "snapshot",
    "snapshot_retention_days",
    "approvers",
    "approval_topic",
    "approval_timeout",
    "assume_role",
)
_INSTALL_ONLY = ("snapshot", "approvers")
_APPROVAL_TIMEOUT = 3600


@dataclass(frozen=True, slots=True)
class RunbookSettings:
    """What a runbook does besides patching.

    Attributes:
        snapshot: whether it takes an image of the node first.
        snapshot_retention_days: how many days images are kept; None for ever.
        approvers: who must approve before the first wave; empty for no approval.
        approval_topic: what `approval_topic` stands for; None without approvers.
        approval_timeout: how long the approvers have, in seconds.
    """

    snapshot: bool
    snapshot_retention_days: int | None
    approvers: Sequence[pulumi.Input[str]]
    approval_topic: Notify | None
    approval_timeout: int


def check_engine(problems: Problems, args: PatchingRunArgs) -> None:
    """Check the engine and its arguments, and collect all mistakes."""
    for rule in (_engine, _approvers, _retention, _approval_topic, _approval_timeout):
        problems.check(rule, problems.where, args)
    for name in _RUNBOOK_ONLY:
        problems.check(_check_not_of_commands, problems.where, name, args)
    for name in _INSTALL_ONLY:
        problems.check(_check_not_of_scans, problems.where, name, args)


def read_engine(where: str, args: PatchingRunArgs) -> RunbookSettings | None:
    """Return the settings of the runbook; None for a command.

    Raises:
        ArgumentError: the engine is unknown, or does not take an argument.
    """
    if _engine(where, args) == "run_command":
        return None
    return RunbookSettings(
        snapshot=args.get("snapshot", False),
        snapshot_retention_days=_retention(where, args),
        approvers=_approvers(where, args),
        approval_topic=_approval_topic(where, args),
        approval_timeout=_approval_timeout(where, args),
    )


def _engine(where: str, args: PatchingRunArgs) -> Engine:
    engine = args.get("engine", "run_command")
    if engine not in get_args(Engine):
        raise wrong(where, "engine", engine, " or ".join(map(repr, get_args(Engine))))
    return engine


def _is_runbook(args: PatchingRunArgs) -> bool:
    return args.get("engine", "run_command") == "runbook"


def _check_not_of_commands(where: str, name: str, args: PatchingRunArgs) -> None:
    if args.get(name) and not _is_runbook(args):
        raise wrong(where, name, args.get(name), "none with a command: engine='runbook' has it")


def _check_not_of_scans(where: str, name: str, args: PatchingRunArgs) -> None:
    if args.get(name) and _is_runbook(args) and not args.get("install", True):
        raise wrong(where, name, args.get(name), "none with install=False: a scan changes nothing")


def _approvers(where: str, args: PatchingRunArgs) -> Sequence[pulumi.Input[str]]:
    approvers = args.get("approvers") or ()
    if isinstance(approvers, str):
        raise wrong(where, "approvers", approvers, "a list of IAM user names, or of ARNs of users and roles")
    if approvers:
        check_approvers(where, approvers)
    return approvers


def _retention(where: str, args: PatchingRunArgs) -> int | None:
    days = args.get("snapshot_retention_days")
    if days is None or not _is_runbook(args):
        return None
    if not args.get("snapshot", False):
        raise wrong(where, "snapshot_retention_days", days, "none without `snapshot`")
    check_retention(where, "snapshot_retention_days", days)
    return days


def _approval_timeout(where: str, args: PatchingRunArgs) -> int:
    seconds = args.get("approval_timeout", _APPROVAL_TIMEOUT)
    if _is_runbook(args) and "approval_timeout" in args and not args.get("approvers"):
        raise wrong(where, "approval_timeout", seconds, "none without `approvers`")
    check_approval_timeout(where, "approval_timeout", seconds)
    return seconds


def _approval_topic(where: str, args: PatchingRunArgs) -> Notify | None:
    topic, notify = args.get("approval_topic"), args.get("notify", True)
    if not _is_runbook(args) or not args.get("approvers"):
        if topic is not None and _is_runbook(args):
            raise wrong(where, "approval_topic", topic, "none without `approvers`")
        return None
    if topic is None:
        if notify is True or (isinstance(notify, Sequence) and not isinstance(notify, str)):
            return notify
        allowed = (
            "True for a new topic without subscribers, a list of e-mail addresses for a new topic that writes to them,"
            " or a topic whose name starts with 'Automation': AWS asks approvers through no other topic"
        )
        raise wrong(where, "approval_topic", None, allowed)
    if topic is False:
        raise wrong(where, "approval_topic", topic, "not False with `approvers`, whom the topic asks")
    if isinstance(topic, Sequence) and not isinstance(topic, str):
        check_notify(where, topic, argument="approval_topic")
    check_approval_topic(where, "approval_topic", topic)
    return topic
