"""What AWS shows of a task that was just registered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .question import Finding, Question, compare
from .tasks import command, show, targetless

if TYPE_CHECKING:
    from tools.first_contact.account import Account

_TOPIC = "arn:aws:sns:us-east-1:123456789012:first-contact-no-topic"
_IDS = {"WindowId", "WindowTaskId", "TaskType", "TaskArn"}


def _defaults(account: Account) -> Finding:
    with account.window() as window_id:
        shown = show(account, targetless(window_id)).members
    role = str(shown.get("ServiceRoleArn", ""))
    rest = {
        name: value
        for name, value in shown.items()
        if name not in {*_IDS, "ServiceRoleArn"} and value not in (None, [], {})
    }
    linked = role.endswith("/AWSServiceRoleForAmazonSSM")
    expected = {"MaxConcurrency": "1", "MaxErrors": "1", "Priority": 0}
    text = f"{json.dumps(rest, sort_keys=True)}, role: {role.rpartition('/')[2] or 'none'}"
    return compare(text, holds=linked and rest == expected)


def _targets(account: Account) -> Finding:
    with account.window() as window_id:
        shown = show(account, targetless(window_id))
    targets = shown.get("Targets", "absent")
    return compare(json.dumps(targets), holds=targets == [])


def _empty_structure(account: Account) -> Finding:
    with account.window() as window_id:
        shown = _run_command(account, window_id, NotificationConfig={}, Parameters={})
    kept = sorted(shown)
    return compare(f"RunCommand has {', '.join(kept) or 'nothing'}", holds=kept == ["NotificationConfig", "Parameters"])


def _run_command(account: Account, window_id: str, **fields: Any) -> dict[str, Any]:
    request = command(window_id, TaskInvocationParameters={"RunCommand": fields})
    shown = show(account, request).get("TaskInvocationParameters", {}).get("RunCommand", {})
    return dict(shown)


def _order(account: Account) -> Finding:
    events, values = ["TimedOut", "Failed", "Cancelled"], ["b", "a", "c"]
    notification = {"NotificationArn": _TOPIC, "NotificationEvents": events, "NotificationType": "Command"}
    with account.window() as window_id:
        shown = _run_command(account, window_id, NotificationConfig=notification, Parameters={"commands": values})
    found = shown.get("NotificationConfig", {}).get("NotificationEvents"), shown.get("Parameters", {}).get("commands")
    return compare(f"events {found[0]}, values {found[1]}", holds=found == (events, values))


def _log_group(account: Account) -> Finding:
    with account.window() as window_id:
        shown = _run_command(account, window_id, CloudWatchOutputConfig={"CloudWatchOutputEnabled": True})
    group = shown.get("CloudWatchOutputConfig", {}).get("CloudWatchLogGroupName", "none")
    return compare(group, holds=group == "none")


def _payload(account: Account) -> Finding:
    payload, context = b'{"b": 1, "a":  "{{WINDOW_ID}}"}', "eyJjdXN0b20iOiB7fX0="
    block = {"Payload": payload, "ClientContext": context}
    with account.window() as window_id:
        shown = show(account, targetless(window_id, TaskInvocationParameters={"Lambda": block}))
    found = shown.get("TaskInvocationParameters", {}).get("Lambda", {})
    return compare("the same" if found == block else "changed", holds=found == block)


QUESTIONS = (
    Question(
        "defaults",
        "What does AWS show in the fields of a task without targets that were left out?",
        "rates 1, priority 0, the service-linked role, and nothing else",
        _defaults,
    ),
    Question("targets-of-targetless", "What does AWS show as Targets where there are none?", "[]", _targets),
    Question(
        "empty-structures",
        "Does AWS show an empty structure that was sent?",
        "RunCommand has NotificationConfig, Parameters",
        _empty_structure,
    ),
    Question("order", "Does AWS keep the order of events and values?", "yes", _order),
    Question("log-group", "Does AWS show the log group that it chooses by itself?", "none", _log_group),
    Question("payload", "Does AWS show payload and client context as they were sent?", "the same", _payload),
)
