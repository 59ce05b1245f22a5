"""Checks of what tasks need besides documents: roles, topics, alarms, functions, state machines, logs."""

from collections.abc import Iterator
from typing import Any, Final

from pulumi_ssm_maintenance.core.identity import account_of

from .documents import DOCUMENT_CHECKS
from .facts import Facts, trusts_ssm
from .findings import Check, Problem, fail, note, warn
from .subjects import PLACEHOLDER, Task

_SERVICE_LINKED: Final = ":role/aws-service-role/"
_MACHINE_PARTS: Final = 7
"""How many parts the ARN of a state machine has without a version or an alias."""


def _role(task: Task, facts: Facts) -> Iterator[Problem]:
    yield from _role_problems(str(task.role), "service_role_arn", facts)


def _role_problems(arn: str, argument: str, facts: Facts) -> Iterator[Problem]:
    owner = account_of(arn)
    if facts.account and owner and owner.account_id != facts.account.account_id:
        yield fail(
            f"role {arn} belongs to another account than the window, {facts.account.account_id}",
            f"Name a role of the window's account in {argument}.",
        )
        return
    role = facts.role(arn)
    if role is None and _SERVICE_LINKED in arn:
        yield note(
            "runs by the service-linked role, which does not exist yet; Systems Manager creates it when it is needed"
        )
    elif role is None:
        yield fail(f"role {arn} does not exist", f"Create it, or correct {argument}.")
    elif not trusts_ssm(role):
        yield fail(f"role {arn} does not trust ssm.amazonaws.com", "Allow sts:AssumeRole to it in the trust policy.")


def _pass_role(task: Task, facts: Facts) -> Iterator[Problem]:
    if not facts.may_pass(str(task.role)):
        yield warn(
            f"this caller may not pass role {task.role}, so a deployment of the task by it fails",
            "If it deploys, allow iam:PassRole on the role.",
        )


def _notification(task: Task, facts: Facts) -> Iterator[Problem]:
    topic, role = task.invocation["NotificationConfig"]["NotificationArn"], task.invocation.get("ServiceRoleArn")
    if facts.topic(topic) is None:
        yield fail(f"topic {topic} does not exist", "Create it, or correct notification_config.")
    if not role:
        yield fail(
            "notifications have no role, so none is sent",
            "Set service_role_arn in task_invocation_parameters.run_command.",
        )
    else:
        yield from _role_problems(role, "run_command.service_role_arn", facts)


def _alarm(task: Task, facts: Facts) -> Iterator[Problem]:
    name = str(task.alarm)
    alarm = facts.alarm(name)
    if alarm is None:
        yield fail(f"alarm {name} does not exist in {facts.region}", "Create it, or correct alarm_configuration.")
        return
    if "AlarmRule" in alarm:
        yield warn(f"alarm {name} is a composite one; AWS does not say whether a task heeds it", "Use a metric alarm.")
    if alarm.get("StateValue") == "ALARM":
        yield fail(f"alarm {name} is in ALARM now, and would keep the task from running", "Find out why it is.")


def _function(task: Task, facts: Facts) -> Iterator[Problem]:
    qualifier = task.invocation.get("Qualifier")
    found = facts.function(task.arn, qualifier)
    if found is None and qualifier and facts.function(task.arn) is not None:
        yield fail(f"function {task.arn} has no version or alias {qualifier}", "Create it, or correct qualifier.")
    elif found is None:
        yield fail(f"function {task.arn} does not exist", "Create it, or correct task_arn.")
    elif found.get("State") == "Failed":
        yield fail(f"function {task.arn} is in state Failed", "Deploy it anew.")


def _machine(task: Task, facts: Facts) -> Iterator[Problem]:
    parts = task.arn.split(":")
    if "activity" in parts:
        yield fail(f"{task.arn} is an activity, and the task starts a state machine", "Correct task_arn.")
        return
    machine = facts.machine(":".join(parts[:_MACHINE_PARTS]))
    if machine is None:
        yield fail(f"state machine {task.arn} does not exist", "Create it, or correct task_arn.")
        return
    if machine.get("status") == "DELETING":
        yield fail(f"state machine {task.arn} is being deleted", "Create it anew.")
    if len(parts) > _MACHINE_PARTS and _qualified(task.arn, facts) is None:
        yield fail(f"state machine {task.arn} does not have this version or alias", "Create it, or correct task_arn.")
    name = task.invocation.get("Name")
    if name and PLACEHOLDER not in name and machine.get("type", "STANDARD") == "STANDARD":
        yield fail(
            "every run has the same name, and a state machine of type STANDARD refuses a name for 90 days after its"
            " use: the second run fails",
            "Leave name out, or put {{INVOCATION_ID}} into it.",
        )


def _qualified(arn: str, facts: Facts) -> Any:
    return facts.machine(arn) if arn.rpartition(":")[2].isdecimal() else facts.machine_alias(arn)


def _logs(task: Task, facts: Facts) -> Iterator[Problem]:
    group = _log_group(task)
    if group and not facts.has_log_group(group):
        yield warn(
            f"log group {group} does not exist in {facts.region}; a node makes it only if its role may",
            "Create it, or correct cloud_watch_log_group_name.",
        )
    for bucket in _buckets(task):
        region = facts.bucket_region(bucket)
        if region is None:
            yield fail(f"bucket {bucket} does not exist", "Create it, or correct output_s3_bucket_name.")
        elif region not in {"", facts.region}:
            yield warn(f"bucket {bucket} is in {region}, the window in {facts.region}", "Use a bucket of the region.")


def _log_group(task: Task) -> str | None:
    config = task.invocation.get("CloudWatchOutputConfig") or {}
    return config.get("CloudWatchLogGroupName") if config.get("CloudWatchOutputEnabled") else None


def _buckets(task: Task) -> list[str]:
    named = (task.invocation.get("OutputS3BucketName"), (task.fields.get("LoggingInfo") or {}).get("S3BucketName"))
    return [bucket for bucket in named if bucket]


def _notifies(task: Task) -> bool:
    return bool((task.invocation.get("NotificationConfig") or {}).get("NotificationArn"))


def _passes_a_role(task: Task) -> bool:
    return bool(task.role) and _SERVICE_LINKED not in str(task.role)


TASK_CHECKS: Final[tuple[Check[Task], ...]] = (
    *DOCUMENT_CHECKS,
    Check("task.role", _role, lambda task: bool(task.role)),
    Check("task.passrole", _pass_role, _passes_a_role),
    Check("task.notify", _notification, _notifies),
    Check("task.alarm", _alarm, lambda task: bool(task.alarm)),
    Check("task.function", _function, lambda task: task.type == "LAMBDA"),
    Check("task.machine", _machine, lambda task: task.type == "STEP_FUNCTIONS"),
    Check("task.logs", _logs, lambda task: bool(_log_group(task) or _buckets(task))),
)
