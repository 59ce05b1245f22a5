"""What the distribution promises, and what a checkout must not hold."""

import importlib
import json
import re
import subprocess
import sys
import types
from importlib import resources
from importlib.metadata import distribution
from pathlib import Path

import pytest

from pulumi_ssm_maintenance._version import __version__

CHECKOUT = Path(__file__).parents[1]
PACKAGES = ["pulumi_ssm_maintenance", "pulumi_ssm_maintenance_components"]

MACHINE_PATHS = r"(?<![\w.$}])/(?:root|work|home|Users|tmp)/[\w.]"
PACKAGE_INDEXES = r"pythonhosted\.org|pypi\.org/simple|registry\.npmjs\.org|proxy\.golang\.org|sum\.golang\.org"
INDEX_OPTIONS = r"--(?:extra-)?index-url|--find-link[s]|--trusted-hos[t]"


@pytest.mark.parametrize("package", PACKAGES)
def test_users_type_checkers_see_the_annotations(package):
    assert resources.files(package).joinpath("py.typed").is_file()


def test_the_command_line_does_not_look_for_a_plugin_named_like_the_distribution():
    described = resources.files("pulumi_ssm_maintenance").joinpath("pulumi-plugin.json")
    assert json.loads(described.read_text()) == {"resource": False}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_packages_public_names_are_those_that_it_declares(package):
    module = importlib.import_module(package)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    defined = {name for name, value in vars(module).items() if not isinstance(value, types.ModuleType)}
    public = {name for name in defined if not name.startswith("_")}
    assert public - set(module.__all__) == set()
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("package", PACKAGES)
def test_the_packages_come_from_their_roots_under_their_own_names(package):
    # `import provider.pulumi_ssm_maintenance` would load everything twice and put a wrong path into users' state.
    assert importlib.import_module(package).__name__ == package
    assert not list(CHECKOUT.glob("provider/__init__.py")) + list(CHECKOUT.glob("components/__init__.py"))


def test_metadata_code_and_changelog_agree_on_the_version():
    versions = re.findall(r"^## \[(\d\S*)\]", (CHECKOUT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert versions[0] == __version__ == distribution("pulumi-ssm-maintenance").version


def test_every_requirement_of_development_is_pinned_by_version_and_hash():
    text = (CHECKOUT / "requirements-dev.txt").read_text().replace("\\\n", " ")
    requirements = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert requirements
    assert [line for line in requirements if not re.match(r"[\w.-]+(\[\S+\])?==\S+ .*--hash=sha256:", line)] == []


def files_of_the_checkout():
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [CHECKOUT / name for name in listing.stdout.split("\0") if name]
    return [file for file in files if file.is_file()]


def test_no_file_names_a_path_of_somebodys_machine_or_a_package_index():
    forbidden = re.compile(f"{MACHINE_PATHS}|{PACKAGE_INDEXES}|{INDEX_OPTIONS}")
    found = [
        f"{file.relative_to(CHECKOUT)}:{number}: {line.strip()}"
        for file in files_of_the_checkout()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "opened {}root/.cache/pip",
        "see {}tmp/pytest-1",
        'cwd = "{}home/somebody/checkout"',
        "file://{}work/state",
    ],
)
def test_a_machine_path_is_recognised(line):
    assert re.search(MACHINE_PATHS, line.format("/"))


def test_importing_the_components_does_not_load_s3_which_few_programs_use():
    program = "import sys, pulumi_ssm_maintenance_components; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "pulumi_ssm_maintenance_components" in loaded
    assert "pulumi_aws.s3.bucket" not in loaded
