"""Tests with a long form, marked `soak`: `make test` runs the short one, `make soak` the long one, with a tally."""

import os
from collections import Counter

_TALLY = "tally"


def bound(name, *, short, long):
    """Give how much a test does; an environment variable of this name decides otherwise."""
    return int(os.environ.get(name) or (long if os.environ.get("SOAK") == "1" else short))


def count(record_property, what, times=1):
    """Add to a line of the tally that stands below the results of a run."""
    record_property(_TALLY, [what, int(times)])


def tally(reports):
    """Sum up what was counted in all tests of a run."""
    sums = Counter()
    for report in reports:
        for kind, value in getattr(report, "user_properties", ()):
            if kind == _TALLY:
                what, times = value
                sums[what] += times
    return sums
