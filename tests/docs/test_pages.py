"""What the pages say is what the code does."""

import re
from pathlib import Path

import pytest

from pulumi_ssm_maintenance.aws.connection import HONOURED, IRRELEVANT

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(("example", "position"), [("patching_run", 0), ("quickstart", 1)])
def test_what_the_readme_shows_is_the_marked_part_of_an_example(example, position):
    program = (ROOT / "examples" / example / "__main__.py").read_text()
    marked = re.search(r"# fmt: off\n(.*)# fmt: on\n", program, re.DOTALL)[1]
    shown = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[position]
    assert shown == marked
    assert len(shown.splitlines()) <= 10


def test_the_configuration_page_says_of_every_key_whether_it_is_honoured():
    rows = [line.split("|") for line in (ROOT / "docs/configuration.md").read_text().splitlines() if "`aws:" in line]
    told = {key: cells[2].strip() for cells in rows for key in re.findall(r"`aws:(\w+)`", cells[1])}
    known = {**dict.fromkeys(HONOURED, "honoured"), **dict.fromkeys(IRRELEVANT, "irrelevant"), "assumeRole": "refused"}
    assert told == known


def test_every_link_to_a_file_leads_somewhere():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_every_example_has_a_project_and_a_line_that_says_what_it_is():
    for program in ROOT.glob("examples/*/__main__.py"):
        assert (program.parent / "Pulumi.yaml").exists(), program
        assert (program.parent / "README.md").read_text().startswith(f"# {program.parent.name}\n"), program
