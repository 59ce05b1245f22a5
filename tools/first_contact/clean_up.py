"""Removes what a run has made, whether this process made it or one that was killed.

Everything has a name with the id of the run. A window, whose name anybody can give to another one, must also have the
tag of the run.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .account import PREFIX, TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .account import Account

_GONE = {"NoSuchEntity", "NoSuchEntityException", "ResourceNotFoundException", "InvalidDocument"} | {
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
}

_NAME = re.compile(rf"{PREFIX}([0-9a-f]{{8}})-")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that a run makes."""

    noun: str
    made_by: tuple[str, ...]
    """The operations that make one."""
    find: Callable[[Account, str], Iterator[tuple[str, str]]]
    """Lists those whose name begins with a text: the name, and by what AWS knows each."""
    remove: tuple[tuple[str, Callable[[str], dict[str, Any]]], ...]
    """The calls that remove one."""
    by_any_prefix: bool = True
    """Whether AWS lists them by any beginning of a name."""


def _pages(account: Account, operation: str, list_name: str, **parameters: Any) -> Iterator[Any]:
    while True:
        answer = account.look(operation, **parameters)
        if not answer.accepted:
            raise LookupFailedError(f"{operation}: {answer.code}: {answer.message}")
        yield from answer.get(list_name) or []
        if not answer.get("NextToken"):
            return
        parameters["NextToken"] = answer["NextToken"]


class LookupFailedError(Exception):
    """AWS did not list things of a kind."""


def _windows(account: Account, prefix: str) -> Iterator[tuple[str, str]]:
    for window in _pages(account, "DescribeMaintenanceWindows", "WindowIdentities"):
        if (name := str(window.get("Name"))).startswith(prefix):
            names = {"ResourceType": "MaintenanceWindow", "ResourceId": window["WindowId"]}
            tags = account.look("ListTagsForResource", **names).get("TagList", [])
            if {"Key": TAG, "Value": _run_of(name)} in tags:
                yield name, window["WindowId"]


def _run_of(name: str) -> str:
    """Give the id of the run that a name contains; empty without one."""
    found = _NAME.match(name)
    return found[1] if found else ""


def _alarms(account: Account, prefix: str) -> Iterator[tuple[str, str]]:
    types = {"AlarmNamePrefix": prefix, "AlarmTypes": ["CompositeAlarm", "MetricAlarm"]}
    # A composite alarm must go before the alarms that it names.
    for kind in ("CompositeAlarms", "MetricAlarms"):
        for alarm in _pages(account, "DescribeAlarms", kind, **types):
            yield alarm["AlarmName"], alarm["AlarmName"]


def _documents(account: Account, prefix: str) -> Iterator[tuple[str, str]]:
    owner = {"Key": "Owner", "Values": ["Self"]}
    for document in _pages(account, "ListDocuments", "DocumentIdentifiers", Filters=[owner]):
        if str(document["Name"]).startswith(prefix):
            yield document["Name"], document["Name"]


def _queues(account: Account, prefix: str) -> Iterator[tuple[str, str]]:
    for url in _pages(account, "ListQueues", "QueueUrls", QueueNamePrefix=prefix):
        yield str(url).rpartition("/")[2], url


def _rules(account: Account, prefix: str) -> Iterator[tuple[str, str]]:
    for rule in _pages(account, "ListRules", "Rules", NamePrefix=prefix):
        yield rule["Name"], rule["Name"]


def _roles(account: Account, prefix: str) -> Iterator[tuple[str, str]]:
    # Roles cannot be listed by a prefix, and there is one name only.
    name = f"{prefix}role"
    answer = account.look("GetRole", RoleName=name)
    if answer.accepted:
        yield name, name
    elif answer.code not in _GONE:
        raise LookupFailedError(f"GetRole: {answer.code}: {answer.message}")


KINDS = (
    Kind(
        "rule",
        ("PutRule",),
        _rules,
        (
            ("RemoveTargets", lambda name: {"Rule": name, "Ids": ["queue"]}),
            ("DeleteRule", lambda name: {"Name": name}),
        ),
    ),
    Kind("queue", ("CreateQueue",), _queues, (("DeleteQueue", lambda url: {"QueueUrl": url}),)),
    Kind(
        "maintenance window",
        ("CreateMaintenanceWindow",),
        _windows,
        (("DeleteMaintenanceWindow", lambda window: {"WindowId": window}),),
    ),
    Kind(
        "alarm",
        ("PutCompositeAlarm", "PutMetricAlarm"),
        _alarms,
        (("DeleteAlarms", lambda name: {"AlarmNames": [name]}),),
    ),
    Kind("document", ("CreateDocument",), _documents, (("DeleteDocument", lambda name: {"Name": name}),)),
    Kind("role", ("CreateRole",), _roles, (("DeleteRole", lambda name: {"RoleName": name}),), by_any_prefix=False),
)


@dataclass(frozen=True, slots=True)
class CleanUp:
    """What a clean-up has removed, and what it could not remove."""

    removed: list[str]
    left: list[str]


def clean_up(account: Account) -> CleanUp:
    """Remove everything of the run of an account. A failure stops nothing."""
    account.question = ""
    done = CleanUp([], [])
    for kind in KINDS:
        for name in _of(account, kind, done):
            for operation, parameters in kind.remove:
                answer = account.look(operation, **parameters(name))
                if not answer.accepted and answer.code not in _GONE:
                    done.left.append(f"{kind.noun} {name}: {operation}: {answer.code}: {answer.message}")
                    break
            else:
                done.removed.append(f"{kind.noun} {name}")
    return done


def _of(account: Account, kind: Kind, done: CleanUp) -> list[str]:
    """What this process has made, the last thing first, and what AWS lists: a list may lag."""
    made = [name for operation, name in account.made if operation in kind.made_by and name not in account.removed]
    listed = []
    try:
        listed = [known_by for _, known_by in kind.find(account, account.name(""))]
    except LookupFailedError as error:
        done.left.append(f"every {kind.noun} of the run that is not known, since AWS did not list them: {error}")
    for name in listed:
        account.own(name)
    return list(dict.fromkeys([*reversed(made), *listed]))


def earlier_runs(account: Account) -> list[str]:
    """Find other runs whose things are in the account. What AWS does not list is not known."""
    found: dict[str, None] = {}
    for kind in KINDS:
        if kind.by_any_prefix:
            with suppress(LookupFailedError):
                found |= dict.fromkeys(_run_of(name) for name, _ in kind.find(account, PREFIX))
    return [run for run in found if run not in ("", account.run)]


def windows_of_others(account: Account) -> list[str]:
    """List the enabled windows of the account that first contact has not made, by their names.

    Raises:
        LookupFailedError: AWS did not list them.
    """
    windows = list(_pages(account, "DescribeMaintenanceWindows", "WindowIdentities"))
    return [str(it.get("Name")) for it in windows if it.get("Enabled") and not str(it.get("Name")).startswith(PREFIX)]
