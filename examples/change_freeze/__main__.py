"""Keep windows closed over the holidays: EventBridge Scheduler switches them off and on again."""

import pulumi

from pulumi_ssm_maintenance_components import ChangeFreeze, FreezePeriod, MaintenanceWindow, is_frozen

ZONE = "Europe/Berlin"
PERIODS: list[FreezePeriod] = [
    {"name": "christmas", "start": "2040-12-20T00:00", "end": "2041-01-02T06:00"},
    {"name": "inventory", "start": "2041-06-29T18:00", "end": "2041-07-01T06:00"},
]

# If `pulumi up` runs during a freeze, the window is disabled from the start.
window = MaintenanceWindow(
    "nightly", schedule="cron(0 4 * * ? *)", timezone=ZONE, enabled=not is_frozen(PERIODS, timezone=ZONE)
)

# You can also pass the id of a window that another program declares.
freeze = ChangeFreeze("holidays", windows={"nightly": window}, periods=PERIODS, timezone=ZONE)

pulumi.export("window_id", window.window_id)
pulumi.export("schedules", freeze.schedule_arns)
