"""The second source: the official release, downloaded by the installer in Pulumi's Automation API."""

import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from .console import step
from .pins import show
from .sources import CachedSource, Unavailable

_REACH = "import urllib.request; urllib.request.urlopen('https://get.pulumi.com/install.sh', timeout=5).close()"
_REACH_SECONDS = 8  # urlopen's timeout does not cover the name lookup
_INSTALL = """
import sys
from pulumi.automation import PulumiCommand
from semver import VersionInfo
PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))
"""
_INSTALL_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Download(CachedSource):
    """The official release."""

    python: Path
    """Any Python, for the check."""
    python_with_packages: Callable[[], Path]
    """Returns the Python of the environment, when that is complete."""

    name: ClassVar[str] = "download"
    executable: ClassVar[str] = "bin/pulumi"

    @property
    def cure(self) -> str:
        """Allow connections to Pulumi's server."""
        return "let this machine reach https://get.pulumi.com (HTTPS_PROXY is honoured)"

    @property
    def folder(self) -> Path:
        """One folder per version."""
        return self.cache / f"release-{show(self.pins.engine)}"

    @property
    def announcement(self) -> str:
        """Name the version and the size."""
        return f"Downloading Pulumi {show(self.pins.engine)} (about 200 MB)"

    def check(self) -> None:
        """Try to reach Pulumi's server."""
        with step(f"Looking for the official Pulumi release (up to {_REACH_SECONDS} s)"):
            _run(self.python, "-c", _REACH, seconds=_REACH_SECONDS, failure="get.pulumi.com cannot be reached")

    def fill(self, folder: Path) -> None:
        """Run the installer."""
        number = show(self.pins.engine).removeprefix("v")
        installer = ("-c", _INSTALL, str(folder), number)
        _run(self.python_with_packages(), *installer, seconds=_INSTALL_SECONDS, failure="the installer failed")


def _run(python: Path, *arguments: str, seconds: float, failure: str) -> None:
    # In its own process group, so that killing the installer also kills the download that it started.
    with subprocess.Popen(
        [python, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
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
