"""Install a built wheel with the oldest or the newest versions that it promises, and deploy an example with it.

Everything comes from the wheel and the package index: nothing from the checkout but the example and the engine.
"""

import argparse
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from email.parser import Parser
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from packaging.requirements import Requirement

from tools.setup.wrapper import write_wrapper

_CHECKOUT: Final = Path(__file__).resolve().parents[1]
_EXAMPLE: Final = _CHECKOUT / "examples" / "patching_run"
_RESOLUTIONS: Final = {"oldest": "lowest-direct", "newest": "highest"}
_SHOWN: Final = ("pulumi", "boto3", "pulumi-aws", "moto", "pytest", "typer", "rich", "icalendar")

# Runs with the Python of the fresh environment, in its folder.
_DEPLOY: Final = """
import subprocess, sys
from importlib.metadata import distribution, version
from pathlib import Path
import pulumi_ssm_maintenance, pulumi_ssm_maintenance_components as components
from pulumi_ssm_maintenance.testing import LocalAws, LocalStack, install_aws_plugin

for package in pulumi_ssm_maintenance, components:
    assert Path(package.__file__).is_relative_to(sys.prefix), f"{package.__file__} is not the wheel's"
for entry_point in distribution("pulumi-ssm-maintenance").entry_points:
    entry_point.load()
print("   ", *(f"{name} {version(name)}" for name in sys.argv[1:]))
home = Path("home").resolve()
install_aws_plugin(home)
with LocalAws() as aws, LocalStack(Path("example"), folder=Path("run").resolve(), env=aws.env, plugins_home=home) as it:
    assert it.up().changes["create"] > 20
    it.expect_no_changes(refresh=True)
    (window,) = aws.client("ssm").describe_maintenance_windows()["WindowIdentities"]
    command = [Path(sys.executable).with_name("ssm-maintenance"), "plan", window["WindowId"], "--no-fail"]
    plan = subprocess.run(command, env=it.env, check=False, capture_output=True, text=True)
    assert plan.returncode == 0, plan.stderr
    assert window["WindowId"] in plan.stdout, plan.stdout
    it.destroy()
    assert aws.client("ssm").describe_maintenance_windows()["WindowIdentities"] == []
print("    deployed the example, found nothing left to change, planned its window, destroyed it")
"""


def main() -> int:
    """Try a wheel. The first fault ends the program with an error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--only", choices=list(_RESOLUTIONS), help="default: both")
    arguments = parser.parse_args()
    for end in [arguments.only] if arguments.only else _RESOLUTIONS:
        begun = time.monotonic()
        print(f"{arguments.wheel.name} with the {end} versions that it promises:", flush=True)
        with tempfile.TemporaryDirectory(prefix="pulumi-ssm-maintenance-") as folder:
            if not _works(arguments.wheel.resolve(), _RESOLUTIONS[end], Path(folder)):
                return 1
        print(f"    took {time.monotonic() - begun:.0f} s", flush=True)
    return 0


def _works(wheel: Path, resolution: str, folder: Path) -> bool:
    environment = folder / "environment"
    python = environment / "bin" / "python"
    uv = (Path(sys.executable).with_name("uv"), "--quiet")
    subprocess.run([*uv, "venv", "--python", sys.executable, environment], check=True)
    packages = [f"{wheel}", *_required_by(wheel)]
    subprocess.run([*uv, "pip", "install", "--python", python, "--resolution", resolution, *packages], check=True)
    write_wrapper(environment / "bin" / "pulumi", _engine())
    shutil.copytree(_EXAMPLE, folder / "example")
    # -I: neither the folder nor PYTHONPATH brings other modules.
    return subprocess.run([python, "-I", "-c", _DEPLOY, *_SHOWN], cwd=folder, check=False).returncode == 0


def _required_by(wheel: Path) -> list[str]:
    """List the direct requirements of a wheel, with those of its extras: uv lowers only what it gets by name."""
    with ZipFile(wheel) as content:
        (metadata,) = (name for name in content.namelist() if name.endswith(".dist-info/METADATA"))
        lines = Parser().parsestr(content.read(metadata).decode()).get_all("Requires-Dist", [])
    requirements = [Requirement(line) for line in lines]
    return [f"{it.name}{'[server]' if 'server' in it.extras else ''}{it.specifier}" for it in requirements]


def _engine() -> Path:
    """Find the engine of `.venv/bin/pulumi`, which runs programs with the Python of `.venv`."""
    last_line = Path(sys.executable).with_name("pulumi").read_text(encoding="utf-8").splitlines()[-1]
    return Path(shlex.split(last_line)[1])


if __name__ == "__main__":
    sys.exit(main())
