"""What patches a node: a command, or a runbook with more steps around it, and what only a runbook can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import pulumi

from pulumi_ssm_maintenance_components.foundation.arguments import wrong

from .arguments import Engine, PatchingRunArgs

_OF_RUNBOOKS = ("snapshot", "approvers", "approval_timeout", "assume_role")
_APPROVAL_TIMEOUT = 3600


@dataclass(frozen=True, slots=True)
class RunbookSettings:
    """What a runbook does beside patching.

    Attributes:
        snapshot: whether an image of the node comes first.
        approvers: who is asked before the first wave; nobody where it is empty.
        approval_timeout: how many seconds they have.
    """

    snapshot: bool
    approvers: Sequence[pulumi.Input[str]]
    approval_timeout: int


def read_engine(where: str, args: PatchingRunArgs) -> RunbookSettings | None:
    """Settle what patches; None for a command.

    Raises:
        ArgumentError: there is no such engine, or an argument means nothing to it.
    """
    engine = args.get("engine", "run_command")
    if engine not in get_args(Engine):
        raise wrong(where, "engine", engine, " or ".join(map(repr, get_args(Engine))))
    if engine == "run_command":
        for name in _OF_RUNBOOKS:
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
        raise wrong(where, "approvers", list(approvers), "none with notify=False: it is the topic that asks them")
    return RunbookSettings(snapshot, approvers, _approval_timeout(where, args, has_approvers=bool(approvers)))


def _approval_timeout(where: str, args: PatchingRunArgs, *, has_approvers: bool) -> int:
    seconds = args.get("approval_timeout", _APPROVAL_TIMEOUT)
    if "approval_timeout" in args and not has_approvers:
        raise wrong(where, "approval_timeout", seconds, "none without `approvers`")
    if type(seconds) is not int or seconds < 1:
        raise wrong(where, "approval_timeout", seconds, "1 second or more")
    return seconds
