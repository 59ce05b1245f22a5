"""What the pages say is what the code does."""

import importlib
import re

import pytest
from tests.docs.pages import PAGES, ROOT, snippets

from pulumi_ssm_maintenance.aws.connection import HONOURED, IRRELEVANT

PACKAGES = [ROOT / "provider/pulumi_ssm_maintenance", ROOT / "components/pulumi_ssm_maintenance_components"]
FOLDERS = {path.name for folder in (ROOT, *PACKAGES) for path in folder.iterdir() if path.is_dir()}
FILE = re.compile(r"(?!/)[\w./-]+\.(?:py|md|json|svg|toml|txt|yaml|mod|sum|sh)")
FOLDER = re.compile(r"([\w.-]+)/[\w./-]*")
# Files of the user that `ssm-maintenance` reads or writes.
WRITTEN_FOR_USERS = {
    *(
        "ADOPTED.md",
        "accounts.txt",
        "adopted.prod.json",
        "import.json",
        "preview.json",
        "release.sh",
        "requirements.txt",
    ),
    "state.json",
}
DOTTED_NAME = re.compile(r"pulumi_ssm_maintenance(?:_components)?(?:\.\w+)+")
DECISION = re.compile(r"docs/(?:[\w-]+/)*(?:[\w-]+\.md|\d{4})")


@pytest.mark.parametrize(("example", "position"), [("patching_run", 0), ("quickstart", 1)])
def test_what_the_readme_shows_is_the_marked_part_of_an_example(example, position):
    program = (ROOT / "examples" / example / "__main__.py").read_text()
    marked = re.search(r"# fmt: off\n(.*)# fmt: on\n", program, re.DOTALL)[1]
    shown = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[position]
    assert shown == marked
    assert len(shown.splitlines()) <= 10


PROGRAMS = [path.read_text() for path in ROOT.glob("examples/*/__main__.py")]
GUIDE = [it for it in snippets("python") if it.page == ROOT / "docs" / "patch-a-fleet.md"]


@pytest.mark.parametrize("snippet", GUIDE, ids=str)
def test_the_guide_to_patch_a_fleet_shows_parts_of_the_examples(snippet):
    parts = snippet.text.rstrip().split("\n\n")
    assert [part for part in parts if not any(part in program for program in PROGRAMS)] == []


def test_the_configuration_page_says_of_every_key_whether_it_is_honoured():
    lines = (ROOT / "docs/configuration.md").read_text().splitlines()
    rows = [line.split("|") for line in lines if line.startswith("|") and "`aws:" in line]
    documented = {key: cells[2].strip() for cells in rows for key in re.findall(r"`aws:(\w+)`", cells[1])}
    known = {**dict.fromkeys(HONOURED, "honoured"), **dict.fromkeys(IRRELEVANT, "irrelevant"), "assumeRole": "refused"}
    assert documented == known


def test_every_link_to_a_file_leads_somewhere():
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in PAGES
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_every_example_has_a_project_and_a_line_that_says_what_it_is():
    for program in ROOT.glob("examples/*/__main__.py"):
        assert (program.parent / "Pulumi.yaml").exists(), program
        assert (program.parent / "README.md").read_text().startswith(f"# {program.parent.name}\n"), program


def test_every_path_that_a_page_names_exists():
    missing = [
        f"{page.relative_to(ROOT)}: {path}"
        for page in PAGES
        for path in paths_named_in(page.read_text())
        if path not in WRITTEN_FOR_USERS
        and not any((folder / path).exists() for folder in (ROOT, page.parent, *PACKAGES))
    ]
    assert missing == []


def paths_named_in(text):
    """The paths of the repository in the code spans of a page."""
    for span in re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)):
        for word in span.removeprefix("…/").split():
            folder = FOLDER.fullmatch(word)
            if FILE.fullmatch(word) or (folder and folder[1] in FOLDERS):
                yield word


def test_a_path_in_a_page_is_recognised():
    spans = ("core/model.py", "tests/engine", "…/aws/", "python tools/a.py", "AWS/Events", "make a")
    text = "".join(f"`{span}` " for span in spans) + "\n```sh\n`b.py`\n```\n"
    assert list(paths_named_in(text)) == ["core/model.py", "tests/engine", "aws/", "tools/a.py"]


def test_every_module_and_name_that_a_page_names_can_be_imported():
    named = {(page, name) for page in PAGES for name in DOTTED_NAME.findall(page.read_text())}
    assert named
    assert [f"{page.relative_to(ROOT)}: {name}" for page, name in named if not resolves(name)] == []


def resolves(dotted):
    """Tell whether a dotted name is a module, or a name in one."""
    module, *names = dotted.split(".")
    found = importlib.import_module(module)
    for name in names:
        module = f"{module}.{name}"
        if not hasattr(found, name):
            try:
                importlib.import_module(module)
            except ImportError:
                return False
        found = getattr(found, name)
    return True


def test_every_page_that_the_code_names_exists():
    named = {
        (path, name)
        for folder in ("provider", "components", "tools", "tests", "benchmarks", "examples")
        for path in (ROOT / folder).rglob("*.py")
        for name in DECISION.findall(path.read_text())
    } | {(ROOT / ".importlinter", name) for name in DECISION.findall((ROOT / ".importlinter").read_text())}
    assert named
    missing = [f"{path.relative_to(ROOT)}: {name}" for path, name in named if not list(ROOT.glob(f"{name}*"))]
    assert missing == []


def test_every_make_target_that_a_page_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        (page, name) for page in PAGES for name in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE)
    }
    assert len(named) > 10
    assert [f"{page.relative_to(ROOT)}: make {name}" for page, name in named if name not in targets] == []


def test_the_map_of_the_house_shows_every_package():
    page = (ROOT / "CONTRIBUTING.md").read_text()
    map_ = page.partition("## Map of the house")[2].partition("\n## ")[0]
    packages = {path.parent.name for root in PACKAGES for path in root.glob("*/__init__.py")}
    assert {name for name in packages if not re.search(rf"\b{name}\b", map_)} == set()
