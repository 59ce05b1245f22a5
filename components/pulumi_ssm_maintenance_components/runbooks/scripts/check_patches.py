"""What a runbook runs at Systems Manager to check a node after patching: it fails unless the node has all patches."""

from typing import Any

import boto3  # Systems Manager has it

_WANTED = ("MissingCount", "FailedCount", "InstalledPendingRebootCount")


def handler(events: dict[str, str], _context: object) -> dict[str, Any]:
    """Give the counts of patches of a node that still lack; any that is not 0 is an error."""
    if events.get("RebootOption") == "NoReboot":
        return {}  # what is installed counts after a reboot
    node = events["InstanceId"]
    states = boto3.client("ssm").describe_instance_patch_states(InstanceIds=[node])["InstancePatchStates"]
    if not states:
        raise RuntimeError(f"{node} has never reported its patches")
    counts = {name: states[0].get(name) or 0 for name in _WANTED}
    if any(counts.values()):
        raise RuntimeError(f"{node} lacks patches: {counts}")
    return counts
