"""The night of every example: a good one succeeds, and a bad one is never quiet."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pulumi
import pytest

from pulumi_ssm_maintenance.simulation import RehearsalError, WindowClosedError
from pulumi_ssm_maintenance.testing import Node
from pulumi_ssm_maintenance.testing.program.nodes import invented_nodes
from pulumi_ssm_maintenance.testing.program.rehearse_program import rehearse_program
from pulumi_ssm_maintenance_components import MaintenanceWindow, RunCommandTask, Targets, WindowAlerts

EXAMPLES = Path(__file__).parents[2] / "examples"
SETTINGS = {
    "adopt": {"config": {"adopt:moved": "true"}},
    "component_lambda_task": {"secrets": {"component-lambda-task:token": "hush-hush"}},
}
WEB = [Node("i-0123456789abcdef0", tags={"Patch Group": "web"}), Node("i-0123456789abcdef1", tags={"Role": "web"})]
ON_NODES = [
    *("adopt", "automation_runbook", "component_run_command", "component_step_function", "patch_waves", "quickstart")
]
DOCUMENT = {
    "schemaVersion": "2.2",
    "mainSteps": [{"action": "aws:runShellScript", "name": "rotate", "inputs": {"runCommand": ["logrotate -f all"]}}],
}
DATABASE = {"DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": 20}
ONCE = ["automation_task", "component_lambda_task", "lambda_task", "step_functions_task"]
SILENT = {("function_error", "success"), ("failed_run_without_targets", "success")}
"""The answers under which AWS itself would call a failure a success."""


@pytest.fixture
def rehearse(local_aws, local_stack):
    """Deploys an example, and rehearses all its windows; with `outcome`, all work ends so."""

    def rehearse(name, *outcomes):
        stack = local_stack(EXAMPLES / name, **SETTINGS.get(name, {}))
        stack.up()
        if name == "automation_task":  # its runbook really runs, and takes a snapshot of a database that must exist
            local_aws.client("rds").create_db_instance(DBInstanceIdentifier="orders", **DATABASE)
        windows = local_aws.windows()
        nodes = invented_nodes(local_aws, windows)
        for outcome in outcomes:
            given = [replace(node, outcome=outcome) for node in nodes]
            of_runs = (
                (lambda call, end=outcome: None if call.step or call.node else end) if outcome != "Success" else None
            )
            for window in windows:
                yield outcome, local_aws.rehearse(window.id, nodes=given, outcomes=of_runs, assume="all")

    return rehearse


@pytest.mark.parametrize("name", [*ON_NODES, *ONCE])
def test_a_good_night_succeeds_and_a_bad_one_does_not_whatever_aws_does(rehearse, name):
    nights = list(rehearse(name, "Success", "Failed"))
    assert any(night.invocations for _, night in nights)
    for outcome, night in nights:
        assert night.is_complete
        for variant in [night, *night.variants]:
            if outcome == "Success":
                assert variant.status == "SUCCESS"
                assert all(run.started for run in variant.tasks)
            elif variant.invocations and not SILENT & variant.assumptions.items():
                assert variant.status != "SUCCESS"


def test_a_change_freeze_keeps_its_window_closed_from_the_start_of_a_period_to_its_end(local_aws, local_stack):
    stack = local_stack(EXAMPLES / "change_freeze")
    stack.up()

    def night(*day):
        at = datetime(*day, 4, tzinfo=ZoneInfo("Europe/Berlin"))
        return local_aws.rehearse(stack.outputs["window_id"], at=at, assume="all")

    assert [it.status for it in (night(2040, 12, 19), night(2041, 1, 3), night(2041, 7, 2))] == ["SUCCESS"] * 3
    for day in ((2040, 12, 20), (2040, 12, 25), (2041, 1, 2), (2041, 6, 30)):
        with pytest.raises(WindowClosedError, match=r"schedule .*-nightly-(christmas|inventory)-.*-off disables it at"):
            night(*day)


def test_a_window_without_tasks_opens_and_has_nothing_to_do_and_a_disabled_one_does_not_open(local_aws, local_stack):
    local_stack(EXAMPLES / "maintenance_window").up()
    windows = local_aws.client("ssm").describe_maintenance_windows()["WindowIdentities"]
    ids = {window["Name"].rpartition("-")[2]: window["WindowId"] for window in windows}
    night = local_aws.rehearse(ids["monthly"], nodes=WEB, assume="all")
    assert (night.status, night.status_details) == ("SUCCESS", "No tasks to execute.")
    assert f"{night.opened.astimezone(ZoneInfo('Europe/Berlin')):%A}" == "Saturday"
    assert night.end - night.cutoff == timedelta(hours=2)
    with pytest.raises(WindowClosedError, match=r"window '.*nightly' is disabled, so it does not open"):
        local_aws.rehearse(ids["nightly"], nodes=WEB)


def test_alerts_tell_of_a_window_that_another_part_of_the_program_makes(local_aws, local_stack):
    def program():
        window = MaintenanceWindow("nightly", schedule="rate(1 day)", duration=2, cutoff=1)
        RunCommandTask(
            "rotate",
            window=window,
            targets=Targets.by_tags({"Role": "web"}),
            document=DOCUMENT,
            logs=False,
            alarms=False,
        )
        alerts = WindowAlerts("windows", windows=[window], notify=["operations@example.com"])
        pulumi.export("window_id", window.window_id)
        pulumi.export("topic", alerts.topic_arn)
        pulumi.export("alarms", alerts.alarm_arns)

    stack = local_stack(program)
    stack.up()
    good, bad = (
        local_aws.rehearse(stack.outputs["window_id"], nodes=[replace(WEB[1], outcome=outcome)])
        for outcome in ("Success", "Failed")
    )
    assert not good.messages
    raised = {it.name for it in bad.alarms if it.state == "ALARM"}
    assert raised
    assert raised <= {arn.rpartition(":")[2] for arn in stack.outputs["alarms"].values()}
    assert {it.topic for it in bad.messages} == {stack.outputs["topic"]}
    assert any(stack.outputs["window_id"] in it.body and "FAILED" in it.body for it in bad.messages)


@pytest.mark.parametrize("name", ["patch_baseline", "window_alerts"])
def test_an_example_that_makes_no_window_has_no_night(name):
    with pytest.raises(RehearsalError) as raised:
        rehearse_program(EXAMPLES / name)
    assert str(raised.value) == f"{EXAMPLES / name}: the program declares no window that opens"
