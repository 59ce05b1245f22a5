"""Log groups for what commands print, kept for a stated time."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.errors import ComponentError
from pulumi_ssm_maintenance_components.foundation.names import full_name

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

# Nodes with the managed policy for Systems Manager may write below it, and nowhere else.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-rc-setting-up-cwlogs.html
NODE_PREFIX = "/aws/ssm/"


def log_group(
    component: Component,
    name: str,
    *,
    retention_days: int,
    prefix: str = NODE_PREFIX,
    tags: Mapping[str, pulumi.Input[str]] | None = None,
) -> aws.cloudwatch.LogGroup:
    """Make a log group `<prefix><project>-<stack>-<name>`.

    Raises:
        ArgumentError: CloudWatch Logs does not keep logs for this number of days.
    """
    if retention_days not in _RETENTION_DAYS:
        allowed = ", ".join(map(str, _RETENTION_DAYS))
        raise ComponentError(f"{name!r}: retention_days: got {retention_days!r}, allowed are {allowed}")
    return aws.cloudwatch.LogGroup(
        f"{name}-logs",
        name=f"{prefix}{full_name(name)}",
        retention_in_days=retention_days,
        tags=tags,
        opts=component.child(),
    )
