"""The tasks that every program of the benchmark declares, with the same inputs for every provider."""

import json
import os
from typing import Any

TASKS_IN_A_WINDOW = 20  # AWS's quota


def declared() -> list[tuple[str, dict[str, Any]]]:
    """Return the logical name and arguments of each task, as the environment variable BENCH says."""
    setting: dict[str, Any] = json.loads(os.environ["BENCH"])
    return [
        (f"task-{index}", arguments(setting["windows"][index // TASKS_IN_A_WINDOW], setting["priority"]))
        for index in range(setting["tasks"])
    ]


def shards() -> int:
    """Return the number of explicit providers that share the tasks. 0 means the default provider."""
    return int(json.loads(os.environ["BENCH"])["shards"])


def latency() -> float:
    """Return how many seconds a no-op resource waits instead of a call: 0 for the floor."""
    return float(json.loads(os.environ.get("BENCH", "{}")).get("latency", 0))


def arguments(window_id: str, priority: int) -> dict[str, Any]:
    """Return the arguments of one task."""
    return {
        "window_id": window_id,
        "task_type": "RUN_COMMAND",
        "task_arn": "AWS-RunPatchBaseline",
        "targets": [{"key": "InstanceIds", "values": ["i-0123456789abcdef0"]}],
        "max_concurrency": "10%",
        "max_errors": "0",
        "priority": priority,
        "task_invocation_parameters": {
            "run_command": {
                "parameters": {"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]},
                "timeout_seconds": 600,
            }
        },
        "alarm_configuration": {"alarms": [{"name": "errors"}]},
    }
