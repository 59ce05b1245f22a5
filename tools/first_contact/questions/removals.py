"""What AWS answers about tasks and windows that do not exist any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .question import Finding, Question, compare
from .tasks import register, targetless

if TYPE_CHECKING:
    from tools.first_contact.account import Account

GONE = "DoesNotExistException"


def _twice(account: Account) -> Finding:
    with account.window() as window_id:
        task = register(account, targetless(window_id))
        account.need("GetMaintenanceWindowTask", **task)
        account.need("DeregisterTaskFromMaintenanceWindow", **task)
        again = account.ask("DeregisterTaskFromMaintenanceWindow", **task)
    return compare(again.outcome, holds=again.outcome == GONE)


def _window_gone(account: Account) -> Finding:
    with account.window() as window_id:
        task = register(account, targetless(window_id))
        account.need("GetMaintenanceWindowTask", **task)
        account.need("DeleteMaintenanceWindow", WindowId=window_id)
        answer = account.ask("DeregisterTaskFromMaintenanceWindow", **task)
    return compare(answer.outcome, holds=answer.outcome == GONE)


def _read(account: Account) -> Finding:
    with account.window() as window_id:
        task = register(account, targetless(window_id))
        account.need("DeregisterTaskFromMaintenanceWindow", **task)
        without_task = account.ask("GetMaintenanceWindowTask", **task).outcome
        account.need("DeleteMaintenanceWindow", WindowId=window_id)
        without_window = account.ask("GetMaintenanceWindowTask", **task).outcome
    holds = (without_task, without_window) == (GONE, GONE)
    return compare(f"without the task: {without_task}; without the window: {without_window}", holds=holds)


def _delete_window_twice(account: Account) -> Finding:
    with account.window() as window_id:
        account.need("DeleteMaintenanceWindow", WindowId=window_id)
        again = account.ask("DeleteMaintenanceWindow", WindowId=window_id)
    return compare(again.outcome, holds=again.accepted)


QUESTIONS = (
    Question("deregister-twice", "What does AWS answer when a task is deregistered twice?", GONE, _twice),
    Question("deregister-without-window", "And when its window was deleted?", GONE, _window_gone),
    Question("read-what-is-gone", "And when such a task is read?", GONE, _read),
    Question(
        "delete-window-twice", "What does AWS answer when a window is deleted twice?", "accepted", _delete_window_twice
    ),
)
