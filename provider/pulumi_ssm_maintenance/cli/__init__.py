"""The command line `ssm-maintenance`: arguments and what is printed, and nothing else."""

import sys
from typing import Final

_EXTRA: Final = frozenset({"rich", "typer"})


def main() -> int:
    """Run the command line and return its exit code."""
    try:
        from .app import run  # noqa: PLC0415 - needs the extra, whose absence gets one line

        return run(sys.argv[1:])
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in _EXTRA:
            raise
        sys.stderr.write(f"ssm-maintenance needs {package}: pip install 'pulumi-ssm-maintenance[cli]'\n")
        return 2
