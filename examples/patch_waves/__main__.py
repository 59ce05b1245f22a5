"""Patch the environment that has the name of this stack. Pulumi.yaml defines all environments."""

import pulumi

from pulumi_ssm_maintenance_components import PatchWaves

waves = PatchWaves("patching", patching=pulumi.Config().require_object("patching"))

pulumi.export("window_id", waves.run.window_id)
pulumi.export("opens", waves.run.schedule_text)
pulumi.export("waves", waves.run.waves)
pulumi.export("calendar", waves.describe().splitlines())
pulumi.export("gaps", waves.gaps)
