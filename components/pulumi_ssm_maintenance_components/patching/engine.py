"""The engine of a patching run: a command for each node, or a runbook with more steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import pulumi

from pulumi_ssm_maintenance_components.foundation.arguments import wrong

from .arguments import Engine, PatchingRunArgs

_RUNBOOK_ONLY = ("snapshot", "snapshot_retention_days", "approvers", "approval_timeout", "assume_role")
_APPROVAL_TIMEOUT = 3600


@dataclass(frozen=True, slots=True)
class RunbookSettings:
    """What a runbook does besides patching.

    Attributes:
        snapshot: whether it takes an image of the node first.
        snapshot_retention_days: how many days images are kept; None for ever.
        approvers: who must approve before the first wave; empty for no approval.
        approval_timeout: how long the approvers have, in seconds.
    """

    snapshot: bool
    snapshot_retention_days: int | None
    approvers: Sequence[pulumi.Input[str]]
    approval_timeout: int


def read_engine(where: str, args: PatchingRunArgs) -> RunbookSettings | None:
    """Return the settings of the runbook; None for a command.

    Raises:
        ArgumentError: the engine is unknown, or does not take an argument.
    """
    engine = args.get("engine", "run_command")
    if engine not in get_args(Engine):
        raise wrong(where, "engine", engine, " or ".join(map(repr, get_args(Engine))))
    if engine == "run_command":
        for name in _RUNBOOK_ONLY:
            if args.get(name):
                raise wrong(where, name, args.get(name), "none with a command: engine='runbook' has it")
        return None
    snapshot, approvers = args.get("snapshot", False), args.get("approvers") or ()
    if not args.get("install", True) and (snapshot or approvers):
        name = "snapshot" if snapshot else "approvers"
        raise wrong(where, name, args.get(name), "none with install=False: a scan changes nothing")
    if isinstance(approvers, str):
        raise wrong(where, "approvers", approvers, "a list of IAM user names, or of ARNs of users and roles")
    if approvers and args.get("notify", True) is False:
        raise wrong(where, "approvers", list(approvers), "none with notify=False: the topic asks them")
    return RunbookSettings(
        snapshot, _retention(where, args), approvers, _approval_timeout(where, args, has_approvers=bool(approvers))
    )


def _retention(where: str, args: PatchingRunArgs) -> int | None:
    days = args.get("snapshot_retention_days")
    if days is None:
        return None
    if not args.get("snapshot", False):
        raise wrong(where, "snapshot_retention_days", days, "none without `snapshot`")
    if type(days) is not int or days < 1:
        raise wrong(where, "snapshot_retention_days", days, "1 day or more")
    return days


def _approval_timeout(where: str, args: PatchingRunArgs, *, has_approvers: bool) -> int:
    seconds = args.get("approval_timeout", _APPROVAL_TIMEOUT)
    if "approval_timeout" in args and not has_approvers:
        raise wrong(where, "approval_timeout", seconds, "none without `approvers`")
    if type(seconds) is not int or seconds < 1:
        raise wrong(where, "approval_timeout", seconds, "1 second or more")
    return seconds
