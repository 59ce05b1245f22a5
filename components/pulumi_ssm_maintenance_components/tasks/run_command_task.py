"""RunCommandTask: a command on the nodes of a window, with its document, roles, logs and alarm."""

from collections.abc import Mapping, Sequence
from typing import Required, Unpack

import pulumi

from pulumi_ssm_maintenance.args import RunCommandArgs
from pulumi_ssm_maintenance_components.alerts.alarms import RuleAlarm, notify_topic, rule_alarm, use_event_role
from pulumi_ssm_maintenance_components.alerts.topics import failed_nodes
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, wrong
from pulumi_ssm_maintenance_components.foundation.documents import check_version
from pulumi_ssm_maintenance_components.foundation.keys import key_of, key_statements
from pulumi_ssm_maintenance_components.foundation.roles import (
    AnyRole,
    Statement,
    pass_role_statement,
    publish_statement,
    role_arn,
    run_command_statements,
    ssm_role,
)
from pulumi_ssm_maintenance_components.logs.command_logs import LogsArgs, check_logs, command_logs
from pulumi_ssm_maintenance_components.logs.node_policy import aws_bucket_statements, node_policy

from .command_document import (
    AnyDocument,
    CommandParameters,
    as_lists,
    check_document,
    check_parameters,
    command_document,
)
from .window_task import WindowTask, WindowTaskArgs

__all__ = ["RunCommandTask", "RunCommandTaskArgs"]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowRunCommandParameters.html
_DELIVERY = range(30, 2592001)
_DEFAULT_DELIVERY = 600

# A pattern has at most 2048 characters, and the id of a target takes 39.
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
_MOST_WATCHED = 40

_FAILURES = ("FAILED", "TIMED_OUT", "CANCELLED")


class RunCommandTaskArgs(WindowTaskArgs, total=False):
    """The arguments of `RunCommandTask`. `targets` is required."""

    document: Required[AnyDocument]
    """The Command document: an `aws.ssm.Document`, the name or ARN of an existing one, or the content of a new one as a
    dict."""
    document_version: pulumi.Input[str] | None
    """A number, `$LATEST` or `$DEFAULT`. Default: the version of the object or of the new document, so that nothing
    changes under a running schedule; for a name, the default version at the time of the run."""
    parameters: CommandParameters
    """The parameters of the document, each text or a list of text. If the content is known, the names, required
    parameters and allowed values are checked. Default: none."""
    delivery_timeout: int
    """How long the command may wait for its node, in seconds, 30 to 2592000. A node that comes back later is left
    alone. Default: 600."""
    logs: LogsArgs | bool
    """Where the output goes: see `LogsArgs`. True for the defaults, False for nowhere. Default: True, a new log group
    with a retention of 90 days."""
    vpc_endpoints: bool
    """Whether the nodes reach AWS through VPC endpoints: the policy for the nodes then lets them read AWS's own buckets
    with patch snapshots and modules, which a node without a policy reads over the internet only. Default: False."""
    notification_role: AnyRole | None
    """An existing role that notifies the topic of failed nodes, or its ARN. Default: a new role if there is a topic."""
    event_role: AnyRole | None
    """An existing role with which EventBridge rules publish to the topic, or its ARN. Default: a new role if there is a
    topic."""


class RunCommandTask(WindowTask):
    """Run a command on nodes when a window opens.

    The component creates the task, the window targets, the role that starts the command, a log group, and a rule and an
    alarm on failed targets. For the content of a document it creates the document too.

    Arguments: see `RunCommandTaskArgs`.

    Example::

        RunCommandTask(
            "date",
            window=window,
            targets=Targets.by_tags({"Role": "web"}),
            document="AWS-RunShellScript",
            parameters={"commands": ["date"]},
        )

    Raises:
        ArgumentError: an argument is wrong.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/mw-cli-task-options.html
    """

    document_name: pulumi.Output[str]
    """The name or ARN of the document."""
    document_version: pulumi.Output[str] | None
    """The version that runs; None for the default version at the time of the run."""
    notification_role_arn: pulumi.Output[str] | None
    """The ARN of the role that notifies the topic of failed nodes, or None."""
    log_group_name: pulumi.Output[str] | None
    """The log group for the output, or None."""
    bucket: pulumi.Output[str] | None
    """The name of the bucket for the output, or None."""
    node_policy_arn: pulumi.Output[str] | None
    """The ARN of the policy that the role of the nodes needs to write the output, or None."""
    rule_arn: pulumi.Output[str] | None
    """The ARN of the rule on failed targets, or None."""
    alarm_arn: pulumi.Output[str] | None
    """The ARN of the alarm on failed targets, or None."""

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[RunCommandTaskArgs]
    ) -> None:
        """Create the task. `RunCommandTaskArgs` describes the arguments; `opts` are the resource options."""
        super().__init__("RunCommandTask", name, opts)
        problems = Problems(self.where)
        args = problems.read(args, RunCommandTaskArgs)
        self._check(problems, args)
        for rule in (_check_targets, _check_delivery, check_document, check_parameters):
            problems.check(rule, self.where, args)
        problems.check(lambda: check_version(self.where, args.get("document_version")))
        problems.check(lambda: check_logs(self.where, args.get("logs", True)))
        problems.raise_all()

        self._begin(args)
        use_event_role(self, args.get("event_role"))
        document = command_document(self, name, self._location, args["document"], self._tags)
        version = args.get("document_version")
        self.document_name = document.name
        self.document_version = document.version if version is None else pulumi.Output.from_input(version)
        logs = command_logs(self, name, self.where, logs=args.get("logs", True), tags=self._tags)
        self.log_group_name, self.bucket = logs.log_group_name, logs.bucket
        reading = aws_bucket_statements(self._location) if args.get("vpc_endpoints", False) else []
        node = node_policy(self, f"{name}-node-policy", [*logs.node_statements(self._location), *reading], self._tags)
        self.node_policy_arn = node.arn if node else None
        self.notification_role_arn = self._notification_role(args.get("notification_role"))
        statements = [*run_command_statements(self._location, document.arn), *self._pass_role()]
        self._start_with(statements, "Runs a command on nodes")
        self._register("RUN_COMMAND", document.name, {"run_command": self._invocation(args, logs.arguments(name))})
        alert = self._alert(alarm=args.get("alarms", True))
        self.rule_arn = alert.rule.arn if alert else None
        self.alarm_arn = alert.alarm.arn if alert and alert.alarm else None
        self.register_outputs(self.declared_outputs())

    def _notification_role(self, role: AnyRole | None) -> pulumi.Output[str] | None:
        if self.topic_arn is None:
            return None
        return role_arn(
            role
            or ssm_role(
                self,
                f"{self.logical_name}-notification-role",
                [publish_statement(self.topic_arn), *key_statements(key_of(self))],
                tags=self._tags,
                description="Tells of nodes on which a command failed",
            )
        )

    def _pass_role(self) -> list[Statement]:
        return [] if self.notification_role_arn is None else [pass_role_statement([self.notification_role_arn])]

    def _invocation(self, args: RunCommandTaskArgs, logs: RunCommandArgs) -> RunCommandArgs:
        return {
            "parameters": dict(as_lists(args.get("parameters", {}))) or None,
            "document_version": self.document_version,
            "timeout_seconds": args.get("delivery_timeout", _DEFAULT_DELIVERY),
            **logs,
            **failed_nodes(self.topic_arn, self.notification_role_arn),
        }

    def _alert(self, *, alarm: bool) -> RuleAlarm | None:
        """Watch the targets of this task, because no event of a window names a task."""
        if not alarm and self.topic_arn is None:
            return None
        detail = {"window-id": [self._window_id], "window-target-id": self.target_ids, "status": list(_FAILURES)}
        watching = rule_alarm(
            self,
            f"{self.logical_name}-failed",
            pattern={
                "source": ["aws.ssm"],
                "detail-type": ["Maintenance Window Task Target Invocation State-change Notification"],
                "detail": detail,
            },
            topic_arn=self.topic_arn,
            description=f"{self.logical_name}: the command failed on a target, or was not done in time",
            tags=self._tags,
            alarm=alarm,
        )
        notify_topic(self, [watching], self.topic_arn, self._tags)
        return watching


def _check_targets(where: str, args: RunCommandTaskArgs) -> None:
    targets = args.get("targets")
    if targets is None:
        raise wrong(where, "targets", None, "Targets.by_tags(…) or another of its class methods: a command needs nodes")
    watched = args.get("alarms", True) or args.get("notify", False) is not False
    if isinstance(targets, Sequence | Mapping) and len(targets) > _MOST_WATCHED and watched:
        allowed = f"at most {_MOST_WATCHED} that an alarm can watch: make two tasks, or set alarms=False, notify=False"
        raise wrong(where, "targets", len(targets), allowed)


def _check_delivery(where: str, args: RunCommandTaskArgs) -> None:
    timeout = args.get("delivery_timeout", _DEFAULT_DELIVERY)
    if timeout not in _DELIVERY:
        raise wrong(where, "delivery_timeout", timeout, f"{_DELIVERY.start} to {_DELIVERY.stop - 1} seconds")
