"""Output on the terminal."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class SetupError(Exception):
    """The set-up cannot continue. The text says why, and what to do."""


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step, and report its duration when it has succeeded. Steps may run side by side."""
    report(f"==> {text}")
    start = time.monotonic()
    yield
    report(f"    {text.partition(' (')[0]}: done in {time.monotonic() - start:.0f} s")


def report(text: str) -> None:
    """Print a line immediately, even into a pipe."""
    print(text, file=sys.stderr, flush=True)
