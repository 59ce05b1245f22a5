"""WindowAlerts: rules and alarms for maintenance windows, whoever created them."""

from collections.abc import Mapping, Sequence
from typing import Required, TypedDict, Unpack

import pulumi

from pulumi_ssm_maintenance_components.foundation.arguments import Problems, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.keys import AnyKey, check_key, use_key
from pulumi_ssm_maintenance_components.foundation.location import location_of
from pulumi_ssm_maintenance_components.foundation.names import check_tags, full_tags
from pulumi_ssm_maintenance_components.foundation.roles import AnyRole, check_roles
from pulumi_ssm_maintenance_components.windows.maintenance_window import AnyWindow, check_window_ids, window_id

from .alarms import notify_topic, use_event_role
from .topics import Notify, check_notify, topic_arn
from .window_events import ALL_EVENTS, WindowEvent, window_alerts

__all__ = ["WindowAlerts", "WindowAlertsArgs"]

# A pattern has at most 4096 characters, and at most 2048 unless AWS raises the quota of the account. The id of a window
# takes 24, and the rest of the longest pattern 313.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
_MOST_WINDOWS, _MOST_BY_DEFAULT = 150, 70


class WindowAlertsArgs(TypedDict, total=False):
    """The arguments of `WindowAlerts`."""

    windows: Required[Sequence[AnyWindow]]
    """The windows, one or more: each a `MaintenanceWindow`, an `aws.ssm.MaintenanceWindow` or an id."""
    notify: Notify
    """Who is notified: True for a new topic without subscribers, a list of e-mail addresses for a new topic that writes
    to them, an `aws.sns.Topic` or its ARN, False for nobody. The policy of an existing topic is not changed: it must
    let `cloudwatch.amazonaws.com` publish. Default: True."""
    events: Sequence[WindowEvent]
    """The events: `failed`, `timed-out`, `skipped`. Default: all of them."""
    alarms: bool
    """Whether each event has an alarm besides its rule. Default: True."""
    event_role: AnyRole | None
    """An existing role with which EventBridge rules publish to the topic, or its ARN. Default: a new role if there is a
    topic."""
    kms_key: AnyKey | None
    """The KMS key that encrypts a new topic: an `aws.kms.Key` or the ARN of a key. The new role may use it, also for an
    existing topic with this key. The policy of the key must let AWS's services use it: see docs/permissions.md.
    Default: no such key."""
    tags: Mapping[str, pulumi.Input[str]]
    """Tags in addition to `project`, `stack`, `run` and `managed-by`."""


class WindowAlerts(Component):
    """Notify of failures in existing maintenance windows, whoever created them.

    The component creates an EventBridge rule and a CloudWatch alarm for each kind of event, and a topic.

    Arguments: see `WindowAlertsArgs`.

    Example::

        WindowAlerts("windows", windows=["mw-0123456789abcdef0"], notify=["operations@example.com"])

    Raises:
        ArgumentError: an argument is wrong.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-events.html
    """

    topic_arn: pulumi.Output[str] | None
    """The ARN of the topic, or None."""
    rule_arns: dict[WindowEvent, pulumi.Output[str]]
    """The ARNs of the rules, by event."""
    alarm_arns: dict[WindowEvent, pulumi.Output[str]]
    """The ARNs of the alarms, by event; empty without alarms."""

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[WindowAlertsArgs]
    ) -> None:
        """Create the rules and alarms. `WindowAlertsArgs` describes the arguments; `opts` are the resource options."""
        super().__init__("WindowAlerts", name, opts)
        problems = Problems(self.where)
        args = problems.read(args, WindowAlertsArgs)
        problems.check(_check_windows, self.where, args)
        problems.check(_check_events, self.where, args)
        problems.check(lambda: check_notify(self.where, args.get("notify", True)))
        problems.check(check_key, self.where, args)
        problems.check(check_roles, self.where, args)
        problems.check(check_tags, self.where, args)
        problems.raise_all()
        if len(args["windows"]) > _MOST_BY_DEFAULT:
            pulumi.log.warn(
                f"{self.where}: windows: got {len(args['windows'])}; for more than {_MOST_BY_DEFAULT} windows, the"
                " account needs a higher EventBridge quota of the size of event patterns: ask AWS for it, or use"
                " several WindowAlerts",
                self,
            )

        use_event_role(self, args.get("event_role"))
        use_key(self, args.get("kms_key"))
        tags = full_tags(name, args.get("tags"))
        windows = [window_id(window) for window in args["windows"]]
        self.topic_arn = topic_arn(self, name, location_of(self), args.get("notify", True), tags)
        alerts = window_alerts(
            self,
            name,
            windows,
            topic_arn=self.topic_arn,
            alarms=args.get("alarms", True),
            tags=tags,
            events=args.get("events", ALL_EVENTS),
        )
        notify_topic(self, [*alerts.values()], self.topic_arn, tags)
        self.rule_arns = {event: alert.rule.arn for event, alert in alerts.items()}
        self.alarm_arns = {event: alert.alarm.arn for event, alert in alerts.items() if alert.alarm}
        self.register_outputs(self.declared_outputs())


def _check_windows(where: str, args: WindowAlertsArgs) -> None:
    if not 1 <= len(args["windows"]) <= _MOST_WINDOWS:
        given = len(args["windows"]) or args["windows"]
        allowed = f"a list of 1 to {_MOST_WINDOWS} windows, or of their ids: no rule can watch more"
        raise wrong(where, "windows", given, allowed)
    check_window_ids(where, "windows", args["windows"])


def _check_events(where: str, args: WindowAlertsArgs) -> None:
    events = args.get("events", ALL_EVENTS)
    if not events or len({*events}) < len(events):
        raise wrong(where, "events", events, f"a list of some of {', '.join(ALL_EVENTS)}, each once")
