"""AutomationRunbook: a runbook that a window runs, with its document, roles, rule and alarm."""

from collections.abc import Sequence
from typing import Unpack

import pulumi

from pulumi_ssm_maintenance.args import AutomationArgs
from pulumi_ssm_maintenance_components.alerts.alarms import use_event_role
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, wrong
from pulumi_ssm_maintenance_components.foundation.roles import (
    AnyRole,
    Statement,
    automation_statements,
    pass_role_statement,
    role_arn,
)
from pulumi_ssm_maintenance_components.tasks.window_task import WindowTask, WindowTaskArgs, has_targets

from .content import (
    OnFailure,
    Runbook,
    RunbookContent,
    RunbookParameters,
    check_parameters,
    compose,
    read_content,
    task_parameters,
)
from .resources import assume_role, runbook_alert, runbook_document
from .steps import Step

__all__ = ["AutomationRunbook", "AutomationRunbookArgs"]


class AutomationRunbookArgs(WindowTaskArgs, total=False):
    """The arguments of `AutomationRunbook`. Pass either `steps` or `content`."""

    content: RunbookContent | None
    """The content of the document: a mapping, YAML or JSON text, or the path of a file with it."""
    steps: Sequence[Step] | None
    """What the runbook does, each part a `Step`. Clean-up steps, which `always()` makes, come last."""
    parameters: RunbookParameters
    """The parameters for `content`, each a list of text. With targets, `InstanceId` is the node by default."""
    on_failure: OnFailure
    """What happens after a step has failed: `Abort`, or `Continue` with the next step, although the run counts as
    failed. Clean-up steps always run. Default: `Abort`."""
    assume_role: AnyRole | None
    """An existing role that the runbook runs as, or its ARN. Default: a new role with the permissions that the steps
    need."""
    statements: Sequence[Statement]
    """IAM policy statements for the new role, besides those that the steps need. Required with `content` that names no
    role, unless you pass `assume_role`, since the component does not know what `content` needs."""
    event_role: AnyRole | None
    """An existing role with which EventBridge rules publish to the topic, or its ARN. Default: a new role if there is a
    topic."""
    description: str
    """The description of the document. Only with `steps`. Default: a sentence with the name."""


class AutomationRunbook(WindowTask):
    """Run an Automation runbook when a window opens, once for each node of its targets, or once without targets.

    The component creates the document, the role that the runbook runs as, the task, the role that starts the task, and
    a rule and an alarm on failed runs. By default a run that is under way at the cutoff goes on, and none starts.

    Arguments: see `AutomationRunbookArgs`.

    Example::

        AutomationRunbook(
            "patch",
            window=window,
            targets=Targets.by_tags({"Role": "web"}),
            steps=Step.snapshot_patch_check(reboot="RebootIfNeeded"),
        )

    Raises:
        ArgumentError: an argument is wrong.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-automation.html
    """

    document_name: pulumi.Output[str]
    """The name of the document."""
    document_arn: pulumi.Output[str]
    """The ARN of the document."""
    document_version: pulumi.Output[str]
    """The version that the task runs: the one that this program creates."""
    assume_role_arn: pulumi.Output[str]
    """The ARN of the role that the runbook runs as."""
    rule_arn: pulumi.Output[str] | None
    """The ARN of the rule on failed runs, or None."""
    alarm_arn: pulumi.Output[str] | None
    """The ARN of the alarm on failed runs, or None."""

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[AutomationRunbookArgs]
    ) -> None:
        """Create the runbook and its task. `AutomationRunbookArgs` describes the arguments; `opts` are the options."""
        super().__init__("AutomationRunbook", name, opts)
        problems = Problems(self.where)
        args = problems.read(args, AutomationRunbookArgs)
        self._check(problems, args)
        runbook = problems.check(_runbook, self.where, name, args)
        if runbook is not None:
            problems.check(_check_assume_role, self.where, runbook, args)
            problems.check(_check_parameters, self.where, runbook, args)
        problems.raise_all()
        assert runbook is not None  # noqa: S101 - or raise_all has raised

        args.setdefault("cutoff_behavior", "CANCEL_TASK")
        self._begin(args)
        use_event_role(self, args.get("event_role"))
        self.assume_role_arn = self._assume_role(runbook, args)
        document = runbook_document(self, name, runbook, self.assume_role_arn, self._tags)
        self.document_name, self.document_arn = document.name, document.arn
        self.document_version = document.default_version
        self._start_with(
            [*automation_statements(self._location, document.name), pass_role_statement([self.assume_role_arn])],
            "Starts a runbook in a maintenance window",
        )
        parameters = task_parameters(
            runbook, args.get("parameters", {}), on_targets=has_targets(args), role_arn=self.assume_role_arn
        )
        automation = AutomationArgs(document_version=self.document_version, parameters=parameters or None)
        self._register("AUTOMATION", document.name, {"automation": automation})
        self._watch(alarms=args.get("alarms", True))
        self.register_outputs(self.declared_outputs())

    def _assume_role(self, runbook: Runbook, args: AutomationRunbookArgs) -> pulumi.Output[str]:
        role = args.get("assume_role") or runbook.own_role
        if role is not None:
            return role_arn(role)
        alarm, statements = args.get("stop_on_alarm"), args.get("statements", ())
        name, location, tags = self.logical_name, self._location, self._tags
        return assume_role(self, name, location, runbook, stop_on_alarm=alarm, statements=statements, tags=tags)

    def _watch(self, *, alarms: bool) -> None:
        alert = None
        if alarms:
            alert = runbook_alert(self, self.logical_name, "failed", [self.document_name], self.topic_arn, self._tags)
        self.rule_arn = alert.rule.arn if alert else None
        self.alarm_arn = alert.alarm.arn if alert and alert.alarm else None


def _runbook(where: str, name: str, args: AutomationRunbookArgs) -> Runbook:
    content, steps = args.get("content"), args.get("steps")
    if (content is None) == (steps is None):
        both = sorted(key for key in ("content", "steps") if args.get(key) is not None)
        raise wrong(where, "steps", both, "either `steps` or `content`")
    if steps is None:
        return read_content(where, content or {})
    return compose(
        where,
        steps,
        description=args.get("description", f"{name}, in a maintenance window"),
        on_node=has_targets(args),
        on_failure=args.get("on_failure", "Abort"),
    )


def _check_assume_role(where: str, runbook: Runbook, args: AutomationRunbookArgs) -> None:
    has_role = args.get("assume_role") is not None or runbook.own_role is not None
    if not has_role and not runbook.steps and "statements" not in args:
        allowed = "a role, or `statements` for a new one: the component does not know what `content` needs"
        raise wrong(where, "assume_role", None, allowed)


def _check_parameters(where: str, runbook: Runbook, args: AutomationRunbookArgs) -> None:
    check_parameters(where, runbook, args.get("parameters", {}), on_targets=has_targets(args))
