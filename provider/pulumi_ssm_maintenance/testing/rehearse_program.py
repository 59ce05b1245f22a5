"""Rehearse the windows of a Pulumi program, which is deployed in a temporary place."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped]  # a dependency of pulumi, without types

from pulumi_ssm_maintenance.simulation import Node, RehearsalError, WindowClosedError

from .engine.plugin_install import install_aws_plugin
from .engine.stacks import LocalStack
from .local_aws.local_aws import LocalAws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Literal

    from pulumi_ssm_maintenance.simulation import AlarmChanges, Rehearsal

INVENTED = 4
"""How many nodes are made up for each target of a window, where none are given."""
_REGION = "us-east-1"
_HIDDEN = "a-secret-of-the-stack"
# Where the program would work on a real account.
_OTHER_ACCOUNTS = frozenset(
    {
        "accessKey",
        "allowedAccountIds",
        "assumeRole",
        "assumeRoleWithWebIdentity",
        "assumeRoles",
        "endpoints",
        "forbiddenAccountIds",
        "profile",
        "secretKey",
        "sharedConfigFiles",
        "sharedCredentialsFiles",
        "token",
    }
)


@dataclass(frozen=True, slots=True)
class ProgramRehearsal:
    """The nights of a program's windows."""

    nights: Sequence[Rehearsal]
    notes: Sequence[str]
    """What a reader should know: nodes that were made up, secrets that were replaced, windows that do not open."""

    @property
    def left_out(self) -> bool:
        """Whether a node was left out by a task, or by all windows."""
        nowhere = [{it.node for it in night.left_out if it.task is None} for night in self.nights]
        by_a_task = any(it.task is not None for night in self.nights for it in night.left_out)
        return by_a_task or bool(nowhere and set.intersection(*nowhere))

    @property
    def is_good(self) -> bool:
        """Whether all windows succeeded, and no node was left out."""
        return all(night.status == "SUCCESS" for night in self.nights) and not self.left_out


def rehearse_program(  # noqa: PLR0913 - the circumstances of a night, each by its name
    folder: Path,
    *,
    stack: str | None = None,
    nodes: Sequence[Node] | None = None,
    fail: Sequence[str] = (),
    alarms: AlarmChanges | None = None,
    at: datetime | None = None,
    assume: Literal["all"] | None = None,
    report: Callable[[str, int, int | None], None] = lambda *_: None,
) -> ProgramRehearsal:
    """Deploy a program on the real engine and a local AWS, and rehearse each of its windows that opens.

    Args:
        folder: the folder with its Pulumi.yaml.
        stack: the stack whose configuration counts.
        nodes: the nodes that exist. Default: some for each target of a window.
        fail: the nodes on which the work fails: ids, or tags as KEY=VALUE.
        alarms: what alarms do, minutes after the opening.
        at: when the windows open. Default: their next openings.
        assume: `"all"` for all answers to what AWS does not document.
        report: gets each step that takes long as it begins, how many windows are done, and of how many, where that is
            known.

    Raises:
        RehearsalError: there is no program, no stack, no window, or something that it was asked for does not fit.
        EngineError: the program cannot be deployed.
    """
    config, secrets, notes = _configuration(folder, stack)
    region = str(config.get("aws:region", _REGION))
    with (
        tempfile.TemporaryDirectory(prefix="ssm-maintenance-rehearsal-") as place,
        LocalAws(region=region) as aws,
    ):
        work = Path(place)
        install_aws_plugin(work / "home")
        settings: dict[str, Any] = {"name": stack or "rehearsal", "config": config, "secrets": secrets}
        report(f"deploying {folder} on a local AWS", 0, None)
        # Python would leave compiled modules in the user's folder.
        env = {**aws.env, "PYTHONDONTWRITEBYTECODE": "1"}
        with LocalStack(folder, folder=work, env=env, plugins_home=work / "home", **settings) as deployed:
            deployed.up()
            windows = _windows(aws)
            existing = list(nodes) if nodes is not None else invented_nodes(aws, windows)
            if nodes is None and existing:
                notes.append(
                    f"no nodes were given: {len(existing)} were made up, {INVENTED} for each target by tags or group"
                )
            existing = _failing(existing, fail)
            nights = []
            closed = []
            for done, window in enumerate(windows):
                report(f"rehearsing window {window['Name']}", done, len(windows))
                changes = _alarms_of(aws, window, alarms or {}, notes)
                try:
                    night = aws.rehearse(window["WindowId"], nodes=existing, alarms=changes, at=at, assume=assume)
                except WindowClosedError as error:
                    closed.append(str(error))
                else:
                    nights.append(night)
            if not nights:
                raise RehearsalError("; ".join([f"{folder}: the program declares no window that opens", *closed]))
    return ProgramRehearsal(nights, notes + closed)


def read_nodes(path: Path) -> list[Node]:
    """Read nodes from a JSON or YAML file: a list of nodes, and of fleets, which have a `count` in place of an `id`.

    Raises:
        RehearsalError: the file cannot be read, or an entry is neither.
    """
    try:
        entries = yaml.safe_load(path.read_text())  # JSON is YAML
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RehearsalError(f"nodes: {path} cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RehearsalError(f"nodes: {path} holds no list of nodes, such as [{{id: i-…, tags: {{Role: web}}}}]")
    return [node for number, entry in enumerate(entries, 1) for node in _node(f"{path}, entry {number}", entry)]


def _node(where: str, entry: Mapping[str, Any]) -> list[Node]:
    fleet = {"count", "tags", "minutes", "outcome", "groups", "seed", "first"}
    allowed = fleet if "count" in entry else {field.name for field in fields(Node) if field.name != "_"}
    if unknown := sorted(entry.keys() - allowed):
        raise RehearsalError(f"nodes: {where}: unknown {unknown[0]!r}; allowed: {', '.join(sorted(allowed))}")
    if "count" not in entry and not isinstance(entry.get("id"), str):
        raise RehearsalError(f"nodes: {where}: it needs an `id`, or the `count` of a fleet")
    given = dict(entry)
    if "count" in given and isinstance(given.get("minutes"), list):
        given["minutes"] = tuple(given["minutes"])
    try:
        return Node.fleet(**given) if "count" in given else [Node(**given)]
    except (TypeError, ValueError) as error:
        raise RehearsalError(f"nodes: {where}: {error}") from None


def _configuration(folder: Path, stack: str | None) -> tuple[dict[str, Any], dict[str, str], list[str]]:
    """Read the configuration of a stack, without what leads to another account."""
    if not (folder / "Pulumi.yaml").is_file():
        raise RehearsalError(f"{folder} has no Pulumi.yaml")
    if stack is None:
        return {}, {}, []
    path = folder / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        known = sorted(it.name.split(".")[1] for it in folder.glob("Pulumi.*.yaml"))
        raise RehearsalError(f"stack: {folder} has no {path.name}; stacks: {', '.join(known) or 'none'}")
    held = (yaml.safe_load(path.read_text()) or {}).get("config") or {}
    kept = {key: value for key, value in held.items() if key.removeprefix("aws:") not in _OTHER_ACCOUNTS}
    secrets = {key: _HIDDEN for key, value in kept.items() if isinstance(value, dict) and "secure" in value}
    notes = [f"secret {key} of stack {stack} stays encrypted; the program gets another text" for key in secrets]
    return {key: value for key, value in kept.items() if key not in secrets}, secrets, notes


def _windows(aws: LocalAws) -> list[Mapping[str, Any]]:
    pages = aws.client("ssm").get_paginator("describe_maintenance_windows").paginate()
    return [window for page in pages for window in page["WindowIdentities"]]


def invented_nodes(aws: LocalAws, windows: Sequence[Mapping[str, Any]]) -> list[Node]:
    """Make up some nodes for each target of the windows of a local AWS."""
    ssm, nodes = aws.client("ssm"), dict[str, Node]()
    for window in windows:
        targets = ssm.get_paginator("describe_maintenance_window_targets").paginate(WindowId=window["WindowId"])
        for target in (target for page in targets for target in page["Targets"]):
            keys = {it["Key"]: it["Values"] for it in target["Targets"]}
            nodes |= {node.id: node for node in _matching(keys)}
    return list(nodes.values())


def _matching(keys: Mapping[str, Sequence[str]]) -> Iterator[Node]:
    if "InstanceIds" in keys:
        yield from (Node(node_id) for node_id in keys["InstanceIds"])
        return
    tags = {key.removeprefix("tag:"): values[0] for key, values in keys.items() if key.startswith("tag:")}
    tags |= {values[0]: "any" for key, values in keys.items() if key == "tag-key"}
    groups = keys.get("resource-groups:Name", ())
    # Another target with the same tags finds the same nodes.
    fleet = Node.fleet(INVENTED, tags=tags or {"resource-group": ",".join(groups)})
    yield from (replace(node, tags=tags, groups=groups) for node in fleet)


def _failing(nodes: Sequence[Node], fail: Sequence[str]) -> list[Node]:
    """Let the work fail on the nodes of these ids and tags."""
    for wanted in fail:
        if not any(_is(node, wanted) for node in nodes):
            shown = ", ".join(node.id for node in nodes[:5]) + (", …" if len(nodes) > 5 else "")
            raise RehearsalError(f"fail: no node is {wanted!r}, by its id or a tag as KEY=VALUE; nodes: {shown}")
    return [replace(node, outcome="Failed") if any(_is(node, it) for it in fail) else node for node in nodes]


def _is(node: Node, wanted: str) -> bool:
    key, _, value = wanted.partition("=")
    return node.id == wanted or ("=" in wanted and node.tags.get(key) == value)


def _alarms_of(
    aws: LocalAws, window: Mapping[str, Any], alarms: AlarmChanges, notes: list[str]
) -> dict[str, Sequence[tuple[float, str]]]:
    """The alarms that concern a window. One that the program does not make is taken to exist elsewhere."""
    held = [
        alarm["AlarmName"]
        for page in aws.client("cloudwatch").get_paginator("describe_alarms").paginate()
        for alarm in page["MetricAlarms"]
    ]
    named = [
        alarm["Name"]
        for page in aws.client("ssm")
        .get_paginator("describe_maintenance_window_tasks")
        .paginate(WindowId=window["WindowId"])
        for task in page["Tasks"]
        for alarm in task.get("AlarmConfiguration", {}).get("Alarms", [])
    ]
    elsewhere = [name for name in dict.fromkeys(named) if name not in {*held, *alarms}]
    notes += [f"alarm {name} is not made by the program; it is taken to be OK" for name in elsewhere]
    known = {*held, *named}
    about = {
        name: changes for name, changes in alarms.items() if known & {name} or any(_is_named(it, name) for it in known)
    }
    # An alarm that no window knows is for the rehearsal to refuse.
    return dict.fromkeys(elsewhere, ()) | dict(about or alarms)


def _is_named(alarm: str, name: str) -> bool:
    """Whether a name stands for an alarm whose name ends with what Pulumi adds."""
    return alarm.rpartition("-")[0] == name
