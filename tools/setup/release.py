"""The second way: the official release, through the installer of Pulumi's Automation API."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .cache import publishing
from .console import step
from .pins import Version, show
from .ways import Unavailable, Way

_REACH = "import urllib.request; urllib.request.urlopen('https://get.pulumi.com/install.sh', timeout=5).close()"
_REACH_SECONDS = 8  # looking up a name has no time limit of its own
_INSTALL = """
import sys
from pulumi.automation import PulumiCommand
from semver import VersionInfo
PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))
"""
_INSTALL_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Release(Way):
    """The official release, kept in the cache."""

    cache: Path
    python: Path
    version: Version
    name: str = "download"

    @property
    def cure(self) -> str:
        """Open the way to the vendor's server."""
        return "let this machine reach https://get.pulumi.com (HTTPS_PROXY is honoured)"

    def at_hand(self) -> Path | None:
        """The release of an earlier set-up."""
        pulumi = self._folder / "bin" / "pulumi"
        return pulumi if pulumi.exists() else None

    def provide(self) -> Path:
        """Download the release, if the vendor's server can be reached."""
        with step(f"Looking for the official Pulumi release (up to {_REACH_SECONDS} s)"):
            self._python("-c", _REACH, seconds=_REACH_SECONDS, failure="get.pulumi.com cannot be reached")
        with step(f"Downloading Pulumi {show(self.version)} (about 200 MB)"), publishing(self._folder) as work:
            number = show(self.version).removeprefix("v")
            self._python("-c", _INSTALL, str(work), number, seconds=_INSTALL_SECONDS, failure="the installer failed")
        return self._folder / "bin" / "pulumi"

    @property
    def _folder(self) -> Path:
        return self.cache / f"release-{show(self.version)}"

    def _python(self, *arguments: str, seconds: float, failure: str) -> None:
        # A session of its own, so that the download dies with the installer that started it.
        with subprocess.Popen(
            [self.python, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                failed = process.wait(seconds) != 0
            except subprocess.TimeoutExpired:
                raise Unavailable(f"{failure} within {seconds:.0f} s") from None
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        if failed:
            raise Unavailable(failure)
