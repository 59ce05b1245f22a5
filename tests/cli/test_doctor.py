"""`ssm-maintenance doctor`: what it prints, and its exit codes."""

import json
import re
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from tests.live_windows import create_window, register_patching, register_target

from pulumi_ssm_maintenance.operations.adopt.engine import Engine
from pulumi_ssm_maintenance.operations.doctor import CHECK_IDS
from pulumi_ssm_maintenance.testing import Fault

CANARY = "s3cr3t-canary"


@pytest.fixture
def task(ssm, window):
    """A task whose function does not exist, with a secret payload."""
    ssm.register_task_with_maintenance_window(
        WindowId=window,
        Name="report",
        TaskType="LAMBDA",
        TaskArn="arn:aws:lambda:us-east-1:123456789012:function:Missing",
        ServiceRoleArn="arn:aws:iam::123456789012:role/missing",
        TaskInvocationParameters={"Lambda": {"Payload": f'{{"key": "{CANARY}"}}'.encode()}},
    )


def test_a_failed_check_is_one_line_and_code_3(aws_environment, ssm_maintenance, window, task):
    ran = ssm_maintenance("doctor", window)
    assert ran.code == 3, ran.err
    (line,) = [line for line in ran.out.splitlines() if "task.function" in line]
    assert line.startswith("FAIL  task.function  report (mw-")
    assert line.endswith("function:Missing does not exist. Create it, or correct task_arn.")
    assert ran.out.splitlines()[-1].startswith("2 failed, ")
    assert CANARY not in ran.out + ran.err


def test_what_fails_can_be_ignored(aws_environment, ssm_maintenance, window, task):
    assert ssm_maintenance("doctor", window, "--no-fail").code == 0


def test_a_window_in_order_is_code_0_and_warnings_only_count_when_strict(aws_environment, ssm_maintenance, ssm, window):
    assert ssm_maintenance("doctor", window).code == 0
    ssm.update_maintenance_window(WindowId=window, Enabled=False)
    ran = ssm_maintenance("doctor", window)
    assert (ran.code, "WARN  window.enabled  nightly" in ran.out) == (0, True)
    assert ssm_maintenance("doctor", window, "--strict").code == 3


def test_what_is_denied_is_a_note_and_code_0(aws_environment, ssm_maintenance, local_aws, window, task):
    for service in ("iam", "lambda"):
        local_aws.inject(Fault.access_denied(service=service))
    ran = ssm_maintenance("doctor", window)
    assert ran.code == 0, ran.out
    assert "lambda:GetFunctionConfiguration is denied" in ran.out
    assert "warning: what was skipped was not checked" in ran.err


def test_the_json_keeps_to_its_schema(aws_environment, ssm_maintenance, window, task):
    ran = ssm_maintenance("doctor", window, "--format", "json")
    schema = json.loads(files("pulumi_ssm_maintenance.cli").joinpath("schemas", "doctor.json").read_text())
    found = json.loads(ran.out)
    jsonschema.validate(found, schema)
    assert [one["id"] for one in found["windows"]] == [window]
    assert {one["check"] for one in found["findings"]} <= set(CHECK_IDS)
    assert CANARY not in ran.out


def test_markdown_is_a_table(aws_environment, ssm_maintenance, window, task):
    lines = ssm_maintenance("doctor", window, "--format", "markdown").out.splitlines()
    assert lines[0].startswith("## Maintenance windows: 2 failed")
    assert "| level | check | finding |" in lines
    assert any(line.startswith("| FAIL | `task.function` | report (") for line in lines)


def test_windows_are_found_by_name_in_several_regions(aws_environment, ssm_maintenance, local_aws, ssm, window):
    other = create_window(local_aws.client("ssm", "eu-west-1"))
    ran = ssm_maintenance(
        "doctor", "--name", "night*", "--region", "us-east-1", "--region", "eu-west-1", "--format", "json"
    )
    found = {(one["id"], one["region"]) for one in json.loads(ran.out)["windows"]}
    assert found == {(window, "us-east-1"), (other, "eu-west-1")}
    ran = ssm_maintenance("doctor", other, "--region", "us-east-1", "--region", "eu-west-1", "--format", "json")
    assert [one["id"] for one in json.loads(ran.out)["windows"]] == [other]


@pytest.mark.parametrize("verb", ["doctor", "plan", "status"])
def test_a_region_that_refuses_is_one_line_and_the_others_are_shown(
    aws_environment, ssm_maintenance, local_aws, ssm, window, verb
):
    other = create_window(local_aws.client("ssm", "eu-west-1"))
    local_aws.inject(Fault.access_denied(operation="DescribeMaintenanceWindows", times=1))
    ran = ssm_maintenance(verb, "--all", "--region", "us-east-1", "--region", "eu-west-1", "--format", "json")
    assert ran.code == 1
    (error,) = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert "Allow it to the caller" in error
    assert [one["id"] for one in json.loads(ran.out)["windows"]] in ([window], [other])


def test_all_regions_are_those_of_the_account(aws_environment, ssm_maintenance, local_aws, window):
    ran = ssm_maintenance("doctor", "--all", "--region", "all", "--format", "json")
    assert [one["id"] for one in json.loads(ran.out)["windows"]] == [window]


def test_several_accounts_are_checked_side_by_side_with_one_exit_code(
    aws_environment, ssm_maintenance, local_aws, window, tmp_path
):
    account, role = "210987654321", "arn:aws:iam::210987654321:role/reader"
    there = local_aws.client("ssm", account=account)
    other = create_window(there, "theirs")
    there.update_maintenance_window(WindowId=other, Enabled=False)
    accounts = tmp_path / "accounts.txt"
    accounts.write_text(f"123456789012 arn:aws:iam::123456789012:role/reader us-east-1\n{account} {role} us-east-1\n")
    ran = ssm_maintenance("doctor", "--all", "--accounts", accounts, "--strict", "--format", "json")
    assert ran.code == 3, ran.err
    assert {one["id"] for one in json.loads(ran.out)["windows"]} == {window, other}
    for verb in ("plan", "status"):
        ran = ssm_maintenance(verb, "--all", "--accounts", accounts)
        assert ran.code == 0, ran.err
        assert f"{window}, 123456789012, us-east-1" in ran.out
        assert f"{other}, {account}, us-east-1" in ran.out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["mw-0123456789abcdef0", "--all"], "give ids of windows, or --name"),
        (["--name", "nothing-*"], "no window in us-east-1 is selected"),
        (["--all", "--region", "eu-west-1", "--region", "eu-west-2"], "no window in eu-west-1, eu-west-2 is selected"),
    ],
)
def test_a_mistake_in_the_selection_is_code_2(aws_environment, ssm_maintenance, local_aws, arguments, problem):
    ran = ssm_maintenance("doctor", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert problem in ran.err


@pytest.fixture
def project(tmp_path, engine):
    """A project whose stack holds nothing yet, and whose virtual environment is this one."""
    folder = tmp_path / "patching"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: patching\nruntime:\n  name: python\n  options:\n    virtualenv: venv\n")
    (folder / "venv" / "bin").mkdir(parents=True)
    python = folder / "venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    Engine(folder, "prod").open_stack()
    Engine(folder, "prod").configure({"aws:region": "us-east-1"})
    return folder


def engine_levels(ran):
    return {one["check"]: one["level"] for one in json.loads(ran.out)["findings"] if one["check"].startswith("engine.")}


def test_a_project_in_order_passes_the_checks_of_the_engine(ssm_maintenance, project, window):
    ran = ssm_maintenance("doctor", window, "--cwd", project, "--format", "json")
    assert engine_levels(ran) == {"engine.version": "ok", "engine.python": "ok", "engine.package": "ok"}


def give_no_package(project, monkeypatch):
    (project / "venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -I "$@"\n')


def remove_the_environment(project, monkeypatch):
    (project / "venv" / "bin" / "python").unlink()


def age_the_engine(project, monkeypatch):
    monkeypatch.setattr("pulumi_ssm_maintenance.operations.doctor.engine.OLDEST", (99, 0, 0))


@pytest.mark.parametrize(
    ("check", "break_it", "level"),
    [
        ("engine.version", age_the_engine, "WARN"),
        ("engine.python", remove_the_environment, "FAIL"),
        ("engine.package", give_no_package, "FAIL"),
    ],
)
def test_what_is_broken_in_a_project_is_found(ssm_maintenance, project, window, monkeypatch, check, break_it, level):
    break_it(project, monkeypatch)
    ran = ssm_maintenance("doctor", window, "--cwd", project, "--format", "json")
    assert engine_levels(ran)[check] == level


def test_a_stack_names_its_windows_and_its_configuration_is_checked(ssm_maintenance, project, window, tmp_path):
    exported = json.loads(Engine(project, "prod").run("stack", "export"))
    urn = "urn:pulumi:prod::patching::aws:ssm/maintenanceWindow:MaintenanceWindow::nightly"
    exported["deployment"]["resources"] = [
        {
            "urn": urn,
            "type": "aws:ssm/maintenanceWindow:MaintenanceWindow",
            "custom": True,
            "id": window,
            "outputs": {"region": "us-east-1"},
        }
    ]
    Engine(project, "prod").run("stack", "import", stdin=json.dumps(exported))
    arguments = ("doctor", "--stack", "prod", "--cwd", project, "--format", "json")
    ran = ssm_maintenance(*arguments)
    assert [one["id"] for one in json.loads(ran.out)["windows"]] == [window]
    assert engine_levels(ran)["engine.config"] == "ok"

    Engine(project, "prod").configure({"aws:accessKey": "AKIALOCALAWSEXAMPLE0"})
    ran = ssm_maintenance(*arguments)
    assert engine_levels(ran)["engine.config"] == "FAIL"
    (finding,) = [one for one in json.loads(ran.out)["findings"] if one["check"] == "engine.config"]
    assert "aws:secretKey: required together with aws:accessKey" in finding["text"]


def test_the_page_shows_what_is_printed(aws_environment, ssm_maintenance, local_aws, ssm):
    window = create_window(ssm, "prod-patching", Schedule="cron(0 2 ? * SAT#2 *)", AllowUnassociatedTargets=False)
    register_patching(
        ssm,
        window,
        "patch",
        register_target(ssm, window, "web-nodes", "web"),
        TaskInvocationParameters={
            "RunCommand": {"Parameters": {"Operation": ["Install"], "Rebootoption": ["NoReboot"]}}
        },
        AlarmConfiguration={"Alarms": [{"Name": "errors-high"}]},
    )
    ran = ssm_maintenance("doctor", window)
    printed = [line for line in ran.out.splitlines() if line.startswith(("FAIL", "WARN"))]
    page = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text()
    shown = [line for line in page.splitlines() if line.startswith(("FAIL  ", "WARN  "))]
    assert [without_ids(line) for line in shown] == [without_ids(line) for line in printed]


def without_ids(line):
    return re.sub(r"mw-\w+…/\w+…", "mw-…/…", line)


def test_the_page_names_every_check():
    page = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text()
    assert [check for check in CHECK_IDS if f"`{check}`" not in page] == []
