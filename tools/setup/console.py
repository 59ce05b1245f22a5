"""What the person in front of the terminal sees."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class SetupError(Exception):
    """The set-up cannot go on; the text says why and what to do."""


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step, and say how long it took once it has ended well."""
    tell(f"==> {text}")
    start = time.monotonic()
    yield
    tell(f"    done in {time.monotonic() - start:.0f} s")


def tell(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, file=sys.stderr, flush=True)
