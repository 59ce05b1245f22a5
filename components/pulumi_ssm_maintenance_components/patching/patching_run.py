"""PatchingRun: patching in a maintenance window, in waves, with alarms, logs and notifications."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Unpack

import pulumi

from pulumi_ssm_maintenance.args import RunCommandArgs
from pulumi_ssm_maintenance.schedules import Room
from pulumi_ssm_maintenance_components.alerts.alarms import notify_topic, use_event_role
from pulumi_ssm_maintenance_components.alerts.topics import check_notify, failed_nodes, topic_arn
from pulumi_ssm_maintenance_components.alerts.window_events import WindowEvent, window_alerts
from pulumi_ssm_maintenance_components.foundation.arguments import Problems
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.documents import check_version
from pulumi_ssm_maintenance_components.foundation.keys import check_key, key_of, use_key
from pulumi_ssm_maintenance_components.foundation.location import location_of
from pulumi_ssm_maintenance_components.foundation.names import check_tags, full_tags
from pulumi_ssm_maintenance_components.foundation.roles import check_roles
from pulumi_ssm_maintenance_components.freezes.change_freeze import ChangeFreeze
from pulumi_ssm_maintenance_components.logs.command_logs import check_logs, command_logs
from pulumi_ssm_maintenance_components.logs.node_policy import aws_bucket_statements, fetch_statements, node_policy
from pulumi_ssm_maintenance_components.runbooks.automation_runbook import AutomationRunbook
from pulumi_ssm_maintenance_components.runbooks.resources import runbook_alert
from pulumi_ssm_maintenance_components.windows.maintenance_window import MaintenanceWindow

from .arguments import PatchingRunArgs
from .baseline import register_baseline
from .context import RunContext
from .neighbours import PlannedRun, warn_of_neighbours, wave_warnings
from .plan import PatchPlan, check_plan, read_plan
from .roles import notification_role, task_role
from .runbook.approval import ask_approval, run_approval_topic
from .runbook.images import remove_images
from .runbook.patch_runbook import WAVE, PatchRunbook, patch_runbook
from .waves import WaveIds, register_waves
from .window import check_windows, run_window, scan_window, window_may_open

if TYPE_CHECKING:
    from pulumi_ssm_maintenance_components.alerts.alarms import RuleAlarm

__all__ = ["PatchingRun", "RunEvent"]

RunEvent: TypeAlias = WindowEvent | Literal["runbook"]

_OUTPUTS = (
    "window_id",
    "window_arn",
    "task_role_arn",
    "notification_role_arn",
    "topic_arn",
    "log_group_name",
    "bucket",
    "node_policy_arn",
    "rule_arns",
    "alarm_arns",
    "console_url",
    "schedule_text",
    "document_name",
    "document_version",
    "assume_role_arn",
    "approval_topic_arn",
)


class PatchingRun(Component):
    """Patch nodes in a maintenance window, in waves that run one after the other.

    The run creates a window, targets and tasks, two roles, a log group, a topic, and rules and alarms for runs that
    fail, time out or are skipped. You can pass an existing one in place of each of them.

    Waves are ordered: a later wave starts after an earlier one, even if the earlier one has failed. `stop_on_alarm`
    stops the run, and with `engine="runbook"` each wave needs the success of all earlier waves.

    Arguments: see `PatchingRunArgs`.

    Example::

        PatchingRun(
            "web",
            schedule=PatchTuesday(offset_days=4),
            waves={"canary": Targets.by_patch_group("canary"), "fleet": Targets.by_patch_group("web")},
            reboot="RebootIfNeeded",
            notify=["operations@example.com"],
        )

    Raises:
        ArgumentError: an argument is wrong.
        ScheduleError: AWS would refuse the schedule.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager.html
    """

    window_id: pulumi.Output[str]
    """The id of the window."""
    window_arn: pulumi.Output[str]
    """The ARN of the window."""
    window: MaintenanceWindow | None
    """The window, if it is a `MaintenanceWindow`. It knows its next runs."""
    scan_window: MaintenanceWindow | None
    """The window of `scan_schedule`, or None."""
    waves: dict[str, WaveIds]
    """The ids of the targets and tasks of each wave, by the name of the wave."""
    task_role_arn: pulumi.Output[str]
    """The ARN of the role that starts the commands or the runbook."""
    notification_role_arn: pulumi.Output[str] | None
    """The ARN of the role that publishes failed nodes to the topic, or None."""
    topic_arn: pulumi.Output[str] | None
    """The ARN of the topic, or None."""
    log_group_name: pulumi.Output[str] | None
    """The name of the log group, or None."""
    bucket: pulumi.Output[str] | None
    """The name of the bucket, or None."""
    node_policy_arn: pulumi.Output[str] | None
    """The ARN of a policy to attach to the role of the nodes, in addition to AWS's `AmazonSSMManagedInstanceCore`; None
    if the nodes need no more than that."""
    rule_arns: dict[RunEvent, pulumi.Output[str]]
    """The ARNs of the rules by event. The event `runbook` is a failed run of the runbook."""
    alarm_arns: dict[RunEvent, pulumi.Output[str]]
    """The ARNs of the alarms by event."""
    console_url: pulumi.Output[str]
    """The address of the window's page in the console."""
    schedule_text: str | None
    """The schedule of the window in plain English, if known."""
    room: Room | None
    """The number of rounds and the time that they share, if known."""
    document_name: pulumi.Output[str] | None = None
    """The name of the runbook, or None."""
    document_version: pulumi.Output[str] | None = None
    """The version of the runbook that the tasks run, or None."""
    assume_role_arn: pulumi.Output[str] | None = None
    """The ARN of the role that the runbook runs as, or None."""
    approval: AutomationRunbook | None = None
    """The runbook that asks for approval, or None."""
    approval_topic_arn: pulumi.Output[str] | None = None
    """The ARN of the topic that asks the approvers, or None. Its name starts with `Automation`, as AWS demands."""
    image_removal: AutomationRunbook | None = None
    """The runbook that removes old images of nodes, or None."""

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[PatchingRunArgs]
    ) -> None:
        """Create the run. `PatchingRunArgs` describes the arguments; `opts` are the resource options."""
        super().__init__("PatchingRun", name, opts)
        problems = Problems(self.where)
        args = problems.read(args, PatchingRunArgs)
        check_run(problems, name, args)
        problems.raise_all()
        run = RunContext(self, name, location_of(self), full_tags(name, args.get("tags")))
        plan = read_plan(run.where, name, args)
        window = run_window(run, args)
        self.window_id, self.window_arn, self.window = window.window_id, window.window_arn, window.component
        self.console_url, self.schedule_text = window.console_url(run.location), window.schedule_text
        self.scan_window = scan_window(run, args)
        self.room = plan.room(window.minutes)
        self._warn(args, plan)

        use_event_role(self, args.get("event_role"))
        use_key(self, args.get("kms_key"))
        self.topic_arn = topic_arn(self, name, run.location, args.get("notify", True), run.tags)
        self.notification_role_arn = notification_role(run, plan, self.topic_arn)
        logs = command_logs(self, name, run.where, logs=args.get("logs", True), tags=run.tags)
        self.log_group_name, self.bucket = logs.log_group_name, logs.bucket
        notifications = failed_nodes(self.topic_arn, self.notification_role_arn)
        runbook = self._runbook(run, plan, plan.sending(logs.arguments(f"{plan.key_prefix}/{WAVE}"), notifications))
        self.task_role_arn = task_role(run, plan, self.notification_role_arn, runbook)

        task = runbook.task(plan, self.task_role_arn) if runbook else plan.task(self.task_role_arn, logs, notifications)
        self.waves = register_waves(run, self.window_id, plan.waves, task)
        if self.scan_window and plan.scan:
            scan = plan.scanning().task(self.task_role_arn, logs, notifications)
            register_waves(replace(run, component=self.scan_window), self.scan_window.window_id, [plan.scan], scan)

        register_baseline(run, args.get("baseline"), plan.patch_groups)
        fetching = fetch_statements(run.where, run.location, plan.command.lists, key_of(self))
        reading = aws_bucket_statements(run.location) if args.get("vpc_endpoints", False) else []
        statements = [*logs.node_statements(run.location), *fetching, *reading]
        policy = node_policy(self, f"{name}-node-policy", statements if args.get("node_policy", True) else [], run.tags)
        self.node_policy_arn = policy.arn if policy else None
        self._alert(run, runbook, alarms=args.get("alarms", True))
        self._freeze(name, args)
        self.register_outputs(self._outputs())

    def _warn(self, args: PatchingRunArgs, plan: PatchPlan) -> None:
        def warn(warning: str) -> None:
            pulumi.log.warn(warning, self)

        run = PlannedRun(
            name=self.logical_name,
            window_id=self.window_id,
            window=self.window,
            plan=plan,
            is_enabled=window_may_open(args),
            provider=self.get_provider("aws:ssm/maintenanceWindow:MaintenanceWindow"),
        )
        warn_of_neighbours(run, warn)
        for warning in wave_warnings(self.logical_name, plan):
            warn(warning)
        if self.room and (warning_of_room := self.room.warning(args.get("minutes_per_node"))):
            warn(warning_of_room)

    def _runbook(self, run: RunContext, plan: PatchPlan, sending: RunCommandArgs) -> PatchRunbook | None:
        if plan.runbook is None:
            return None
        self.approval_topic_arn = run_approval_topic(run, plan)
        self.approval = ask_approval(run, plan, self.window_id, self.approval_topic_arn)
        self.image_removal = remove_images(run, plan, self.window_id)
        runbook = patch_runbook(run, plan, sending, self.approval)
        self.document_name, self.document_version = runbook.document_name, runbook.document_version
        self.assume_role_arn = runbook.assume_role_arn
        return runbook

    def _alert(self, run: RunContext, runbook: PatchRunbook | None, *, alarms: bool) -> None:
        alerts: list[tuple[RunEvent, RuleAlarm]] = []
        if alarms:
            windows = [self.window_id, *([self.scan_window.window_id] if self.scan_window else [])]
            alerts += window_alerts(
                self, run.name, windows, topic_arn=self.topic_arn, alarms=True, tags=run.tags
            ).items()
            if runbook:
                names = [
                    *runbook.document_names,
                    *([self.image_removal.document_name] if self.image_removal else []),
                ]
                alert = runbook_alert(self, run.name, "runbook", names, self.topic_arn, run.tags)
                alerts.append(("runbook", alert))
        notify_topic(self, [alert for _, alert in alerts], self.topic_arn, run.tags)
        self.rule_arns = {event: alert.rule.arn for event, alert in alerts}
        self.alarm_arns = {event: alert.alarm.arn for event, alert in alerts if alert.alarm}

    def _freeze(self, name: str, args: PatchingRunArgs) -> None:
        # The end of a freeze would enable a window that the user has disabled.
        periods = args.get("freeze", ())
        if periods and args.get("enabled", True):
            ChangeFreeze(
                f"{name}-freeze",
                windows={"window": self.window_id},
                periods=periods,
                timezone=args.get("timezone", "UTC"),
                notify=False if self.topic_arn is None else self.topic_arn,
                alarms=args.get("alarms", True),
                kms_key=key_of(self),
                tags=args.get("tags", {}),
                opts=self.child(),
            )

    def _outputs(self) -> dict[str, Any]:
        outputs = {name: getattr(self, name) for name in _OUTPUTS}
        return {**outputs, "waves": self.waves, "room": self.room}


def check_run(problems: Problems, name: str, args: PatchingRunArgs) -> None:
    """Check the arguments of a run, and collect all mistakes.

    Args:
        problems: collects the mistakes.
        name: the name of the run.
        args: the arguments, as `Problems.read` gave them.
    """
    where = problems.where
    check_windows(problems, args)
    check_plan(problems, name, args)
    problems.check(lambda: check_notify(where, args.get("notify", True)))
    problems.check(lambda: check_logs(where, args.get("logs", True)))
    problems.check(lambda: check_version(where, args.get("document_version")))
    problems.check(check_key, where, args)
    problems.check(check_roles, where, args)
    problems.check(check_tags, where, args)
