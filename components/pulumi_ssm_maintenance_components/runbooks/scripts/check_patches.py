"""Runs at Systems Manager after a runbook has patched a node: fails unless the installation is complete."""

from typing import Any

import boto3  # Systems Manager has it

# A patch that is installed without a reboot counts as installed after a reboot and a scan.
_WITHOUT_REBOOT: tuple[str, ...] = ("FailedCount",)
# Compliance follows the baseline, never an install override list: with such a list, patches of the baseline may be
# missing although the whole list was installed.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/override-lists.html
_AFTER_A_LIST = (*_WITHOUT_REBOOT, "InstalledPendingRebootCount")
_AFTER_A_BASELINE = ("MissingCount", *_AFTER_A_LIST)


def handler(events: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return the counts of patches that prevent success; fail if one is not 0."""
    node = events["InstanceId"]
    states = boto3.client("ssm").describe_instance_patch_states(InstanceIds=[node])["InstancePatchStates"]
    if not states:
        raise RuntimeError(f"{node} has never reported its patches")
    if events.get("RebootOption") == "NoReboot":
        wanted = _WITHOUT_REBOOT
    else:
        wanted = _AFTER_A_LIST if events.get("HasOverrideList") else _AFTER_A_BASELINE
    counts = {name: states[0].get(name) or 0 for name in wanted}
    if any(counts.values()):
        raise RuntimeError(f"{node} lacks patches: {counts}")
    return counts
