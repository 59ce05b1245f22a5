"""Installs the stand-in for the `aws` plugin."""

import os
import shlex
import sys
from importlib.metadata import version
from pathlib import Path

_MODULE = "pulumi_ssm_maintenance.testing.aws_plugin"


def install_aws_plugin(pulumi_home: Path, python: Path | None = None) -> Path:
    """Install the stand-in for the `aws` plugin in `pulumi_home` and return its executable.

    It gets the version of the installed pulumi_aws, since the engine looks for that version.

    Args:
        pulumi_home: the PULUMI_HOME of the engine runs that use it.
        python: the Python that runs it, which has this package; default: the running one.
    """
    folder = pulumi_home / "plugins" / f"resource-aws-v{version('pulumi_aws')}"
    folder.mkdir(parents=True, exist_ok=True)
    launcher = folder / "pulumi-resource-aws"
    # A shell script, since the path in a `#!` line cannot contain a space.
    command = shlex.join([str(python or sys.executable), "-m", _MODULE])
    launcher.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    launcher.chmod(0o755)
    return launcher


def uses_real_plugin() -> bool:
    """Return whether `AWS_PLUGIN=real` selects the real plugin of the user's PULUMI_HOME."""
    return os.environ.get("AWS_PLUGIN") == "real"
