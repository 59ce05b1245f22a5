"""The decision which `pulumi` to use: the nearest of the ways that works."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

from .console import SetupError, tell

ENGINE_VARIABLE = "PULUMI_ENGINE"


class Unavailable(Exception):  # noqa: N818 - an answer, not an error: the next way is tried
    """This way does not lead to a `pulumi` on this machine; the text says why."""


class Way(ABC):
    """One way to a `pulumi`."""

    name: str
    """The word that chooses it in the environment variable."""

    @property
    @abstractmethod
    def cure(self) -> str:
        """What a person can do to make this way work."""

    @abstractmethod
    def at_hand(self) -> Path | None:
        """The `pulumi` that this way gives without any work."""

    @abstractmethod
    def provide(self) -> Path:
        """Work for a `pulumi`, or raise Unavailable."""


def asked_for(ways: Sequence[Way], environment: Mapping[str, str]) -> Sequence[Way]:
    """All ways in their order, or the one that the user insists on."""
    wanted = environment.get(ENGINE_VARIABLE)
    if not wanted:
        return ways
    chosen = [way for way in ways if way.name == wanted]
    if not chosen:
        names = ", ".join(way.name for way in ways)
        raise SetupError(
            f"{ENGINE_VARIABLE} is {wanted!r}, but must be one of: {names}. Unset it to let the set-up choose."
        )
    return chosen


def at_hand(ways: Sequence[Way]) -> Path | None:
    """Give the first `pulumi` that needs no work."""
    return next((found for way in ways if (found := way.at_hand())), None)


def provide(ways: Sequence[Way]) -> Path:
    """Give the first `pulumi` that a way can provide by working for it."""
    for way in ways:
        try:
            return way.provide()
        except Unavailable as reason:
            tell(f"    not by {way.name}: {reason}")
    cures = "".join(f"\n  - {way.cure}" for way in ways)
    raise SetupError(
        f"No way to a Pulumi engine works here (the reasons are above). Do one of these and run it again:{cures}"
    )
