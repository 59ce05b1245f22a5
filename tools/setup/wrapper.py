"""`.venv/bin/pulumi`: starts the engine, and makes it run programs with the Python of `.venv`."""

import shlex
from pathlib import Path

_SCRIPT = """\
#!/bin/sh
# Written by `make setup`.
PULUMI_PYTHON_CMD=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)/python
export PULUMI_PYTHON_CMD
exec {pulumi} "$@"
"""


def write_wrapper(wrapper: Path, pulumi: Path) -> None:
    """Write the wrapper for this `pulumi`, unless it is already there."""
    script = _SCRIPT.format(pulumi=shlex.quote(str(pulumi)))
    if wrapper.exists() and wrapper.read_text(encoding="utf-8") == script:
        return
    fresh = wrapper.with_name("pulumi.new")
    fresh.write_text(script, encoding="utf-8")
    fresh.chmod(0o755)
    fresh.replace(wrapper)
