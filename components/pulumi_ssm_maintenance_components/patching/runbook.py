"""The runbook of a patching run: it opens a wave's gate, takes an image, patches and checks one node.

The gate is what makes a wave wait for the success of the one before: nothing documented keeps a task of a later
priority from starting when an earlier one has failed. Each run of the runbook asks first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from pulumi_ssm_maintenance.args import RunCommandArgs, TaskInvocationParametersArgs
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import (
    AnyRole,
    Statement,
    allow,
    pass_role_statement,
    role_arn,
    run_command_statements,
)
from pulumi_ssm_maintenance_components.runbooks.automation_runbook import AutomationRunbook
from pulumi_ssm_maintenance_components.runbooks.content import NODE_OF_THE_TASK, NODE_PARAMETER, Runbook, compose
from pulumi_ssm_maintenance_components.runbooks.resources import assume_role, runbook_document
from pulumi_ssm_maintenance_components.runbooks.scripts import GATE
from pulumi_ssm_maintenance_components.runbooks.steps import NODE, Step

from .plan import PatchPlan
from .waves import Turn, Wave, WaveTask

_GATED_BY = ("WindowExecutionId", "Priority", "EarlierTasks", "Runbooks")

_REBOOT = "RebootOption"
_WAVE = "Wave"
WAVE = f"{{{{ {_WAVE} }}}}"
"""How the runbook names the wave of its node."""

_PARAMETERS: Mapping[str, Any] = {
    _WAVE: {"type": "String", "description": "The wave that the node belongs to"},
    "WindowExecutionId": {"type": "String", "description": "The opening of the window that this run belongs to"},
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

_LONGEST_PATCHING = 2 * 3600


@dataclass(frozen=True, slots=True)
class PatchRunbook:
    """The runbook of a patching run, and what asks for approval before its first wave."""

    document_name: pulumi.Output[str]
    document_version: pulumi.Output[str]
    assume_role_arn: pulumi.Output[str]
    approval: AutomationRunbook | None

    @property
    def document_names(self) -> list[pulumi.Output[str]]:
        """The names of all runbooks that run in the window for this run."""
        return [self.document_name, *([self.approval.document_name] if self.approval else [])]

    def task(self, plan: PatchPlan, starter_arn: pulumi.Input[str]) -> WaveTask:
        """Give the tasks of the waves, as runs of the runbook."""

        def invocation(wave: Wave, turn: Turn) -> TaskInvocationParametersArgs:
            earlier = turn.earlier_tasks + (1 if self.approval else 0)
            parameters: dict[str, list[pulumi.Input[str]]] = {
                NODE_PARAMETER: [NODE_OF_THE_TASK],
                _WAVE: [wave.name],
                "WindowExecutionId": ["{{WINDOW_EXECUTION_ID}}"],
                "Priority": [str(turn.priority)],
                "EarlierTasks": [str(earlier)],
                "Runbooks": [*self.document_names],
                **({_REBOOT: [wave.reboot]} if plan.command.install and wave.reboot else {}),
            }
            return {"automation": {"document_version": self.document_version, "parameters": parameters}}

        return WaveTask(
            task_type="AUTOMATION",
            task_arn=self.document_name,
            role_arn=starter_arn,
            cutoff_behavior=plan.cutoff_behavior,
            alarm_configuration=plan.alarm_configuration,
            invocation=invocation,
        )


def patch_runbook(  # noqa: PLR0913 - a runbook, and all that goes into it
    component: Component,
    name: str,
    location: Location,
    plan: PatchPlan,
    *,
    logs: RunCommandArgs,
    notifications: RunCommandArgs,
    role: AnyRole | None,
    approval: AutomationRunbook | None,
    tags: Mapping[str, pulumi.Input[str]],
) -> PatchRunbook:
    """Make the runbook of a plan, and the role that it runs as where none is given.

    Args:
        component: the parent.
        name: the name of the run.
        location: where it lives.
        plan: what is patched and how.
        logs: where output goes; it may say `WAVE`.
        notifications: who is told of nodes that fail.
        role: another role that the runbook runs as.
        approval: what asks for approval.
        tags: the tags of what is made.
    """
    runbook = _compose(name, plan, plan.sending(logs, notifications))
    its_role = (
        assume_role(component, name, location, runbook, stop_on_alarm=plan.stop_on_alarm, tags=tags)
        if role is None
        else role_arn(role)
    )
    document = runbook_document(component, name, runbook, its_role, tags)
    return PatchRunbook(document.name, document.default_version, its_role, approval)


def _compose(name: str, plan: PatchPlan, sending: RunCommandArgs) -> Runbook:
    reboots = plan.command.install and any(wave.reboot == "RebootIfNeeded" for wave in plan.waves)
    steps = [
        _gate(),
        *([Step.snapshot()] if plan.runbook and plan.runbook.snapshot else []),
        _patch(plan, sending),
        *([Step.check_patches(reboot=_parameter(_REBOOT))] if reboots else []),
    ]
    return compose(
        f"PatchingRun {name!r}",
        steps,
        description=f"{name}: patches a node when all earlier waves have succeeded",
        on_node=True,
        on_failure="Abort",
        parameters={**_PARAMETERS, **(_REBOOT_PARAMETER if plan.command.install else {})},
    )


def _gate() -> Step:
    payload = {name: _parameter(name) for name in _GATED_BY}
    return Step.script("gate", GATE, payload=payload, permits=(_look_at_waves,))


def _patch(plan: PatchPlan, sending: RunCommandArgs) -> Step:
    command = plan.command
    reboot: Any = _parameter(_REBOOT)
    inputs = {
        "DocumentName": command.document,
        "InstanceIds": [NODE],
        "Parameters": command.parameters(reboot),
        **_as_the_api_has_it(sending),
    }

    def permit(location: Location) -> list[Statement]:
        notifier: Any = sending.get("service_role_arn")
        passing = [] if notifier is None else [pass_role_statement([notifier])]
        return [
            *run_command_statements(location, location.arn("ssm", f"document/{command.document}", owner="")),
            *passing,
        ]

    timeout = plan.delivery_timeout + _LONGEST_PATCHING
    return Step("patch", "aws:runCommand", inputs, (permit,), timeout, on_node=True)


def _parameter(name: str) -> str:
    return f"{{{{ {name} }}}}"


def _as_the_api_has_it(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Write the names of arguments as in SendCommand, which the action follows."""
    return {
        "".join(word.capitalize() for word in name.split("_")): _as_the_api_has_it(value)
        if isinstance(value, Mapping)
        else value
        for name, value in arguments.items()
        if value is not None
    }


def _look_at_waves(_: Location) -> list[Statement]:
    # Systems Manager names no resource for them: an opening of a window has no ARN.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
    return [allow(["ssm:DescribeMaintenanceWindowExecutionTasks", "ssm:GetMaintenanceWindowExecutionTask"], ["*"])]
