"""Numbers and statements on pages that other files decide."""

import ast
import dataclasses
import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import pulumi_aws
import pytest
import yaml
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from tests.botocore_model import service_model
from tests.docs.pages import ROOT, snippets

from pulumi_ssm_maintenance.aws.connection import read_connection
from pulumi_ssm_maintenance.core import rules
from pulumi_ssm_maintenance.core.codec import MAX_FAILURES
from pulumi_ssm_maintenance.operations.doctor import windows
from pulumi_ssm_maintenance.operations.openings import MOST_OPEN_AT_ONCE
from pulumi_ssm_maintenance.simulation import Assumptions

GOLDEN = ROOT / "tests" / "components" / "golden"


def tables(page):
    """The rows of all tables of a page."""
    lines = [line for line in (ROOT / page).read_text().splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


MADE = [row for row in tables("docs/limits-and-costs.md") if "](../examples/" in row[0]]


@pytest.mark.parametrize("row", MADE, ids=lambda row: row[0])
def test_the_page_on_costs_counts_what_an_example_registers(row):
    example = re.fullmatch(r"\[(\w+)\]\(\.\./examples/\1\)", row[0])[1]
    types = Counter(it["type"] for it in json.loads((GOLDEN / f"{example}.json").read_text()))
    at_aws = {it: count for it, count in types.items() if not it.startswith(("pulumi-ssm-maintenance:", "pulumi:"))}
    kinds = ("ssm/maintenanceWindow:MaintenanceWindow", "dynamic/ssm:MaintenanceWindowTask", "iam/role:Role")
    alarms = ("cloudwatch/metricAlarm:MetricAlarm", "cloudwatch/eventRule:EventRule")
    counted = [sum(n for it, n in at_aws.items() if it.endswith(kind)) for kind in (*kinds, *alarms)]
    assert [int(cell) for cell in row[1:]] == [types.total(), sum(at_aws.values()), *counted]


def test_the_page_on_costs_has_an_example_of_every_component():
    programs = "".join((ROOT / "examples" / row[0].split("]")[0][1:] / "__main__.py").read_text() for row in MADE)
    components = {page.stem.replace("-", "") for page in (ROOT / "docs" / "components").glob("[a-z]*.md")}
    assert {it for it in components if it not in programs.lower()} == set()


def test_the_page_on_limits_has_the_limits_that_the_code_applies():
    shown = {row[0]: row[1] for row in tables("docs/limits-and-costs.md")}
    bounds = {name: service_model().shape_for(name).metadata for name in OF_THE_MODEL}
    duration, payload, machine_input, alarms = (bounds[name] for name in OF_THE_MODEL)
    applied = {
        "windows in an account and region": str(windows._MOST_WINDOWS),
        "tasks in a window": str(windows._MOST_TASKS),
        "targets in a window": str(windows._MOST_TARGETS),
        "windows that run at the same time in an account and region": str(MOST_OPEN_AT_ONCE),
        "window targets of one task": str(rules._MAX_WINDOW_TARGETS),
        "instance ids of one task": str(rules._MAX_INSTANCES),
        "duration of a window": f"{duration['min']} to {duration['max']} hours",
        "payload of a Lambda task": f"{payload['max']} bytes",
        "input of a Step Functions task": f"{machine_input['max']} characters",
        "alarms of a task": str(alarms["max"]),
        "mistakes reported for one task": f"{MAX_FAILURES}, then the check stops and says so",
    }
    assert {name: shown[name] for name in applied} == applied


OF_THE_MODEL = (
    "MaintenanceWindowDurationHours",
    "MaintenanceWindowLambdaPayload",
    "MaintenanceWindowStepFunctionsInput",
    "AlarmList",
)


def test_neither_pulumi_aws_nor_cloudformation_has_the_alarm_of_a_task():
    source = ast.parse((Path(pulumi_aws.__file__).parent / "ssm" / "maintenance_window_task.py").read_text())
    names = {node.name for node in ast.walk(source) if isinstance(node, ast.FunctionDef)}
    assert "cutoff_behavior" in names
    assert not [name for name in names if "alarm" in name]
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", "AWS::SSM::MaintenanceWindowTask").schema
    assert "CutoffBehavior" in schema["properties"]
    assert "Alarm" not in json.dumps(schema)


def test_the_page_on_versions_has_the_promised_and_the_pinned_versions():
    rows = {re.findall(r"`([\w-]+)`|^(\w+\b.*)", row[0])[0]: row[1:3] for row in tables("docs/versions.md")[2:]}
    rows = {code or words: cells for (code, words), cells in rows.items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [it for extra in project["optional-dependencies"].values() for it in extra]
    promised = dict(
        re.fullmatch(r"([\w-]+)(?:\[\w+\])?(.*)", it).groups() for it in [*project["dependencies"], *extras]
    )
    pinned = dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE))
    for package in ("pulumi", "boto3", "pulumi-aws", "moto"):
        assert rows[package] == [f"`{promised[package]}`", pinned[package]], package
    assert rows["Python"][0] == f"{project['requires-python'].removeprefix('>=')} or newer"
    engine = re.search(r"pulumi/sdk/v3 v(\S+)", (ROOT / "tools" / "engine" / "go.mod").read_text())[1]
    assert rows["Pulumi engine"][1] == engine


def test_the_list_of_decisions_has_every_decision_by_its_title():
    pages = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    titles = [page.read_text().splitlines()[0].removeprefix("# ").split(". ", 1) for page in pages]
    listed = re.findall(r"^(\d+)\. \[(.+)\]\((.+)\)$", (ROOT / "docs/decisions/README.md").read_text(), re.MULTILINE)
    assert listed == [(number, title, page.name) for (number, title), page in zip(titles, pages, strict=True)]


def test_every_assumption_of_a_rehearsal_is_in_the_list_of_what_was_never_seen():
    cells = [row[0] for row in tables("docs/never-seen-on-aws.md")]
    named = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert {it.name for it in dataclasses.fields(Assumptions)} <= set(named)


def test_the_questions_that_would_settle_what_was_never_seen_are_those_of_first_contact():
    asked = {row[0].strip("`") for row in tables("docs/first-contact.md")}
    settled = [row[3] for row in tables("docs/never-seen-on-aws.md") if len(row) > 3]
    named = {name for cell in settled for name in re.findall(r"`([a-z\d]+(?:-[a-z\d]+)*)`", cell)}
    assert len(named) > 20
    assert named - asked == set()


def test_the_configuration_that_the_page_shows_is_accepted():
    (shown,) = [yaml.safe_load(it.text) for it in snippets("yaml") if it.page.name == "configuration.md"]
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in shown["config"].items()}
    connection = read_connection(texts.get)
    assert [role.role_arn for role in connection.assume_roles] == ["arn:aws:iam::111122223333:role/deployer"]
    assert connection.allowed_account_ids
