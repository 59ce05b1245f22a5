"""Patterns for the events that windows send to EventBridge when an execution fails.

https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-eventbridge-events.html
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args

import pulumi

from pulumi_ssm_maintenance_components.foundation.component import Component

from .alarms import RuleAlarm, rule_alarm

WindowEvent = Literal["failed", "timed-out", "skipped"]
ALL_EVENTS: tuple[WindowEvent, ...] = get_args(WindowEvent)

_RUN = "Maintenance Window Execution State-change Notification"
_TASK = "Maintenance Window Task Execution State-change Notification"
_TARGET = "Maintenance Window Task Target Invocation State-change Notification"


@dataclass(frozen=True, slots=True)
class _EventKind:
    """The events of one kind, and their meaning in words."""

    detail_types: tuple[str, ...]
    statuses: tuple[str, ...]
    words: str


_KINDS: Mapping[WindowEvent, _EventKind] = MappingProxyType(
    {
        # The events of targets of AUTOMATION, LAMBDA and STEP_FUNCTIONS tasks never say FAILED: those of tasks do.
        # CANCELLED is a status in the API, but not in the documentation of the events.
        "failed": _EventKind(
            (_RUN, _TASK, _TARGET), ("FAILED", "CANCELLED"), "failed on a target, in a task or as a whole"
        ),
        "timed-out": _EventKind((_RUN, _TASK, _TARGET), ("TIMED_OUT",), "was not done when the window closed"),
        "skipped": _EventKind((_RUN,), ("SKIPPED_OVERLAPPING",), "was left out: the one before was still at it"),
    }
)


def event_pattern(event: WindowEvent, window_ids: Sequence[pulumi.Input[str]]) -> dict[str, Any]:
    """Return the pattern of such events of these windows."""
    kind = _KINDS[event]
    return {
        "source": ["aws.ssm"],
        "detail-type": list(kind.detail_types),
        "detail": {"window-id": list(window_ids), "status": list(kind.statuses)},
    }


def window_alerts(  # noqa: PLR0913 - one parameter for each part
    component: Component,
    name: str,
    window_ids: Sequence[pulumi.Input[str]],
    *,
    topic_arn: pulumi.Input[str] | None,
    alarms: bool,
    tags: Mapping[str, pulumi.Input[str]],
    events: Iterable[WindowEvent] = ALL_EVENTS,
) -> dict[WindowEvent, RuleAlarm]:
    """Create a rule for each kind of event, and an alarm if `alarms` is True."""
    return {
        event: rule_alarm(
            component,
            f"{name}-{event}",
            pattern=event_pattern(event, window_ids),
            topic_arn=topic_arn,
            description=f"{name}: a run of the maintenance window {_KINDS[event].words}",
            tags=tags,
            alarm=alarms,
        )
        for event in events
    }
