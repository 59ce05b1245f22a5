"""The page that explains messages explains those that the code really has."""

import ast
import re

import pytest
from tests.docs.pages import ROOT

from pulumi_ssm_maintenance import errors
from pulumi_ssm_maintenance.aws import gateway

PAGE = (ROOT / "docs/troubleshooting.md").read_text()
OURS = (
    "Mistakes in arguments",
    "Settings and credentials",
    "Warnings at preview",
    "Warnings about a task",
    "Commands, tests and rehearsals",
    "Messages of a runbook",
)
# Users see their text at most: in answers of the local AWS and of the stand-in for the aws plugin, and in a check that
# could not be made.
INTERNAL = {
    *("PluginError", "UnknownTypeError", "ConfigError", "PropertyError", "GoneError"),
    *("ApiError", "NotKnownError", "PlaceholderError", "UnreadableError"),
}


def section(title):
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def rows(title):
    """The cells of the table in a section, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@pytest.fixture(scope="module")
def texts():
    """Every text in the code, parts of f-strings included."""
    files = [path for folder in ("provider", "components") for path in (ROOT / folder).rglob("*.py")]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text()))]
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@pytest.mark.parametrize("message", [row[0].strip("`") for title in OURS for row in rows(title)])
def test_a_message_of_the_page_is_one_of_ours(texts, message):
    parts = [part for part in (it.strip(" ,") for it in message.split("…")) if part]
    assert parts
    assert [part for part in parts if not any(part in text for text in texts)] == []


def test_every_error_class_of_the_packages_is_in_the_first_table():
    named = [name for row in rows("Every error class") for name in re.findall(r"`(\w+)`", row[0])]
    assert len(named) == len(set(named))
    assert set(named) == error_classes() - INTERNAL


def error_classes():
    """The names of all exceptions of the packages that are not private."""
    found = set()
    for folder in ("provider", "components"):
        for path in (ROOT / folder).rglob("*.py"):
            classes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]
            found |= {it.name for it in classes if it.name.endswith("Error") and not it.name.startswith("_")}
    return found


def test_every_error_of_a_call_is_explained():
    named = {name for row in rows("Failures at AWS") for name in re.findall(r"`(\w+Error)`", row[0])}
    public = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert named == public - {"SsmMaintenanceError", "TaskError", "ArgumentError"}


def test_the_codes_that_are_named_lead_to_these_errors():
    known = {code: kind.__name__ for code, (kind, _) in gateway._BY_CODE.items()}
    for row in rows("Failures at AWS"):
        for code in re.findall(r"`(\w+)`", row[1]):
            assert known[code] in row[0]
