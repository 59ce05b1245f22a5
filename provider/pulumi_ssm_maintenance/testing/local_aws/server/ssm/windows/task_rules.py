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

# https://github.com/terraform-linters/tflint-ruleset-aws/issues/524 has AWS's text for another key.
_TARGETS_TEXT = (
    "use WindowTargetIds or InstanceIds. For Run Command tasks, you must specify at least one resource as the target of"
    " the task. You can specify between 1 and 50 instance IDs, or between 1 and 10 maintenance window target IDs"
)

# https://github.com/hashicorp/terraform-provider-aws/issues/19396
_RATES_TEXT = (
    "Maintenance window tasks without targets do not support MaxErrors values."
    " Maintenance window tasks without targets do not support MaxConcurrency values."
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
        raise validation_error(f"The RUN_COMMAND task has no targets, {_TARGETS_TEXT}")
    counts = dict.fromkeys(MOST_IDS, 0)
    for target in targets:
        key, values = target["Key"], target.get("Values", [])
        if key not in counts:
            raise validation_error(f"{key} is an invalid window task target type, {_TARGETS_TEXT}")
        if not values:
            raise validation_error(f"{key} has no values, {_TARGETS_TEXT}")
        counts[key] += len(values)
    if counts["WindowTargetIds"] > MOST_IDS["WindowTargetIds"]:
        # https://github.com/hashicorp/terraform-provider-aws/issues/18372
        raise validation_error(f"The maximum number of window targets is {MOST_IDS['WindowTargetIds']}")
    if counts["InstanceIds"] > MOST_IDS["InstanceIds"]:
        raise validation_error(f"InstanceIds has {counts['InstanceIds']} values, {_TARGETS_TEXT}")


def _check_rates(task: Members, *, targeted: bool) -> None:
    """A task with targets needs both rates; one without must have neither.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-windows-targetless-tasks.html
    """
    given = [name for name in RATES if name in task]
    if targeted and len(given) < len(RATES):
        raise validation_error("MaxConcurrency and MaxErrors are required for a task with targets")
    if given and not targeted:
        raise validation_error(_RATES_TEXT)
