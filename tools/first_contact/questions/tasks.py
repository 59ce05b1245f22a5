"""Requests for tasks, and pieces of them that questions use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.first_contact.account import Account
    from tools.first_contact.transport import Answer

NODE = "i-0123456789abcdef0"
"""An id of no node. Nothing runs on it: the windows of these tasks never open."""


def targetless(window_id: str, **changes: Any) -> dict[str, Any]:
    """Give a request for a task without targets. The function that it names does not exist."""
    return {"WindowId": window_id, "TaskType": "LAMBDA", "TaskArn": "SSM-first-contact-no-function", **changes}


def command(window_id: str, **changes: Any) -> dict[str, Any]:
    """Give a request for a Run Command task on a node that does not exist."""
    return {
        "WindowId": window_id,
        "TaskType": "RUN_COMMAND",
        "TaskArn": "AWS-RunShellScript",
        "Targets": [{"Key": "InstanceIds", "Values": [NODE]}],
        "MaxConcurrency": "1",
        "MaxErrors": "0",
        "TaskInvocationParameters": {"RunCommand": {"Parameters": {"commands": ["true"]}}},
        **changes,
    }


def empty_target(account: Account, window_id: str) -> str:
    """Register a window target that finds no node, and give its id."""
    target = account.need(
        "RegisterTargetWithMaintenanceWindow",
        WindowId=window_id,
        ResourceType="INSTANCE",
        Targets=[{"Key": "tag:first-contact", "Values": [account.run]}],
    )
    return str(target["WindowTargetId"])


def register(account: Account, request: dict[str, Any]) -> dict[str, str]:
    """Register a task, and give its ids."""
    answer = account.need("RegisterTaskWithMaintenanceWindow", **request)
    return {"WindowId": request["WindowId"], "WindowTaskId": answer["WindowTaskId"]}


def show(account: Account, request: dict[str, Any]) -> Answer:
    """Register a task, and give what AWS shows of it."""
    return account.need("GetMaintenanceWindowTask", **register(account, request))
