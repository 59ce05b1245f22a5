"""Checks of the documents that tasks run: that they exist, and take what they are given."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from pulumi_ssm_maintenance.core.words import counted, listed

from .facts import Facts
from .findings import Check, Problem, fail, warn
from .subjects import DOCUMENT_TYPES, PLACEHOLDER, Task

_AWS_OWNED: Final = ("AWS-", "AWSSupport-", "AWSEC2-", "AmazonCloudWatch-")


def _document(task: Task, facts: Facts) -> Iterator[Problem]:
    version = task.invocation.get("DocumentVersion")
    found = facts.document(task.arn, version)
    wanted = DOCUMENT_TYPES[task.type]
    if found is None:
        yield from _missing(task, version, facts)
    elif found.get("DocumentType") != wanted:
        yield fail(
            f"document {task.arn} is of type {found.get('DocumentType')}, and {task.type} runs documents of type"
            f" {wanted}",
            "Change task_type, or name another document.",
        )
    elif found.get("Status", "Active") not in {"Active", "Updating"}:
        yield fail(f"document {task.arn} is {found['Status']}", "Create it anew.")
    if task.invocation.get("DocumentHash") and task.arn.startswith(_AWS_OWNED):
        yield warn(
            f"pins the hash of {task.arn}, so it fails as soon as AWS updates that document", "Remove document_hash."
        )


def _missing(task: Task, version: str | None, facts: Facts) -> Iterator[Problem]:
    if version and facts.document(task.arn, None) is not None:
        yield fail(f"document {task.arn} has no version {version}", "Correct document_version.")
    elif task.arn.startswith("arn:"):
        yield fail(
            f"document {task.arn} does not exist, or is not shared with this account",
            "Correct task_arn, or share the document.",
        )
    else:
        yield fail(f"document {task.arn} does not exist in {facts.region}", "Create it, or correct task_arn.")


def _parameters(task: Task, facts: Facts) -> Iterator[Problem]:
    known = facts.document_parameters(task.arn, task.invocation.get("DocumentVersion"))
    if known is None:
        return
    for name in task.parameters:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"the nearest is {near[0]}" if near else f"it takes {listed(sorted(known)) or 'none'}"
            yield fail(f"{task.arn} has no parameter {name}; {hint}", "Correct the parameters.")
    if missing := [name for name, one in known.items() if "default" not in one and name not in task.parameters]:
        yield fail(f"{task.arn} needs {listed(missing)}", "Add what is missing to the parameters.")
    for name in task.parameters:
        if name in known:
            yield from _value(name, task.parameters[name], known[name])


def _value(name: str, values: Sequence[str], known: Mapping[str, Any]) -> Iterator[Problem]:
    """Compare values with the bounds of a parameter. Values are sensitive, so none is named."""
    plain = [value for value in values if PLACEHOLDER not in value]
    allowed = [_text(one) for one in known.get("allowedValues") or ()]
    if allowed and any(value not in allowed for value in plain):
        yield fail(f"{name}: a value is not allowed; allowed: {listed(allowed)}", "Correct the value.")
    pattern = _compiled(known.get("allowedPattern"))
    if pattern and any(not pattern.search(value) for value in plain):
        yield fail(f"{name}: a value does not match {pattern.pattern}", "Correct the value.")
    least, most = known.get("minItems"), known.get("maxItems")
    if least is not None and len(values) < int(least):
        yield fail(f"{name}: {counted(len(values), 'value')}, at least {least} needed", "Add what is missing.")
    if most is not None and len(values) > int(most):
        yield fail(f"{name}: {counted(len(values), 'value')}, at most {most} allowed", "Remove some.")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _compiled(pattern: Any) -> re.Pattern[str] | None:
    """Read a pattern, which is one of Java; None for one that Python does not read."""
    try:
        return re.compile(pattern) if pattern else None
    except (re.error, TypeError):
        return None


def _platform(task: Task, facts: Facts) -> Iterator[Problem]:
    document = facts.document(task.arn, task.invocation.get("DocumentVersion"))
    systems = (document or {}).get("PlatformTypes") or ()
    if not systems:
        return
    nodes = {node["InstanceId"]: node for one in task.selections for node in facts.managed_nodes(one)}
    strange = sorted(key for key, node in nodes.items() if node.get("PlatformType", systems[0]) not in systems)
    if strange:
        yield warn(
            f"{task.arn} runs on {listed(systems)}, and {counted(len(strange), 'node')} of {len(nodes)}"
            f" {'has' if len(strange) == 1 else 'have'} another system: {listed(strange)}",
            "Take them out of the target, or run another document on them.",
        )


def _runs_a_document(task: Task) -> bool:
    return task.type in DOCUMENT_TYPES


DOCUMENT_CHECKS: Final[tuple[Check[Task], ...]] = (
    Check("task.document", _document, _runs_a_document),
    Check("task.parameters", _parameters, _runs_a_document),
    Check("task.platform", _platform, lambda task: task.type == "RUN_COMMAND"),
)
