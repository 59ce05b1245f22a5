"""What became of the last runs of windows: run, task, invocation and node joined, and the runs that did not happen.

Example::

    from pulumi_ssm_maintenance.operations.live import read_windows
    from pulumi_ssm_maintenance.operations.runs import history

    live = read_windows(session, ["mw-…"])
    for window in history(session, live.windows, last=3).windows:
        print(window.name, [run.status for run in window.runs])
"""

from .compliance import Compliance
from .history import History, WindowHistory, history
from .run import BAD, FailedNode, Run, TaskRun
from .watch import watch

__all__ = ["BAD", "Compliance", "FailedNode", "History", "Run", "TaskRun", "WindowHistory", "history", "watch"]
