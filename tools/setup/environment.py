"""`.venv`: a virtual environment with the pinned packages and this project."""

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .console import SetupError, step

_SETUP_VERSION = "1"  # increase it when the way of installing changes
_PACKAGES = ("requirements-dev.txt",)
_PROJECT = ("pyproject.toml", "provider/pulumi_ssm_maintenance/_version.py")
_INDEX_CURE = (
    "The first set-up needs the package index that pip is configured for (`python3 -m pip config list` shows it). "
    "Then run this again: it starts from the beginning."
)


@dataclass(frozen=True, slots=True)
class Environment:
    """The virtual environment of one checkout."""

    checkout: Path

    @property
    def bin(self) -> Path:
        """The folder of its programs."""
        return self.checkout / ".venv" / "bin"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.bin / "python"

    def prepare(self) -> None:
        """Install what has changed: nothing, the project only, or everything."""
        packages, project = self._stamp(_PACKAGES), self._stamp(_PROJECT)
        if not (self._is_stamped("packages", packages) and self._works()):
            self._make()
            self._write_stamp("packages", packages)
        if not self._is_stamped("project", project):
            self._install_project()
            self._write_stamp("project", project)

    def _make(self) -> None:
        with step("Making .venv with the pinned packages (about a minute; the first time downloads 200 MB)"):
            self._run(sys.executable, "-m", "venv", "--clear", self.bin.parent, cure="Is the disk full?")
            # Python compiles each module at its first import; compiling all of them now would double the time.
            packages = ("--require-hashes", "--no-compile", "--requirement", self.checkout / "requirements-dev.txt")
            self._pip(*packages, cure=_INDEX_CURE)

    def _install_project(self) -> None:
        with step("Installing this project into .venv (a few seconds)"):
            project = ("--no-deps", "--no-build-isolation", "--editable", self.checkout)
            self._pip(*project, cure="Look for a mistake in pyproject.toml.")

    def _pip(self, *arguments: str | Path, cure: str) -> None:
        quiet = ("--quiet", "--no-input", "--disable-pip-version-check")
        self._run(self.python, "-m", "pip", "install", *quiet, *arguments, cure=cure)

    def _run(self, *command: str | Path, cure: str) -> None:
        if subprocess.run(command, check=False).returncode:
            raise SetupError(f"That failed, for the reason above. {cure}")

    def _works(self) -> bool:
        """Tell whether its interpreter still finds its packages. After an upgrade of the system's Python it may not."""
        try:
            return subprocess.run([self.python, "-c", "import pip"], check=False).returncode == 0
        except OSError:
            return False

    def _stamp(self, files: tuple[str, ...]) -> str:
        # The checkout's path is part of the stamp because the scripts in .venv/bin contain it.
        digest = hashlib.sha256(f"{_SETUP_VERSION} {self.checkout}".encode())
        for file in files:
            digest.update((self.checkout / file).read_bytes())
        return digest.hexdigest()

    def _is_stamped(self, part: str, stamp: str) -> bool:
        path = self._stamp_file(part)
        return path.exists() and path.read_text(encoding="utf-8") == stamp

    def _write_stamp(self, part: str, stamp: str) -> None:
        self._stamp_file(part).write_text(stamp, encoding="utf-8")

    def _stamp_file(self, part: str) -> Path:
        return self.bin.parent / f"set-up-{part}"
