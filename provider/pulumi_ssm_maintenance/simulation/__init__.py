"""Rehearse a maintenance window: simulate one run of it in virtual time, on nodes that you describe.

Where AWS does not document what it does, `Assumptions` names the question and the answers.
"""

from ._assumptions import Assumptions
from ._errors import RehearsalError, WindowClosedError
from ._nodes import Node, NodeOutcome, Period
from ._rehearsal import (
    AlarmState,
    CommandRun,
    Delivery,
    Dependency,
    Event,
    Invocation,
    LeftOut,
    Message,
    NodeRun,
    NotDelivered,
    Rehearsal,
    RunbookRun,
    ScheduledUpdate,
    StepRun,
    TaskRun,
)
from ._run.night import Effect
from ._run.placeholders import stored_names
from ._runbook.action_error import ActionError
from ._runbook.aws import Aws, Script, ScriptResult, ScriptWork
from ._simulate import AlarmChanges, simulate
from ._window import Notifications, OtherRun, OutputPlace, Target, Task, Window
from ._work import Call, Outcome, Outcomes, Pending, Runner, StoppedError, Surroundings, Wait, Work

__all__ = [
    "ActionError",
    "AlarmChanges",
    "AlarmState",
    "Assumptions",
    "Aws",
    "Call",
    "CommandRun",
    "Delivery",
    "Dependency",
    "Effect",
    "Event",
    "Invocation",
    "LeftOut",
    "Message",
    "Node",
    "NodeOutcome",
    "NodeRun",
    "NotDelivered",
    "Notifications",
    "OtherRun",
    "Outcome",
    "Outcomes",
    "OutputPlace",
    "Pending",
    "Period",
    "Rehearsal",
    "RehearsalError",
    "RunbookRun",
    "Runner",
    "ScheduledUpdate",
    "Script",
    "ScriptResult",
    "ScriptWork",
    "StepRun",
    "StoppedError",
    "Surroundings",
    "Target",
    "Task",
    "TaskRun",
    "Wait",
    "Window",
    "WindowClosedError",
    "Work",
    "simulate",
    "stored_names",
]
