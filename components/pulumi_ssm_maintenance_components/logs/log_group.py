"""Log groups for the output of commands and functions, with a retention."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.keys import key_of
from pulumi_ssm_maintenance_components.foundation.names import full_name

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
RETENTIONS = ", ".join(map(str, _RETENTION_DAYS))
"""The numbers of days that CloudWatch Logs accepts, in words."""

# Run Command names its own log groups below it.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-rc-setting-up-cwlogs.html
NODE_PREFIX = "/aws/ssm/"


def is_retention(days: int) -> bool:
    """Return whether CloudWatch Logs accepts a number of days."""
    return days in _RETENTION_DAYS


def log_group(
    component: Component,
    name: str,
    *,
    retention_days: int,
    prefix: str = NODE_PREFIX,
    tags: Mapping[str, pulumi.Input[str]] | None = None,
) -> aws.cloudwatch.LogGroup:
    """Create the log group `<prefix><project>-<stack>-<name>`."""
    return aws.cloudwatch.LogGroup(
        f"{name}-logs",
        name=f"{prefix}{full_name(name)}",
        retention_in_days=retention_days,
        kms_key_id=key_of(component),
        tags=tags,
        opts=component.child(),
    )
