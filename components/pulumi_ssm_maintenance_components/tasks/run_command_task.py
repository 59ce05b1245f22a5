"""RunCommandTask: a command on the nodes of a window, with its document, role, logs and alarm."""

from collections.abc import Mapping
from typing import Any, Required, Unpack

import pulumi

from pulumi_ssm_maintenance.args import RunCommandArgs
from pulumi_ssm_maintenance_components.alerts.rules import RuleAlarm, rule_alarm
from pulumi_ssm_maintenance_components.alerts.topics import topic_arn
from pulumi_ssm_maintenance_components.foundation.arguments import given_args, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import location_of
from pulumi_ssm_maintenance_components.foundation.roles import (
    AnyRole,
    Statement,
    pass_role_statement,
    publish_statement,
    role_arn,
    run_command_statements,
    ssm_role,
)
from pulumi_ssm_maintenance_components.logs.command_logs import CommandLogs, LogsArgs, command_logs
from pulumi_ssm_maintenance_components.logs.node_policy import node_policy

from .command_document import (
    AnyDocument,
    CommandDocument,
    CommandParameters,
    as_lists,
    check_content,
    check_parameters,
    command_document,
)
from .window_task import WindowTask, WindowTaskArgs, window_task

__all__ = ["RunCommandTask", "RunCommandTaskArgs"]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowRunCommandParameters.html
_DELIVERY = range(30, 2592001)

# A pattern holds 2048 characters, and the id of a target takes 39.
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
_MOST_WATCHED = 40

_GONE_WRONG = ("FAILED", "TIMED_OUT", "CANCELLED")


class RunCommandTaskArgs(WindowTaskArgs, total=False):
    """The arguments of `RunCommandTask`, which describes each of them."""

    document: Required[AnyDocument]
    document_version: pulumi.Input[str] | None
    parameters: CommandParameters
    delivery_timeout: int
    logs: LogsArgs | bool
    notification_role: AnyRole | None


class RunCommandTask(Component):
    """A command that runs on nodes when a window opens.

    Args:
        name: the logical name.
        window: the window, or its id.
        document: what runs: an `aws.ssm.Document`, the name or ARN of one, or the content of a new one as a dict.
        targets: required: `Targets`, several of them by name, or ids of window targets.
        parameters: the document's parameters, each a text or a list of texts. With the content at hand, names, missing
            ones and allowed values are checked.
        document_version: a number, `$LATEST` or `$DEFAULT`. Default: that of the object or the new document, so that
            nothing changes under a running schedule; for a name, the default version at that time.
        max_concurrency: how many nodes at once, a number or a share as text. Default: `10%`.
        max_errors: how many failures stop it, likewise. Default: `10%`.
        priority: 0 or more; a lower number runs earlier, equal numbers run side by side. Default: 0.
        delivery_timeout: seconds within which the command must start on a node, 30 to 2592000. Default: 600, so that
            a node that comes back later is left alone.
        cutoff_behavior: `CONTINUE_TASK`, or `CANCEL_TASK`, which tries to cancel what runs. Default: `CONTINUE_TASK`.
        logs: where the output goes, see `LogsArgs`; False for nowhere. Default: True, a new log group kept for 90 days.
        stop_on_alarm: the alarm that stops the task, or its name.
        task_role: the role that starts the command, or its ARN. Default: a new one for this document alone.
        notification_role: the role that tells the topic of nodes, or its ARN. Default: a new one.
        notify: who is told of failures: a topic or its ARN, True for a new topic, a list of e-mail addresses for a
            new one that writes to them, False for nobody. Default: False.
        alarms: whether there is an alarm on failures. Default: True.
        tags: on top of project, stack, run and managed-by.
        opts: the resource's options.

    Attributes:
        task_id: the task's id, the first one's where there are several.
        task_ids: the ids of all, of which there are several with more than ten window targets.
        target_ids: the ids of its window targets.
        document_name: the document's name, or what was given for it.
        document_version: the version that runs; None for the default one at that time.
        task_role_arn: the ARN of the role that starts the command.
        notification_role_arn: the ARN of the role that tells of nodes; None where nobody is told.
        topic_arn: the topic's ARN, or None.
        log_group_name: where the output goes, or None.
        bucket: where the output goes, or None.
        node_policy_arn: the policy that the role of the nodes needs to write its output there, or None.
        rule_arn: the ARN of the rule on failed targets, or None.
        alarm_arn: the ARN of the alarm on it, or None.

    Raises:
        ArgumentError: an argument is wrong.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/mw-cli-task-options.html
    """

    task_id: pulumi.Output[str]
    task_ids: list[pulumi.Output[str]]
    target_ids: list[pulumi.Output[str]]
    document_name: pulumi.Output[str]
    document_version: pulumi.Output[str] | None
    task_role_arn: pulumi.Output[str]
    notification_role_arn: pulumi.Output[str] | None
    topic_arn: pulumi.Output[str] | None
    log_group_name: pulumi.Output[str] | None
    bucket: pulumi.Output[str] | None
    node_policy_arn: pulumi.Output[str] | None
    rule_arn: pulumi.Output[str] | None
    alarm_arn: pulumi.Output[str] | None

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[RunCommandTaskArgs]
    ) -> None:
        super().__init__("RunCommandTask", name, opts)
        where = f"RunCommandTask {name!r}"
        args = given_args(where, args, RunCommandTaskArgs)
        parameters = _checked(where, args)
        task, location = window_task(self, name, where, args), location_of(self)
        document = command_document(self, name, location, args["document"], task.tags)
        self.topic_arn = topic_arn(self, name, location, args.get("notify", False), task.tags)
        logs = command_logs(self, name, where, logs=args.get("logs", True), tags=task.tags)
        node = node_policy(self, f"{name}-node-policy", logs.node_statements(location), task.tags)
        self.notification_role_arn = self._notification_role(task, args.get("notification_role"))
        self.task_role_arn = task.role_arn(
            [*run_command_statements(location, document.arn), *self._pass_role()], "Runs a command on nodes"
        )
        self.document_name, self.document_version = document.name, _version(args, document)
        invocation = self._invocation(args, parameters, logs)
        self.task_ids = task.register("RUN_COMMAND", document.name, self.task_role_arn, {"run_command": invocation})
        self.task_id, self.target_ids = self.task_ids[0], task.target_ids
        self.log_group_name, self.bucket = logs.log_group_name, logs.bucket
        self.node_policy_arn = node.arn if node else None
        alert = self._alert(task, alarm=args.get("alarms", True))
        self.rule_arn = alert.rule.arn if alert else None
        self.alarm_arn = alert.alarm.arn if alert and alert.alarm else None
        self.register_outputs({key: getattr(self, key) for key in RunCommandTask.__annotations__})

    def _notification_role(self, task: WindowTask, given: AnyRole | None) -> pulumi.Output[str] | None:
        if self.topic_arn is None:
            return None
        role = given or ssm_role(
            self,
            f"{task.name}-notification-role",
            [publish_statement(self.topic_arn)],
            tags=task.tags,
            description="Tells of nodes on which a command failed",
        )
        return role_arn(role)

    def _pass_role(self) -> list[Statement]:
        return [] if self.notification_role_arn is None else [pass_role_statement([self.notification_role_arn])]

    def _invocation(self, args: RunCommandTaskArgs, parameters: Mapping[str, Any], logs: CommandLogs) -> RunCommandArgs:
        invocation: RunCommandArgs = {
            "parameters": parameters or None,
            "document_version": self.document_version,
            "timeout_seconds": args.get("delivery_timeout", 600),
            **logs.arguments(self._logical_name),
        }
        if self.topic_arn is not None:
            # Events of windows name no node; a command's own notifications do.
            invocation["notification_config"] = {
                "notification_arn": self.topic_arn,
                "notification_events": ["Failed", "TimedOut", "Cancelled"],
                "notification_type": "Invocation",
            }
            invocation["service_role_arn"] = self.notification_role_arn
        return invocation

    def _alert(self, task: WindowTask, *, alarm: bool) -> RuleAlarm | None:
        """Watch the targets of this task alone: no event of a window names a task."""
        if not alarm and self.topic_arn is None:
            return None
        if len(task.target_ids) > _MOST_WATCHED:
            allowed = (
                f"at most {_MOST_WATCHED} that an alarm can watch: make two of it, or set alarms=False, notify=False"
            )
            raise wrong(f"RunCommandTask {task.name!r}", "targets", len(task.target_ids), allowed)
        detail = {"window-id": [task.window_id], "window-target-id": task.target_ids, "status": list(_GONE_WRONG)}
        return rule_alarm(
            self,
            f"{task.name}-failed",
            pattern={
                "source": ["aws.ssm"],
                "detail-type": ["Maintenance Window Task Target Invocation State-change Notification"],
                "detail": detail,
            },
            topic_arn=self.topic_arn,
            description=f"{task.name}: the command failed on a target, or was not done in time",
            tags=task.tags,
            alarm=alarm,
        )


def _checked(where: str, args: RunCommandTaskArgs) -> dict[str, Any]:
    if args.get("targets") is None:
        raise wrong(where, "targets", None, "Targets.by_tags(…) and its siblings: a command needs nodes to run on")
    timeout = args.get("delivery_timeout", 600)
    if timeout not in _DELIVERY:
        raise wrong(where, "delivery_timeout", timeout, f"{_DELIVERY.start} to {_DELIVERY.stop - 1} seconds")
    document, parameters = args["document"], args.get("parameters", {})
    if isinstance(document, Mapping):
        check_content(where, document)
        check_parameters(where, document, parameters)
    return dict(as_lists(where, parameters))


def _version(args: RunCommandTaskArgs, document: CommandDocument) -> pulumi.Output[str] | None:
    asked = args.get("document_version")
    return document.version if asked is None else pulumi.Output.from_input(asked)
