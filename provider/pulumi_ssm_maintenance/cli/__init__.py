"""The command line `ssm-maintenance`: arguments and what is printed, and nothing else."""

import sys
from typing import Final

_EXTRA: Final = frozenset({"rich", "typer"})


def main() -> int:
    """Run the command line and return its exit code."""
    try:
        from .app import run  # noqa: PLC0415 - needs the extra, whose absence gets one line
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            raise
        sys.stderr.write(f"ssm-maintenance needs {error.name}: pip install 'pulumi-ssm-maintenance[cli]'\n")
        return 2
    return run(sys.argv[1:])
