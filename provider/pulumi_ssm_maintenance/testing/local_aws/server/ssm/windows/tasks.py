"""The tasks of a maintenance window: register, get, update, deregister, describe."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import listing

from .state import Task, Window, check_quota, does_not_exist, merged, require
from .task_rules import RATES, check_task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import WindowsCall

TASKS_PER_WINDOW = 20
FILTERS = {"WindowTaskId": "WindowTaskId", "TaskArn": "TaskArn", "Priority": "Priority", "TaskType": "Type"}


def register_task(call: WindowsCall) -> Members:
    """Register a task, once for a ClientToken."""
    window = call.window
    task_type = call.parameters["TaskType"]
    properties = _settled(call.without("WindowId", "TaskType", "ClientToken"))
    _check(task_type, properties, window)

    def register() -> Members:
        check_quota(len(window.tasks), TASKS_PER_WINDOW, "tasks per maintenance window")
        task = Task(str(uuid.uuid4()), task_type, properties)
        window.tasks[task.id] = task
        return {"WindowTaskId": task.id}

    return call.once(register)


def get_task(call: WindowsCall) -> Members:
    """Everything of a task, but for as long as the read lag in force hides it."""
    task = _task(call)
    if time.monotonic() - task.registered < call.read_lag:
        raise does_not_exist("Maintenance window task", task.id)
    return _shown(task, call)


def update_task(call: WindowsCall) -> Members:
    """Change a task; the answer is what Get shows, but for the type."""
    task = _task(call)
    replace = call.parameters.get("Replace", False)
    given = call.without("WindowId", "WindowTaskId", "Replace")
    if replace:
        require(given, "TaskArn", "Priority")
    properties = _settled(merged(task.properties, given, replace=replace))
    _check(task.type, properties, call.window)
    task.properties = properties
    return _shown(task, call)


def deregister_task(call: WindowsCall) -> Members:
    """Take a task from its window."""
    task = _task(call)
    del call.window.tasks[task.id]
    return {"WindowId": call.window.id, "WindowTaskId": task.id}


def describe_tasks(call: WindowsCall) -> Members:
    """The tasks of a window, with `Type` for the task type and without invocation parameters."""
    tasks = [{"Type": task.type, **_shown(task, call)} for task in call.window.tasks.values()]
    return listing(tasks, call.parameters, "Tasks", FILTERS)


def _task(call: WindowsCall) -> Task:
    task_id = call.parameters["WindowTaskId"]
    tasks = call.window.tasks
    if task_id not in tasks:
        raise does_not_exist("Maintenance window task", task_id)
    return tasks[task_id]


def _check(task_type: str, properties: Members, window: Window) -> None:
    check_task(task_type, properties, allow_unassociated=window.properties["AllowUnassociatedTargets"])


def _settled(properties: Members) -> Members:
    """What is kept of what was given.

    An empty structure inside an invocation block is not echoed: inferred from the lasting differences that tools
    show which send one.
    """
    blocks = properties.get("TaskInvocationParameters", {})
    kept = {
        name: {member: value for member, value in block.items() if value or member not in _NESTED_STRUCTURES}
        for name, block in blocks.items()
    }
    rest = {name: value for name, value in properties.items() if name != "TaskInvocationParameters"}
    return {**rest, **({"TaskInvocationParameters": kept} if kept else {})}


def _shown(task: Task, call: WindowsCall) -> Members:
    """A task with the placeholders that AWS reports for what was left out."""
    rates = {} if task.properties.get("Targets") else dict.fromkeys(RATES, "1")
    role = (
        f"arn:{call.partition}:iam::{call.account}:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"
    )
    return {
        "WindowId": call.window.id,
        "WindowTaskId": task.id,
        "TaskType": task.type,
        "Targets": [],
        "ServiceRoleArn": role,
        "TaskParameters": {},
        "Priority": 0,
        **rates,
        **task.properties,
    }


_NESTED_STRUCTURES = {"CloudWatchOutputConfig", "NotificationConfig"}

OPERATIONS: Mapping[str, Callable[[WindowsCall], Members]] = {
    "RegisterTaskWithMaintenanceWindow": register_task,
    "GetMaintenanceWindowTask": get_task,
    "UpdateMaintenanceWindowTask": update_task,
    "DeregisterTaskFromMaintenanceWindow": deregister_task,
    "DescribeMaintenanceWindowTasks": describe_tasks,
}
