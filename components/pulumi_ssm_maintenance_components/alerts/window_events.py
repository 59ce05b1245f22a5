"""What windows tell EventBridge when a run goes wrong, as patterns.

https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-eventbridge-events.html
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args

import pulumi

from pulumi_ssm_maintenance_components.foundation.component import Component

from .rules import RuleAlarm, rule_alarm

WindowEvent = Literal["failed", "timed-out", "skipped"]
ALL_EVENTS: tuple[WindowEvent, ...] = get_args(WindowEvent)

_RUN = "Maintenance Window Execution State-change Notification"
_TARGET = "Maintenance Window Task Target Invocation State-change Notification"


@dataclass(frozen=True, slots=True)
class _Happening:
    """Events of one kind, and what they mean."""

    detail_types: tuple[str, ...]
    statuses: tuple[str, ...]
    words: str


_HAPPENINGS: Mapping[WindowEvent, _Happening] = MappingProxyType(
    {
        # The API has CANCELLED, the documentation of the events does not: the pattern costs nothing.
        "failed": _Happening((_RUN, _TARGET), ("FAILED", "CANCELLED"), "failed on a target or as a whole"),
        "timed-out": _Happening((_RUN, _TARGET), ("TIMED_OUT",), "was not done when the window closed"),
        "skipped": _Happening((_RUN,), ("SKIPPED_OVERLAPPING",), "was left out: the one before was still at it"),
    }
)


def event_pattern(event: WindowEvent, window_ids: Sequence[pulumi.Input[str]]) -> dict[str, Any]:
    """Write the pattern that matches such events of these windows."""
    happening = _HAPPENINGS[event]
    return {
        "source": ["aws.ssm"],
        "detail-type": list(happening.detail_types),
        "detail": {"window-id": list(window_ids), "status": list(happening.statuses)},
    }


def window_alerts(  # noqa: PLR0913 - alerts are made of just these
    component: Component,
    name: str,
    window_ids: Sequence[pulumi.Input[str]],
    *,
    topic_arn: pulumi.Input[str] | None,
    alarms: bool,
    tags: Mapping[str, pulumi.Input[str]],
    events: Iterable[WindowEvent] = ALL_EVENTS,
) -> dict[WindowEvent, RuleAlarm]:
    """Make a rule for each kind of event, and an alarm where wanted."""
    return {
        event: rule_alarm(
            component,
            f"{name}-{event}",
            pattern=event_pattern(event, window_ids),
            topic_arn=topic_arn,
            description=f"{name}: a run of the maintenance window {_HAPPENINGS[event].words}",
            tags=tags,
            alarm=alarms,
        )
        for event in events
    }
