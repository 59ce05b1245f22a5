"""Patching runs on the real engine, and the night of their windows: what the page promises happens."""

import json
from pathlib import Path

from pulumi_ssm_maintenance.testing import Node

EXAMPLE = Path(__file__).parents[3] / "examples" / "patching_run"
CANARY = "i-0123456789abcdef0"


def canary(**more):
    return Node(CANARY, tags={"Patch Group": "web-canary"}, minutes=12, **more)


def fleet(count=40, minutes=10):
    return Node.fleet(count, tags={"Patch Group": "web"}, minutes=minutes)


def ran(run):
    return [it.node for it in run.nodes if it.started]


def test_a_good_night_patches_the_canary_first_and_then_the_whole_fleet(rehearse):
    night = rehearse(canary(), *fleet())
    assert night.status == "SUCCESS"
    assert night.task("fleet").started == night.task("canary").ended
    assert len(ran(night.task("fleet"))) == 40
    assert (night.left_out, night.messages) == ([], [])


def test_the_alarm_of_the_application_spares_most_of_the_fleet_under_every_assumption(rehearse):
    night = rehearse(canary(), *fleet(), alarms={"errors": [(20, "ALARM")]}, assume="all")
    assert night.variants
    for variant in [night, *night.variants]:
        assert len(ran(variant.task("fleet"))) <= 4
        assert variant.status != "SUCCESS"
    assert {it.reason for it in night.left_out} == {f"alarm {night.task('fleet').task.alarm} stopped the task"}


def test_a_bad_canary_does_not_gate_the_fleet_as_the_page_says(rehearse):
    """Waves by commands are ordered, not gated: whether the fleet starts is for AWS to say, and it does not."""
    night = rehearse(canary(outcome="Failed"), *fleet(), assume="all")
    assert night.task("canary").status == "FAILED"
    assert len(ran(night.task("fleet"))) == 40
    assert "after_a_failed_priority" in {it.assumption for it in night.depends_on}


def test_a_bad_canary_is_reported_by_node_by_wave_and_by_alarm(rehearse):
    night = rehearse(canary(outcome="Failed"), *fleet(4))
    bodies = [json.loads(it.body) for it in night.messages]
    assert [it["instanceId"] for it in bodies if "instanceId" in it] == [CANARY]
    details = [it["detail"] for it in bodies if "detail" in it]
    assert any("canary" in it.get("owner-information", "") for it in details)
    assert any("window-execution-id" in it and "task-execution-id" not in it for it in details)
    assert any((it.subject or "").startswith('ALARM: "web-failed') for it in night.messages)


def test_a_fleet_that_does_not_fit_its_commands_time_out_depends_on_how_aws_counts(rehearse):
    """Ten rounds of a quarter of an hour are longer than delivery and execution time-out together."""
    night = rehearse(canary(), *fleet(minutes=15), assume="all")
    assert night.task("fleet").status == "TIMED_OUT"
    assert "command_expiry" in {it.assumption for it in night.depends_on}
