"""Many tasks that fail in one run: each is named, in a few lines."""

import pytest

from pulumi_ssm_maintenance.testing import EngineError, Fault

TASKS = 12
LINES_OF_THE_HOST = 11
"""What the engine and Pulumi's host print for each task: a heading, and a traceback that ends in our one line."""
LINES_OF_THE_STACK = 9  # less than one for each task: its own diagnosis, the count of resources, the duration


def test_each_failing_task_is_named_in_no_more_lines_than_the_host_prints(stack, local_aws, function):
    names = [f"task-{number}" for number in range(TASKS)]
    made = stack(dict.fromkeys(names, function))
    local_aws.inject(Fault.access_denied(operation="RegisterTaskWithMaintenanceWindow"))
    with pytest.raises(EngineError) as failed:
        made.up(parallel=TASKS, args=["--continue-on-error"])
    output = failed.value.result.output
    lines = [line for line in output.partition("Diagnostics:")[2].splitlines() if line.strip()]
    assert [name for name in names if f"({name})" not in output] == []
    assert sum("pulumi_ssm_maintenance.errors.AccessDeniedError: could not create" in line for line in lines) == TASKS
    assert sum("task_provider.py" in line for line in lines) == TASKS  # one frame of ours for each
    assert len(lines) <= TASKS * LINES_OF_THE_HOST + LINES_OF_THE_STACK
