"""The arguments of a task, as TypedDicts.

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
    """`InstanceIds`, or `WindowTargetIds` for targets that are registered with the window.

    To select nodes by tag, register a window target and use its id here.
    """
    values: Required[Input[Sequence[Input[str]]]]
    """The ids: at most 50 instance ids or 10 window target ids in one task, counted over all its targets."""


class AlarmArgs(TypedDict, total=False):
    """A CloudWatch alarm.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Alarm.html
    """

    name: Required[Input[str]]
    """The alarm's name (not its ARN), 1 to 255 characters."""


class AlarmConfigurationArgs(TypedDict, total=False):
    """The alarm that stops a task.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AlarmConfiguration.html
    """

    alarms: Required[Input[Sequence[Input[AlarmArgs]]]]
    """Exactly one alarm."""
    ignore_poll_alarm_failure: Input[bool | None]
    """Whether the task continues when the state of the alarm cannot be read. Default: False, it stops."""


class CloudWatchOutputConfigArgs(TypedDict, total=False):
    """Where a command's output goes in CloudWatch Logs.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CloudWatchOutputConfig.html
    """

    cloud_watch_log_group_name: Input[str | None]
    """The name of the log group, 1 to 512 characters. Default: Run Command names one after the document."""
    cloud_watch_output_enabled: Input[bool | None]
    """Whether output is sent to CloudWatch Logs. Default: False."""


class NotificationConfigArgs(TypedDict, total=False):
    """Which status changes of a command are published to which topic.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_NotificationConfig.html
    """

    notification_arn: Input[str | None]
    """The ARN of the SNS topic."""
    notification_events: Input[
        Sequence[Input[Literal["All", "InProgress", "Success", "TimedOut", "Cancelled", "Failed"]]] | None
    ]
    """The statuses that are published, in any order."""
    notification_type: Input[Literal["Command", "Invocation"] | None]
    """`Command` for the command as a whole, `Invocation` for each node."""


class RunCommandArgs(TypedDict, total=False):
    """The invocation parameters of a RUN_COMMAND task.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowRunCommandParameters.html
    """

    comment: Input[str | None]
    """A note that the console shows with the command, at most 100 characters."""
    cloud_watch_output_config: Input[CloudWatchOutputConfigArgs | None]
    """Whether the output goes to CloudWatch Logs, and to which log group."""
    document_hash: Input[str | None]
    """The hash that the document must have, at most 256 characters.

    AWS updates its own documents, and their hash changes with each update.
    """
    document_hash_type: Input[Literal["Sha256", "Sha1"] | None]
    """The algorithm of `document_hash`. AWS has deprecated `Sha1`."""
    document_version: Input[str | None]
    """A number, `$LATEST` or `$DEFAULT`, as text. Default: the default version of the document."""
    notification_config: Input[NotificationConfigArgs | None]
    """Which status changes are published to an SNS topic. Needs `service_role_arn`."""
    output_s3_bucket_name: Input[str | None]
    """The bucket that receives the output, 3 to 63 characters."""
    output_s3_key_prefix: Input[str | None]
    """The prefix of the output's keys in the bucket, at most 500 characters."""
    parameters: Input[Mapping[str, Input[Sequence[Input[str]]]] | None]
    """The parameters of the document, each a list of texts. This package never prints the values."""
    service_role_arn: Input[str | None]
    """The ARN of the role that *publishes notifications*. The role that starts the task is an argument of the task."""
    timeout_seconds: Input[int | None]
    """The time within which the command must start on a node, in seconds: 30 to 2592000."""


class AutomationArgs(TypedDict, total=False):
    """The invocation parameters of an AUTOMATION task.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowAutomationParameters.html
    """

    document_version: Input[str | None]
    """A number, `$LATEST` or `$DEFAULT`, as text. Default: the default version of the runbook."""
    parameters: Input[Mapping[str, Input[Sequence[Input[str]]]] | None]
    """The parameters of the runbook, at most 200, each a list of at most 50 texts of 1 to 512 characters."""


class LambdaArgs(TypedDict, total=False):
    """The invocation parameters of a LAMBDA task.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowLambdaParameters.html
    """

    client_context: Input[str | None]
    """The client context of the invocation: base64 of JSON, 1 to 8000 characters."""
    payload: Input[str | None]
    """The event that the function receives: JSON text, at most 4096 bytes in UTF-8. Always secret in the state."""
    qualifier: Input[str | None]
    """The version or alias to invoke, 1 to 128 characters. Default: the unpublished version."""


class StepFunctionsArgs(TypedDict, total=False):
    """The invocation parameters of a STEP_FUNCTIONS task.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowStepFunctionsParameters.html
    """

    input: Input[str | None]
    """The input of the execution: JSON text, at most 4096 characters. Always secret in the state."""
    name: Input[str | None]
    """The name of the execution, 1 to 80 characters.

    Put `{{INVOCATION_ID}}` in it: a standard workflow refuses a name that was used in the last 90 days.
    """


class TaskInvocationParametersArgs(TypedDict, total=False):
    """The invocation parameters of a task: exactly one block, that of its type.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowTaskInvocationParameters.html
    """

    automation: Input[AutomationArgs | None]
    """For an `AUTOMATION` task: what the runbook receives."""
    lambda_: Input[LambdaArgs | None]
    """For a `LAMBDA` task: what the function receives."""
    run_command: Input[RunCommandArgs | None]
    """For a `RUN_COMMAND` task: the document's parameters, its output and its notifications."""
    step_functions: Input[StepFunctionsArgs | None]
    """For a `STEP_FUNCTIONS` task: what the state machine receives."""


class LoggingInfoArgs(TypedDict, total=False):
    """Where a command's output goes in S3. Deprecated by AWS: use `output_s3_bucket_name` of `run_command`.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_LoggingInfo.html
    """

    s3_bucket_name: Required[Input[str]]
    """The bucket, 3 to 63 characters."""
    s3_key_prefix: Input[str | None]
    """The prefix of the output's keys in the bucket, at most 500 characters."""
    s3_region: Required[Input[str]]
    """The region of the bucket, 3 to 20 characters."""


class TaskParameterValuesArgs(TypedDict, total=False):
    """The values of one parameter. Deprecated by AWS: use `parameters` of `run_command`.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowTaskParameterValueExpression.html
    """

    values: Input[Sequence[Input[str]] | None]
    """The values, each 1 to 255 characters."""


class MaintenanceWindowTaskArgs(TypedDict, total=False):
    """The arguments of `MaintenanceWindowTask`.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterTaskWithMaintenanceWindow.html
    """

    window_id: Required[Input[str]]
    """The id of the window, `mw-` and 17 hex digits. A change replaces the task."""
    task_type: Required[Input[TaskType]]
    """`RUN_COMMAND`, `AUTOMATION`, `LAMBDA` or `STEP_FUNCTIONS`. A change replaces the task."""
    task_arn: Required[Input[str]]
    """What the task runs, 1 to 1600 characters.

    The name or ARN of a document (`RUN_COMMAND`, `AUTOMATION`) or of a function (`LAMBDA`), or the ARN of a state
    machine (`STEP_FUNCTIONS`).
    """
    targets: Input[Sequence[Input[TargetArgs]] | None]
    """What the task runs on, 1 to 5 targets. Required for `RUN_COMMAND`.

    A task of another type runs once in a window without targets, and once for every target with them. Several window
    targets run one after the other, in this order.
    """
    max_concurrency: Input[str | None]
    """How many targets run at once, as text: a number (`"10"`) or a percentage (`"10%"`).

    Required for a task with targets, refused for one without.
    """
    max_errors: Input[str | None]
    """How many failures stop the task, as text: a number (`"0"` stops at the first) or a percentage (`"10%"`).

    Required for a task with targets, refused for one without.
    """
    priority: Input[int | None]
    """0 or more. Lower numbers run first, equal numbers run in parallel. Default: 0."""
    service_role_arn: Input[str | None]
    """The ARN of the role that Systems Manager assumes to start the task.

    Default: the service-linked role; the output `effective_service_role_arn` shows its ARN.
    """
    task_invocation_parameters: Input[TaskInvocationParametersArgs | None]
    """What the document, function or state machine receives: exactly one block, that of the task's type."""
    name: Input[str | None]
    """The name of the task in the window, 3 to 128 characters of `a-z A-Z 0-9 _ - .`."""
    description: Input[str | None]
    """1 to 128 characters. AWS treats it as sensitive, so this package never prints it."""
    cutoff_behavior: Input[CutoffBehavior | None]
    """What happens to a running task at the window's cutoff. Default: `CONTINUE_TASK`.

    `CONTINUE_TASK` lets it run on. `CANCEL_TASK` cancels running commands, and starts no further invocations of the
    other types.
    """
    alarm_configuration: Input[AlarmConfigurationArgs | None]
    """The CloudWatch alarm that stops the task."""
    logging_info: Input[LoggingInfoArgs | None]
    """Deprecated by AWS: use `output_s3_bucket_name` of `run_command`."""
    task_parameters: Input[Mapping[str, Input[TaskParameterValuesArgs]] | None]
    """Deprecated by AWS: use `parameters` of `run_command`. Always secret in the state."""
    region: Input[str | None]
    """The region of the window. Default: the region of the provider. A change replaces the task."""
    adopt: Input[str | None]
    """`<window_id>/<window_task_id>` of an existing task that no program manages. Create takes it over.

    The task is updated where it differs. Remove the argument after the first `pulumi up`. A task that
    `aws.ssm.MaintenanceWindowTask` manages is taken over by the alias `FROM_PULUMI_AWS` instead: with `adopt`, the
    removal of the old resource deregisters the adopted task. Do not change an adopted task with another tool: most
    tools clear the alarm, which they do not know.
    """
    idempotency_key: Input[str | None]
    """Text that, with the other arguments, makes repeated runs find the same task.

    Default: derived from project, stack, parent and logical name. Set it only where two programs share all four, or
    to register anew what AWS still remembers.
    """
