"""The arguments of a patching run."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import pulumi

from pulumi_ssm_maintenance.args import CutoffBehavior
from pulumi_ssm_maintenance.schedules import FreezePeriod, Schedule
from pulumi_ssm_maintenance_components.alerts.stop_alarm import AnyAlarm
from pulumi_ssm_maintenance_components.alerts.topics import Notify
from pulumi_ssm_maintenance_components.baselines.run_patch_baseline import HooksArgs, Reboot
from pulumi_ssm_maintenance_components.foundation.keys import AnyKey
from pulumi_ssm_maintenance_components.foundation.roles import AnyRole
from pulumi_ssm_maintenance_components.logs.command_logs import LogsArgs
from pulumi_ssm_maintenance_components.windows.maintenance_window import AnyWindow, WindowSettings
from pulumi_ssm_maintenance_components.windows.targets import Targets

from .baseline import AnyBaseline
from .waves import WaveArgs

__all__ = ["Engine", "PatchingRunArgs"]

Engine: TypeAlias = Literal["run_command", "runbook"]


class PatchingRunArgs(WindowSettings, total=False):
    """The arguments of `PatchingRun`. Those of a new window include the settings of `WindowSettings`."""

    schedule: Schedule | str
    """When the new window opens: a `Cron`, `Rate`, `At` or `PatchTuesday`, or its text. Required unless you pass
    `window`."""
    window: AnyWindow
    """An existing window in place of a schedule: a `MaintenanceWindow`, an `aws.ssm.MaintenanceWindow` or an id. The
    settings of a new window are then refused."""
    targets: Targets | Mapping[str, Targets]
    """What a run with a single wave, named `all`, patches: `Targets`, or several of them by name. Pass either `targets`
    or `waves`."""
    waves: Mapping[str, WaveArgs | Targets]
    """What a run with several waves patches, one wave after the other: `Targets` or `WaveArgs`, by the name of the
    wave. A new name is a new wave. The order may change."""
    engine: Engine
    """`run_command` patches each node by a command. `runbook` patches each node by a runbook: a gate, an image if you
    want one, the patching, and a check after an installation. The gate fails unless every task
    of the earlier waves has succeeded in this opening of the window. Default: `run_command`."""
    install: bool
    """Whether to install patches. False only scans: it installs nothing and never reboots. Default: True."""
    reboot: Reboot
    """`RebootIfNeeded`, which reboots after any installation, or `NoReboot`. Required to install, unless each wave has
    it."""
    scan_schedule: Schedule | str | None
    """When to scan between the runs, in a window of its own with the same settings. The scan is always a command, and
    continues during a freeze, since it changes nothing. Default: no scan."""
    scan_max_concurrency: str
    """How many nodes are scanned at once, as `max_concurrency`. Default: `max_concurrency`."""
    scan_max_errors: str
    """How many failures the scan tolerates before it stops, as `max_errors`. Default: `"100%"`."""
    scan_duration: int
    """How long the window of the scan is open, in hours, 1 to 24. Default: `duration`."""
    scan_cutoff: int
    """How long before its end the window of the scan starts no new node, in hours. Default: `cutoff`, or less if
    `scan_duration` is shorter."""
    priority: int
    """A number that is added to the priorities of all tasks in the window of the run, 0 or more: the waves have 10, 20
    and so on, the approval has 5. Two runs in one window need different numbers, such as 0 and 100, or they run at the
    same time. Default: 0."""
    max_concurrency: str
    """How many nodes are patched at once: a number or a percentage as text, such as `"5"` or `"10%"`. Default:
    `"10%"`."""
    max_errors: str
    """How many failures a wave tolerates before it stops: a number or a percentage as text. Default: `"0"` for the
    first of several waves, so that it stops at its first failure, and `"10%"` for other waves."""
    delivery_timeout: int
    """How long a command may wait for its node, in seconds: 30 or more, less than the time from the opening to the
    cutoff. Default: 600."""
    cutoff_behavior: CutoffBehavior
    """What happens at the cutoff. `CONTINUE_TASK` lets the task go on. `CANCEL_TASK` with a command may kill an
    installation halfway; with a runbook it lets running nodes finish and starts no more. Default: `CONTINUE_TASK` for a
    command, `CANCEL_TASK` for a runbook."""
    node_count: int | None
    """The number of nodes, to compute the time that each round has."""
    minutes_per_node: float | None
    """How long a node takes, in minutes. With `node_count`, a preview warns if the nodes do not fit into the window."""
    snapshot: bool
    """Whether to take an image of each node before it is patched. Needs `engine="runbook"`, and works for EC2 instances
    only. Default: False."""
    snapshot_retention_days: int | None
    """How many days the images of `snapshot` and their volume snapshots are kept, 1 to 36500. A task of the window then
    removes older images of this run. Default: images are kept for ever."""
    approvers: Sequence[pulumi.Input[str]]
    """Who must approve before the first wave: at most 10 IAM user names, or ARNs of users and roles. One approval is
    enough. `approval_topic` asks them once for each opening of the window. Needs `engine="runbook"`. Default: no
    approval."""
    approval_topic: Notify | None
    """The topic that asks the approvers. AWS demands that its name starts with `Automation`, so it is not the topic of
    `notify`. True for a new topic without subscribers, a list of e-mail addresses for a new topic that writes to them,
    an `aws.sns.Topic` or its ARN. Needs `approvers`, and is required if `notify` is an existing topic or False.
    Default: a new topic, which writes to the e-mail addresses of `notify` if there are some."""
    approval_timeout: int
    """How long the approvers have, in seconds, 1 to 2592000, which is 30 days. Default: 3600."""
    hooks: HooksArgs | None
    """Command documents that run on the node before and after an installation. Excludes `install_override_list` and
    `baseline_override`. Default: none."""
    baseline: AnyBaseline | None
    """The baseline of the nodes: a `PatchBaseline`, an `aws.ssm.PatchBaseline`, an id (`pb-…`) or the ARN of a baseline
    of AWS. The run registers the patch groups of its targets with it, so all targets must be by patch group. A group
    can have only one baseline for each system, so one run or `PatchBaseline` should own it. Default: that of the group,
    else that of the account."""
    install_override_list: pulumi.Input[str] | None
    """A list of the patches to install in place of those that the baseline approves: `s3://bucket/key`, `https://…` or
    `ssm-document://name`. Excludes `baseline_override`. Default: none."""
    baseline_override: pulumi.Input[str] | None
    """A list of baselines to use in place of those of the account: `s3://bucket/key` or `https://…`. It does not change
    the compliance of a node, so a runbook does not check the node. Default: none."""
    document_version: pulumi.Input[str]
    """The version of the AWS document that patches: a number, `$LATEST` or `$DEFAULT`. Default: its default version."""
    comment: pulumi.Input[str]
    """A comment on each command, at most 100 characters. Run Command shows it. Default: none."""
    logs: LogsArgs | bool
    """Where the output of commands goes: `LogsArgs`, True for a new log group, or False for nowhere. Default: True."""
    key_prefix: str
    """The prefix of the keys in the bucket of `logs`, before the name of the wave: `<prefix>/<wave>`. At most 400
    characters. Default: the name of the run."""
    notify: Notify
    """Who gets notifications about failures: True for a new topic without subscribers, a list of e-mail addresses for a
    new topic that writes to them, an `aws.sns.Topic` or its ARN, or False for nobody. The run does not change the
    policy of an existing topic: for the alarms, it must allow `cloudwatch.amazonaws.com` to publish.
    Default: True."""
    alarms: bool
    """Whether to create rules and alarms for failed runs. Default: True."""
    stop_on_alarm: AnyAlarm | None
    """The CloudWatch alarm that stops the run: an `aws.cloudwatch.MetricAlarm` or its name. Best is an alarm of the
    application that runs on the nodes. Default: none."""
    freeze: Sequence[FreezePeriod]
    """Periods in which the window does not open, as for `ChangeFreeze`. Default: none."""
    task_role: AnyRole | None
    """An existing role that starts the commands or the runbook: an `aws.iam.Role` or an ARN. It must be allowed to pass
    the notification role, or the role of the runbook. Default: a new role."""
    notification_role: AnyRole | None
    """An existing role that publishes failed nodes to the topic: an `aws.iam.Role` or an ARN. Default: a new role."""
    event_role: AnyRole | None
    """An existing role with which EventBridge rules publish to the topic, or its ARN. Default: a new role if there is a
    topic."""
    assume_role: AnyRole | None
    """An existing role that the runbook runs as: an `aws.iam.Role` or an ARN. Needs `engine="runbook"`. Default: a new
    role."""
    kms_key: AnyKey | None
    """The KMS key that encrypts the topics, the log group, the bucket and the queue that the run makes: an
    `aws.kms.Key` or the ARN of a key. The new roles and the policy for the nodes may use it, also for an existing
    topic, bucket or patch list with this key. The policy of the key must let AWS's services use it: see
    docs/permissions.md. Default: no such key."""
    vpc_endpoints: bool
    """Whether the nodes reach AWS through VPC endpoints: the policy for the nodes then lets them read AWS's own buckets
    with patch snapshots and modules, which a node without a policy reads over the internet only. Default: False."""
    node_policy: bool
    """Whether to create a policy to attach to the role of the nodes. Default: True."""
    tags: Mapping[str, pulumi.Input[str]]
    """Tags in addition to `project`, `stack`, `run` and `managed-by`."""
