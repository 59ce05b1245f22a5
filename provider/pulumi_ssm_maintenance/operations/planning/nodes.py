"""How many nodes targets have: by counting them at AWS."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from pulumi_ssm_maintenance.checks.facts import Facts
from pulumi_ssm_maintenance.checks.reader import UnreadableError
from pulumi_ssm_maintenance.checks.subjects import Selection
from pulumi_ssm_maintenance.operations.live import reader_of

from .source import PlannedTarget, PlannedWindow

if TYPE_CHECKING:
    import boto3

_WORKERS: Final = 16


def count_nodes(
    session: "boto3.Session", windows: Sequence[PlannedWindow]
) -> tuple[dict[str, frozenset[str]], tuple[str, ...]]:
    """List the nodes of the targets of windows: by the target's id, and notes about what could not be listed.

    Nodes that a task names itself have no target; they are counted by their ids.
    """
    work = [
        (Facts(reader_of(session, window.region)), target)
        for window in windows
        for target in window.targets
        if target.id and target.keys
    ]
    notes: dict[str, None] = {}

    def nodes_of(item: tuple[Facts, PlannedTarget]) -> tuple[str, frozenset[str]] | None:
        facts, target = item
        selection = Selection(tuple({"Key": key, "Values": list(values)} for key, values in target.keys.items()))
        try:
            return target.id, frozenset(str(node["InstanceId"]) for node in facts.managed_nodes(selection))
        except UnreadableError as error:
            notes[f"nodes are not counted: {error}"] = None
            return None

    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="count-nodes") as pool:
        found = dict(filter(None, pool.map(nodes_of, work)))
    return found, tuple(notes)
