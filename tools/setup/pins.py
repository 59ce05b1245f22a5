"""The versions that everything is tested with, read from `tools/engine/go.mod`."""

import re
from dataclasses import dataclass
from pathlib import Path

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Pins:
    """The engine's version, and the oldest Go that can build it."""

    engine: Version
    go: Version


def read_pins(go_mod: Path) -> Pins:
    """Read the pins from the engine's `go.mod`."""
    text = go_mod.read_text(encoding="utf-8")
    return Pins(
        engine=parse_version(_only(r"^\s*github\.com/pulumi/pulumi/pkg/v3 (v\S+)", text)),
        go=parse_version(_only(r"^go (\S+)", text)),
    )


def parse_version(text: str) -> Version:
    """Read `v3.274.1`, `go1.26.8` or `1.26`. A suffix after the third number is ignored."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    if not found:
        raise ValueError(f"no version in {text!r}")
    major, minor, patch = (int(part or 0) for part in found.groups())
    return major, minor, patch


def show(version: Version) -> str:
    """Write a version the way Pulumi does."""
    return "v" + ".".join(map(str, version))


def _only(pattern: str, text: str) -> str:
    (found,) = re.findall(pattern, text, flags=re.MULTILINE)
    return str(found)
