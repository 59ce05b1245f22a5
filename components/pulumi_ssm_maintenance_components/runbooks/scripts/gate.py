"""Runs at Systems Manager before a runbook patches a node: fails unless every earlier wave has succeeded."""

from collections.abc import Iterator
from typing import Any

import boto3  # Systems Manager has it
from botocore.config import Config

# Every node of a wave runs this, many at the same time.
_RETRIES = Config(retries={"mode": "adaptive", "max_attempts": 10})


def handler(events: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return the tasks of earlier waves; fail if one has not succeeded, is missing, or succeeded nowhere."""
    expected = int(events["EarlierTasks"])
    if not expected:
        return {"Earlier": []}
    client: Any = boto3.client("ssm", config=_RETRIES)
    execution = events["WindowExecutionId"]
    earlier = list(_earlier(client, execution, int(events["Priority"]), events["Runbooks"]))
    if bad := [_describe(task) for task in earlier if task["Status"] != "SUCCESS"]:
        raise RuntimeError(f"an earlier wave has not succeeded: {'; '.join(bad)}")
    if len(earlier) < expected:
        raise RuntimeError(f"{expected} tasks of earlier waves should have run in this window, and {len(earlier)} did")
    # Whether a task counts as SUCCESS whose targets match no node, or whose only run failed within its error limit, is
    # not documented. An approval is such a task: AWS gives a task without targets the error limit 1.
    passed = {task["Priority"] for task in earlier if _has_succeeded_once(client, execution, task)}
    if untested := sorted({task["Priority"] for task in earlier} - passed):
        priorities = ", ".join(map(str, untested))
        raise RuntimeError(f"an earlier wave has succeeded nowhere, so it has tested nothing: priority {priorities}")
    return {"Earlier": [_describe(task) for task in earlier]}


def _earlier(client: Any, execution: str, priority: int, runbooks: list[str]) -> Iterator[dict[str, Any]]:
    """Find the tasks of these runbooks with a lower priority number in this opening of the window."""
    pages = client.get_paginator("describe_maintenance_window_execution_tasks").paginate(WindowExecutionId=execution)
    for task in (task for page in pages for task in page["WindowExecutionTaskIdentities"]):
        if _runbook(task["TaskArn"]) in runbooks:
            found = client.get_maintenance_window_execution_task(
                WindowExecutionId=execution, TaskId=task["TaskExecutionId"]
            )
            if found["Priority"] < priority:
                yield found


def _has_succeeded_once(client: Any, execution: str, task: dict[str, Any]) -> bool:
    pages = client.get_paginator("describe_maintenance_window_execution_task_invocations").paginate(
        WindowExecutionId=execution,
        TaskId=task["TaskExecutionId"],
        Filters=[{"Key": "STATUS", "Values": ["SUCCESS"]}],
    )
    return any(page["WindowExecutionTaskInvocationIdentities"] for page in pages)


def _runbook(arn: str) -> str:
    """Return the name of a runbook from its name or its ARN, with or without a version."""
    return arn.rpartition("/")[2].partition(":")[0]


def _describe(task: dict[str, Any]) -> str:
    details = f" ({task['StatusDetails']})" if task.get("StatusDetails") else ""
    return f"task {task['TaskExecutionId']} of priority {task['Priority']} is {task['Status']}{details}"
