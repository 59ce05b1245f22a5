"""`.venv/bin/pulumi`: the engine, told to run programs with the Python beside it."""

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
    """Make the wrapper start this `pulumi`; one that does already is left alone."""
    script = _SCRIPT.format(pulumi=shlex.quote(str(pulumi)))
    if wrapper.exists() and wrapper.read_text(encoding="utf-8") == script:
        return
    fresh = wrapper.with_name("pulumi.new")
    fresh.write_text(script, encoding="utf-8")
    fresh.chmod(0o755)
    fresh.replace(wrapper)
