"""What a runbook runs at Systems Manager before it patches a node: it fails unless every earlier wave has succeeded."""

from collections.abc import Iterator
from typing import Any

import boto3  # Systems Manager has it
from botocore.config import Config

# Every node of a wave asks, and many do so at once.
_PATIENT = Config(retries={"mode": "adaptive", "max_attempts": 10})


def handler(events: dict[str, Any], _context: object) -> dict[str, Any]:
    """Give the earlier tasks with their statuses; one that has not succeeded, or is not there, is an error."""
    expected = int(events["EarlierTasks"])
    earlier = (
        list(_earlier(events["WindowExecutionId"], int(events["Priority"]), events["Runbooks"])) if expected else []
    )
    if bad := [_describe(task) for task in earlier if task["Status"] != "SUCCESS"]:
        raise RuntimeError(f"an earlier wave has not succeeded: {'; '.join(bad)}")
    if len(earlier) < expected:
        raise RuntimeError(f"{expected} tasks of earlier waves should have run in this window, and {len(earlier)} did")
    return {"Earlier": [_describe(task) for task in earlier]}


def _earlier(execution: str, priority: int, runbooks: list[str]) -> Iterator[dict[str, Any]]:
    """Find the tasks of these runbooks that came first in this opening of the window."""
    client: Any = boto3.client("ssm", config=_PATIENT)
    pages = client.get_paginator("describe_maintenance_window_execution_tasks").paginate(WindowExecutionId=execution)
    for task in (task for page in pages for task in page["WindowExecutionTaskIdentities"]):
        if _runbook(task["TaskArn"]) in runbooks:
            found = client.get_maintenance_window_execution_task(
                WindowExecutionId=execution, TaskId=task["TaskExecutionId"]
            )
            if found["Priority"] < priority:
                yield found


def _runbook(arn: str) -> str:
    """Give the name of a runbook, which may come as a name or as an ARN, with or without a version."""
    return arn.rpartition("/")[2].partition(":")[0]


def _describe(task: dict[str, Any]) -> str:
    details = f" ({task['StatusDetails']})" if task.get("StatusDetails") else ""
    return f"task {task['TaskExecutionId']} of priority {task['Priority']} is {task['Status']}{details}"
