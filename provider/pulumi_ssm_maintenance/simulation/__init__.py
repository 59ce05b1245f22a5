"""Rehearse a maintenance window: simulate one run of it in virtual time, on nodes that you describe.

Where AWS does not document what it does, `Assumptions` names the question and the answers.
"""

from ._assumptions import Assumptions
from ._errors import RehearsalError
from ._nodes import Node, NodeOutcome, Period
from ._rehearsal import (
    AlarmState,
    Dependency,
    Event,
    Invocation,
    LeftOut,
    Message,
    NodeRun,
    Rehearsal,
    TaskRun,
)
from ._simulate import AlarmChanges, simulate
from ._window import Notifications, Target, Task, Window
from ._work import Call, Outcome, Outcomes, Runner, Work

__all__ = [
    "AlarmChanges",
    "AlarmState",
    "Assumptions",
    "Call",
    "Dependency",
    "Event",
    "Invocation",
    "LeftOut",
    "Message",
    "Node",
    "NodeOutcome",
    "NodeRun",
    "Notifications",
    "Outcome",
    "Outcomes",
    "Period",
    "Rehearsal",
    "RehearsalError",
    "Runner",
    "Target",
    "Task",
    "TaskRun",
    "Window",
    "Work",
    "simulate",
]
