"""The runbook of a patching run: for one node it passes the gate, takes an image, patches and checks.

A maintenance window may start a task of a later priority even if an earlier task has failed. The gate makes each wave
depend on the success of the waves before it: every run of the runbook asks for their status first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from pulumi_ssm_maintenance.args import RunCommandArgs, TaskInvocationParametersArgs
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import (
    Statement,
    allow,
    pass_role_statement,
    role_arn,
    run_command_statements,
)
from pulumi_ssm_maintenance_components.patching.context import RunContext
from pulumi_ssm_maintenance_components.patching.plan import PatchPlan
from pulumi_ssm_maintenance_components.patching.waves import Wave, WavePosition, WaveTask
from pulumi_ssm_maintenance_components.runbooks.automation_runbook import AutomationRunbook
from pulumi_ssm_maintenance_components.runbooks.content import (
    NODE_OF_THE_TASK,
    NODE_PARAMETER,
    WINDOW_OF_THE_TASK,
    WINDOW_PARAMETER,
    Runbook,
    compose,
)
from pulumi_ssm_maintenance_components.runbooks.resources import assume_role, runbook_document
from pulumi_ssm_maintenance_components.runbooks.scripts import GATE
from pulumi_ssm_maintenance_components.runbooks.steps import NODE, SNAPSHOT_OF_WINDOW, Step

from .images import image_steps

_GATE_PARAMETERS = (WINDOW_PARAMETER, "Priority", "EarlierTasks", "Runbooks")

_REBOOT = "RebootOption"
_WAVE = "Wave"
WAVE = f"{{{{ {_WAVE} }}}}"
"""The parameter of the runbook with the wave of its node."""

_PARAMETERS: Mapping[str, Any] = {
    _WAVE: {"type": "String", "description": "The wave that the node belongs to"},
    WINDOW_PARAMETER: {"type": "String", "description": "The opening of the window that this run belongs to"},
    "Priority": {"type": "String", "description": "The priority of the wave's tasks"},
    "EarlierTasks": {"type": "String", "description": "How many tasks must have succeeded before"},
    "Runbooks": {"type": "StringList", "description": "The runbooks of these tasks"},
}
_REBOOT_PARAMETER: Mapping[str, Any] = {
    _REBOOT: {
        "type": "String",
        "description": "What is done about reboots",
        "allowedValues": ["RebootIfNeeded", "NoReboot"],
    }
}

_ABOUT_EXECUTIONS = (
    "ssm:DescribeMaintenanceWindowExecutionTaskInvocations",
    "ssm:DescribeMaintenanceWindowExecutionTasks",
    "ssm:GetMaintenanceWindowExecutionTask",
)

_LONGEST_PATCHING = 2 * 3600


@dataclass(frozen=True, slots=True)
class PatchRunbook:
    """The runbook of a patching run, and the approval before its first wave."""

    document_name: pulumi.Output[str]
    document_version: pulumi.Output[str]
    assume_role_arn: pulumi.Output[str]
    approval: AutomationRunbook | None

    @property
    def document_names(self) -> list[pulumi.Output[str]]:
        """The names of all runbooks of this run."""
        return [self.document_name, *([self.approval.document_name] if self.approval else [])]

    def task(self, plan: PatchPlan, starter_arn: pulumi.Input[str]) -> WaveTask:
        """Return the task of each wave, as runs of the runbook."""

        def invocation(wave: Wave, position: WavePosition) -> TaskInvocationParametersArgs:
            earlier = position.earlier_tasks + (1 if self.approval else 0)
            parameters: dict[str, list[pulumi.Input[str]]] = {
                NODE_PARAMETER: [NODE_OF_THE_TASK],
                _WAVE: [wave.name],
                WINDOW_PARAMETER: [WINDOW_OF_THE_TASK],
                "Priority": [str(position.priority)],
                "EarlierTasks": [str(earlier)],
                "Runbooks": [*self.document_names],
                **({_REBOOT: [wave.reboot]} if plan.command.install and wave.reboot else {}),
            }
            return {"automation": {"document_version": self.document_version, "parameters": parameters}}

        return WaveTask(
            task_type="AUTOMATION",
            task_arn=self.document_name,
            role_arn=starter_arn,
            priority=plan.priority,
            cutoff_behavior=plan.cutoff_behavior,
            alarm_configuration=plan.alarm_configuration,
            invocation=invocation,
        )


def patch_runbook(
    run: RunContext, plan: PatchPlan, sending: RunCommandArgs, approval: AutomationRunbook | None
) -> PatchRunbook:
    """Create the runbook of a plan, and the role that it runs as unless the user passes one.

    Args:
        run: the context.
        plan: what is patched, and how.
        sending: how the patch command is sent; it may contain `WAVE`.
        approval: the runbook that asks for approval.
    """
    runbook = _compose(run, plan, sending)
    if plan.roles.assume is None:
        role = assume_role(
            run.component, run.name, run.location, runbook, stop_on_alarm=plan.stop_on_alarm, tags=run.tags
        )
    else:
        role = role_arn(plan.roles.assume)
    document = runbook_document(run.component, run.name, runbook, role, run.tags)
    return PatchRunbook(document.name, document.default_version, role, approval)


def _compose(run: RunContext, plan: PatchPlan, sending: RunCommandArgs) -> Runbook:
    steps = [
        _gate(),
        *image_steps(run, plan),
        _patch(plan, sending),
        *([_check(plan)] if _is_checked(plan) else []),
    ]
    return compose(
        run.where,
        steps,
        description=f"{run.name}: patches a node when all earlier waves have succeeded",
        on_node=True,
        on_failure="Abort",
        parameters={**_PARAMETERS, **(_REBOOT_PARAMETER if plan.command.install else {})},
    )


def _gate() -> Step:
    payload = {name: _parameter(name) for name in _GATE_PARAMETERS}
    return Step.script("gate", GATE, payload=payload, permits=(_read_waves,))


def _is_checked(plan: PatchPlan) -> bool:
    # A baseline override does not change what Systems Manager knows about the patches of a node.
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-baselineoverride-parameter.html
    return plan.command.install and plan.command.baseline_override is None


def _check(plan: PatchPlan) -> Step:
    return Step.check_patches(
        reboot=_parameter(_REBOOT), has_override_list=plan.command.install_override_list is not None
    )


def _patch(plan: PatchPlan, sending: RunCommandArgs) -> Step:
    command = plan.command
    reboot: Any = _parameter(_REBOOT)
    inputs = {
        "DocumentName": command.document,
        "InstanceIds": [NODE],
        "Parameters": {**command.parameters(reboot), "SnapshotId": [SNAPSHOT_OF_WINDOW]},
        **_in_api_names(sending),
    }

    def permit(location: Location) -> list[Statement]:
        notification_role: Any = sending.get("service_role_arn")
        passing = [] if notification_role is None else [pass_role_statement([notification_role])]
        return [
            *run_command_statements(location, location.arn("ssm", f"document/{command.document}", owner="")),
            *passing,
        ]

    timeout = plan.delivery_timeout + _LONGEST_PATCHING
    return Step("patch", "aws:runCommand", inputs, (permit,), timeout, on_node=True)


def _parameter(name: str) -> str:
    return f"{{{{ {name} }}}}"


def _in_api_names(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Convert argument names to those of SendCommand, which the action `aws:runCommand` uses."""
    return {
        "".join(word.capitalize() for word in name.split("_")): _in_api_names(value)
        if isinstance(value, Mapping)
        else value
        for name, value in arguments.items()
        if value is not None
    }


def _read_waves(_: Location) -> list[Statement]:
    # These actions support no resource: an opening of a window has no ARN.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
    return [allow(_ABOUT_EXECUTIONS, ["*"])]
