"""Where a command's output goes: a log group, a bucket, both or neither."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.args import RunCommandArgs
from pulumi_ssm_maintenance_components.foundation.arguments import given_args, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import Statement, allow

from .log_bucket import log_bucket
from .log_group import log_group

_AUDIT_QUARTER = 90


class LogsArgs(TypedDict, total=False):
    """Where the output of commands goes."""

    log_group: bool | aws.cloudwatch.LogGroup | pulumi.Input[str]
    """True for a new log group below `/aws/ssm/`, a log group or its name for that one, False for none.
    Default: True."""
    retention_days: int
    """How long a new log group keeps what it is sent. Default: 90."""
    bucket: "bool | aws.s3.Bucket | pulumi.Input[str]"  # quoted: pulumi_aws loads S3 when it is used
    """True for a new bucket, a bucket or its name for that one, False for none. Default: False."""


@dataclass(frozen=True, slots=True)
class CommandLogs:
    """The log group and the bucket of commands, where there are any."""

    log_group_name: pulumi.Output[str] | None
    bucket: pulumi.Output[str] | None

    def arguments(self, prefix: str) -> RunCommandArgs:
        """Give the arguments of a Run Command task; objects in the bucket begin with the prefix."""
        arguments: RunCommandArgs = {}
        if self.log_group_name is not None:
            arguments["cloud_watch_output_config"] = {
                "cloud_watch_log_group_name": self.log_group_name,
                "cloud_watch_output_enabled": True,
            }
        if self.bucket is not None:
            arguments["output_s3_bucket_name"] = self.bucket
            arguments["output_s3_key_prefix"] = prefix
        return arguments

    def node_statements(self, location: Location) -> list[Statement]:
        """Say what a node needs to write its output: it is the node that writes, not the task role.

        https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-rc-setting-up-cwlogs.html
        https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html
        """
        return [*self._log_group_statements(location), *self._bucket_statements(location)]

    def _log_group_statements(self, location: Location) -> list[Statement]:
        if self.log_group_name is None:
            return []
        streams = location.arn("logs", pulumi.Output.format("log-group:{0}:*", self.log_group_name))
        return [
            allow(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], [streams]),
            # The agent looks the group up in a list, for which there is no narrower resource.
            allow(["logs:DescribeLogGroups"], [location.arn("logs", "log-group:*")]),
        ]

    def _bucket_statements(self, location: Location) -> list[Statement]:
        if self.bucket is None:
            return []
        bucket = pulumi.Output.format("arn:{0}:s3:::{1}", location.partition, self.bucket)
        return [
            allow(["s3:PutObject"], [pulumi.Output.format("{0}/*", bucket)]),
            allow(["s3:GetEncryptionConfiguration"], [bucket]),
        ]


def command_logs(
    component: Component,
    name: str,
    where: str,
    *,
    logs: LogsArgs | bool,
    tags: Mapping[str, pulumi.Input[str]],
) -> CommandLogs:
    """Make the log group and the bucket that are wanted and not given; True is for the defaults.

    Raises:
        ArgumentError: the retention is none that CloudWatch Logs has, or belongs to nothing.
    """
    if logs is False:
        return CommandLogs(None, None)
    logs = {} if logs is True else given_args(f"{where}: logs", logs, LogsArgs)
    group, bucket = logs.get("log_group", True), logs.get("bucket", False)
    if group is not True and "retention_days" in logs:
        raise wrong(where, "logs: retention_days", logs["retention_days"], "none, as there is no new log group")
    if group is True:
        group = log_group(component, name, retention_days=logs.get("retention_days", _AUDIT_QUARTER), tags=tags)
    if bucket is True:
        bucket = log_bucket(component, f"{name}-logs", tags=tags)
    return CommandLogs(
        group.name if isinstance(group, aws.cloudwatch.LogGroup) else _given(group),
        # Its type is looked at last: to name S3's class loads S3.
        bucket.bucket if not isinstance(bucket, bool | str) and isinstance(bucket, aws.s3.Bucket) else _given(bucket),
    )


def _given(name: bool | pulumi.Input[str]) -> pulumi.Output[str] | None:  # noqa: FBT001 - False is "none"
    return None if isinstance(name, bool) else pulumi.Output.from_input(name)
