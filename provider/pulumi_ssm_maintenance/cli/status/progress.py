"""The progress of runs that are at work: at a terminal a bar for each task, else a line for each change."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pulumi_ssm_maintenance.cli import output
from pulumi_ssm_maintenance.core.words import counted

if TYPE_CHECKING:
    from datetime import timedelta

    from pulumi_ssm_maintenance.operations.runs import History, TaskRun, WindowHistory

_BAR: Final = 20


def watched(read: "Callable[[], History]", timeout: "timedelta | None") -> "History":
    """Watch runs until they end, and show their progress on standard error. Ctrl-C leaves the runs alone."""
    from pulumi_ssm_maintenance.operations import runs  # noqa: PLC0415 - boto3 loads when it is needed

    found = None
    try:
        with _bars() if sys.stderr.isatty() else _changes() as show:
            for found in runs.watch(read, timeout):
                show(found)
    except KeyboardInterrupt:
        output.warning("no longer watching; the runs go on")
        raise
    return found or read()


@contextmanager
def _changes() -> "Iterator[Callable[[History], None]]":
    """Print a line for each window and task whose progress has changed."""
    shown: set[str] = set()

    def show(found: "History") -> None:
        lines = [line for window in found.windows for line in _lines(window)]
        for line in (one for one in lines if one not in shown):
            output.note(line)
        shown.clear()
        shown.update(lines)

    yield show


def _lines(window: "WindowHistory") -> Iterator[str]:
    """What the latest run of a window is at: a line with a bar for each task."""
    if not window.runs:
        return
    run = window.runs[0]
    yield f"{window.name}: {run.status}"
    for task in run.tasks:
        bar = "#" * (_BAR * _done(task) // task.nodes if task.nodes else 0)
        yield f"{window.name}: {task.name} {task.status} [{bar:<{_BAR}}] {_counts(task)}"


@contextmanager
def _bars() -> "Iterator[Callable[[History], None]]":
    """Draw a bar for each task of the latest runs, which moves on."""
    from rich.progress import BarColumn, Progress, TaskID, TextColumn  # noqa: PLC0415 - takes longer to load than the help takes to print

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=_BAR),
        TextColumn("{task.fields[counts]}", markup=False),
    )
    with Progress(*columns, console=output.stderr_console(), transient=True) as drawn:
        bars: dict[tuple[str, int], TaskID] = {}

        def show(found: "History") -> None:
            for window in found.windows:
                for place, task in enumerate(window.runs[0].tasks if window.runs else ()):
                    name = f"{window.name}: {task.name} {task.status}"
                    key = (window.window_id, place)
                    if key not in bars:
                        bars[key] = drawn.add_task(name, total=None, counts="")
                    total = task.nodes or (None if task.ended is None else 1)
                    done = _done(task) if task.nodes else 1 if task.ended else 0
                    drawn.update(bars[key], description=name, total=total, completed=done, counts=_counts(task))
            drawn.refresh()

        yield show


def _done(task: "TaskRun") -> int:
    return task.nodes - task.running


def _counts(task: "TaskRun") -> str:
    if not task.nodes:
        return "no nodes yet" if task.ended is None else "no nodes"
    return f"{_done(task)} of {counted(task.nodes, 'node')} done, {len(task.failed)} failed"
