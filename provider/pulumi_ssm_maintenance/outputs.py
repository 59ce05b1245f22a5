"""The structured outputs of a task.

Each is a `dict` whose entries are attributes too: `task.targets[0].key`, `task.targets[0]["key"]`. The names are those
of the arguments. An entry that AWS does not hold is None.
"""

from collections.abc import Mapping, Sequence

import pulumi

__all__ = [
    "Alarm",
    "AlarmConfiguration",
    "Automation",
    "CloudWatchOutputConfig",
    "Lambda",
    "LoggingInfo",
    "NotificationConfig",
    "RunCommand",
    "StepFunctions",
    "Target",
    "TaskInvocationParameters",
    "TaskParameterValues",
]


@pulumi.output_type
class Target(dict[str, object]):
    """What a task runs on."""

    key: str = pulumi.property("key")
    """`InstanceIds` or `WindowTargetIds`."""
    values: Sequence[str] = pulumi.property("values")  # type: ignore[assignment] # AWS's name, which dict has too
    """The ids."""


@pulumi.output_type
class Alarm(dict[str, object]):
    """A CloudWatch alarm."""

    name: str = pulumi.property("name")
    """The name of the alarm."""


@pulumi.output_type
class AlarmConfiguration(dict[str, object]):
    """The alarm that stops a task."""

    alarms: Sequence[Alarm] = pulumi.property("alarms")
    """The alarm, as a list of one."""
    ignore_poll_alarm_failure: bool | None = pulumi.property("ignore_poll_alarm_failure")
    """Whether the task continues when the state of the alarm cannot be read."""


@pulumi.output_type
class CloudWatchOutputConfig(dict[str, object]):
    """Where a command's output goes in CloudWatch Logs."""

    cloud_watch_log_group_name: str | None = pulumi.property("cloud_watch_log_group_name")
    """The name of the log group."""
    cloud_watch_output_enabled: bool | None = pulumi.property("cloud_watch_output_enabled")
    """Whether output is sent to CloudWatch Logs."""


@pulumi.output_type
class NotificationConfig(dict[str, object]):
    """Which status changes of a command are published to which topic."""

    notification_arn: str | None = pulumi.property("notification_arn")
    """The ARN of the SNS topic."""
    notification_events: Sequence[str] | None = pulumi.property("notification_events")
    """The statuses that are published."""
    notification_type: str | None = pulumi.property("notification_type")
    """`Command` for the command as a whole, `Invocation` for each node."""


@pulumi.output_type
class RunCommand(dict[str, object]):
    """The invocation parameters of a RUN_COMMAND task."""

    comment: str | None = pulumi.property("comment")
    """The note that the console shows with the command."""
    cloud_watch_output_config: CloudWatchOutputConfig | None = pulumi.property("cloud_watch_output_config")
    """Whether the output goes to CloudWatch Logs, and to which log group."""
    document_hash: str | None = pulumi.property("document_hash")
    """The hash that the document must have."""
    document_hash_type: str | None = pulumi.property("document_hash_type")
    """The algorithm of `document_hash`."""
    document_version: str | None = pulumi.property("document_version")
    """A number, `$LATEST` or `$DEFAULT`."""
    notification_config: NotificationConfig | None = pulumi.property("notification_config")
    """Which status changes are published to an SNS topic."""
    output_s3_bucket_name: str | None = pulumi.property("output_s3_bucket_name")
    """The bucket that receives the output."""
    output_s3_key_prefix: str | None = pulumi.property("output_s3_key_prefix")
    """The prefix of the output's keys in the bucket."""
    parameters: Mapping[str, Sequence[str]] | None = pulumi.property("parameters")
    """The parameters of the document."""
    service_role_arn: str | None = pulumi.property("service_role_arn")
    """The ARN of the role that publishes notifications."""
    timeout_seconds: int | None = pulumi.property("timeout_seconds")
    """The time within which the command must start on a node, in seconds."""


@pulumi.output_type
class Automation(dict[str, object]):
    """The invocation parameters of an AUTOMATION task."""

    document_version: str | None = pulumi.property("document_version")
    """A number, `$LATEST` or `$DEFAULT`."""
    parameters: Mapping[str, Sequence[str]] | None = pulumi.property("parameters")
    """The parameters of the runbook."""


@pulumi.output_type
class Lambda(dict[str, object]):
    """The invocation parameters of a LAMBDA task."""

    client_context: str | None = pulumi.property("client_context")
    """The client context of the invocation: base64 of JSON."""
    payload: str | None = pulumi.property("payload")
    """The event that the function receives, as text. Always secret."""
    qualifier: str | None = pulumi.property("qualifier")
    """The version or alias that is invoked."""


@pulumi.output_type
class StepFunctions(dict[str, object]):
    """The invocation parameters of a STEP_FUNCTIONS task."""

    input: str | None = pulumi.property("input")
    """The input of the execution, as text. Always secret."""
    name: str | None = pulumi.property("name")
    """The name of the execution."""


@pulumi.output_type
class TaskInvocationParameters(dict[str, object]):
    """The invocation parameters of a task: exactly one block, that of its type."""

    automation: Automation | None = pulumi.property("automation")
    """Of an `AUTOMATION` task."""
    lambda_: Lambda | None = pulumi.property("lambda_")
    """Of a `LAMBDA` task."""
    run_command: RunCommand | None = pulumi.property("run_command")
    """Of a `RUN_COMMAND` task."""
    step_functions: StepFunctions | None = pulumi.property("step_functions")
    """Of a `STEP_FUNCTIONS` task."""


@pulumi.output_type
class LoggingInfo(dict[str, object]):
    """Where a command's output goes in S3. Deprecated by AWS."""

    s3_bucket_name: str = pulumi.property("s3_bucket_name")
    """The bucket."""
    s3_key_prefix: str | None = pulumi.property("s3_key_prefix")
    """The prefix of the output's keys in the bucket."""
    s3_region: str = pulumi.property("s3_region")
    """The region of the bucket."""


@pulumi.output_type
class TaskParameterValues(dict[str, object]):
    """The values of one parameter. Deprecated by AWS."""

    values: Sequence[str] | None = pulumi.property("values")  # type: ignore[assignment] # as in Target
    """The values."""
