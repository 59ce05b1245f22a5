"""What both demos share: a temporary folder, a clean end at an interruption, and headlines."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

# Before the imports have ended there is nothing to clean up: an interruption only ends the process.
signal.signal(signal.SIGINT, lambda *_: sys.exit(130))

from pulumi_ssm_maintenance.testing import EngineError  # noqa: E402 - Ctrl-C may come while this is imported


def run(show: Callable[[Path], None]) -> int:
    """Run a demo in a temporary folder, which is removed at the end, and return the exit code."""
    # SIGTERM, which supervisors send, cleans up as Ctrl-C does.
    for request in (signal.SIGINT, signal.SIGTERM):
        signal.signal(request, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="pulumi-ssm-maintenance-demo-") as folder:
            show(Path(folder))
    except KeyboardInterrupt:
        say("Interrupted. The local AWS and the stack are removed.")
        return 130
    except (EngineError, subprocess.CalledProcessError) as error:
        say(f"The demo failed. {error}")
        return 1
    return 0


def say(text: str) -> None:
    """Print a headline."""
    print(f"\n==> {text}", flush=True)
