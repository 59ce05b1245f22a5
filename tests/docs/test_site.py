"""The pages of the docs site, before mkdocs renders them. `make docs` checks all links."""

import importlib
import re

import pytest
from tools.docs_site import __main__ as site
from tools.docs_site.reference import reference_pages

PACKAGES = (
    "pulumi_ssm_maintenance",
    "pulumi_ssm_maintenance.outputs",
    "pulumi_ssm_maintenance.schedules",
    "pulumi_ssm_maintenance.simulation",
    "pulumi_ssm_maintenance.testing",
    "pulumi_ssm_maintenance_components",
)
# Modules, a number, and what only the plugin loads.
NOT_IN_THE_REFERENCE = {"TaskProvider", "__version__", "errors", "outputs"}


@pytest.fixture(scope="module")
def referenced():
    return [name for _, text in reference_pages() for name in re.findall(r"^::: (\S+)$", text, re.MULTILINE)]


@pytest.mark.parametrize("package", PACKAGES)
def test_the_reference_has_every_public_name(package, referenced):
    public = set(importlib.import_module(package).__all__) - NOT_IN_THE_REFERENCE
    assert public - {name.rpartition(".")[2] for name in referenced} == set()


def test_the_reference_has_every_error(referenced):
    assert "pulumi_ssm_maintenance.errors.TaskNotFoundError" in referenced
    assert "pulumi_ssm_maintenance.errors.ArgumentError" in referenced


def test_the_reference_shows_each_name_once(referenced):
    assert len(referenced) == len(set(referenced))


def test_every_page_of_the_repository_is_in_the_navigation(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "_PAGES", tmp_path)
    listed = [
        page
        for group in site._write_pages()
        for pages in group.values()
        for page in ([pages] if isinstance(pages, str) else pages)
    ]
    written = {page.relative_to(tmp_path).as_posix() for page in tmp_path.rglob("*.md")}
    assert written == set(listed)
    assert {f"docs/{page.name}" for page in (site._CHECKOUT / "docs").glob("*.md")} <= written
    assert "](examples/quickstart/README.md)" in (tmp_path / "README.md").read_text()
    assert "```python\n" in (tmp_path / "examples" / "quickstart" / "README.md").read_text()
