"""Which nodes a target resolves to.

https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-windows-assign-targets.html
"""

from collections.abc import Mapping, Sequence

from pulumi_ssm_maintenance.simulation._nodes import Node
from pulumi_ssm_maintenance.simulation._window import Target

_TAG = "tag:"
_INSTANCE_TYPES = {"AWS::EC2::Instance": "i-", "AWS::SSM::ManagedInstance": "mi-"}


def resolve(target: Target, nodes: Mapping[str, Node], minute: float) -> list[Node]:
    """The nodes of a target at a time.

    Ids are taken as they are, so an unknown one counts as terminated. A tag finds managed nodes that are not stopped;
    a resource group has its stopped members too.
    """
    if target.ids is not None:
        return [nodes.get(node_id, Node(node_id, terminated=True)) for node_id in dict.fromkeys(target.ids)]
    return [node for node in nodes.values() if _exists(node, target, minute) and is_meant(node, target)]


def is_meant(node: Node, target: Target) -> bool:
    """Whether a target would find a node that runs."""
    return all(_matches(node, key, values) for key, values in target.keys.items())


def _exists(node: Node, target: Target, minute: float) -> bool:
    if node.terminated:
        return False
    return target.is_group or (node.managed and not node.is_stopped(minute))


def _matches(node: Node, key: str, values: Sequence[str]) -> bool:
    if key == "InstanceIds":
        return node.id in values
    if key == "tag-key":
        return any(value in node.tags for value in values)
    if key == "resource-groups:Name":
        return any(value in node.groups for value in values)
    if key == "resource-groups:ResourceTypeFilters":
        return any(node.id.startswith(_INSTANCE_TYPES.get(value, "\0")) for value in values)
    return node.tags.get(key.removeprefix(_TAG)) in values
