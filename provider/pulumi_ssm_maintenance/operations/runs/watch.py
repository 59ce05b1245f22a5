"""Watch runs that are at work, until they end."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from pulumi_ssm_maintenance.operations.errors import OperationError

from .history import History

_FIRST: Final = 5.0
_LONGEST: Final = 30.0


def watch(
    read: Callable[[], History], timeout: timedelta | None = None, sleep: Callable[[float], None] = time.sleep
) -> Iterator[History]:
    """Read runs again and again, each 5 seconds at first and each 30 later, until the latest of no window is at work.

    Args:
        read: reads the runs.
        timeout: how long to watch. Default: until they end.
        sleep: waits for so many seconds.

    Raises:
        OperationError: a run is still at work after the time-out.
    """
    waited, pause = 0.0, _FIRST
    while True:
        found = read()
        yield found
        if not any(window.runs and window.runs[0].is_at_work for window in found.windows):
            return
        if timeout is not None and waited >= timeout.total_seconds():
            raise OperationError(f"a run is still at work after {timeout}; it goes on")
        sleep(pause)
        waited += pause
        pause = min(pause * 1.5, _LONGEST)
