"""Each example and the template name the packages that they import, in the versions that this package promises."""

import ast
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from pulumi_ssm_maintenance._version import __version__

ROOT = Path(__file__).parents[2]
PROGRAMS = sorted(path.parent for path in (*ROOT.glob("examples/*/__main__.py"), *ROOT.glob("template/__main__.py")))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OWN = PROJECT["name"]


@pytest.mark.parametrize("folder", PROGRAMS, ids=lambda folder: folder.name)
def test_pip_installs_what_a_program_imports(folder):
    requirements = [Requirement(line) for line in (folder / "requirements.txt").read_text().splitlines()]
    wanted = extras_by_distribution(imported_by(folder))
    if folder.name == "template":  # the recipes for pipelines run the command line too
        wanted[OWN] |= {"cli"}
    assert {it.name: it.extras for it in requirements} == wanted
    for requirement in requirements:
        assert str(requirement.specifier) == str(promised()[requirement.name].specifier)


def extras_by_distribution(modules):
    """What to install for these modules, by name, with its extras."""
    wanted = {name.replace("_", "-"): set() for name in modules if name in {"pulumi", "pulumi_aws"}}
    if any(name.startswith("pulumi_ssm_maintenance") for name in modules):
        wanted[OWN] = {"components"} if "pulumi_ssm_maintenance_components" in modules else set()
    return wanted


def imported_by(folder):
    """The modules outside the standard library that a program imports."""
    nodes = [node for path in folder.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)


def test_programs_import_only_packages_that_the_test_knows():
    known = {"pulumi", "pulumi_aws", "pulumi_ssm_maintenance", "pulumi_ssm_maintenance_components"}
    assert {name for folder in PROGRAMS for name in imported_by(folder)} == known


def promised():
    """The requirements of this package, and of its users on it: up to the next minor version."""
    major, minor, _ = __version__.split(".")
    own = Requirement(f"{OWN}>={__version__},<{major}.{int(minor) + 1}")
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    return {it.name: it for it in (own, *map(Requirement, (*PROJECT["dependencies"], *extras)))}
