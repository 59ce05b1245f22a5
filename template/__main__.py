"""Patch servers on the Saturday after Patch Tuesday, a canary first."""

import pulumi

from pulumi_ssm_maintenance_components import PatchingRun, PatchTuesday, Targets

config = pulumi.Config()
group = config.get("patchGroup") or "web"
mail = config.get("mail")  # pulumi config set mail operations@example.com

run = PatchingRun(
    group,
    schedule=PatchTuesday(offset_days=4, at="02:00"),
    timezone=config.get("timezone") or "Europe/Berlin",
    # Tag the servers with "Patch Group": first one or two with the canary's value, the others with the fleet's.
    waves={"canary": Targets.by_patch_group(f"{group}-canary"), "fleet": Targets.by_patch_group(group)},
    reboot="RebootIfNeeded",
    notify=[mail] if mail else [],
)

pulumi.export("window_id", run.window_id)
pulumi.export("next_run", run.schedule_text)
# Attach this policy to the role of the servers: it lets them write the logs of their commands.
pulumi.export("node_policy_arn", run.node_policy_arn)
