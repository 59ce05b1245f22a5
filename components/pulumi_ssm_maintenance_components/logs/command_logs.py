"""Where a command's output goes: a log group, a bucket, both or neither."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance.args import RunCommandArgs
from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.foundation.arguments import all_at_once, given_args, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.keys import key_of, key_statements
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import Statement, allow

from .log_bucket import log_bucket
from .log_group import RETENTIONS, is_retention, log_group

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
_GROUP_NAME = re.compile(r"[A-Za-z0-9_/.#-]{1,512}")
# Old buckets have upper-case letters and underscores too; Run Command takes 63 characters.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET_NAME = re.compile(r"[A-Za-z0-9._-]{3,63}")
_DEFAULT_RETENTION = 90  # a quarter, the usual time between audits


class LogsArgs(TypedDict, total=False):
    """Where the output of commands goes."""

    log_group: bool | aws.cloudwatch.LogGroup | pulumi.Input[str]
    """True for a new log group below `/aws/ssm/`, an `aws.cloudwatch.LogGroup` or the name of an existing one, False
    for none. Default: True."""
    retention_days: int
    """How many days a new log group keeps the output, one of the numbers that CloudWatch Logs accepts. Default: 90."""
    bucket: "bool | aws.s3.Bucket | pulumi.Input[str]"  # quoted: pulumi_aws loads S3 when it is used
    """True for a new bucket, an `aws.s3.Bucket` or the name of an existing one, False for none. Default: False."""


@dataclass(frozen=True, slots=True)
class CommandLogs:
    """The log group and the bucket for the output of commands; None for none."""

    log_group_name: pulumi.Output[str] | None
    bucket: pulumi.Output[str] | None
    key_arn: pulumi.Output[str] | None = None
    """The ARN of the key of the bucket, or None."""

    def arguments(self, prefix: str) -> RunCommandArgs:
        """Return the arguments of a Run Command task. The keys of objects in the bucket begin with the prefix."""
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
        """Return the statements that let a node write its output. The node writes it, not the task role.

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
            # As in AWS's guide: the agent finds the group in the list of all groups.
            allow(["logs:DescribeLogGroups"], ["*"]),
        ]

    def _bucket_statements(self, location: Location) -> list[Statement]:
        if self.bucket is None:
            return []
        bucket = pulumi.Output.format("arn:{0}:s3:::{1}", location.partition, self.bucket)
        return [
            allow(["s3:PutObject"], [pulumi.Output.format("{0}/*", bucket)]),
            allow(["s3:GetEncryptionConfiguration"], [bucket]),
            *key_statements(self.key_arn),
        ]


@all_at_once
def check_logs(where: str, logs: LogsArgs | bool) -> Iterator[ArgumentError]:  # noqa: FBT001 - False is "none"
    """Check the argument `logs` of a component.

    Raises:
        ArgumentError: a text is not the name of a log group or of a bucket, CloudWatch Logs does not accept the
            retention, or there is no new log group for it.
    """
    if isinstance(logs, bool):
        return
    group, bucket, days = logs.get("log_group"), logs.get("bucket"), logs.get("retention_days")
    if isinstance(group, str) and not _GROUP_NAME.fullmatch(group):
        yield wrong(where, "logs: log_group", group, "True, False, an aws.cloudwatch.LogGroup or its name, not its ARN")
    if isinstance(bucket, str) and not _BUCKET_NAME.fullmatch(bucket):
        yield wrong(where, "logs: bucket", bucket, "True, False, an aws.s3.Bucket or its name, not its ARN or address")
    if days is None:
        return
    if group is not None and group is not True:
        yield wrong(where, "logs: retention_days", days, "none, as there is no new log group")
    elif not is_retention(days):
        yield wrong(where, "logs: retention_days", days, RETENTIONS)


def command_logs(
    component: Component,
    name: str,
    where: str,
    *,
    logs: LogsArgs | bool,
    tags: Mapping[str, pulumi.Input[str]],
) -> CommandLogs:
    """Create the log group and the bucket, unless they exist. True stands for the defaults.

    Raises:
        ArgumentError: see `check_logs`.
    """
    if logs is False:
        return CommandLogs(None, None)
    check_logs(where, logs)
    logs = {} if logs is True else given_args(f"{where}: logs", logs, LogsArgs)
    group, bucket = logs.get("log_group", True), logs.get("bucket", False)
    if group is True:
        group = log_group(component, name, retention_days=logs.get("retention_days", _DEFAULT_RETENTION), tags=tags)
    if bucket is True:
        bucket = log_bucket(component, f"{name}-logs", tags=tags)
    if isinstance(group, aws.cloudwatch.LogGroup):
        group = group.name
    # `aws.s3` takes time to load, so the class is named last.
    if not isinstance(bucket, bool | str) and isinstance(bucket, aws.s3.Bucket):
        bucket = bucket.bucket
    return CommandLogs(_existing(group), _existing(bucket), key_of(component))


def _existing(name: bool | pulumi.Input[str]) -> pulumi.Output[str] | None:  # noqa: FBT001 - False is "none"
    return None if isinstance(name, bool) else pulumi.Output.from_input(name)
