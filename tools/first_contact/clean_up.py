"""Removes what a run has made, whether this process made it or one that was killed.

Everything has a name with the id of the run. A window, whose name anybody can give to another one, must also have the
tag of the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .account import TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .account import Account

_GONE = {"NoSuchEntity", "NoSuchEntityException", "ResourceNotFoundException", "InvalidDocument"} | {
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that a run makes."""

    noun: str
    made_by: tuple[str, ...]
    """The operations that make one."""
    find: Callable[[Account], Iterator[str]]
    """Lists those of the run, by what AWS knows."""
    remove: tuple[tuple[str, Callable[[str], dict[str, Any]]], ...]
    """The calls that remove one."""


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


def _windows(account: Account) -> Iterator[str]:
    for window in _pages(account, "DescribeMaintenanceWindows", "WindowIdentities"):
        if str(window.get("Name")).startswith(account.name("")):
            names = {"ResourceType": "MaintenanceWindow", "ResourceId": window["WindowId"]}
            tags = account.look("ListTagsForResource", **names).get("TagList", [])
            if {"Key": TAG, "Value": account.run} in tags:
                yield window["WindowId"]


def _alarms(account: Account) -> Iterator[str]:
    types = {"AlarmNamePrefix": account.name(""), "AlarmTypes": ["CompositeAlarm", "MetricAlarm"]}
    # A composite alarm must go before the alarms that it names.
    for kind in ("CompositeAlarms", "MetricAlarms"):
        for alarm in _pages(account, "DescribeAlarms", kind, **types):
            yield alarm["AlarmName"]


def _documents(account: Account) -> Iterator[str]:
    owner = {"Key": "Owner", "Values": ["Self"]}
    for document in _pages(account, "ListDocuments", "DocumentIdentifiers", Filters=[owner]):
        if str(document["Name"]).startswith(account.name("")):
            yield document["Name"]


def _queues(account: Account) -> Iterator[str]:
    yield from _pages(account, "ListQueues", "QueueUrls", QueueNamePrefix=account.name(""))


def _rules(account: Account) -> Iterator[str]:
    for rule in _pages(account, "ListRules", "Rules", NamePrefix=account.name("")):
        yield rule["Name"]


def _roles(account: Account) -> Iterator[str]:
    # Roles cannot be listed by a prefix, and there is one name only.
    name = account.name("role")
    answer = account.look("GetRole", RoleName=name)
    if answer.accepted:
        yield name
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
    Kind("role", ("CreateRole",), _roles, (("DeleteRole", lambda name: {"RoleName": name}),)),
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
        listed = list(kind.find(account))
    except LookupFailedError as error:
        done.left.append(f"every {kind.noun} of the run that is not known, since AWS did not list them: {error}")
    for name in listed:
        account.own(name)
    return list(dict.fromkeys([*reversed(made), *listed]))
