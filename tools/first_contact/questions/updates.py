"""What an update clears and keeps, and what it answers with."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from .question import Finding, Question, compare
from .registrations import INVALID, make_alarm
from .tasks import command, register, targetless

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.first_contact.account import Account

CLEARED = "cleared"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def _replaced(field: str, value: Callable[[Account], Any], account: Account) -> Finding:
    """Set a field, leave it out of an update with Replace, and see what is left of it."""
    with account.window() as window_id:
        bare = targetless(window_id)
        placeholder = account.need("GetMaintenanceWindowTask", **register(account, bare)).get(field)
        task = register(account, {**bare, field: value(account)})
        account.need("GetMaintenanceWindowTask", **task)
        account.need("UpdateMaintenanceWindowTask", **task, TaskArn=bare["TaskArn"], Priority=0, Replace=True)
        shown = account.need("GetMaintenanceWindowTask", **task).get(field)
    if shown == placeholder:
        return compare(CLEARED, holds=True)
    return compare(f"{field} is {json.dumps(shown)}", holds=False)


def _clears(name: str, field: str, value: Callable[[Account], Any]) -> Question:
    text = f"Does an update with Replace clear {field} when it is left out?"
    return Question(name, text, CLEARED, partial(_replaced, field, value))


def _alarm(account: Account) -> dict[str, Any]:
    return {"Alarms": [{"Name": account.once("alarm", make_alarm)}]}


def _role(account: Account) -> str:
    """Make a role that may do nothing."""
    role = account.need(
        "CreateRole",
        RoleName=account.name("role"),
        AssumeRolePolicyDocument=json.dumps(_TRUST),
        Description="Made by first contact; allows nothing",
        Tags=account.tags,
    )
    return str(role.get("Role", {}).get("Arn", "the ARN of the role"))


def _targets_cleared(account: Account) -> Finding:
    with account.window() as window_id:
        targeted = {**command(window_id), "TaskType": "LAMBDA", "TaskArn": "SSM-first-contact-no-function"}
        del targeted["TaskInvocationParameters"]
        task = register(account, targeted)
        account.need("GetMaintenanceWindowTask", **task)
        update = {**task, "TaskArn": targeted["TaskArn"], "Priority": 0, "Replace": True}
        answer = account.ask("UpdateMaintenanceWindowTask", **update)
        shown = account.need("GetMaintenanceWindowTask", **task)
    left = shown.get("Targets")
    return compare(f"{answer.outcome}, Targets: {left or 'none'}", holds=answer.accepted and not left)


def _without_replace(account: Account) -> Finding:
    with account.window() as window_id:
        task = register(account, targetless(window_id, Name="kept", Description="kept"))
        account.need("UpdateMaintenanceWindowTask", **task, Priority=3)
        shown = account.need("GetMaintenanceWindowTask", **task)
    kept = shown.get("Name"), shown.get("Description")
    return compare(f"Name and Description are {kept[0]} and {kept[1]}", holds=kept == ("kept", "kept"))


def _without_priority(account: Account) -> Finding:
    with account.window() as window_id:
        task = register(account, targetless(window_id))
        answer = account.ask("UpdateMaintenanceWindowTask", **task, TaskArn="other", Replace=True)
    return compare(answer.outcome, holds=answer.outcome == INVALID)


def _answer_like_get(account: Account) -> Finding:
    with account.window() as window_id:
        task = register(account, command(window_id, Name="answer", Description="first"))
        account.need("GetMaintenanceWindowTask", **task)
        changed = {name: value for name, value in command(window_id).items() if name not in {"WindowId", "TaskType"}}
        answer = account.need("UpdateMaintenanceWindowTask", **task, **changed, Priority=2, Replace=True)
        shown = account.need("GetMaintenanceWindowTask", **task)
    fields = {*answer.members, *shown.members} - {"TaskType"}
    different = sorted(name for name in fields if answer.get(name) != shown.get(name))
    return compare(f"different: {', '.join(different)}" if different else "the same", holds=not different)


QUESTIONS = (
    _clears("replace-alarm", "AlarmConfiguration", _alarm),
    _clears("replace-cutoff", "CutoffBehavior", lambda _: "CANCEL_TASK"),
    _clears("replace-role", "ServiceRoleArn", _role),
    _clears("replace-description", "Description", lambda _: "first contact"),
    _clears("replace-name", "Name", lambda _: "first-contact"),
    _clears(
        "replace-parameters", "TaskInvocationParameters", lambda _: {"Lambda": {"Payload": b'{"first": "contact"}'}}
    ),
    Question(
        "replace-targets",
        "Does an update with Replace turn a task with targets into one without?",
        "accepted, Targets: none",
        _targets_cleared,
    ),
    Question("update-keeps", "Does an update without Replace keep what it leaves out?", "yes", _without_replace),
    Question(
        "replace-without-priority", "With what code is Replace without Priority refused?", INVALID, _without_priority
    ),
    Question("update-answer", "Is the answer of an update what Get shows next?", "the same", _answer_like_get),
)
