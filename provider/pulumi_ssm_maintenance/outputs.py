"""The structured outputs of a task.

Each is a `dict` that also gives its entries as attributes: `task.targets[0].key`, `task.targets[0]["key"]`.
What AWS does not hold is None. Names are those of the arguments.
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
    values: Sequence[str] = pulumi.property("values")  # type: ignore[assignment] # AWS's name, which dict has too


@pulumi.output_type
class Alarm(dict[str, object]):
    """A CloudWatch alarm."""

    name: str = pulumi.property("name")


@pulumi.output_type
class AlarmConfiguration(dict[str, object]):
    """The alarm that stops a task."""

    alarms: Sequence[Alarm] = pulumi.property("alarms")
    ignore_poll_alarm_failure: bool | None = pulumi.property("ignore_poll_alarm_failure")


@pulumi.output_type
class CloudWatchOutputConfig(dict[str, object]):
    """Where a command's output goes in CloudWatch Logs."""

    cloud_watch_log_group_name: str | None = pulumi.property("cloud_watch_log_group_name")
    cloud_watch_output_enabled: bool | None = pulumi.property("cloud_watch_output_enabled")


@pulumi.output_type
class NotificationConfig(dict[str, object]):
    """Which changes of a command's status go to which topic."""

    notification_arn: str | None = pulumi.property("notification_arn")
    notification_events: Sequence[str] | None = pulumi.property("notification_events")
    notification_type: str | None = pulumi.property("notification_type")


@pulumi.output_type
class RunCommand(dict[str, object]):
    """The invocation parameters of a RUN_COMMAND task."""

    comment: str | None = pulumi.property("comment")
    cloud_watch_output_config: CloudWatchOutputConfig | None = pulumi.property("cloud_watch_output_config")
    document_hash: str | None = pulumi.property("document_hash")
    document_hash_type: str | None = pulumi.property("document_hash_type")
    document_version: str | None = pulumi.property("document_version")
    notification_config: NotificationConfig | None = pulumi.property("notification_config")
    output_s3_bucket_name: str | None = pulumi.property("output_s3_bucket_name")
    output_s3_key_prefix: str | None = pulumi.property("output_s3_key_prefix")
    parameters: Mapping[str, Sequence[str]] | None = pulumi.property("parameters")
    service_role_arn: str | None = pulumi.property("service_role_arn")
    timeout_seconds: int | None = pulumi.property("timeout_seconds")


@pulumi.output_type
class Automation(dict[str, object]):
    """The invocation parameters of an AUTOMATION task."""

    document_version: str | None = pulumi.property("document_version")
    parameters: Mapping[str, Sequence[str]] | None = pulumi.property("parameters")


@pulumi.output_type
class Lambda(dict[str, object]):
    """The invocation parameters of a LAMBDA task."""

    client_context: str | None = pulumi.property("client_context")
    payload: str | None = pulumi.property("payload")
    qualifier: str | None = pulumi.property("qualifier")


@pulumi.output_type
class StepFunctions(dict[str, object]):
    """The invocation parameters of a STEP_FUNCTIONS task."""

    input: str | None = pulumi.property("input")
    name: str | None = pulumi.property("name")


@pulumi.output_type
class TaskInvocationParameters(dict[str, object]):
    """The invocation parameters of a task: one block, that of its type."""

    automation: Automation | None = pulumi.property("automation")
    lambda_: Lambda | None = pulumi.property("lambda_")
    run_command: RunCommand | None = pulumi.property("run_command")
    step_functions: StepFunctions | None = pulumi.property("step_functions")


@pulumi.output_type
class LoggingInfo(dict[str, object]):
    """Where a command's output goes in S3, in the way that AWS has deprecated."""

    s3_bucket_name: str = pulumi.property("s3_bucket_name")
    s3_key_prefix: str | None = pulumi.property("s3_key_prefix")
    s3_region: str = pulumi.property("s3_region")


@pulumi.output_type
class TaskParameterValues(dict[str, object]):
    """The values of one parameter, in the way that AWS has deprecated."""

    values: Sequence[str] | None = pulumi.property("values")  # type: ignore[assignment] # as in Target
