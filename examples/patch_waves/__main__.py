"""Patch the environment that this stack is named after; all of them stand in Pulumi.yaml."""

import pulumi

from pulumi_ssm_maintenance_components import PatchWaves

waves = PatchWaves("patching", patching=pulumi.Config().require_object("patching"))

pulumi.export("window_id", waves.run.window_id)
pulumi.export("opens", waves.run.schedule_text)
