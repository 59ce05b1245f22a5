"""Define which patches are approved on Linux and Windows, for which nodes, and when."""

import pulumi

from pulumi_ssm_maintenance_components import PatchBaseline, PatchRule

config = pulumi.Config()

linux = PatchBaseline(
    "linux",
    os="AMAZON_LINUX_2023",
    rules=[
        PatchRule.security(days=config.get_int("days") or 7, compliance="CRITICAL"),
        PatchRule.matching({"CLASSIFICATION": ["Bugfix"]}, days=14),
    ],
    rejected=["kernel*"],
    rejected_action="BLOCK",
    patch_groups=["web", "workers"],
    default_for_os=True,
)
# The same date in all stacks: production installs what development has tested, and nothing newer.
windows = PatchBaseline(
    "windows",
    os="WINDOWS",
    rules=[
        PatchRule.security(until="2026-01-31"),
        PatchRule.matching({"PATCH_SET": ["APPLICATION"], "PRODUCT": ["Office 2019"]}, until="2026-01-31"),
    ],
    patch_groups=["web"],
)

pulumi.export("linux", linux.baseline_id)
pulumi.export("windows", windows.arn)
