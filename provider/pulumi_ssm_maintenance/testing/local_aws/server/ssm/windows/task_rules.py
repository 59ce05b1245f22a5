"""The rules for a task that the API model cannot express.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterTaskWithMaintenanceWindow.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.ssm.errors import validation_error

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members

INVOCATION_BLOCKS = {
    "RUN_COMMAND": "RunCommand",
    "AUTOMATION": "Automation",
    "STEP_FUNCTIONS": "StepFunctions",
    "LAMBDA": "Lambda",
}
MOST_IDS = {"InstanceIds": 50, "WindowTargetIds": 10}
RATES = ("MaxConcurrency", "MaxErrors")

# AWS has one text for every mistake: https://github.com/terraform-linters/tflint-ruleset-aws/issues/524
_TARGETS_TEXT = (
    "Target keys of a task are InstanceIds, with 1 to 50 instance ids, or WindowTargetIds, with 1 to 10 window"
    " target ids; a RUN_COMMAND task needs at least one target"
)


def check_task(task_type: str, task: Members, *, allow_unassociated: bool) -> None:
    """Refuse a task that breaks a rule. A WindowTargetId of no target passes: AWS's answer is unknown."""
    _check_invocation(task_type, task.get("TaskInvocationParameters", {}))
    targets = task.get("Targets", [])
    _check_targets(task_type, targets)
    _check_rates(task, targeted=bool(targets))
    if not allow_unassociated and any(target["Key"] == "InstanceIds" for target in targets):
        raise validation_error("The window does not allow unassociated targets, so InstanceIds are not allowed")


def _check_invocation(task_type: str, blocks: Members) -> None:
    own = INVOCATION_BLOCKS[task_type]
    others = [name for name, block in blocks.items() if block and name != own]
    if others:
        raise validation_error(f"TaskInvocationParameters of a {task_type} task are {own}, not {', '.join(others)}")


def _check_targets(task_type: str, targets: list[Members]) -> None:
    if task_type == "RUN_COMMAND" and not targets:
        raise validation_error(_TARGETS_TEXT)
    counts = dict.fromkeys(MOST_IDS, 0)
    for target in targets:
        key, values = target["Key"], target.get("Values", [])
        if key not in counts or not values:
            raise validation_error(_TARGETS_TEXT)
        counts[key] += len(values)
    if any(counts[key] > most for key, most in MOST_IDS.items()):
        raise validation_error(_TARGETS_TEXT)


def _check_rates(task: Members, *, targeted: bool) -> None:
    """A task with targets needs both rates; one without must have neither.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-windows-targetless-tasks.html
    """
    given = [name for name in RATES if name in task]
    if targeted and len(given) < len(RATES):
        raise validation_error("MaxConcurrency and MaxErrors are required for a task with targets")
    if given and not targeted:
        raise validation_error("MaxConcurrency and MaxErrors are not allowed for a task without targets")
