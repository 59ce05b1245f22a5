"""The third source: an engine built with Go from the module pinned in `tools/engine`."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from .console import SetupError
from .pins import Version, parse_version, show
from .sources import CachedSource, Unavailable

_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
# Ignore a Go workspace around the checkout, and build without a C compiler.
_GO_SETTINGS = {"GOFLAGS": "-mod=readonly -buildvcs=false", "GOWORK": "off", "CGO_ENABLED": "0"}
# The compiler collects its garbage half as often as by default, and makes no debug information: `-w` would remove it.
# Together that saves about a tenth of the build's processor time.
_LAZY_COLLECTOR = {"GOGC": "200"}
_NO_DEBUG_INFORMATION = "-gcflags=all=-dwarf=false"


@dataclass(frozen=True, slots=True)
class Build(CachedSource):
    """An engine built from source, with our launchers beside it."""

    module: Path

    name: ClassVar[str] = "build"

    @property
    def cure(self) -> str:
        """Install Go."""
        return f"install Go {_plain(self.pins.go)} or newer (https://go.dev/doc/install) and put it on PATH"

    @property
    def folder(self) -> Path:
        """One folder per version, platform, and content of the module and the launchers."""
        return self.cache / f"engine-{show(self.pins.engine)}-{self._fingerprint()}"

    @property
    def announcement(self) -> str:
        """Name the version and the time that a first build takes."""
        duration = "3 to 10 minutes the first time, on all cores; downloads about 300 MB of Go modules"
        return f"Building Pulumi {show(self.pins.engine)} with Go ({duration})"

    def check(self) -> None:
        """Look for a Go that is new enough."""
        if refused := go_refusal(self._go_version(), self.pins.go):
            raise Unavailable(refused)

    def fill(self, folder: Path) -> None:
        """Build the engine, and copy the launchers."""
        self._compile(folder / "pulumi")
        for launcher in self._launchers():
            shutil.copy(launcher, folder)

    def _launchers(self) -> list[Path]:
        return sorted(path for path in (self.module / "launchers").iterdir() if path.is_file())

    def _fingerprint(self) -> str:
        digest = hashlib.sha256(f"{sys.platform} {platform.machine()}".encode())
        for path in (self.module / "go.mod", self.module / "go.sum", *self._launchers()):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()[:12]

    def _go_version(self) -> Version | None:
        """Ask inside the module: there, Go may download and report a newer toolchain."""
        try:
            answer = subprocess.run(
                ["go", "env", "GOVERSION"], cwd=self.module, capture_output=True, text=True, check=True
            )
            return parse_version(answer.stdout)
        except (OSError, subprocess.SubprocessError, ValueError):
            return None

    def _compile(self, output: Path) -> None:
        stamp = f"-s -w -X {_VERSION_VARIABLE}={show(self.pins.engine)}"
        command: list[str | Path] = ["go", "build", "-trimpath", "-ldflags", stamp, "-o", output]
        command += [_NO_DEBUG_INFORMATION, _PACKAGE]
        environment = _LAZY_COLLECTOR | os.environ | _GO_SETTINGS
        if subprocess.run(command, cwd=self.module, env=environment, check=False).returncode:
            raise SetupError(
                "The build failed; Go's own message is above. It needs the modules of tools/engine/go.sum "
                "(`go env GOPROXY` shows where from) and 4 GB of disk for Go's caches. Then run this again."
            )


def go_refusal(found: Version | None, oldest: Version) -> str | None:
    """Say why this Go cannot build the engine, if it cannot."""
    if found is None:
        return "there is no working go on PATH"
    if found < oldest:
        return f"go {_plain(found)} is older than {_plain(oldest)}"
    return None


def _plain(version: Version) -> str:
    return show(version).removeprefix("v")
