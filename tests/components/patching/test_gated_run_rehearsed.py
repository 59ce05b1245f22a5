"""A gated patching run on the real engine, and the night of its window: the gate and the checks really run."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pulumi_ssm_maintenance.simulation import Outcome
from pulumi_ssm_maintenance.testing import Node

EXAMPLE = Path(__file__).parents[3] / "examples" / "gated_patching_run"
CANARY = "i-0123456789abcdef0"


def canary(**more):
    return Node(CANARY, tags={"Patch Group": "web-canary"}, minutes=12, **more)


def fleet(count=12, **more):
    return Node.fleet(count, tags={"Patch Group": "web"}, minutes=5, **more)


def patched(run):
    """The nodes on which the patch command was sent."""
    return [it.target for it in run.invocations if it.runbook and it.step("patch").started]


def test_a_good_canary_lets_the_whole_fleet_through(rehearse):
    night = rehearse(canary(), *fleet())
    assert night.status == "SUCCESS"
    assert len(patched(night.task("fleet"))) == 12
    assert night.task("fleet").started == night.task("canary").ended
    assert night.left_out == []
    steps = [step.name for step in night.task("fleet").invocations[0].runbook.steps if step.status == "Success"]
    assert steps == ["gate", "snapshot", "tag_image", "patch", "check"]


def test_a_bad_canary_spares_the_fleet_under_every_assumption(rehearse):
    night = rehearse(canary(outcome="Failed"), *fleet(4), assume="all")
    assert night.is_complete
    assert night.variants
    for variant in [night, *night.variants]:
        assert variant.task("canary").status == "FAILED"
        assert patched(variant.task("fleet")) == []
        assert variant.status == "FAILED"


def test_the_gate_says_why_it_stays_shut(rehearse):
    night = rehearse(canary(outcome="Failed"), *fleet(4))
    (reason,) = {it.message for it in (one.step("gate") for one in night.task("fleet").invocations if one.runbook)}
    assert f"task {night.task('canary').id} of priority 10 is FAILED" in reason


def test_a_canary_that_still_lacks_patches_keeps_the_gate_shut(rehearse):
    night = rehearse(canary(patches={"MissingCount": 2}), *fleet(4))
    assert "lacks patches" in night.task("canary").invocations[0].step("check").message
    assert patched(night.task("fleet")) == []


def test_a_canary_without_a_node_keeps_the_gate_shut_under_every_assumption(rehearse):
    """Nothing was tested, whether AWS calls that a success or not."""
    night = rehearse(*fleet(3), assume="all")
    for variant in [night, *night.variants]:
        assert patched(variant.task("fleet")) == []


def test_a_canary_that_cannot_be_reached_keeps_the_gate_shut(rehearse):
    night = rehearse(canary(offline=True), *fleet(3))
    assert patched(night.task("fleet")) == []


@pytest.mark.parametrize("answer", ["Failed", "Hangs"])
def test_without_an_approval_nothing_is_patched(rehearse, answer):
    night = rehearse(canary(), *fleet(2), outcomes={"approve": answer}, assume="all")
    assert night.is_complete
    for variant in [night, *night.variants]:
        assert patched(variant.task("canary")) == []
        assert patched(variant.task("fleet")) == []


def test_a_late_approval_delays_the_night(rehearse):
    night = rehearse(canary(), *fleet(3), outcomes={"approve": Outcome(minutes=45)})
    assert (night.task("canary").started - night.opened).total_seconds() == 45 * 60
    assert any("waits for your approval" in message.body for message in night.messages)


def test_images_carry_the_node_and_old_ones_go(rehearse):
    """The images of one night are too old in a night six weeks later."""
    ec2 = rehearse.aws.client("ec2")
    before = {it["ImageId"] for it in ec2.describe_images(Owners=["self"])["Images"]}
    night = rehearse(canary(), at=datetime(2026, 12, 12, 1, tzinfo=UTC))
    image = night.task("canary").invocations[0].step("snapshot").outputs["ImageId"]
    (held,) = ec2.describe_images(ImageIds=[image])["Images"]
    assert {"Key": "node", "Value": CANARY} in held["Tags"]
    # Images are made in real time, so a year is long enough for all of them.
    later = rehearse(canary(), at=datetime(2036, 12, 12, 1, tzinfo=UTC))
    removed = json.loads(later.task("images").invocations[0].runbook.steps[0].outputs["OutputPayload"])["Payload"]
    assert {image, *before} <= set(removed["Removed"])


def test_failed_runs_of_the_runbook_are_reported(rehearse):
    night = rehearse(canary(outcome="Failed"), *fleet(2))
    bodies = [json.loads(message.body) for message in night.messages]
    nodes = {body["instanceId"] for body in bodies if "instanceId" in body}
    assert nodes == {CANARY}
    assert any((message.subject or "").startswith('ALARM: "web-runbook') for message in night.messages)
