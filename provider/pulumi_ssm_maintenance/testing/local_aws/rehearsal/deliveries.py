"""What events lead to: the rules that match them, the targets that these call, and the alarms on their metrics.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-what-is.html
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pulumi_ssm_maintenance.simulation import AlarmState, Delivery, Effect, Event, Message, NotDelivered, Window

from .event_patterns import matches
from .rule_targets import RuleTarget, read_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_SNS = ":sns:"
_RULE_METRICS = frozenset({"TriggeredRules", "Invocations"})
_STATE_CHANGE = "CloudWatch Alarm State Change"
_ACTIONS = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
_EVALUATED_AFTER = timedelta(minutes=2)
"""From the minute of an event to the state of an alarm on it: the minute must be over, and its metric be there."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule with its targets."""

    name: str
    pattern: Mapping[str, Any]
    targets: list[RuleTarget]


@dataclass(slots=True)
class Deliveries:
    """The rules and alarms of an account, as they were when the rehearsal began."""

    window: Window
    rules: list[_Rule]
    alarms: list[Mapping[str, Any]]
    _by_rule: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, client: Callable[[str], Any], window: Window) -> Deliveries:
        """Read the enabled rules of the default bus with their targets, and the metric alarms."""
        events, cloudwatch = client("events"), client("cloudwatch")
        rules = [
            _Rule(rule["Name"], json.loads(rule["EventPattern"]), read_targets(client, rule["Name"]))
            for page in events.get_paginator("list_rules").paginate()
            for rule in page["Rules"]
            if rule.get("State") == "ENABLED" and rule.get("EventPattern")
        ]
        pages = cloudwatch.get_paginator("describe_alarms").paginate()
        alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
        by_rule: dict[str, list[str]] = {}
        for alarm in alarms:
            if alarm.get("Namespace") == "AWS/Events" and alarm.get("MetricName") in _RULE_METRICS:
                for dimension in alarm.get("Dimensions", []):
                    by_rule.setdefault(dimension["Value"], []).append(alarm["AlarmName"])
        return cls(window, rules, alarms, by_rule)

    def __call__(self, event: Event) -> Iterator[Effect]:
        """Deliver an event."""
        if event.detail_type == _STATE_CHANGE:
            yield from self._alarm_messages(event)
        whole = self._whole(event)
        for rule in self.rules:
            if not matches(rule.pattern, whole):
                continue
            for target in rule.targets:
                yield _delivered(event, rule, target, whole)
            minute = event.time.replace(second=0, microsecond=0) + _EVALUATED_AFTER
            for alarm in self._by_rule.get(rule.name, []):
                yield AlarmState(minute, alarm, "ALARM")
                yield AlarmState(minute + timedelta(minutes=1), alarm, "OK")

    def _whole(self, event: Event) -> dict[str, Any]:
        """An event as EventBridge hands it on."""
        text = json.dumps([event.detail_type, event.time.isoformat(), dict(event.detail)], default=str)
        return {
            "version": "0",
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, text)),
            "detail-type": event.detail_type,
            "source": event.source,
            "account": self.window.account_id,
            "time": event.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self.window.region,
            "resources": list(event.resources),
            "detail": dict(event.detail),
        }

    def _alarm_messages(self, event: Event) -> Iterator[Effect]:
        """What topics get, and other actions would do, when an alarm has another state.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
        """
        name, state = event.detail["alarmName"], event.detail["state"]["value"]
        for alarm in self.alarms:
            if alarm["AlarmName"] != name or not alarm.get("ActionsEnabled", True):
                continue
            for action in alarm.get(_ACTIONS[state], []):
                if _SNS not in action:
                    reason = "a rehearsal runs no action of an alarm but messages to topics"
                    yield NotDelivered(event.time, f"alarm {name}", action, reason)
                    continue
                subject = f'{state}: "{name}" in {self.window.region}'
                yield Message(event.time, action, subject, self._alarm_body(alarm, event))

    def _alarm_body(self, alarm: Mapping[str, Any], event: Event) -> str:
        trigger = {
            name: alarm[name]
            for name in ("MetricName", "Namespace", "Statistic", "Period", "EvaluationPeriods", "ComparisonOperator")
            if name in alarm
        }
        return json.dumps(
            {
                "AlarmName": alarm["AlarmName"],
                "AlarmDescription": alarm.get("AlarmDescription"),
                "AWSAccountId": self.window.account_id,
                "NewStateValue": event.detail["state"]["value"],
                "OldStateValue": event.detail["previousState"]["value"],
                "StateChangeTime": _stamp(event.time),
                "Region": self.window.region,
                "AlarmArn": alarm["AlarmArn"],
                "Trigger": trigger,
            }
        )


def _delivered(event: Event, rule: _Rule, target: RuleTarget, whole: Mapping[str, Any]) -> Effect:
    if target.obstacle:
        return NotDelivered(event.time, f"rule {rule.name}", target.arn, target.obstacle)
    body = _body(target.settings, whole)
    if _SNS in target.arn:
        return Message(event.time, target.arn, None, body)
    return Delivery(event.time, f"rule {rule.name}", target.arn, body)


def _body(target: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """What a target gets of an event: a fixed text, a part, the text of a transformer, or the whole event.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(_at(event, target["InputPath"]))
    if "InputTransformer" not in target:
        return json.dumps(event)
    transformer = target["InputTransformer"]
    values = {name: _at(event, path) for name, path in transformer.get("InputPathsMap", {}).items()}
    filled = re.sub(r"<([A-Za-z0-9_-]+)>", lambda found: _text(values.get(found[1])), transformer["InputTemplate"])
    # A template that is a text in quotes is delivered without them.
    return filled[1:-1] if filled.startswith('"') and filled.endswith('"') else filled


def _at(event: Any, path: str) -> Any:
    """The value at a path such as `$.detail.status`."""
    for name in path.removeprefix("$").split("."):
        if name and isinstance(event, dict):
            event = event.get(name)
    return event


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _stamp(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
