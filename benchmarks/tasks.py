"""The tasks that every program of the benchmark declares: the same inputs, whatever provider they go to."""

import json
import os
from typing import Any

TASKS_IN_A_WINDOW = 20  # AWS's quota


def declared() -> list[tuple[str, dict[str, Any]]]:
    """Give each task's logical name and arguments, as the environment asks for them."""
    setting: dict[str, Any] = json.loads(os.environ["BENCH"])
    return [
        (f"task-{index}", arguments(setting["windows"][index // TASKS_IN_A_WINDOW], setting["priority"]))
        for index in range(setting["tasks"])
    ]


def shards() -> int:
    """Give over how many explicit providers the tasks are spread; 0 is the default provider."""
    return int(json.loads(os.environ["BENCH"])["shards"])


def latency() -> float:
    """Give how many seconds a call takes where nothing is called: 0 for the engine's floor."""
    return float(json.loads(os.environ.get("BENCH", "{}")).get("latency", 0))


def arguments(window_id: str, priority: int) -> dict[str, Any]:
    """Give the arguments of one task."""
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
