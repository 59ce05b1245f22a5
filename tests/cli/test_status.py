"""`ssm-maintenance status`: what it prints, and its exit codes."""

import importlib
import json
import re
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from tests import live_windows
from tests.live_windows import create_window, register_patching, register_target

from pulumi_ssm_maintenance.simulation import Node
from pulumi_ssm_maintenance.testing import Fault

ROOT = Path(__file__).parents[2]
CANARY = "s3cr3t-canary"
NODE = "i-0123456789abcdef0"
OPENED = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)


@pytest.fixture
def patching(ssm):
    """A window that patches the nodes of a group, and tidies up by a runbook."""
    logs = {"CloudWatchLogGroupName": "/aws/ssm/prod-web", "CloudWatchOutputEnabled": True}
    window = create_window(ssm, "prod-patching", Schedule="cron(0 2 ? * SAT#2 *)")
    register_patching(
        ssm,
        window,
        "patch",
        register_target(ssm, window, "web", "web"),
        MaxConcurrency="100%",
        Priority=1,
        TaskInvocationParameters={
            "RunCommand": {
                "Parameters": {"Operation": ["Install"], "InstallOverrideList": [CANARY]},
                "CloudWatchOutputConfig": logs,
            }
        },
    )
    ssm.register_task_with_maintenance_window(
        WindowId=window, Name="tidy", TaskType="AUTOMATION", TaskArn="Acme-Tidy", Priority=5
    )
    return window


@pytest.fixture
def rehearse(local_aws, patching):
    def run(outcome="Success", opened=OPENED, count=2):
        nodes = [
            Node(NODE, tags={"Patch Group": "web"}, minutes=5, outcome=outcome),
            *Node.fleet(count, tags={"Patch Group": "web"}, minutes=5),
        ]
        return local_aws.rehearse(patching, nodes=nodes, at=opened)

    return run


@pytest.fixture
def write_run(local_aws, patching):
    """Put a run into the history as it is."""

    def write(status, started=OPENED, ended=None):
        live_windows.write_run(local_aws, patching, status, started, ended)

    return write


def test_a_node_that_failed_is_named_with_the_reason_and_the_log(aws_environment, ssm_maintenance, patching, rehearse):
    rehearse("Failed")
    ran = ssm_maintenance("status", patching)
    assert ran.code == 3, ran.err
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert any("FAILED 6 m 1 of 2 tasks good, 1 of 4 nodes failed" in line for line in lines), ran.out
    (node,) = [line for line in lines if line.startswith(NODE)]
    assert node.startswith(f"{NODE} Failed: exit status 1 log: /aws/ssm/prod-web command ")
    assert CANARY not in ran.out + ran.err
    assert ssm_maintenance("status", patching, "--no-fail").code == 0


def test_a_good_run_is_code_0(aws_environment, ssm_maintenance, patching, rehearse):
    rehearse()
    ran = ssm_maintenance("status", patching)
    assert ran.code == 0, ran.out
    assert "2 of 2 tasks good, 0 of 4 nodes failed" in ran.out
    assert re.search(r"next Sat \d{4}-\d\d-\d\d 02:00 UTC", ran.out)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("PENDING", 0),
        ("IN_PROGRESS", 0),
        ("SUCCESS", 0),
        ("FAILED", 3),
        ("TIMED_OUT", 3),
        ("CANCELLING", 3),
        ("CANCELLED", 3),
        ("SKIPPED_OVERLAPPING", 3),
    ],
)
def test_each_status_has_its_exit_code(aws_environment, ssm_maintenance, patching, write_run, status, code):
    write_run(status, ended=OPENED + timedelta(minutes=112) if status != "IN_PROGRESS" else None)
    ran = ssm_maintenance("status", patching)
    took = "at work" if status == "IN_PROGRESS" else "1 h 52 m"
    line = f"  {OPENED:%a %Y-%m-%d %H:%M}  {status:<9}  {took:<8}  0 of 0 tasks good, 0 of 0 nodes failed"
    assert (ran.code, ran.out.splitlines()[1:]) == (code, [line.rstrip()])


def test_a_success_on_no_node_is_a_finding(aws_environment, ssm_maintenance, ssm, local_aws):
    window = create_window(ssm, "empty", Schedule="rate(7 days)")
    register_patching(ssm, window, "patch", register_target(ssm, window, "none", "none"))
    local_aws.rehearse(window, nodes=[Node(NODE, tags={"Patch Group": "other"})], at=OPENED)
    ran = ssm_maintenance("status", window)
    assert (ran.code, "RAN ON NOTHING" in ran.out) == (3, True), ran.out


def test_the_latest_run_decides(aws_environment, ssm_maintenance, patching, write_run):
    write_run("FAILED", OPENED - timedelta(days=7), OPENED - timedelta(days=7) + timedelta(hours=1))
    write_run("SUCCESS", OPENED, OPENED + timedelta(hours=1))
    ran = ssm_maintenance("status", patching)
    assert [line.split()[3] for line in ran.out.splitlines()[1:]] == ["SUCCESS", "FAILED"]
    assert ran.code == 0
    assert len(ssm_maintenance("status", patching, "--last", "1").out.splitlines()) == 2


def test_a_good_run_that_is_too_old_is_code_3(aws_environment, ssm_maintenance, patching, write_run):
    write_run("SUCCESS", OPENED, OPENED + timedelta(hours=1))
    assert ssm_maintenance("status", patching, "--max-age", "40d").code == 0
    ran = ssm_maintenance("status", patching, "--max-age", "2h")
    assert (ran.code, "TOO OLD: no good run within --max-age" in ran.out) == (3, True)
    assert ssm_maintenance("status", patching, "--max-age", "soon").code == 2


def test_compliance_adds_up_what_the_nodes_have_reported(aws_environment, ssm_maintenance, patching, rehearse):
    rehearse("Failed")
    ran = ssm_maintenance("status", patching, "--compliance")
    assert "patches: 3 of 3 nodes reported, 0 with missing patches, 1 with failed ones, 0 wait for a reboot" in ran.out


def test_denied_patch_states_are_a_note(aws_environment, ssm_maintenance, patching, rehearse, local_aws):
    rehearse()
    local_aws.inject(Fault.access_denied(operation="DescribeInstancePatchStates"))
    ran = ssm_maintenance("status", patching, "--compliance")
    assert ran.code == 0
    assert "note: patch states are unknown: ssm:DescribeInstancePatchStates is denied" in ran.out


def test_denied_runs_are_skipped_and_code_1(aws_environment, ssm_maintenance, patching, local_aws):
    local_aws.inject(Fault.access_denied(operation="DescribeMaintenanceWindowExecutions"))
    ran = ssm_maintenance("status", patching)
    assert ran.code == 1
    permission = "ssm:DescribeMaintenanceWindowExecutions"
    why = f"{permission} is denied (AccessDeniedException). Allow {permission} to the caller."
    assert ran.out.splitlines()[1:] == [f"  SKIPPED: {why}"]
    assert "**Skipped**: ssm:Desc" in ssm_maintenance("status", patching, "--format", "markdown").out


@pytest.mark.parametrize(
    ("operation", "line"),
    [
        ("DescribeMaintenanceWindowExecutionTasks", "tasks are not known: ssm:DescribeMaintenanceWindowExecutionTasks"),
        ("ListCommandInvocations", "patch  nodes are not known: ssm:ListCommandInvocations is denied"),
    ],
)
def test_what_is_denied_below_a_run_is_skipped_and_its_status_counts(
    aws_environment, ssm_maintenance, patching, rehearse, local_aws, operation, line
):
    rehearse("Failed")
    local_aws.inject(Fault.access_denied(operation=operation))
    ran = ssm_maintenance("status", patching)
    assert (ran.code, line in ran.out, "FAILED" in ran.out) == (3, True, True), ran.out


def test_windows_of_several_accounts_are_one_report_with_one_code(
    aws_environment, ssm_maintenance, patching, rehearse, local_aws, tmp_path
):
    rehearse("Failed")
    other = create_window(local_aws.client("ssm", "eu-west-1", "210987654321"), "theirs")
    accounts = tmp_path / "accounts.txt"
    accounts.write_text(
        "123456789012 arn:aws:iam::123456789012:role/reader us-east-1,eu-west-1\n"
        "210987654321 arn:aws:iam::210987654321:role/reader eu-west-1\n"
    )
    ran = ssm_maintenance("status", "--all", "--accounts", accounts)
    assert ran.code == 3, ran.err
    headings = [line for line in ran.out.splitlines() if line and not line.startswith(" ")]
    assert [heading.partition("): ")[0] for heading in headings] == [
        f"prod-patching ({patching}, 123456789012, us-east-1",
        f"theirs ({other}, 210987654321, eu-west-1",
    ]


def test_one_run_alone_is_shown_by_the_id_of_its_execution(aws_environment, ssm_maintenance, patching, write_run):
    earlier = OPENED - timedelta(days=7)
    write_run("SUCCESS", earlier, earlier + timedelta(hours=1))
    write_run("FAILED", OPENED, OPENED + timedelta(hours=1))
    execution = f"00000000-0000-4000-8000-{earlier:%Y%m%d%H%M}"
    ran = ssm_maintenance("status", "--all", "--execution", execution)
    assert (ran.code, len(ran.out.splitlines()), "SUCCESS" in ran.out) == (0, 2, True), ran.out
    ran = ssm_maintenance("status", patching, "--execution", "00000000-0000-4000-8000-000000000000")
    assert (ran.code, "none of these windows has a run 0000" in ran.err) == (2, True)


def test_the_json_keeps_to_its_schema(aws_environment, ssm_maintenance, patching, rehearse):
    rehearse("Failed")
    ran = ssm_maintenance("status", patching, "--compliance", "--format", "json")
    schema = json.loads(files("pulumi_ssm_maintenance.cli").joinpath("schemas", "status.json").read_text())
    found = json.loads(ran.out)
    jsonschema.validate(found, schema)
    (window,) = found["windows"]
    assert (window["sound"], [run["status"] for run in window["runs"]]) == (False, ["FAILED"])
    assert [node["node"] for task in window["runs"][0]["tasks"] for node in task["failed"]] == [NODE]
    assert CANARY not in ran.out


def test_markdown_is_a_table_with_the_failures_below(aws_environment, ssm_maintenance, patching, rehearse):
    rehearse("Failed")
    out = ssm_maintenance("status", patching, "--format", "markdown").out
    assert f"| {OPENED:%a %Y-%m-%d %H:%M} | FAILED | 6 m | 1 of 2 tasks good, 1 of 4 nodes failed |" in out
    assert f"  {NODE}  Failed: exit status 1" in out


@pytest.fixture
def between_polls(monkeypatch):
    """Say what happens while the command waits for the next poll."""

    def on_sleep(action):
        watch = importlib.import_module("pulumi_ssm_maintenance.operations.runs.watch")
        monkeypatch.setattr(watch.watch, "__defaults__", (None, action))

    return on_sleep


def test_watching_ends_with_the_run(aws_environment, ssm_maintenance, patching, write_run, between_polls):
    write_run("IN_PROGRESS")
    pauses = []

    def action(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            write_run("FAILED", ended=OPENED + timedelta(hours=1))

    between_polls(action)
    ran = ssm_maintenance("status", patching, "--watch")
    assert (ran.code, pauses) == (3, [5.0, 7.5, 11.25])
    changes = [line for line in ran.err.splitlines() if line.startswith("prod-patching: ")]
    assert changes == ["prod-patching: IN_PROGRESS", "prod-patching: FAILED"]
    assert "FAILED" in ran.out


def test_watching_shows_how_far_each_task_is(aws_environment, ssm_maintenance, patching, rehearse):
    rehearse("Failed")
    ran = ssm_maintenance("status", patching, "--watch")
    assert "prod-patching: patch FAILED [####################] 3 of 3 nodes done, 1 failed" in ran.err


def test_watching_at_a_terminal_draws_a_bar_for_each_task(aws_environment, terminal, patching, rehearse):
    rehearse("Failed")
    shown = terminal("status", patching, "--watch", stream="stderr")
    assert "prod-patching: patch FAILED" in shown
    assert "3 of 3 nodes done, 1 failed" in shown
    assert "━" in shown


def test_watching_can_end_earlier_and_leaves_the_run_alone(
    aws_environment, ssm_maintenance, patching, write_run, between_polls
):
    write_run("IN_PROGRESS")
    between_polls(lambda seconds: None)
    ran = ssm_maintenance("status", patching, "--watch", "--timeout", "1h")
    assert (ran.code, "a run is still at work after 1:00:00; it goes on" in ran.err) == (1, True)

    def interrupt(seconds):
        raise KeyboardInterrupt

    between_polls(interrupt)
    ran = ssm_maintenance("status", patching, "--watch")
    assert (ran.code, "no longer watching; the runs go on" in ran.err) == (130, True)


def test_nothing_is_written(aws_environment, ssm_maintenance, patching, rehearse, local_aws):
    rehearse("Failed")
    local_aws.clear_requests()
    ssm_maintenance("status", patching, "--compliance")
    operations = {request.operation for request in local_aws.requests()}
    assert {name for name in operations if not name.startswith(("Describe", "Get", "List"))} == set()


def test_the_page_shows_what_is_printed(aws_environment, ssm_maintenance, patching, rehearse):
    rehearse("Failed")
    page = (ROOT / "docs" / "status.md").read_text()
    shown = page.partition("```text\n")[2].partition("```")[0]
    assert without_ids(shown) == without_ids(ssm_maintenance("status", patching).out)


def without_ids(text):
    times = r"\w{3} \d{4}-\d\d-\d\d \d\d:\d\d"
    return re.sub(rf"mw-\w+|{times}|[0-9a-f]{{8}}-[0-9a-f-]{{27}}", "…", text)
