"""The night of every example: a good one succeeds, and a bad one is never quiet."""

from dataclasses import replace
from pathlib import Path

import pytest

from pulumi_ssm_maintenance.testing.rehearse_program import invented_nodes

EXAMPLES = Path(__file__).parents[2] / "examples"
SETTINGS = {"component_lambda_task": {"secrets": {"component-lambda-task:token": "hush-hush"}}}
ON_NODES = ["automation_runbook", "component_run_command", "component_step_function", "patch_waves", "quickstart"]
ONCE = ["automation_task", "component_lambda_task", "lambda_task", "step_functions_task"]
SILENT = {("function_error", "success"), ("failed_run_without_targets", "success")}
"""The answers under which AWS itself would call a failure a success."""


@pytest.fixture
def rehearse(local_aws, local_stack):
    """Deploys an example, and rehearses all its windows; with `outcome`, all work ends so."""

    def rehearse(name, *outcomes):
        stack = local_stack(EXAMPLES / name, **SETTINGS.get(name, {}))
        stack.up()
        windows = local_aws.client("ssm").describe_maintenance_windows()["WindowIdentities"]
        nodes = invented_nodes(local_aws, windows)
        for outcome in outcomes:
            given = [replace(node, outcome=outcome) for node in nodes]
            of_runs = (
                (lambda call, end=outcome: None if call.step or call.node else end) if outcome != "Success" else None
            )
            for window in windows:
                yield outcome, local_aws.rehearse(window["WindowId"], nodes=given, outcomes=of_runs, assume="all")

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
