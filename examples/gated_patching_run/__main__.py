"""Patch the fleet after somebody approved and the canary was patched and checked. Take an image of each node first."""

import pulumi

from pulumi_ssm_maintenance_components import PatchingRun, PatchTuesday, Targets

run = PatchingRun(
    "web",
    engine="runbook",
    schedule=PatchTuesday(offset_days=4, at="02:00"),
    timezone="Europe/Berlin",
    waves={"canary": Targets.by_patch_group("web-canary"), "fleet": Targets.by_patch_group("web")},
    reboot="RebootIfNeeded",
    snapshot=True,
    snapshot_retention_days=30,
    approvers=[pulumi.Config().get("approver") or "operations"],
    notify=["operations@example.com"],
)

pulumi.export("next_run", run.schedule_text)
pulumi.export("runbook", run.document_name)
pulumi.export("node_policy_arn", run.node_policy_arn)
