"""What the page of the package on the package index shows: README.md, with links that work there."""

import re
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path

import pytest
from readme_renderer.markdown import render
from tools.long_description import with_absolute_links

ROOT = Path(__file__).parents[2]
REPOSITORY = "https://github.com/someone/something"


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("[a](docs/plan.md)", f"[a]({REPOSITORY}/blob/v1.2.3/docs/plan.md)"),
        ("[a](docs/plan.md#exit-codes)", f"[a]({REPOSITORY}/blob/v1.2.3/docs/plan.md#exit-codes)"),
        ("[a](examples/quickstart)", f"[a]({REPOSITORY}/blob/v1.2.3/examples/quickstart)"),
        ("![a](docs/night.svg)", f"![a]({REPOSITORY}/raw/v1.2.3/docs/night.svg)"),
        ("[![a](b.svg)](c)", f"[![a]({REPOSITORY}/raw/v1.2.3/b.svg)]({REPOSITORY}/blob/v1.2.3/c)"),
        ("[a](https://example.com/b.svg)", "[a](https://example.com/b.svg)"),
        ("[a](#below)", "[a](#below)"),
        ("[a]: https://example.com", "[a]: https://example.com"),
    ],
)  # fmt: skip
def test_a_link_works_outside_of_the_repository(link, absolute):
    assert with_absolute_links(link, REPOSITORY, "v1.2.3") == absolute


def test_the_long_description_renders_with_absolute_links_only(long_description):
    page = render(long_description)
    assert page
    targets = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert any(target.endswith(".svg") for target in targets)
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []
    assert "<table>" in page
    assert '<pre lang="python"' in page


def test_no_link_of_the_readme_is_missed(long_description):
    paths = re.findall(r"https://github.com/[\w-]+/[\w-]+/(?:blob|raw)/v[\d.]+/([^)#\s]+)", long_description)
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_all_links_of_the_metadata_lead_to_one_repository():
    addresses = dict(line.split(", ") for line in metadata("pulumi-ssm-maintenance").get_all("Project-URL"))
    owner, name = addresses["Repository"].split("/")[-2:]
    assert set(addresses) == {"Changelog", "Documentation", "Issues", "Repository"}
    assert addresses["Documentation"] == f"https://{owner}.github.io/{name}/"
    assert addresses["Changelog"].startswith(addresses["Repository"])
    assert addresses["Issues"].startswith(addresses["Repository"])


def test_no_other_file_names_the_repository_of_the_package():
    address = re.search(r'^Repository = "https://(.*)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1]
    found = subprocess.run(["git", "grep", "-l", "-F", address], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.stdout.split() == ["pyproject.toml"]


@pytest.fixture(scope="module")
def long_description(tmp_path_factory):
    """The text that the built package has, from the metadata that a build prepares."""
    folder = tmp_path_factory.mktemp("metadata")
    program = "import sys; from hatchling.build import prepare_metadata_for_build_wheel as p; print(p(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", program, folder], cwd=ROOT, check=True, capture_output=True)
    (description,) = folder.glob("*/METADATA")
    return description.read_text().partition("\n\n")[2]
