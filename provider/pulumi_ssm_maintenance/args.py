"""The structured arguments of a task, as TypedDicts.

A dict literal and a constructor call both work, both type-check, and both are the same plain dict. The names are
AWS's own in snake_case, with `lambda_` for `Lambda`.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Required, TypeAlias, TypedDict

from pulumi import Input

__all__ = [
    "AlarmArgs",
    "AlarmConfigurationArgs",
    "AutomationArgs",
    "CloudWatchOutputConfigArgs",
    "LambdaArgs",
    "LoggingInfoArgs",
    "MaintenanceWindowTaskArgs",
    "NotificationConfigArgs",
    "RunCommandArgs",
    "StepFunctionsArgs",
    "TargetArgs",
    "TaskInvocationParametersArgs",
    "TaskParameterValuesArgs",
]

TaskType: TypeAlias = Literal["RUN_COMMAND", "AUTOMATION", "LAMBDA", "STEP_FUNCTIONS"]
CutoffBehavior: TypeAlias = Literal["CONTINUE_TASK", "CANCEL_TASK"]


class TargetArgs(TypedDict, total=False):
    """What a task runs on.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Target.html
    """

    key: Required[Input[Literal["InstanceIds", "WindowTargetIds"]]]
    """`InstanceIds`, or `WindowTargetIds` for targets registered with the window. Tags are for window targets."""
    values: Required[Input[Sequence[Input[str]]]]
    """At most 50 instance ids or 10 window target ids over all targets of the task."""


class AlarmArgs(TypedDict):
    """A CloudWatch alarm.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Alarm.html
    """

    name: Input[str]
    """The alarm's name (not its ARN), 1 to 255 characters."""


class AlarmConfigurationArgs(TypedDict, total=False):
    """The alarm that stops a task.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AlarmConfiguration.html
    """

    alarms: Required[Input[Sequence[Input[AlarmArgs]]]]
    """Exactly one alarm."""
    ignore_poll_alarm_failure: Input[bool | None]
    """Whether to go on when the alarm's state cannot be read. Default: False, stop."""


class CloudWatchOutputConfigArgs(TypedDict, total=False):
    """Where a command's output goes in CloudWatch Logs.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CloudWatchOutputConfig.html
    """

    cloud_watch_log_group_name: Input[str | None]
    """The log group, 1 to 512 characters. Default: one that Run Command names after the document."""
    cloud_watch_output_enabled: Input[bool | None]
    """Whether the output is sent. Default: False."""


class NotificationConfigArgs(TypedDict, total=False):
    """Which changes of a command's status go to which topic.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_NotificationConfig.html
    """

    notification_arn: Input[str | None]
    """The ARN of the SNS topic."""
    notification_events: Input[
        Sequence[Input[Literal["All", "InProgress", "Success", "TimedOut", "Cancelled", "Failed"]]] | None
    ]
    """The statuses that are told, in any order."""
    notification_type: Input[Literal["Command", "Invocation"] | None]
    """`Command` for the command as a whole, `Invocation` for each node."""


class RunCommandArgs(TypedDict, total=False):
    """The invocation parameters of a RUN_COMMAND task.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowRunCommandParameters.html
    """

    comment: Input[str | None]
    """At most 100 characters."""
    cloud_watch_output_config: Input[CloudWatchOutputConfigArgs | None]
    document_hash: Input[str | None]
    """The document's hash, at most 256 characters; AWS's own documents change, so their hash does too."""
    document_hash_type: Input[Literal["Sha256", "Sha1"] | None]
    document_version: Input[str | None]
    """A number, `$LATEST` or `$DEFAULT`. Default: the document's default version."""
    notification_config: Input[NotificationConfigArgs | None]
    output_s3_bucket_name: Input[str | None]
    """3 to 63 characters."""
    output_s3_key_prefix: Input[str | None]
    """At most 500 characters."""
    parameters: Input[Mapping[str, Input[Sequence[Input[str]]]] | None]
    """The document's parameters: each a list of text. Never printed by this package."""
    service_role_arn: Input[str | None]
    """The ARN of the role that *publishes notifications*; the task's own role is the argument of the task."""
    timeout_seconds: Input[int | None]
    """Seconds within which the command must start on a node, 30 to 2592000."""


class AutomationArgs(TypedDict, total=False):
    """The invocation parameters of an AUTOMATION task.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowAutomationParameters.html
    """

    document_version: Input[str | None]
    """A number, `$LATEST` or `$DEFAULT`. Default: the runbook's default version."""
    parameters: Input[Mapping[str, Input[Sequence[Input[str]]]] | None]
    """The runbook's parameters, at most 200: each a list of at most 50 texts of 1 to 512 characters."""


class LambdaArgs(TypedDict, total=False):
    """The invocation parameters of a LAMBDA task.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowLambdaParameters.html
    """

    client_context: Input[str | None]
    """Base64 of JSON, 1 to 8000 characters."""
    payload: Input[str | None]
    """JSON text of at most 4096 bytes in UTF-8. Always secret in the state."""
    qualifier: Input[str | None]
    """A version or alias, 1 to 128 characters. Default: the unpublished version."""


class StepFunctionsArgs(TypedDict, total=False):
    """The invocation parameters of a STEP_FUNCTIONS task.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowStepFunctionsParameters.html
    """

    input: Input[str | None]
    """JSON text of at most 4096 characters. Always secret in the state."""
    name: Input[str | None]
    """The execution's name, 1 to 80 characters; put `{{INVOCATION_ID}}` in it, or the second run fails."""


class TaskInvocationParametersArgs(TypedDict, total=False):
    """The invocation parameters of a task: one block, that of its type.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowTaskInvocationParameters.html
    """

    automation: Input[AutomationArgs | None]
    lambda_: Input[LambdaArgs | None]
    run_command: Input[RunCommandArgs | None]
    step_functions: Input[StepFunctionsArgs | None]


class LoggingInfoArgs(TypedDict, total=False):
    """Where a command's output goes in S3, in the way that AWS has deprecated.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_LoggingInfo.html
    """

    s3_bucket_name: Required[Input[str]]
    """3 to 63 characters."""
    s3_key_prefix: Input[str | None]
    """At most 500 characters."""
    s3_region: Required[Input[str]]
    """3 to 20 characters."""


class TaskParameterValuesArgs(TypedDict, total=False):
    """The values of one parameter, in the way that AWS has deprecated.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowTaskParameterValueExpression.html
    """

    values: Input[Sequence[Input[str]] | None]
    """Each 1 to 255 characters."""


class MaintenanceWindowTaskArgs(TypedDict, total=False):
    """The arguments of `MaintenanceWindowTask`, which describes each of them."""

    window_id: Required[Input[str]]
    task_type: Required[Input[TaskType]]
    task_arn: Required[Input[str]]
    targets: Input[Sequence[Input[TargetArgs]] | None]
    max_concurrency: Input[str | None]
    max_errors: Input[str | None]
    priority: Input[int | None]
    service_role_arn: Input[str | None]
    task_invocation_parameters: Input[TaskInvocationParametersArgs | None]
    name: Input[str | None]
    description: Input[str | None]
    cutoff_behavior: Input[CutoffBehavior | None]
    alarm_configuration: Input[AlarmConfigurationArgs | None]
    logging_info: Input[LoggingInfoArgs | None]
    task_parameters: Input[Mapping[str, Input[TaskParameterValuesArgs]] | None]
    region: Input[str | None]
    adopt: Input[str | None]
    idempotency_key: Input[str | None]
