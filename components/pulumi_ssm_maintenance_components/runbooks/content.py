"""What stands in a runbook: composed of steps, or read from a mapping, a text or a file.

https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pulumi
import yaml  # type: ignore[import-untyped] # a dependency of pulumi; its stubs are no dependency of anything here

from pulumi_ssm_maintenance_components.foundation.arguments import wrong

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
    """A runbook that names no role yet.

    Attributes:
        content: the document.
        steps: what it is composed of; none where the content was given.
    """

    content: Mapping[str, Any]
    steps: tuple[Step, ...] = ()

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters that the document declares."""
        return self.content.get("parameters") or {}

    @property
    def own_role(self) -> pulumi.Input[str] | None:
        """The ARN of the role that the content names itself; it may take it as a parameter too."""
        role = self.content.get("assumeRole")
        return None if isinstance(role, str) and not role.startswith("arn:") else role

    def with_role(self, role_arn: pulumi.Input[str]) -> dict[str, Any]:
        """Give the content with the role that it runs as; one that takes it as a parameter keeps doing so."""
        return dict(self.content) if ROLE_PARAMETER in self.parameters else {**self.content, "assumeRole": role_arn}


def compose(  # noqa: PLR0913 - a runbook, each part by its name
    where: str,
    steps: Sequence[Step],
    *,
    description: str,
    on_node: bool,
    on_failure: OnFailure,
    parameters: Mapping[str, Any] | None = None,
) -> Runbook:
    """Compose a runbook of steps.

    It takes its node, where it has one, and `parameters`.

    A step that fails ends it, once the clean-up steps have run; each clean-up step runs whatever became of the others.

    Raises:
        ArgumentError: steps have one name, are in the wrong order, or work on a node where there is none.
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
    """Read a runbook: a mapping, YAML or JSON text, or the path of a file with that.

    Raises:
        ArgumentError: this is no runbook.
    """
    found = content if isinstance(content, Mapping) else _parsed(where, content)
    if not isinstance(found, Mapping) or found.get("schemaVersion") != _SCHEMA or not found.get("mainSteps"):
        raise wrong(
            where, "content", _shown(content), f"a runbook, with schemaVersion '{_SCHEMA}' as text and mainSteps"
        )
    return Runbook(found)


def task_parameters(
    where: str, runbook: Runbook, given: RunbookParameters, *, on_targets: bool, role_arn: pulumi.Input[str]
) -> dict[str, list[pulumi.Input[str]]]:
    """Settle what the task gives the runbook: what the user wants, the node, and the role.

    Raises:
        ArgumentError: the runbook does not know a parameter, or one has no value.
    """
    known = runbook.parameters
    for name in given:
        if name not in known:
            nearest = get_close_matches(name, known, n=1)
            hint = f"; do you mean {nearest[0]!r}?" if nearest else ""
            raise wrong(where, "parameters", name, f"those of the runbook: {', '.join(known) or 'none'}{hint}")
    settled: dict[str, list[pulumi.Input[str]]] = {name: list(values) for name, values in given.items()}
    if on_targets and NODE_PARAMETER in known:
        settled.setdefault(NODE_PARAMETER, [NODE_OF_THE_TASK])
    if any(step.in_window for step in runbook.steps):
        settled.setdefault(WINDOW_PARAMETER, [WINDOW_OF_THE_TASK])
    if ROLE_PARAMETER in known:
        settled.setdefault(ROLE_PARAMETER, [role_arn])
    for name, declared in known.items():
        if name not in settled and "default" not in declared:
            reason = "; without targets there is no node" if name == NODE_PARAMETER else ""
            raise wrong(where, "parameters", sorted(given), f"a value for {name!r}, which has no default{reason}")
    return settled


def _main_step(step: Step, on_error: str, *, is_end: bool) -> dict[str, Any]:
    return {
        "name": step.name,
        "action": step.action,
        # Said of every step: one that is followed by another step after a failure would count as a success otherwise.
        "isCritical": True,
        "onFailure": "Continue" if step.is_cleanup else on_error,
        "timeoutSeconds": step.timeout_seconds,
        "inputs": step.inputs,
        **({"isEnd": True} if is_end else {}),
    }


def _demand_order(where: str, steps: Sequence[Step], *, on_node: bool) -> None:
    names = [step.name for step in steps]
    if not steps or len(set(names)) < len(names):
        raise wrong(where, "steps", names, "one step or more, each with a name of its own")
    if [step.is_cleanup for step in steps] != sorted(step.is_cleanup for step in steps):
        raise wrong(where, "steps", names, "clean-up steps, made by always(), after all others")
    if strange := [step.name for step in steps if step.on_node and not on_node]:
        raise wrong(where, "targets", None, f"targets: step {strange[0]!r} works on a node")


def _parsed(where: str, content: str | Path) -> Any:
    text = content if isinstance(content, str) and _is_text(content) else Path(content).read_text()
    try:
        return yaml.safe_load(text)  # JSON is YAML
    except yaml.YAMLError as error:
        raise wrong(where, "content", _shown(content), f"YAML or JSON; {error}") from None


def _is_text(content: str) -> bool:
    return "\n" in content or content.lstrip().startswith("{")


def _shown(content: RunbookContent) -> str:
    whole = str(content)
    return whole if len(whole) <= 80 else f"{whole[:80]}…"
