"""The nodes of a rehearsed program: read from a file, or made up for its targets."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped]  # a dependency of pulumi, without types

from pulumi_ssm_maintenance.simulation import Node, RehearsalError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pulumi_ssm_maintenance.testing.local_aws.declared_window import DeclaredWindow
    from pulumi_ssm_maintenance.testing.local_aws.local_aws import LocalAws

INVENTED = 4
"""How many nodes are made up for each target of a window, where none are given."""


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


def invented_nodes(aws: LocalAws, windows: Sequence[DeclaredWindow]) -> list[Node]:
    """Make up some nodes for each target of the windows of a local AWS."""
    nodes = dict[str, Node]()
    for window in windows:
        ssm = aws.client("ssm", window.region, window.account)
        targets = ssm.get_paginator("describe_maintenance_window_targets").paginate(WindowId=window.id)
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


def with_failing(nodes: Sequence[Node], fail: Sequence[str]) -> list[Node]:
    """Let the work fail on the nodes of these ids and tags."""
    for wanted in fail:
        if not any(_is(node, wanted) for node in nodes):
            shown = ", ".join(node.id for node in nodes[:5]) + (", …" if len(nodes) > 5 else "")
            raise RehearsalError(f"fail: no node is {wanted!r}, by its id or a tag as KEY=VALUE; nodes: {shown}")
    return [replace(node, outcome="Failed") if any(_is(node, it) for it in fail) else node for node in nodes]


def _is(node: Node, wanted: str) -> bool:
    key, _, value = wanted.partition("=")
    return node.id == wanted or ("=" in wanted and node.tags.get(key) == value)
