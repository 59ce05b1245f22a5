"""The first way: a Pulumi that the user has installed."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .pins import Version, parse_version, show
from .ways import Unavailable, Way

# The engine looks for these beside its own file, a link followed; elsewhere on PATH they give a warning on every run.
LAUNCHERS = ("pulumi-language-python", "pulumi-resource-pulumi-python")


@dataclass(frozen=True, slots=True)
class OnPath(Way):
    """A `pulumi` on PATH that is recent enough and has its Python parts beside it."""

    search_path: str
    oldest: Version
    name: str = "path"

    @property
    def cure(self) -> str:
        """Install the official release."""
        return f"install Pulumi {show(self.oldest)} or newer (https://www.pulumi.com/docs/install/) and put it on PATH"

    def at_hand(self) -> Path | None:
        """Look along PATH; `.venv/bin/pulumi`, ours or another checkout's, has no launchers beside it."""
        return next((found for found in self._candidates() if not refusal(found, self.oldest)), None)

    def provide(self) -> Path:
        """Say why what is on PATH does not do."""
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
