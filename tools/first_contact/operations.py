"""The operations that first contact may call, and what each of them may name.

Whatever is not listed is refused before it is sent. So is a listed operation that names what this run has not made.
"""

from __future__ import annotations

from typing import NamedTuple


class Operation(NamedTuple):
    """One operation of AWS's."""

    service: str
    """The boto3 name of the service."""
    ours: tuple[str, ...] = ()
    """The parameters that must name what this run has made: by a name of its own, or by an id from an answer."""
    makes: str = ""
    """The member of the answer that names what the call made, or the parameter that does."""
    removes: str = ""
    """The parameter that names what the call removes."""


OPERATIONS = {
    "GetCallerIdentity": Operation("sts"),
    # Windows
    "CreateMaintenanceWindow": Operation("ssm", ("Name",), makes="WindowId"),
    "UpdateMaintenanceWindow": Operation("ssm", ("WindowId",)),
    "GetMaintenanceWindow": Operation("ssm", ("WindowId",)),
    "DeleteMaintenanceWindow": Operation("ssm", ("WindowId",), removes="WindowId"),
    "DescribeMaintenanceWindowSchedule": Operation("ssm", ("WindowId",)),
    # Targets and tasks belong to a window, so the window says whose they are.
    "RegisterTargetWithMaintenanceWindow": Operation("ssm", ("WindowId",)),
    "DeregisterTargetFromMaintenanceWindow": Operation("ssm", ("WindowId",)),
    "RegisterTaskWithMaintenanceWindow": Operation("ssm", ("WindowId",)),
    "GetMaintenanceWindowTask": Operation("ssm", ("WindowId",)),
    "UpdateMaintenanceWindowTask": Operation("ssm", ("WindowId",)),
    "DeregisterTaskFromMaintenanceWindow": Operation("ssm", ("WindowId",)),
    # What a window has done
    "DescribeMaintenanceWindowExecutions": Operation("ssm", ("WindowId",)),
    "DescribeMaintenanceWindowExecutionTasks": Operation("ssm", ("WindowExecutionId",)),
    "DescribeMaintenanceWindowExecutionTaskInvocations": Operation("ssm", ("WindowExecutionId",)),
    # Things around a window
    "CreateDocument": Operation("ssm", ("Name",), makes="Name"),
    "UpdateDocument": Operation("ssm", ("Name",)),
    "DeleteDocument": Operation("ssm", ("Name",), removes="Name"),
    "PutMetricAlarm": Operation("cloudwatch", ("AlarmName",), makes="AlarmName"),
    "PutCompositeAlarm": Operation("cloudwatch", ("AlarmName",), makes="AlarmName"),
    "DeleteAlarms": Operation("cloudwatch", ("AlarmNames",)),
    "CreateRole": Operation("iam", ("RoleName",), makes="RoleName"),
    "DeleteRole": Operation("iam", ("RoleName",), removes="RoleName"),
    "CreateQueue": Operation("sqs", ("QueueName",), makes="QueueUrl"),
    "GetQueueAttributes": Operation("sqs", ("QueueUrl",)),
    "SetQueueAttributes": Operation("sqs", ("QueueUrl",)),
    "ReceiveMessage": Operation("sqs", ("QueueUrl",)),
    "DeleteQueue": Operation("sqs", ("QueueUrl",), removes="QueueUrl"),
    "PutRule": Operation("events", ("Name",), makes="Name"),
    "PutTargets": Operation("events", ("Rule",)),
    "RemoveTargets": Operation("events", ("Rule",)),
    "DeleteRule": Operation("events", ("Name",)),
    # Clean-up looks for what a run has made. These name nothing, and their answers are not recorded.
    "DescribeMaintenanceWindows": Operation("ssm"),
    "ListTagsForResource": Operation("ssm"),
    "ListDocuments": Operation("ssm"),
    "DescribeAlarms": Operation("cloudwatch"),
    "GetRole": Operation("iam", ("RoleName",)),
    "ListQueues": Operation("sqs"),
    "ListRules": Operation("events"),
}

THROTTLED = {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"}
"""The codes by which AWS asks a caller to slow down."""
