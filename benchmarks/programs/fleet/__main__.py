"""A window with tasks in each cell: an account and a region.

FLEET says how the program reaches the cells. Without accounts it declares the cell of the stack's configuration.
"""

import json
import os
from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider
from tasks import arguments


def declare(cell: str, tasks: int, region: str | None, providers: list[pulumi.ProviderResource]) -> None:
    """Declare the window of a cell and its tasks."""
    theirs, ours = (pulumi.ResourceOptions(provider=one) for one in providers) if providers else (None, None)
    window = aws.ssm.MaintenanceWindow(
        f"window-{cell}",
        schedule="rate(1 day)",
        duration=4,
        cutoff=1,
        allow_unassociated_targets=True,
        region=region,
        opts=theirs,
    )
    for index in range(tasks):
        inputs: dict[str, Any] = arguments("", 1) | {"window_id": window.id}
        MaintenanceWindowTask(f"task-{cell}-{index}", **inputs, region=region, opts=ours)


def pair(name: str, account: str, region: str) -> list[pulumi.ProviderResource]:
    """Make the two providers of an account and a default region."""
    role = f"arn:aws:iam::{account}:role/deployer"
    return [
        # A dict does not do: Pulumi does not translate its key role_arn (https://github.com/pulumi/pulumi/issues/18810).
        aws.Provider(f"aws-{name}", region=region, assume_roles=[aws.ProviderAssumeRoleArgs(role_arn=role)]),
        Provider(f"tasks-{name}", region=region, assume_roles=[{"role_arn": role}]),
    ]


fleet: dict[str, Any] = json.loads(os.environ["FLEET"])
if not fleet["accounts"]:
    declare("own", fleet["tasks"], None, [])
for account in fleet["accounts"]:
    if fleet["region_argument"]:
        pairs = dict.fromkeys(fleet["regions"], pair(account, account, fleet["regions"][0]))
    else:
        pairs = {region: pair(f"{account}-{region}", account, region) for region in fleet["regions"]}
    for region, providers in pairs.items():
        declare(f"{account}-{region}", fleet["tasks"], region if fleet["region_argument"] else None, providers)
