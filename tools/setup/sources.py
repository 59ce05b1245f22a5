"""The sources that a `pulumi` can come from, and the choice between them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from .cache import publishing
from .console import SetupError, report, step
from .pins import Pins

ENGINE_VARIABLE = "PULUMI_ENGINE"


class Unavailable(Exception):  # noqa: N818 - not an error of the set-up: the next source is tried
    """This source has no `pulumi` for this machine; the text says why."""


class Source(ABC):
    """A source of a `pulumi`."""

    name: ClassVar[str]
    """The value of PULUMI_ENGINE that selects this source."""

    @property
    @abstractmethod
    def cure(self) -> str:
        """What a person can do to make this source work."""

    @abstractmethod
    def find(self) -> Path | None:
        """Return the `pulumi` that is already installed, if there is one."""

    @abstractmethod
    def install(self) -> Path:
        """Install a `pulumi`, or raise Unavailable."""


@dataclass(frozen=True, slots=True)
class CachedSource(Source):
    """A source that installs into the user's cache, which all checkouts share."""

    cache: Path
    pins: Pins

    executable: ClassVar[str] = "pulumi"
    """The path of `pulumi` inside the installed folder."""

    @property
    @abstractmethod
    def folder(self) -> Path:
        """Where in the cache this version is installed."""

    @property
    @abstractmethod
    def announcement(self) -> str:
        """What the installation does and how long it takes, in one line."""

    @abstractmethod
    def check(self) -> None:
        """Raise Unavailable if this machine cannot use the source."""

    @abstractmethod
    def fill(self, folder: Path) -> None:
        """Put `pulumi` and its launchers into an empty folder."""

    def find(self) -> Path | None:
        """Return the `pulumi` that an earlier set-up installed."""
        pulumi = self.folder / self.executable
        return pulumi if pulumi.exists() else None

    def install(self) -> Path:
        """Fill the folder in the cache: either completely or not at all."""
        self.check()
        with step(self.announcement), publishing(self.folder) as work:
            self.fill(work)
        return self.folder / self.executable


def selected(sources: Sequence[Source], environment: Mapping[str, str]) -> Sequence[Source]:
    """Return all sources in their order, or only the one that PULUMI_ENGINE names."""
    wanted = environment.get(ENGINE_VARIABLE)
    if not wanted:
        return sources
    chosen = [source for source in sources if source.name == wanted]
    if not chosen:
        names = ", ".join(source.name for source in sources)
        raise SetupError(
            f"{ENGINE_VARIABLE} is {wanted!r}, but must be one of: {names}. Unset it to let the set-up choose."
        )
    return chosen


def find(sources: Sequence[Source]) -> Path | None:
    """Return the first `pulumi` that is already installed."""
    return next((found for source in sources if (found := source.find())), None)


def install(sources: Sequence[Source]) -> Path:
    """Install a `pulumi` from the first source that has one for this machine."""
    for source in sources:
        try:
            return source.install()
        except Unavailable as reason:
            report(f"    not by {source.name}: {reason}")
    cures = "".join(f"\n  - {source.cure}" for source in sources)
    raise SetupError(
        f"No source has a Pulumi engine for this machine (reasons above). Do one of these and run it again:{cures}"
    )
