"""Locks: one set-up at a time in a checkout, and in the cache that checkouts share."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import report


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Lock a folder. The system releases the lock when the process ends, and no file remains."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(f"==> Waiting for another set-up that works in {folder}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
