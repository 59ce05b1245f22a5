"""Windows whose schedules are checked while the program runs, and that show when they open."""

from datetime import UTC, datetime

import pulumi

from pulumi_ssm_maintenance_components import MaintenanceWindow, PatchTuesday, Targets

monthly = MaintenanceWindow("monthly", schedule=PatchTuesday(offset_days=4), timezone="Europe/Berlin", cutoff=2)
nightly = MaintenanceWindow("nightly", schedule="cron(30 1 * * ? *)", duration=2, enabled=False)

web = Targets.by_tags({"Role": ["web", "proxy"], "Stage": "production"}).register(
    "web", monthly.window_id, owner_information="web", opts=pulumi.ResourceOptions(parent=monthly)
)

pulumi.export("schedules", {"monthly": monthly.describe(), "nightly": nightly.describe()})
pulumi.export(
    "first_runs_of_2030", [run.isoformat() for run in monthly.next_runs(3, after=datetime(2030, 1, 1, tzinfo=UTC))]
)
pulumi.export("target_id", web.id)
