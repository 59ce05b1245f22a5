"""AutomationRunbook: a runbook that a window runs, with its document, roles, rule and alarm."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias, Unpack

import pulumi

from pulumi_ssm_maintenance.args import AutomationArgs
from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.alerts.alarms import notify_topic, use_event_role
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, all_at_once, wrong
from pulumi_ssm_maintenance_components.foundation.roles import (
    AnyRole,
    Statement,
    automation_statements,
    check_statements,
    pass_role_statement,
    role_arn,
)
from pulumi_ssm_maintenance_components.foundation.shown import shown
from pulumi_ssm_maintenance_components.tasks.window_task import WindowTask, WindowTaskArgs, has_targets

from .content import (
    ROLE_PARAMETER,
    OnFailure,
    Runbook,
    RunbookContent,
    RunbookParameters,
    check_parameters,
    compose,
    read_content,
    task_parameters,
)
from .existing_runbook import AnyRunbook, check_existing_runbook, existing_parameters, existing_runbook
from .resources import assume_role, runbook_alert, runbook_document
from .steps import Step

__all__ = ["AutomationRunbook", "AutomationRunbookArgs"]

_SOURCES = ("steps", "content", "document")

_Runs: TypeAlias = tuple[list[pulumi.Output[str]], pulumi.Output[str] | None, dict[str, list[pulumi.Input[str]]]]
"""What the events of runs call a runbook, the role that is passed to it, and the parameters of the task."""


class AutomationRunbookArgs(WindowTaskArgs, total=False):
    """The arguments of `AutomationRunbook`. Pass one of `steps`, `content` and `document`."""

    content: RunbookContent | None
    """The content of the document: a mapping, YAML or JSON text, or the path of a file with it."""
    steps: Sequence[Step] | None
    """What the runbook does, each part a `Step`. Clean-up steps, which `always()` makes, come last."""
    document: AnyRunbook | None
    """A runbook that exists: an `aws.ssm.Document`, the name of one of this account or of AWS, such as
    `AWS-StartEC2Instance`, or an ARN, also of a document that another account shares."""
    document_version: pulumi.Input[str] | None
    """The version of `document`: a number as text, `$LATEST` or `$DEFAULT`. Default: for an `aws.ssm.Document` its
    default version as the program knows it, so that nothing changes under a running schedule; else `$DEFAULT`, the
    default version at the time of the run."""
    parameters: RunbookParameters
    """The parameters for `content` or `document`, each a list of text. With targets, `InstanceId` is the node by
    default; with `document`, unless another parameter has `{{RESOURCE_ID}}` or `{{TARGET_ID}}`. Those of `content` are
    compared with its declarations; those of `document` are not checked."""
    on_failure: OnFailure
    """What happens after a step has failed: `Abort`, or `Continue` with the next step, although the run counts as
    failed. Clean-up steps always run. Only with `steps`. Default: `Abort`."""
    assume_role: AnyRole | None
    """An existing role that the runbook runs as, or its ARN. A `document` gets it as its parameter
    `AutomationAssumeRole`. Default: a new role with the permissions that the steps need."""
    statements: Sequence[Statement]
    """IAM policy statements for the new role, besides those that the steps need. Required with `content` that names no
    role and with `document`, unless you pass `assume_role`, since the component does not know what they need. With
    `document` you can pass `task_role` instead: then no role is passed, and the runbook runs as the role that it names
    itself, which the task role must be allowed to pass, or else with the permissions of the task role."""
    event_role: AnyRole | None
    """An existing role with which EventBridge rules publish to the topic, or its ARN. Default: a new role if there is a
    topic."""
    description: str
    """The description of the document. Only with `steps`. Default: a sentence with the name."""


class AutomationRunbook(WindowTask):
    """Run an Automation runbook when a window opens, once for each node of its targets, or once without targets.

    The component creates the document unless it exists, the role that the runbook runs as, the task, the role that
    starts the task, and a rule and an alarm on failed runs. By default a run that is under way at the cutoff goes on,
    and none starts.

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
    """The version that the task runs: the one that this program creates, or that of an existing `document`."""
    assume_role_arn: pulumi.Output[str]
    """The ARN of the role that the runbook runs as; that of the task role if no role is passed to a `document`."""
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
        problems.check(_check_source, self.where, args)
        problems.check(_check_role_parameter, self.where, args)
        problems.check(_check_empty_parameters, self.where, args)
        problems.check(check_statements, self.where, args)
        runbook = problems.check(_runbook, self.where, name, args)
        if runbook is not None:
            problems.check(_check_assume_role, self.where, runbook, args)
            problems.check(_check_parameters, self.where, runbook, args)
        problems.raise_all()
        assert runbook is not None  # noqa: S101 - or raise_all has raised

        args.setdefault("cutoff_behavior", "CANCEL_TASK")
        self._begin(args)
        use_event_role(self, args.get("event_role"))
        document = args.get("document")
        if document is None:
            definitions, passed, parameters = self._new(runbook, args)
        else:
            definitions, passed, parameters = self._existing(document, args)
        self._start_with(
            [
                *automation_statements(self._location, self.document_arn),
                *([] if passed is None else [pass_role_statement([passed])]),
            ],
            "Starts a runbook in a maintenance window",
        )
        self.assume_role_arn = self.task_role_arn if passed is None else passed
        automation = AutomationArgs(document_version=self.document_version, parameters=parameters or None)
        self._register("AUTOMATION", self.document_name, {"automation": automation})
        self._watch(definitions, alarms=args.get("alarms", True))
        self.register_outputs(self.declared_outputs())

    def _new(self, runbook: Runbook, args: AutomationRunbookArgs) -> "_Runs":
        """Create the document of a runbook, and the role that it runs as."""
        role = self._assume_role(runbook, args)
        document = runbook_document(self, self.logical_name, runbook, role, self._tags)
        self.document_name, self.document_arn = document.name, document.arn
        self.document_version = document.default_version
        given = args.get("parameters", {})
        parameters = task_parameters(runbook, given, on_targets=has_targets(args), role_arn=role)
        return [document.name], role, parameters

    def _existing(self, document: AnyRunbook, args: AutomationRunbookArgs) -> "_Runs":
        """Use a document that exists, and create the role that it runs as if there are statements for it."""
        found = existing_runbook(self.where, self._location, document, args.get("document_version"))
        self.document_name, self.document_arn, self.document_version = found.name, found.arn, found.version
        has_role = args.get("assume_role") is not None or "statements" in args
        role = self._assume_role(Runbook({}), args) if has_role else None
        parameters = existing_parameters(args.get("parameters", {}), on_targets=has_targets(args), role_arn=role)
        return found.definitions, role, parameters

    def _assume_role(self, runbook: Runbook, args: AutomationRunbookArgs) -> pulumi.Output[str]:
        role = args.get("assume_role") or runbook.own_role
        if role is not None:
            return role_arn(role)
        alarm, statements = args.get("stop_on_alarm"), args.get("statements", ())
        name, location, tags = self.logical_name, self._location, self._tags
        return assume_role(self, name, location, runbook, stop_on_alarm=alarm, statements=statements, tags=tags)

    def _watch(self, definitions: Sequence[pulumi.Output[str]], *, alarms: bool) -> None:
        alert = None
        if alarms:
            alert = runbook_alert(self, self.logical_name, "failed", definitions, self.topic_arn, self._tags)
            notify_topic(self, [alert], self.topic_arn, self._tags)
        self.rule_arn = alert.rule.arn if alert else None
        self.alarm_arn = alert.alarm.arn if alert and alert.alarm else None


def _runbook(where: str, name: str, args: AutomationRunbookArgs) -> Runbook:
    content, steps = args.get("content"), args.get("steps")
    sources = [key for key in _SOURCES if key in args]
    if len(sources) != 1:
        raise wrong(where, "steps", sources, "one of `steps`, `content` and `document`")
    if "document" in args:
        return Runbook({})
    if steps is None:
        return read_content(where, content or {})
    return compose(
        where,
        steps,
        description=args.get("description", f"{name}, in a maintenance window"),
        on_node=has_targets(args),
        on_failure=args.get("on_failure", "Abort"),
    )


@all_at_once
def _check_source(where: str, args: AutomationRunbookArgs) -> Iterator[ArgumentError]:
    for name in ("on_failure", "description"):
        if name in args and "steps" not in args:
            yield wrong(where, name, args.get(name), "none without `steps`: the runbook has its own")
    if "document" in args:
        check_existing_runbook(where, args.get("document"), args.get("document_version"))
    elif "document_version" in args:
        allowed = "none without `document`: the task runs the version that this program creates"
        yield wrong(where, "document_version", args.get("document_version"), allowed)


def _check_role_parameter(where: str, args: AutomationRunbookArgs) -> None:
    passes_role = args.get("task_role") is not None and args.get("assume_role") is None and "statements" not in args
    if ROLE_PARAMETER in args.get("parameters", {}) and not passes_role:
        allowed = "others: pass the role as `assume_role`, so that the new task role may pass it"
        raise wrong(where, "parameters", ROLE_PARAMETER, allowed)


def _check_assume_role(where: str, runbook: Runbook, args: AutomationRunbookArgs) -> None:
    has_role = args.get("assume_role") is not None or runbook.own_role is not None or "statements" in args
    if "document" in args and not has_role and args.get("task_role") is None:
        allowed = (
            "a role, or `statements` for a new one: the component does not know what the runbook needs. If it names its"
            " role itself, pass a `task_role` that may pass that role"
        )
        raise wrong(where, "assume_role", None, allowed)
    if not has_role and not runbook.steps and "document" not in args:
        allowed = "a role, or `statements` for a new one: the component does not know what `content` needs"
        raise wrong(where, "assume_role", None, allowed)


@all_at_once
def _check_empty_parameters(where: str, args: AutomationRunbookArgs) -> Iterator[ArgumentError]:
    # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html
    for name, values in args.get("parameters", {}).items():
        if any(isinstance(value, str) and not value for value in values):
            allowed = "text of a character or more: leave the parameter out, so that it has its default"
            yield wrong(where, f"parameters[{shown(name)}]", "empty text", allowed)


def _check_parameters(where: str, runbook: Runbook, args: AutomationRunbookArgs) -> None:
    if "document" in args:
        return
    check_parameters(where, runbook, args.get("parameters", {}), on_targets=has_targets(args))
