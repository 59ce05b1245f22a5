"""PatchingRun: patching in a maintenance window, in waves, with alarms, logs and notifications."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Unpack

import pulumi

from pulumi_ssm_maintenance.args import RunCommandArgs
from pulumi_ssm_maintenance.schedules import Room
from pulumi_ssm_maintenance_components.alerts.topics import failed_nodes, topic_arn
from pulumi_ssm_maintenance_components.alerts.window_events import WindowEvent, window_alerts
from pulumi_ssm_maintenance_components.foundation.arguments import given_args
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import Location, location_of
from pulumi_ssm_maintenance_components.foundation.names import full_tags
from pulumi_ssm_maintenance_components.logs.command_logs import command_logs
from pulumi_ssm_maintenance_components.logs.node_policy import fetch_statements, node_policy
from pulumi_ssm_maintenance_components.runbooks.automation_runbook import AutomationRunbook
from pulumi_ssm_maintenance_components.runbooks.resources import runbook_alert
from pulumi_ssm_maintenance_components.windows.change_freeze import ChangeFreeze
from pulumi_ssm_maintenance_components.windows.maintenance_window import MaintenanceWindow

from .approval import ask_approval
from .arguments import PatchingRunArgs
from .baseline import register_baseline
from .plan import PatchPlan, read_plan
from .roles import notification_role, task_role
from .runbook import WAVE, PatchRunbook, patch_runbook
from .waves import WaveIds, register_waves
from .window import run_window, scan_window

if TYPE_CHECKING:
    from pulumi_ssm_maintenance_components.alerts.rules import RuleAlarm

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
)


class PatchingRun(Component):
    """Patching of nodes in a maintenance window, in waves that follow each other.

    It makes a window, targets and tasks, the two roles, a log group, a topic, and rules and alarms for runs that fail,
    do not end in time or are left out. Each of them can be one that is there already.

    Waves are ordered: nothing documented keeps a wave from starting when the one before has failed. `stop_on_alarm`
    does, and `engine="runbook"`: there every wave but the first is gated by the success of all that come before it.

    Args:
        name: the logical name; windows and log groups are called `<project>-<stack>-<name>`.
        schedule: when the window opens: a `Cron`, `Rate`, `At` or `PatchTuesday`, or the text of one. `timezone`,
            `offset_days`, `duration`, `cutoff`, `enabled`, `start` and `end` are those of `MaintenanceWindow`.
        window: another window in place of a schedule: a `MaintenanceWindow`, an `aws.ssm.MaintenanceWindow` or an id.
        targets: what is patched in a single wave: `Targets`, or several of them by name. Or else:
        waves: what is patched one after the other: targets, or a `WaveArgs`, by the name of the wave. A new name is
            a new wave; the order may change.
        engine: `run_command`, or `runbook`, which patches each node by a runbook: a gate, where asked an image, the
            patching, and after an installation with `RebootIfNeeded` a check that no patch is missing. The gate fails
            unless every task of the waves before has succeeded in this opening of the window. Default: `run_command`.
        install: False for a scan, which installs nothing and never reboots. Default: True.
        reboot: `RebootIfNeeded` or `NoReboot`. Required to install, here or in each wave.
        scan_schedule: when to scan in between, in a window of its own with the same settings. It scans by a command,
            whatever the engine, and during a freeze too, since a scan changes nothing. Default: never.
        max_concurrency: how many nodes at once, a number or a share as text. Default: `10%`.
        max_errors: how many failures stop a wave, a number or a share as text. Default: `0`, the first one, for the
            first of several waves, else `10%`.
        delivery_timeout: seconds in which a command must start on a node, less than the window gives. Default: 600.
        cutoff_behavior: `CONTINUE_TASK`, or `CANCEL_TASK`, which may kill an installation half-way, and with
            `engine="runbook"` lets nodes under way finish and starts no more. Default: `CONTINUE_TASK`, and
            `CANCEL_TASK` with `engine="runbook"`.
        snapshot: with `engine="runbook"`, whether an image of each node comes first; EC2 instances only. Default:
            False.
        approvers: with `engine="runbook"`, who must approve before the first wave: IAM user names, or ARNs of users
            and roles. One of them is enough, and they are asked once in a window, by the topic. Default: nobody.
        approval_timeout: how many seconds they have. Default: 3600.
        node_count: how many nodes there are.
        minutes_per_node: how long one takes; a preview warns when they do not fit into the window.
        hooks: documents that run on the node around an installation.
        baseline: the baseline of the nodes: a `PatchBaseline`, an `aws.ssm.PatchBaseline` or an id. The patch groups
            that the targets name are registered with it, so all targets must be by patch group; a group has one
            baseline of a system, so one run or `PatchBaseline` should own it. Default: what the groups have already,
            or else the account's.
        install_override_list: a list of patches in place of the baseline's, `s3://bucket/key`.
        baseline_override: baselines in place of those of the patch groups, `s3://bucket/key`.
        logs: where the output goes. Default: a new log group, for 90 days. False for nowhere.
        notify: who is told: True for a new topic without subscribers, a list of e-mail addresses for a new topic that
            writes to them, an `aws.sns.Topic` or its ARN, False for nobody. The policy of a topic that is there stays
            as it is: it must let `events.amazonaws.com` and `cloudwatch.amazonaws.com` publish. Default: True.
        alarms: whether there are rules and alarms. Default: True.
        stop_on_alarm: the alarm that stops the run, or its name: best one of the application that is patched.
        freeze: periods in which the window stays shut; that of `scan_schedule` goes on.
        task_role: another role to start commands or the runbook, or its ARN; it must be allowed to pass the
            notification role, or that of the runbook.
        notification_role: another role to publish with, or its ARN.
        assume_role: with `engine="runbook"`, another role that it runs as, or its ARN.
        node_policy: whether there is a policy for the nodes' role. Default: True.
        tags: on top of project, stack, run and managed-by.
        opts: the resource's options.

    Attributes:
        window_id: the window's id.
        window_arn: the window's ARN.
        window: the window, where it is a `MaintenanceWindow`: it knows its next runs.
        scan_window: the window of `scan_schedule`, or None.
        waves: for each wave the ids of its target and task.
        task_role_arn: the ARN of the role that starts commands or the runbook.
        notification_role_arn: the ARN of the role that publishes, or None.
        topic_arn: the ARN of the topic, or None.
        log_group_name: the log group, or None.
        bucket: the bucket, or None.
        node_policy_arn: the ARN of a policy to attach to the nodes' role, or None where they need nothing. It comes on
            top of AWS's `AmazonSSMManagedInstanceCore`.
        rule_arns: the ARNs of the rules by event; `runbook` is a run of the runbook that failed.
        alarm_arns: the ARNs of the alarms by event.
        console_url: the window's page in the console.
        schedule_text: in words when the window opens, where that is known.
        room: how many rounds there are and how long they have, where that is known.
        document_name: the name of the runbook, or None.
        document_version: the version of it that runs, the one that this program made, or None.
        assume_role_arn: the ARN of the role that the runbook runs as, or None.
        approval: what asks for approval, or None.

    Raises:
        ArgumentError: an argument is wrong.
        ScheduleError: AWS would refuse the schedule.
    """

    window_id: pulumi.Output[str]
    window_arn: pulumi.Output[str]
    window: MaintenanceWindow | None
    scan_window: MaintenanceWindow | None
    waves: dict[str, WaveIds]
    task_role_arn: pulumi.Output[str]
    notification_role_arn: pulumi.Output[str] | None
    topic_arn: pulumi.Output[str] | None
    log_group_name: pulumi.Output[str] | None
    bucket: pulumi.Output[str] | None
    node_policy_arn: pulumi.Output[str] | None
    rule_arns: dict[RunEvent, pulumi.Output[str]]
    alarm_arns: dict[RunEvent, pulumi.Output[str]]
    console_url: pulumi.Output[str]
    schedule_text: str | None
    room: Room | None
    document_name: pulumi.Output[str] | None = None
    document_version: pulumi.Output[str] | None = None
    assume_role_arn: pulumi.Output[str] | None = None
    approval: AutomationRunbook | None = None

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[PatchingRunArgs]
    ) -> None:
        super().__init__("PatchingRun", name, opts)
        where = f"PatchingRun {name!r}"
        args = given_args(where, args, PatchingRunArgs)
        plan = read_plan(where, args)
        location, tags = location_of(self), full_tags(name, args.get("tags"))
        opened = run_window(self, name, where, location, args)
        self.window_id, self.window_arn, self.window = opened.window_id, opened.window_arn, opened.component
        self.console_url, self.schedule_text = opened.console_url(location), opened.schedule_text
        self.scan_window = scan_window(self, name, where, args)
        self.room = plan.room(where, opened.minutes)
        self._report(args.get("minutes_per_node"))

        self.topic_arn = topic_arn(self, name, location, args.get("notify", True), tags)
        publisher = notification_role(self, name, args.get("notification_role"), self.topic_arn, tags)
        logs = command_logs(self, name, where, logs=args.get("logs", True), tags=tags)
        self.log_group_name, self.bucket = logs.log_group_name, logs.bucket
        told = failed_nodes(self.topic_arn, publisher)
        runbook = self._runbook(name, location, plan, logs.arguments(f"{name}/{WAVE}"), told, args, tags)
        starter = task_role(self, name, location, args.get("task_role"), plan, publisher, runbook, tags)
        self.task_role_arn, self.notification_role_arn = starter, publisher

        tasks = runbook.task(plan, starter) if runbook else plan.task(name, starter, logs, told)
        self.waves = register_waves(self, name, self.window_id, plan.waves, tasks)
        if self.scan_window and plan.scan:
            scans = plan.scanning().task(name, starter, logs, told)
            register_waves(self.scan_window, name, self.scan_window.window_id, [plan.scan], scans)

        register_baseline(self, name, args.get("baseline"), plan.patch_groups)
        needs = [*logs.node_statements(location), *fetch_statements(location, plan.command.lists)]
        policy = node_policy(self, f"{name}-node-policy", needs if args.get("node_policy", True) else [], tags)
        self.node_policy_arn = policy.arn if policy else None
        self._alert(name, runbook, args, tags)
        self._freeze(name, args)
        self.register_outputs(self._outputs())

    def _report(self, minutes_per_node: float | None) -> None:
        if self.room is None:
            return
        pulumi.log.info(self.room.describe(), self)
        if warning := self.room.warning(minutes_per_node):
            pulumi.log.warn(warning, self)

    def _runbook(  # noqa: PLR0913, PLR0917 - a runbook, and all that goes into it
        self,
        name: str,
        location: Location,
        plan: PatchPlan,
        logs: RunCommandArgs,
        told: RunCommandArgs,
        args: PatchingRunArgs,
        tags: Mapping[str, pulumi.Input[str]],
    ) -> PatchRunbook | None:
        if plan.runbook is None:
            return None
        its_role = args.get("assume_role")
        roles = args.get("task_role"), its_role
        self.approval = ask_approval(self, name, plan, self.window_id, self.topic_arn, roles, tags)
        made = patch_runbook(
            self, name, location, plan, logs=logs, notifications=told, role=its_role, approval=self.approval, tags=tags
        )
        self.document_name, self.document_version = made.document_name, made.document_version
        self.assume_role_arn = made.assume_role_arn
        return made

    def _alert(
        self,
        name: str,
        runbook: PatchRunbook | None,
        args: PatchingRunArgs,
        tags: Mapping[str, pulumi.Input[str]],
    ) -> None:
        alerts: list[tuple[RunEvent, RuleAlarm]] = []
        if args.get("alarms", True):
            windows = [self.window_id, *([self.scan_window.window_id] if self.scan_window else [])]
            alerts += window_alerts(self, name, windows, topic_arn=self.topic_arn, alarms=True, tags=tags).items()
            if runbook:
                alert = runbook_alert(self, name, "runbook", runbook.document_names, self.topic_arn, tags)
                alerts.append(("runbook", alert))
        self.rule_arns = {event: alert.rule.arn for event, alert in alerts}
        self.alarm_arns = {event: alert.alarm.arn for event, alert in alerts if alert.alarm}

    def _freeze(self, name: str, args: PatchingRunArgs) -> None:
        # The end of a freeze would switch on what is meant to be off.
        periods = args.get("freeze", ())
        if periods and args.get("enabled", True):
            ChangeFreeze(
                f"{name}-freeze",
                windows={"window": self.window_id},
                periods=periods,
                timezone=args.get("timezone", "UTC"),
                tags=args.get("tags", {}),
                opts=self.child(),
            )

    def _outputs(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in _OUTPUTS}
        return {**told, "waves": {name: ids.outputs() for name, ids in self.waves.items()}}
