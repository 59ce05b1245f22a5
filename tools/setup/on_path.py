"""The first source: a Pulumi that the user has installed."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from .pins import Version, parse_version, show
from .sources import Source, Unavailable

# The engine expects these beside its own file, links resolved. If they are elsewhere on PATH, every run warns.
LAUNCHERS = ("pulumi-language-python", "pulumi-resource-pulumi-python")


@dataclass(frozen=True, slots=True)
class OnPath(Source):
    """A `pulumi` on PATH that is recent enough and has its Python launchers beside it."""

    search_path: str
    oldest: Version

    name: ClassVar[str] = "path"

    @property
    def cure(self) -> str:
        """Install the official release."""
        return f"install Pulumi {show(self.oldest)} or newer (https://www.pulumi.com/docs/install/) and put it on PATH"

    def find(self) -> Path | None:
        """Search PATH. The wrapper `.venv/bin/pulumi` of any checkout is passed over: it has no launchers beside it."""
        return next((found for found in self._candidates() if not refusal(found, self.oldest)), None)

    def install(self) -> Path:
        """Say why no `pulumi` on PATH can be used: the set-up installs nothing outside the checkout and the cache."""
        refusals = [refusal(found, self.oldest) for found in self._candidates()]
        raise Unavailable("; ".join(filter(None, refusals)) or "there is no pulumi on PATH")

    def _candidates(self) -> list[Path]:
        folders = [Path(folder) for folder in self.search_path.split(os.pathsep) if folder]
        found = [folder.absolute() / "pulumi" for folder in folders]
        return [path for path in dict.fromkeys(found) if path.is_file() and os.access(path, os.X_OK)]


def refusal(pulumi: Path, oldest: Version) -> str | None:
    """Say why this `pulumi` cannot be used, if it cannot."""
    missing = [launcher for launcher in LAUNCHERS if not pulumi.resolve().with_name(launcher).exists()]
    if missing:
        return f"{pulumi} has no {' and no '.join(missing)} beside it"
    version = _version_of(pulumi)
    if version is None:
        return f"{pulumi} does not tell its version"
    if version < oldest:
        return f"{pulumi} is {show(version)}, and {show(oldest)} is the oldest that is tested"
    return None


def _version_of(pulumi: Path) -> Version | None:
    environment = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(
            [pulumi, "version"], env=environment, capture_output=True, text=True, timeout=20, check=True
        )
        return parse_version(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
