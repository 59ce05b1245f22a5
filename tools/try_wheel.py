"""Install a built wheel into a fresh environment outside the checkout, and check what users get."""

import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import venv
from pathlib import Path
from zipfile import ZipFile

_ROOTS = {"pulumi_ssm_maintenance", "pulumi_ssm_maintenance_components"}
_DATA = {
    "pulumi_ssm_maintenance/py.typed",
    "pulumi_ssm_maintenance/pulumi-plugin.json",
    "pulumi_ssm_maintenance_components/py.typed",
}
_LICENSE = ".dist-info/licenses/LICENSE"
_BESIDE_THE_CODE = {
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "PKG-INFO",
    "README.md",
    "pyproject.toml",
    "tools/long_description.py",
}
_IMPORT_AND_COMPARE = """
import sys
from importlib.metadata import distribution
from pathlib import Path
import pulumi_ssm_maintenance as provider, pulumi_ssm_maintenance_components as components
from pulumi_ssm_maintenance._version import __version__
wheel = distribution("pulumi-ssm-maintenance")
for module in provider, components:
    assert Path(module.__file__).is_relative_to(sys.prefix), f"{module.__file__} is not the wheel's"
assert wheel.version == __version__, f"metadata says {wheel.version}, the code {__version__}"
for entry_point in wheel.entry_points:
    entry_point.load()
"""


def main(wheel: Path) -> None:
    """Check one wheel, and the sdist beside it. The first fault ends the program with an error."""
    _look_into(wheel)
    _look_into_sdist(wheel.with_name(f"{'-'.join(wheel.name.split('-')[:2])}.tar.gz"))
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder, "environment")
        _install(wheel, environment)
        command: list[str | Path] = [environment / "bin" / "python", "-I", "-c", _IMPORT_AND_COMPARE]
        if subprocess.run(command, cwd=folder, check=False).returncode:
            sys.exit(f"{wheel.name} does not work outside the checkout; the reason is above")
    print(f"{wheel.name}: both packages import from the wheel; it and the sdist contain nothing else")


def _look_into(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    if missing := _DATA - names:
        sys.exit(f"{wheel.name} lacks {', '.join(sorted(missing))}")
    if not any(name.endswith(_LICENSE) for name in names):
        sys.exit(f"{wheel.name} lacks the licence")
    code = {name for name in names if ".dist-info/" not in name}
    if unexpected := {name for name in code if name.partition("/")[0] not in _ROOTS or "/tests/" in name}:
        sys.exit(f"{wheel.name} holds {', '.join(sorted(unexpected))}, which users should not get")


def _look_into_sdist(sdist: Path) -> None:
    """Check that it has what a wheel is built from, and nothing that Python or an editor left in the checkout."""
    with tarfile.open(sdist) as content:
        names = {it.name.partition("/")[2] for it in content.getmembers() if it.isfile()}
    code = {name for name in names if name.startswith(("provider/", "components/"))}
    if (beside := names - code) != _BESIDE_THE_CODE:
        sys.exit(f"{sdist.name} differs from what it should hold: {', '.join(sorted(beside ^ _BESIDE_THE_CODE))}")
    if unexpected := {name for name in code if "/tests/" in name or name.endswith(".pyc")}:
        sys.exit(f"{sdist.name} holds {', '.join(sorted(unexpected))}, which users should not get")


def _install(wheel: Path, environment: Path) -> None:
    venv.create(environment)
    python = environment / "bin" / "python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python]
    subprocess.run([*pip, "install", "--quiet", "--no-index", "--no-deps", wheel], check=True)
    # Use the dependencies of .venv: installing them again would prove nothing about the wheel.
    # Python ignores .pth files in a folder that a .pth file adds, so the checkout is not on the path.
    packages = environment / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
