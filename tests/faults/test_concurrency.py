"""Much at once: threads, providers and stacks. Every task is made exactly once, and as declared."""

import pulumi
from tests.declared import as_program

from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider
from pulumi_ssm_maintenance.testing import Fault

THREADS = 4  # that Pulumi's host for dynamic providers has
REGISTER = "RegisterTaskWithMaintenanceWindow"


def test_four_providers_of_four_threads_each(local_aws, local_stack, new_window, assert_exactly):
    windows = [new_window() for _ in range(THREADS)]
    declared = ten_tasks_in(*windows)

    def program():
        providers = {window: Provider(f"provider-{window}", region="us-east-1") for window in windows}
        for name, task in declared.items():
            # Waiting for all of them lets the SDK work on all at once.
            options = pulumi.ResourceOptions(provider=providers[task["window_id"]], depends_on=list(providers.values()))
            MaintenanceWindowTask(name, **task, opts=options)

    local_aws.inject(Fault.latency(0.2))
    stack = local_stack(program)
    stack.up(parallel=64)
    assert max(call.in_flight for call in local_aws.requests("ssm")) > THREADS
    local_aws.clear_faults()
    assert len(local_aws.requests("ssm", REGISTER)) == len(declared)
    assert_exactly(windows, (stack, declared))


def test_two_stacks_on_one_window_at_the_same_time(local_aws, local_stack, new_window, assert_exactly):
    window = new_window()
    declared = ten_tasks_in(window)
    stacks = [local_stack(as_program(declared), name=name) for name in ("dev", "prod")]
    local_aws.inject(Fault.latency(0.1))
    all_at_once(stack.start_up() for stack in stacks)
    assert_exactly([window], *((stack, declared) for stack in stacks))

    all_at_once(stack.start_destroy() for stack in stacks)
    assert_exactly([window], *((stack, {}) for stack in stacks))


def ten_tasks_in(*windows):
    """Declare tasks of which no two are alike."""
    return {
        f"task-{window}-{n}": {
            "window_id": window,
            "task_type": ("AUTOMATION", "LAMBDA")[n % 2],
            "task_arn": f"task-{n}",
            "priority": n,
        }
        for window in windows
        for n in range(10)
    }


def all_at_once(runs):
    for run in list(runs):
        run.wait()
