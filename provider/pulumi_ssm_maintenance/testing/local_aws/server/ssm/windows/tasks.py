"""The tasks of a maintenance window: register, get, update, deregister, describe."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Quota, find
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.errors import does_not_exist
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import listing

from .records import Task
from .task_rules import RATES, check_task

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Operations, SsmCall

    from .records import Window

QUOTA = Quota(20, "tasks per maintenance window")
FILTERS = {"WindowTaskId": "WindowTaskId", "TaskArn": "TaskArn", "Priority": "Priority", "TaskType": "Type"}

_TASK = "Maintenance window task"


def register_task(call: SsmCall) -> Members:
    """Register a task."""
    window, task_type = call.window, call.parameters["TaskType"]
    properties = call.without("WindowId", "TaskType", "ClientToken")
    _check(task_type, properties, window)
    return call.create(window.tasks, QUOTA, "WindowTaskId", lambda: Task(str(uuid.uuid4()), task_type, properties))


def get_task(call: SsmCall) -> Members:
    """Show everything of a task, once an injected read lag is over."""
    task = _task(call)
    if time.monotonic() - task.registered < call.read_lag:
        raise does_not_exist(_TASK, task.id)
    return _shown(task, call)


def update_task(call: SsmCall) -> Members:
    """Change a task; the answer is what Get shows, except for the type."""
    task = _task(call)
    properties = call.updated(task.properties, "WindowId", "WindowTaskId", required=("TaskArn", "Priority"))
    _check(task.type, properties, call.window)
    task.properties = properties
    return _shown(task, call)


def deregister_task(call: SsmCall) -> Members:
    """Remove a task from its window."""
    task = _task(call)
    del call.window.tasks[task.id]
    return {"WindowId": call.window.id, "WindowTaskId": task.id}


def describe_tasks(call: SsmCall) -> Members:
    """List the tasks of a window, with `Type` for the task type and without invocation parameters."""
    tasks = [{"Type": task.type, **_shown(task, call)} for task in call.window.tasks.values()]
    return listing(tasks, call.parameters, "Tasks", FILTERS)


def _task(call: SsmCall) -> Task:
    return find(call.window.tasks, call.parameters["WindowTaskId"], _TASK)


def _check(task_type: str, properties: Members, window: Window) -> None:
    check_task(task_type, properties, allow_unassociated=window.properties["AllowUnassociatedTargets"])


def _shown(task: Task, call: SsmCall) -> Members:
    """A task as it was set, with the placeholders that AWS reports for what was left out.

    Whether AWS returns an empty structure is unknown. Everything else comes back as it was set, so it does here.
    """
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


OPERATIONS: Operations = {
    "RegisterTaskWithMaintenanceWindow": register_task,
    "GetMaintenanceWindowTask": get_task,
    "UpdateMaintenanceWindowTask": update_task,
    "DeregisterTaskFromMaintenanceWindow": deregister_task,
    "DescribeMaintenanceWindowTasks": describe_tasks,
}
