"""Puts the stand-in for the `aws` plugin where the engine looks for plugins."""

import os
import shlex
import sys
from importlib.metadata import version
from pathlib import Path

_MODULE = "pulumi_ssm_maintenance.testing.aws_plugin"


def install_aws_plugin(pulumi_home: Path, python: Path | None = None) -> Path:
    """Install the stand-in for the `aws` plugin in `pulumi_home` and return its executable.

    It carries the version of the installed pulumi_aws, which the engine asks for. `python` runs it: the one
    that runs this, unless another one with this package is given.
    """
    folder = pulumi_home / "plugins" / f"resource-aws-v{version('pulumi_aws')}"
    folder.mkdir(parents=True, exist_ok=True)
    launcher = folder / "pulumi-resource-aws"
    # A shell script, since the path in a `#!` line cannot hold a space.
    command = shlex.join([str(python or sys.executable), "-m", _MODULE])
    launcher.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    launcher.chmod(0o755)
    return launcher


def uses_real_plugin() -> bool:
    """Tell whether the user asked by `AWS_PLUGIN=real` for the real plugin of their own PULUMI_HOME."""
    return os.environ.get("AWS_PLUGIN") == "real"
