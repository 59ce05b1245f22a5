"""WindowAlerts: rules and alarms for maintenance windows, one's own and others'."""

from collections.abc import Mapping, Sequence
from typing import Required, TypedDict, Unpack

import pulumi

from pulumi_ssm_maintenance_components.foundation.arguments import given_args, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import location_of
from pulumi_ssm_maintenance_components.foundation.names import full_tags
from pulumi_ssm_maintenance_components.windows.maintenance_window import AnyWindow, window_id

from .topics import Notify, topic_arn
from .window_events import ALL_EVENTS, WindowEvent, window_alerts

__all__ = ["WindowAlerts", "WindowAlertsArgs"]


class WindowAlertsArgs(TypedDict, total=False):
    """The arguments of `WindowAlerts`, which describes each of them."""

    windows: Required[Sequence[AnyWindow]]
    notify: Notify
    events: Sequence[WindowEvent]
    alarms: bool
    tags: Mapping[str, pulumi.Input[str]]


class WindowAlerts(Component):
    """Alerts for maintenance windows that are there already, whoever made them.

    Args:
        name: the logical name.
        windows: the windows: each a `MaintenanceWindow`, an `aws.ssm.MaintenanceWindow` or an id.
        notify: who is told: True for a new topic without subscribers, a list of e-mail addresses for a new topic that
            writes to them, an `aws.sns.Topic` or its ARN, or False for nobody. The policy of a topic that is there
            stays as it is: it must let `events.amazonaws.com` and `cloudwatch.amazonaws.com` publish. Default: True.
        events: what to tell: `failed`, `timed-out`, `skipped`. Default: all of them.
        alarms: whether each of them has an alarm too. Default: True.
        tags: on top of project, stack, run and managed-by.
        opts: the resource's options.

    Attributes:
        topic_arn: the topic's ARN, or None.
        rule_arns: the rules' ARNs by event.
        alarm_arns: the alarms' ARNs by event.

    Raises:
        ArgumentError: an argument is wrong.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-events.html
    """

    topic_arn: pulumi.Output[str] | None
    rule_arns: dict[WindowEvent, pulumi.Output[str]]
    alarm_arns: dict[WindowEvent, pulumi.Output[str]]

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[WindowAlertsArgs]
    ) -> None:
        super().__init__("WindowAlerts", name, opts)
        where = f"WindowAlerts {name!r}"
        args = given_args(where, args, WindowAlertsArgs)
        tags = full_tags(name, args.get("tags"))
        windows = _window_ids(where, args["windows"])
        events = _events(where, args.get("events", ALL_EVENTS))
        self.topic_arn = topic_arn(self, name, location_of(self), args.get("notify", True), tags)
        alerts = window_alerts(
            self, name, windows, topic_arn=self.topic_arn, alarms=args.get("alarms", True), tags=tags, events=events
        )
        self.rule_arns = {event: alert.rule.arn for event, alert in alerts.items()}
        self.alarm_arns = {event: alert.alarm.arn for event, alert in alerts.items() if alert.alarm}
        self.register_outputs({"topic_arn": self.topic_arn, "rule_arns": self.rule_arns, "alarm_arns": self.alarm_arns})


def _window_ids(where: str, windows: Sequence[AnyWindow]) -> list[pulumi.Input[str]]:
    if isinstance(windows, str) or not windows:
        raise wrong(where, "windows", windows, "a list of one window or more, or of their ids")
    return [window_id(window) for window in windows]


def _events(where: str, events: Sequence[WindowEvent]) -> Sequence[WindowEvent]:
    if isinstance(events, str) or not events or not set(events) <= set(ALL_EVENTS):
        raise wrong(where, "events", events, f"a list of some of {', '.join(ALL_EVENTS)}")
    return events
