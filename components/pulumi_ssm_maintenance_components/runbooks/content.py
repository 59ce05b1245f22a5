"""The content of a runbook: composed of steps, or read from a mapping, a text or a file.

https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pulumi
import yaml  # type: ignore[import-untyped] # a dependency of pulumi; its stubs are no dependency of anything here

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.foundation.arguments import all_at_once, wrong
from pulumi_ssm_maintenance_components.foundation.documents import is_owned_by_aws, wrong_steps
from pulumi_ssm_maintenance_components.foundation.shown import shown
from pulumi_ssm_maintenance_components.foundation.value_types import wrong_types

from .approvals import check_approval_inputs
from .steps import Step

RunbookContent: TypeAlias = Mapping[str, Any] | str | Path
OnFailure: TypeAlias = Literal["Abort", "Continue"]
RunbookParameters: TypeAlias = Mapping[str, Sequence[pulumi.Input[str]]]

NODE_PARAMETER = "InstanceId"
ROLE_PARAMETER = "AutomationAssumeRole"

_SCHEMA = "0.3"
NODE_OF_THE_TASK = "{{RESOURCE_ID}}"
_NODE = {NODE_PARAMETER: {"type": "String", "description": "The node to work on"}}

WINDOW_PARAMETER = "WindowExecutionId"
WINDOW_OF_THE_TASK = "{{WINDOW_EXECUTION_ID}}"
# Without a window, as when somebody starts the runbook by hand, each node gets a patch snapshot of its own.
_WINDOW = {WINDOW_PARAMETER: {"type": "String", "description": "The window's execution, or nothing", "default": ""}}


@dataclass(frozen=True, slots=True)
class Runbook:
    """A runbook to which its role is still to be added."""

    content: Mapping[str, Any]
    """The content of the document."""
    steps: tuple[Step, ...] = ()
    """The steps that it is composed of; none if the user wrote the content."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters that the document declares."""
        return self.content.get("parameters") or {}

    @property
    def own_role(self) -> pulumi.Input[str] | None:
        """The ARN of the role that the content names; None if the role is a parameter, or missing."""
        role = self.content.get("assumeRole")
        return None if isinstance(role, str) and not role.startswith("arn:") else role

    def with_role(self, role_arn: pulumi.Input[str]) -> dict[str, Any]:
        """Return the content with its role, unless the role is a parameter."""
        return dict(self.content) if ROLE_PARAMETER in self.parameters else {**self.content, "assumeRole": role_arn}


def compose(  # noqa: PLR0913 - one parameter for each part
    where: str,
    steps: Sequence[Step],
    *,
    description: str,
    on_node: bool,
    on_failure: OnFailure,
    parameters: Mapping[str, Any] | None = None,
) -> Runbook:
    """Compose a runbook of steps.

    The runbook has `parameters`, and the node as one if it works on nodes. A failed step ends the runbook after its
    clean-up steps, which always run.

    Raises:
        ArgumentError: two steps have the same name, steps are in the wrong order, or a step needs a node and there is
            none.
    """
    _demand_order(where, steps, on_node=on_node)
    cleanup = next((step.name for step in steps if step.is_cleanup), None)
    on_error = f"step:{cleanup}" if cleanup and on_failure == "Abort" else on_failure
    content = {
        "schemaVersion": _SCHEMA,
        "description": description,
        "parameters": {
            **(_NODE if on_node else {}),
            **(_WINDOW if any(step.in_window for step in steps) else {}),
            **(parameters or {}),
        },
        "mainSteps": [_main_step(step, on_error, is_end=step is steps[-1]) for step in steps],
    }
    return Runbook({key: value for key, value in content.items() if value}, tuple(steps))


def read_content(where: str, content: RunbookContent) -> Runbook:
    """Read the content of a runbook: a mapping, YAML or JSON text, or the path of a file with it.

    Raises:
        ArgumentError: this is no runbook.
    """
    found = content if isinstance(content, Mapping) else _parsed(where, content)
    if lines := [f"{where}: {line}" for line in wrong_types("content", found, Any)]:
        raise ArgumentError(*lines)
    if not isinstance(found, Mapping) or found.get("schemaVersion") != _SCHEMA or not found.get("mainSteps"):
        raise wrong(where, "content", content, f"a runbook, with schemaVersion '{_SCHEMA}' as text and mainSteps")
    _check_content(where, found)
    return Runbook(found)


@all_at_once
def _check_content(where: str, content: Mapping[str, Any]) -> Iterator[ArgumentError]:
    declared, steps = content.get("parameters") or {}, content["mainSteps"]
    if not isinstance(declared, Mapping) or not all(isinstance(part, Mapping) for part in declared.values()):
        yield wrong(where, "content: parameters", declared, "a mapping from names to type, description and default")
    if isinstance(steps, list | tuple):
        yield from wrong_steps(where, "content: mainSteps", steps)
        yield from _wrong_approvals(where, steps)
    elif not isinstance(steps, pulumi.Output):
        yield wrong(where, "content: mainSteps", steps, "a list of steps with name, action and inputs")


def _wrong_approvals(where: str, steps: Sequence[Any]) -> Iterator[ArgumentError]:
    for step in steps:
        inputs = step.get("inputs") if isinstance(step, Mapping) and step.get("action") == "aws:approve" else None
        if isinstance(inputs, Mapping):
            try:
                check_approval_inputs(f"{where}: content: step {shown(step.get('name'))}", inputs)
            except ArgumentError as error:
                yield error


@all_at_once
def check_parameters(
    where: str, runbook: Runbook, parameters: RunbookParameters, *, on_targets: bool
) -> Iterator[ArgumentError]:
    """Compare parameters with those that a runbook declares.

    Raises:
        ArgumentError: the runbook does not have a parameter, or one has no value.
    """
    declared = runbook.parameters
    for name in parameters:
        if name not in declared:
            nearest = get_close_matches(name, declared, n=1)
            hint = f"; do you mean {nearest[0]!r}?" if nearest else ""
            yield wrong(where, "parameters", name, f"those of the runbook: {', '.join(declared) or 'none'}{hint}")
    passed = task_parameters(runbook, parameters, on_targets=on_targets, role_arn="")
    for name in declared:
        if name not in passed and "default" not in declared[name]:
            reason = "; without targets there is no node" if name == NODE_PARAMETER else ""
            yield wrong(where, "parameters", sorted(parameters), f"a value for {name!r}, which has no default{reason}")


def task_parameters(
    runbook: Runbook, parameters: RunbookParameters, *, on_targets: bool, role_arn: pulumi.Input[str]
) -> dict[str, list[pulumi.Input[str]]]:
    """Return what the task passes to the runbook: the user's parameters, the node, the window and the role."""
    declared = runbook.parameters
    passed: dict[str, list[pulumi.Input[str]]] = {name: list(values) for name, values in parameters.items()}
    if on_targets and NODE_PARAMETER in declared:
        passed.setdefault(NODE_PARAMETER, [NODE_OF_THE_TASK])
    if any(step.in_window for step in runbook.steps):
        passed.setdefault(WINDOW_PARAMETER, [WINDOW_OF_THE_TASK])
    if ROLE_PARAMETER in declared:
        passed.setdefault(ROLE_PARAMETER, [role_arn])
    return passed


def _main_step(step: Step, on_error: str, *, is_end: bool) -> dict[str, Any]:
    return {
        "name": step.name,
        "action": step.action,
        # Without it, a run whose failed step is followed by another step would count as a success.
        "isCritical": True,
        "onFailure": "Continue" if step.is_cleanup else on_error,
        "timeoutSeconds": step.timeout_seconds,
        "inputs": step.inputs,
        **({"isEnd": True} if is_end else {}),
    }


@all_at_once
def _demand_order(where: str, steps: Sequence[Step], *, on_node: bool) -> Iterator[ArgumentError]:
    names = [step.name for step in steps]
    if not steps or len(set(names)) < len(names):
        yield wrong(where, "steps", names, "one step or more, each with another name")
    if [step.is_cleanup for step in steps] != sorted(step.is_cleanup for step in steps):
        yield wrong(where, "steps", names, "clean-up steps, made by always(), after all others")
    if node_steps := [step.name for step in steps if step.on_node and not on_node]:
        yield wrong(where, "targets", None, f"targets: step {node_steps[0]!r} works on a node")


def _parsed(where: str, content: str | Path) -> Any:
    try:
        text = content if isinstance(content, str) and _is_text(content) else Path(content).read_text()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        allowed = f"a mapping, YAML or JSON text, or the path of a file with it; as a path: {reason}"
        if isinstance(content, str) and is_owned_by_aws(content):
            allowed = f"the content of a runbook; `document` takes one that exists, such as document={content!r}"
        raise wrong(where, "content", content, allowed) from None
    try:
        return yaml.safe_load(text)  # JSON is YAML
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise wrong(where, "content", content, f"YAML or JSON; {reason}") from None


def _is_text(content: str) -> bool:
    return "\n" in content or content.lstrip().startswith("{")
