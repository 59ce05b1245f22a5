"""Plan the next openings of windows: what runs when, whether it fits, and what is in its way.

Example::

    from pulumi_ssm_maintenance.operations.live import read_windows
    from pulumi_ssm_maintenance.operations.planning import from_live, plan

    live = read_windows(session, ["mw-…"])
    planned = plan(from_live(live.windows), nodes={"web-nodes": 60}, minutes_per_node=30)
"""

from .calendar import PlannedOpening
from .conflicts import Conflict
from .fit import Fit, Step
from .freezes import stack_freezes
from .history import NodeMinutes, median_minutes
from .nodes import count_nodes
from .plan import Plan, WindowPlan, plan
from .preview import from_preview
from .schedule import scheduled_openings
from .source import PlannedTarget, PlannedTask, PlannedWindow, from_live

__all__ = [
    "Conflict",
    "Fit",
    "NodeMinutes",
    "Plan",
    "PlannedOpening",
    "PlannedTarget",
    "PlannedTask",
    "PlannedWindow",
    "Step",
    "WindowPlan",
    "count_nodes",
    "from_live",
    "from_preview",
    "median_minutes",
    "plan",
    "scheduled_openings",
    "stack_freezes",
]
