"""The exit codes, the same for every verb."""

from enum import IntEnum


class Exit(IntEnum):
    """What a run came to."""

    FINE = 0
    FAILED = 1
    """AWS, the engine or access failed."""
    USAGE = 2
    """What was asked for cannot be done as it was asked for."""
    FINDINGS = 3
    """The run worked, and found something that a person has to look at."""
    INTERRUPTED = 130
