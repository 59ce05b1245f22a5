"""What windows do to each other: the same nodes at the same time, too many open at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from typing import Final

from pulumi_ssm_maintenance.core.words import counted
from pulumi_ssm_maintenance.operations.openings import MOST_OPEN_AT_ONCE, Opening, most_at_once, openings_until

from .source import PlannedWindow

_SHOWN: Final = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Windows in each other's way."""

    kind: str
    """`same nodes`, `too many` or `too soon`."""
    windows: tuple[str, ...]
    """Their names."""
    when: datetime
    """When it happens first."""
    text: str
    """What happens, in words."""


def conflicts(
    windows: Sequence[PlannedWindow],
    node_ids: Mapping[str, frozenset[str]],
    now: datetime,
    until: datetime,
) -> Iterator[Conflict]:
    """Find what is in the way of what.

    Args:
        windows: enabled windows.
        node_ids: the nodes of each target by its id, as far as they are known.
        now: the beginning of the time to look at.
        until: its end.
    """
    coming = {id(window): openings_until(window.fields, now, until) for window in windows}
    for one, other in combinations(windows, 2):
        if _place(one) == _place(other) and (shared := _shared(one, other, node_ids)):
            both = [
                max(first.opens, second.opens)
                for first in coming[id(one)]
                for second in coming[id(other)]
                if first.opens < second.closes and second.opens < first.closes
            ]
            if both:
                more = f", and {len(both) - 1} times more" if len(both) > 1 else ""
                yield Conflict(
                    "same nodes",
                    (one.name, other.name),
                    both[0],
                    f"{one.name} and {other.name} are open at once on {shared}: {both[0]:{_SHOWN}}{more}",
                )
    for place in dict.fromkeys(map(_place, windows)):
        together = [opening for window in windows if _place(window) == place for opening in coming[id(window)]]
        number, when = most_at_once(together)
        if number > MOST_OPEN_AT_ONCE and when is not None:
            names = tuple(sorted({it.name for it in together if it.opens <= when < it.closes}))
            text = (
                f"{number} windows are open at once at {when.astimezone(UTC):{_SHOWN}} UTC, and AWS runs"
                f" {MOST_OPEN_AT_ONCE} at most"
            )
            yield Conflict("too many", names, when, text)
    for window in windows:
        yield from _too_soon(window, coming[id(window)])


def _too_soon(window: PlannedWindow, coming: Sequence[Opening]) -> Iterator[Conflict]:
    for one, later in pairwise(coming):
        if later.opens < one.closes:
            gap = (later.opens.astimezone(UTC) - one.opens.astimezone(UTC)) / timedelta(hours=1)
            text = (
                f"{window.name} opens again {gap:g} h after {one.opens:{_SHOWN}}, and lasts {window.hours:g} h: AWS"
                " skips a run while the one before is at work"
            )
            yield Conflict("too soon", (window.name,), later.opens, text)
            return


def _shared(one: PlannedWindow, other: PlannedWindow, node_ids: Mapping[str, frozenset[str]]) -> str:
    """What two windows both run on: nodes where they are known, else targets that read alike."""
    nodes = [
        frozenset[str]().union(*(node_ids.get(target.id, frozenset()) for target in window.targets))
        for window in (one, other)
    ]
    if both := nodes[0] & nodes[1]:
        return counted(len(both), "node")
    theirs = [_readable(target.keys) for target in other.targets]
    return next((text for target in one.targets if (text := _readable(target.keys)) and text in theirs), "")


def _readable(keys: Mapping[str, tuple[str, ...]]) -> str:
    return " and ".join(f"{key}={','.join(sorted(values))}" for key, values in sorted(keys.items()))


def _place(window: PlannedWindow) -> tuple[str, str]:
    return window.account, window.region
