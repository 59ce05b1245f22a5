"""AutomationRunbook: a runbook of one's own, with its roles, run in a window and watched."""

from collections.abc import Mapping, Sequence
from typing import Unpack

import pulumi

from pulumi_ssm_maintenance.args import AutomationArgs
from pulumi_ssm_maintenance_components.alerts.topics import topic_arn
from pulumi_ssm_maintenance_components.foundation.arguments import given_args, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import Location, location_of
from pulumi_ssm_maintenance_components.foundation.roles import (
    AnyRole,
    Statement,
    automation_statements,
    pass_role_statement,
    role_arn,
)
from pulumi_ssm_maintenance_components.tasks.window_task import WindowTask, WindowTaskArgs, window_task

from .content import OnFailure, Runbook, RunbookContent, RunbookParameters, compose, read_content, task_parameters
from .resources import assume_role, runbook_alert, runbook_document
from .steps import Step

__all__ = ["AutomationRunbook", "AutomationRunbookArgs"]


class AutomationRunbookArgs(WindowTaskArgs, total=False):
    """The arguments of `AutomationRunbook`, which describes each of them."""

    content: RunbookContent | None
    steps: Sequence[Step] | None
    parameters: RunbookParameters
    on_failure: OnFailure
    assume_role: AnyRole | None
    statements: Sequence[Statement]
    description: str


class AutomationRunbook(Component):
    """A runbook that runs in a window: once for each node of its targets, or once without targets.

    It makes the document, the role that the runbook runs as, with what its steps need and nothing else, the role that
    starts it and may hand over the first, the task, and a rule and an alarm for runs that fail.

    Args:
        name: the logical name.
        window: the window: a `MaintenanceWindow`, an `aws.ssm.MaintenanceWindow` or an id.
        steps: what it does, each a `Step`. Clean-up steps, made by `always()`, come last. Or else:
        content: the document: a mapping, YAML or JSON text, or the path of a file with that.
        targets: what it runs for: `Targets`, several of them by name, or ids of window targets. Default: nothing, so
            that it runs once.
        parameters: what `content` is given, lists of text. With targets `InstanceId` is the node.
        on_failure: `Abort`, or `Continue` with the next step, though the run counts as failed. Default: `Abort`.
        assume_role: another role that the runbook runs as, or its ARN. Default: a new one.
        statements: IAM statements for the new role, on top of what steps need; required with `content` that names no
            role, for nothing is known of it.
        description: of the document.
        max_concurrency: how many nodes at once, a number or a share as text. Default: `10%`.
        max_errors: how many failures stop the task, a number or a share as text. Default: `10%`.
        priority: 0 or more; a lower number runs earlier. Default: 0.
        cutoff_behavior: default `CANCEL_TASK`: at the cutoff runs under way go on, and none begins.
        stop_on_alarm: the alarm that stops the runs, or its name.
        task_role: another role that starts the runbook, or its ARN; it must be allowed to pass the runbook's role.
        notify: who is told of failures: a topic or its ARN, True for a new topic, a list of e-mail addresses for a new
            one that writes to them, False for nobody. Default: False.
        alarms: whether there are a rule and an alarm. Default: True.
        tags: on top of project, stack, run and managed-by.
        opts: the resource's options.

    Attributes:
        document_name: the document's name.
        document_arn: the document's ARN.
        document_version: the version that the task runs: the one that this program made.
        assume_role_arn: the ARN of the role that the runbook runs as.
        task_role_arn: the ARN of the role that starts it.
        task_id: the task's id, the first one's where there are several.
        task_ids: the ids of all, of which there are several with more than ten window targets.
        target_ids: the ids of its window targets.
        topic_arn: the ARN of the topic, or None.
        rule_arn: the ARN of the rule, or None.
        alarm_arn: the ARN of the alarm, or None.

    Raises:
        ArgumentError: an argument is wrong.
    """

    document_name: pulumi.Output[str]
    document_arn: pulumi.Output[str]
    document_version: pulumi.Output[str]
    assume_role_arn: pulumi.Output[str]
    task_role_arn: pulumi.Output[str]
    task_id: pulumi.Output[str]
    task_ids: list[pulumi.Output[str]]
    target_ids: list[pulumi.Output[str]]
    topic_arn: pulumi.Output[str] | None
    rule_arn: pulumi.Output[str] | None = None
    alarm_arn: pulumi.Output[str] | None = None

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[AutomationRunbookArgs]
    ) -> None:
        super().__init__("AutomationRunbook", name, opts)
        where = f"AutomationRunbook {name!r}"
        args = given_args(where, args, AutomationRunbookArgs)
        runbook = _runbook(where, name, args)
        location = location_of(self)
        task = window_task(self, name, where, _with_defaults(args))
        self.assume_role_arn = _assume_role(self, name, where, runbook, location, args, task.tags)
        document = runbook_document(self, name, runbook, self.assume_role_arn, task.tags)
        self.document_name, self.document_arn = document.name, document.arn
        self.document_version = document.default_version
        self._register(where, runbook, task, location, args)
        self._watch(location, task, args)
        self.register_outputs({key: getattr(self, key) for key in AutomationRunbook.__annotations__})

    def _register(
        self, where: str, runbook: Runbook, task: WindowTask, location: Location, args: AutomationRunbookArgs
    ) -> None:
        self.task_role_arn = task.role_arn(
            [*automation_statements(location, self.document_name), pass_role_statement([self.assume_role_arn])],
            "Starts a runbook in a maintenance window",
        )
        parameters = task_parameters(
            where,
            runbook,
            args.get("parameters", {}),
            on_targets=bool(task.target_ids),
            role_arn=self.assume_role_arn,
        )
        automation = AutomationArgs(document_version=self.document_version, parameters=parameters or None)
        self.task_ids = task.register("AUTOMATION", self.document_name, self.task_role_arn, {"automation": automation})
        self.task_id, self.target_ids = self.task_ids[0], task.target_ids

    def _watch(self, location: Location, task: WindowTask, args: AutomationRunbookArgs) -> None:
        name = task.name
        self.topic_arn = topic_arn(self, name, location, args.get("notify", False), task.tags)
        if not args.get("alarms", True):
            return
        made = runbook_alert(self, name, "failed", [self.document_name], self.topic_arn, task.tags)
        self.rule_arn, self.alarm_arn = made.rule.arn, made.alarm.arn if made.alarm else None


def _runbook(where: str, name: str, args: AutomationRunbookArgs) -> Runbook:
    content, steps = args.get("content"), args.get("steps")
    if (content is None) == (steps is None):
        given = sorted(key for key in ("content", "steps") if args.get(key) is not None)
        raise wrong(where, "steps", given, "either `steps` or `content`")
    if steps is None:
        return read_content(where, content or {})
    return compose(
        where,
        steps,
        description=args.get("description", f"{name}, in a maintenance window"),
        on_node=args.get("targets") is not None,
        on_failure=args.get("on_failure", "Abort"),
    )


def _with_defaults(args: AutomationRunbookArgs) -> AutomationRunbookArgs:
    return {"cutoff_behavior": "CANCEL_TASK", **args}


def _assume_role(  # noqa: PLR0913, PLR0917 - a role, and all that says what it may do
    component: Component,
    name: str,
    where: str,
    runbook: Runbook,
    location: Location,
    args: AutomationRunbookArgs,
    tags: Mapping[str, pulumi.Input[str]],
) -> pulumi.Output[str]:
    given = args.get("assume_role") or runbook.own_role
    if given is not None:
        return role_arn(given)
    if not runbook.steps and "statements" not in args:
        allowed = "a role, or `statements` for a new one: nothing is known of what `content` needs"
        raise wrong(where, "assume_role", None, allowed)
    alarm, statements = args.get("stop_on_alarm"), args.get("statements", ())
    return assume_role(component, name, location, runbook, stop_on_alarm=alarm, statements=statements, tags=tags)
