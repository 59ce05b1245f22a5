"""The docs site: its pages before mkdocs renders them, the check of its links, and the pictures."""

import ast
import importlib
import inspect
import re
import shutil
import sys
from dataclasses import is_dataclass
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from tests.docs.pages import PAGES, snippets
from tools.docs_site import __main__ as site
from tools.docs_site.links import problems_of
from tools.docs_site.navigation import navigation_of
from tools.docs_site.pages import CHECKOUT, repository, write_pages
from tools.docs_site.pictures.graph import graph_of
from tools.docs_site.pictures.svg import fence
from tools.docs_site.reference import reference_pages

PACKAGES = (
    "pulumi_ssm_maintenance",
    "pulumi_ssm_maintenance.operations.adopt",
    "pulumi_ssm_maintenance.operations.doctor",
    "pulumi_ssm_maintenance.operations.planning",
    "pulumi_ssm_maintenance.operations.runs",
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


OPERATIONS = [package for package in PACKAGES if ".operations." in package]


@pytest.mark.parametrize("package", OPERATIONS)
def test_the_reference_has_the_functions_of_operations_and_not_their_modules(package, referenced):
    own = [name for name in referenced if name.startswith(f"{package}.")]
    assert [name for name in own if name in sys.modules] == []
    assert {name.rpartition(".")[2] for name in own} == set(importlib.import_module(package).__all__)


@pytest.mark.parametrize("package", OPERATIONS)
def test_the_reference_leads_to_the_guide_that_shows_the_package(package):
    (page,) = [text for _, text in reference_pages() if f"\n::: {package}." in text]
    guide = re.search(r"\]\(\.\./\.\./(docs/[\w-]+\.md)\)", page)[1]
    parent, _, name = package.rpartition(".")
    text = (CHECKOUT / guide).read_text()
    assert f"from {package} import" in text or f"from {parent} import {name}" in text


@pytest.mark.parametrize("package", OPERATIONS)
def test_every_field_of_what_operations_return_has_a_docstring(package):
    module = importlib.import_module(package)
    classes = {value for name in module.__all__ if is_dataclass(value := getattr(module, name))}
    assert [f"{it.__name__}.{field}" for it in classes for field in fields_without_docstring(it)] == []


def fields_without_docstring(class_):
    """The public fields of a dataclass below which no docstring stands."""
    (definition,) = ast.parse(inspect.getsource(class_)).body
    for field, below in pairwise([*definition.body, None]):
        if isinstance(field, ast.AnnAssign) and not field.target.id.startswith("_"):
            described = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
            if not described:
                yield field.target.id


def test_the_reference_has_every_error(referenced):
    assert "pulumi_ssm_maintenance.errors.TaskNotFoundError" in referenced
    assert "pulumi_ssm_maintenance.errors.ArgumentError" in referenced


def test_the_reference_shows_each_name_once(referenced):
    assert len(referenced) == len(set(referenced))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    return folder, write_pages(folder)


def pages_in(entries):
    """The pages of a part of the navigation."""
    for entry in entries:
        if isinstance(entry, dict):
            for part in entry.values():
                yield from pages_in(part)
        else:
            yield entry


def test_every_page_of_the_repository_is_in_the_navigation_once(written):
    folder, pages = written
    listed = list(pages_in(navigation_of(pages)))
    assert len(listed) == len(set(listed))
    assert set(listed) == {page.relative_to(folder).as_posix() for page in folder.rglob("*.md")}
    assert {page.relative_to(CHECKOUT).as_posix() for page in PAGES} <= set(listed)


def test_links_to_folders_lead_to_their_pages_and_examples_show_their_programs(written):
    folder, _ = written
    assert "](../examples/adopt/README.md)" in (folder / "docs" / "move-from-pulumi-aws.md").read_text()
    assert "```python\n" in (folder / "examples" / "quickstart" / "README.md").read_text()


def test_links_to_files_that_are_no_pages_lead_to_the_repository(written):
    folder, _ = written
    assert f"[template]({repository()}/blob/main/template)" in (folder / "README.md").read_text()
    assert (folder / "docs" / "night.svg").exists()


def built(folder, page):
    """Build a site of one page with a picture. Give the exit code."""
    (folder / "pages").mkdir()
    shutil.copytree(CHECKOUT / "tools" / "docs_site" / "assets", folder / "pages" / "assets")
    (folder / "pages" / "index.md").write_text(page)
    return site.run_mkdocs(folder, nav=["index.md"])


PLAIN = "# A page\n\n[itself](index.md#a-page)\n\n```mermaid\ngraph LR\n  a[one] --> b[two]\n```\n"


def test_a_site_with_good_links_is_built_and_shows_pictures_without_a_script(tmp_path, capfd):
    assert built(tmp_path, PLAIN) == 0, capfd.readouterr().err
    html = (tmp_path / "site" / "index.html").read_text()
    assert '<svg viewBox="' in html
    assert 'class="mermaid"' not in html


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("[away](missing.md)", "missing.md"),
        ("[away](index.md#missing)", "missing"),
        ('<a href="missing.html">away</a>', "index.html: missing.html leads to no file"),
        ('<a href="#missing">away</a>', "index.html: #missing leads to no heading of its page"),
        ('<img src="https://example.com/picture.png">', "index.html requests another host: https://example.com/"),
        ("```mermaid\ngraph LR\n  a ==> b\n```", "a ==> b"),
    ],
)
def test_a_broken_link_a_request_to_another_host_or_an_unknown_picture_fails_the_build(
    tmp_path, capfd, broken, message
):
    assert built(tmp_path, f"{PLAIN}\n{broken}\n") != 0
    assert message in capfd.readouterr().err


def test_a_style_sheet_that_requests_another_host_is_a_problem(tmp_path):
    (tmp_path / "site.css").write_text(
        "@import 'https://example.com/a.css'; p { background: url(//example.com/b.png) }"
    )
    assert problems_of(tmp_path) == [
        "site.css requests another host: https://example.com/a.css",
        "site.css requests another host: //example.com/b.png",
    ]


@pytest.mark.parametrize("snippet", snippets("mermaid"), ids=str)
def test_a_picture_shows_every_word_and_no_two_boxes_on_each_other(snippet):
    picture = ET.fromstring(fence(snippet.text))
    graph = graph_of(snippet.text)
    shown = "".join("".join(text.itertext()) for text in picture.iter("text")).replace(" ", "")
    titles = [group.title for group in graph.groups.values()]
    for words in (*(box.text for box in graph.boxes.values()), *titles):
        assert words.replace(" ", "") in shown
    boxes = [
        tuple(float(it.get(key)) for key in ("x", "y", "width", "height"))
        for it in picture.iter("rect")
        if it.get("class") == "box"
    ]
    for number, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, other_width, other_height in boxes[:number]:
            apart = (
                x >= other_x + other_width
                or other_x >= x + width
                or y >= other_y + other_height
                or other_y >= y + height
            )
            assert apart


def test_a_page_of_the_reference_with_arguments_says_which_are_required():
    pages = dict(reference_pages())
    assert "An argument of the type `Required[…]` must be given" in pages["components/patchingrun.md"]
    assert "Required" not in pages["python/runs.md"]


@pytest.mark.parametrize("package", ["pulumi_ssm_maintenance", "pulumi_ssm_maintenance_components"])
def test_every_argument_that_must_be_given_has_the_type_required(package):
    module = importlib.import_module(package)
    arguments = [getattr(module, name) for name in module.__all__ if name.endswith("Args")]
    assert arguments
    assert [it.__name__ for it in arguments if it.__total__] == []
