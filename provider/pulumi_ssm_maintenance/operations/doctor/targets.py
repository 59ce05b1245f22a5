"""Checks of targets, and of the nodes behind them."""

import re
from collections.abc import Iterator
from typing import Final

from pulumi_ssm_maintenance.checks.facts import Facts
from pulumi_ssm_maintenance.checks.findings import Check, Problem, fail, note, warn
from pulumi_ssm_maintenance.checks.subjects import Selection
from pulumi_ssm_maintenance.core.words import counted, listed

from .subjects import Target, WindowTask

_HOOKS: Final = "AWS-RunPatchBaselineWithHooks"
# https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-aws-runpatchbaselinewithhooks.html
_AGENT_FOR_HOOKS: Final = (3, 0, 502)
_PATCH_GROUP_KEYS: Final = ("tag:Patch Group", "tag:PatchGroup")
_MANAGED_NODES: Final = "managed node"


def _dangling(task: WindowTask, facts: Facts) -> Iterator[Problem]:  # noqa: ARG001 - the form of a check
    existing = {target.window_target_id for target in task.window.targets}
    if gone := [wanted for wanted in task.window_target_ids if wanted not in existing]:
        yield fail(
            f"names {counted(len(gone), 'window target')} that the window does not have: {listed(gone)}",
            "Correct targets, or register the target again.",
        )


def _empty(target: Target, facts: Facts) -> Iterator[Problem]:
    selection = target.selection
    if selection.group is not None:
        yield from _empty_group(selection.group, facts)
    elif not facts.managed_nodes(selection):
        yield fail("no managed node matches", "Correct the target, or the tags of the nodes.")


def _empty_group(group: str, facts: Facts) -> Iterator[Problem]:
    members = facts.members(group)
    if members is None:
        yield fail(f"resource group {group} does not exist in {facts.region}", "Create it, or correct the target.")
    elif not members:
        yield fail(f"resource group {group} has no member", "Correct its query, or the tags of the nodes.")


def _size(target: Target, facts: Facts) -> Iterator[Problem]:
    if nodes := facts.managed_nodes(target.selection):
        yield note(counted(len(nodes), _MANAGED_NODES))


def _offline(target: Target, facts: Facts) -> Iterator[Problem]:
    nodes = facts.managed_nodes(target.selection)
    if lost := sorted(node["InstanceId"] for node in nodes if node.get("PingStatus", "Online") != "Online"):
        yield warn(
            f"the agent of {counted(len(lost), 'node')} does not answer: {listed(lost)}",
            "Restart the agent or the instance.",
        )
    managed = {node["InstanceId"] for node in nodes}
    states = facts.instances(target.selection)
    unmanaged = {key: state for key, state in sorted(states.items()) if key not in managed}
    if running := [key for key, state in unmanaged.items() if state in {"pending", "running"}]:
        yield warn(
            f"{counted(len(running), 'running instance')} {'is' if len(running) == 1 else 'are'} not managed by Systems"
            f" Manager: {listed(running)}",
            "Install the agent, and give the instance a role with AmazonSSMManagedInstanceCore.",
        )
    if stopped := [key for key, state in unmanaged.items() if state not in {"pending", "running"}]:
        yield note(f"{counted(len(stopped), 'instance')} stopped, so left out: {listed(stopped)}")


def _agent(target: Target, facts: Facts) -> Iterator[Problem]:
    nodes = facts.managed_nodes(target.selection)
    if old := sorted(node["InstanceId"] for node in nodes if _is_older(node.get("AgentVersion"), _AGENT_FOR_HOOKS)):
        wanted = ".".join(map(str, _AGENT_FOR_HOOKS))
        yield fail(
            f"{_HOOKS} needs agent {wanted}, and {counted(len(old), 'node')} {'has' if len(old) == 1 else 'have'} an"
            f" older one: {listed(old)}",
            "Update the agent (AWS-UpdateSSMAgent).",
        )


def _baseline(target: Target, facts: Facts) -> Iterator[Problem]:
    groups = facts.patch_groups()
    if without := [name for name in _patch_groups(target.selection) if name not in groups]:
        yield warn(
            f"patch group {listed(without)} has no baseline, so AWS's default baselines decide what is installed",
            "Register one, if that is not meant.",
        )


def _is_older(version: str | None, than: tuple[int, ...]) -> bool:
    digits = tuple(map(int, re.findall(r"\d+", version or "")[: len(than)]))
    return bool(digits) and digits < than


def _patch_groups(selection: Selection) -> list[str]:
    return [value for key in _PATCH_GROUP_KEYS for value in selection.values(key)]


def _is_used(target: Target) -> bool:
    return bool(target.tasks)


TARGETS_OF_TASK_CHECKS: Final[tuple[Check[WindowTask], ...]] = (
    Check("target.dangling", _dangling, lambda task: bool(task.window_target_ids)),
)
TARGET_CHECKS: Final[tuple[Check[Target], ...]] = (
    Check("target.empty", _empty, _is_used),
    Check("target.size", _size, _is_used),
    Check("node.offline", _offline, _is_used),
    Check("node.agent", _agent, lambda target: any(task.arn.endswith(_HOOKS) for task in target.tasks)),
    Check("baseline.group", _baseline, lambda target: _is_used(target) and bool(_patch_groups(target.selection))),
)
