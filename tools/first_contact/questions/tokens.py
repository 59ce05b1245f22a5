"""What a client token of a registration stands for, and for how long."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .question import Finding, Question, compare
from .tasks import register, targetless

if TYPE_CHECKING:
    from tools.first_contact.account import Account

MISMATCH = "IdempotentParameterMismatch"
SAME_TASK = "the same task"


def _again(account: Account, wait: int = 0) -> Finding:
    """Repeat a registration."""
    with account.window() as window_id:
        request = targetless(window_id, ClientToken=account.name(f"token-{wait}"))
        first = register(account, request)["WindowTaskId"]
        if wait:
            account.sleep(wait * 60)
        again = account.ask("RegisterTaskWithMaintenanceWindow", **request)
    return _same(again.get("WindowTaskId") == first, again.outcome)


def _same(same: bool, outcome: str) -> Finding:  # noqa: FBT001 - the answer itself
    told = outcome if outcome != "accepted" else SAME_TASK if same else "another task"
    return compare(told, holds=told == SAME_TASK)


def _other_arguments(account: Account) -> Finding:
    with account.window() as window_id:
        request = targetless(window_id, ClientToken=account.name("token-arguments"))
        register(account, request)
        answer = account.ask("RegisterTaskWithMaintenanceWindow", **request, Priority=5)
    return compare(answer.outcome, holds=answer.outcome == MISMATCH)


def _other_window(account: Account) -> Finding:
    token = account.name("token-window")
    with account.window("window") as one, account.window("other") as other:
        first = register(account, targetless(one, ClientToken=token))["WindowTaskId"]
        answer = account.ask("RegisterTaskWithMaintenanceWindow", **targetless(other, ClientToken=token))
    outcome = answer.outcome
    if answer.accepted:
        outcome = "the task of the first window" if answer.get("WindowTaskId") == first else "a task of its own"
    return compare(outcome, holds=outcome == MISMATCH)


def _after_deregister(account: Account) -> Finding:
    with account.window() as window_id:
        request = targetless(window_id, ClientToken=account.name("token-deregister"))
        first = register(account, request)
        account.need("DeregisterTaskFromMaintenanceWindow", **first)
        again = account.ask("RegisterTaskWithMaintenanceWindow", **request)
        task_id = again.get("WindowTaskId")
        if again.accepted:
            account.ask("GetMaintenanceWindowTask", WindowId=window_id, WindowTaskId=task_id)
    outcome = again.outcome
    if again.accepted:
        outcome = "the id of the deregistered task" if task_id == first["WindowTaskId"] else "a new task"
    return compare(outcome, holds=outcome == "the id of the deregistered task")


def _after_refusal(account: Account) -> Finding:
    with account.window() as window_id:
        token = account.name("token-refusal")
        refused = targetless(window_id, ClientToken=token, MaxErrors="1", MaxConcurrency="1")
        account.ask("RegisterTaskWithMaintenanceWindow", **refused)
        answer = account.ask("RegisterTaskWithMaintenanceWindow", **targetless(window_id, ClientToken=token))
    return compare(answer.outcome, holds=answer.accepted)


QUESTIONS = (
    Question("token-again", "What does a repeated registration answer with?", SAME_TASK, _again),
    Question("token-other-arguments", "And with other arguments?", MISMATCH, _other_arguments),
    Question("token-other-window", "And in another window?", MISMATCH, _other_window),
    Question(
        "token-after-deregister",
        "What does a token answer with whose task was deregistered?",
        "the id of the deregistered task",
        _after_deregister,
    ),
    Question("token-after-refusal", "Is the token of a refused registration free?", "accepted", _after_refusal),
    Question("token-15-minutes", "Does a token hold for 15 minutes?", SAME_TASK, partial(_again, wait=15), minutes=15),
    Question("token-24-hours", "Does a token hold for a day?", SAME_TASK, partial(_again, wait=1440), minutes=1440),
)
