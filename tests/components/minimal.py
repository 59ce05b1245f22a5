"""Every component with as few arguments as it takes."""

from pulumi_ssm_maintenance_components import (
    AutomationRunbook,
    ChangeFreeze,
    LambdaTask,
    MaintenanceWindow,
    PatchBaseline,
    PatchingRun,
    PatchWaves,
    RunCommandTask,
    Step,
    StepFunctionTask,
    Targets,
    WindowAlerts,
)

WINDOW = "mw-0123456789abcdef0"
WEB = Targets.by_patch_group("web")
SCHEDULE = "cron(0 2 ? * SAT *)"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:drain"
FREEZE = {"name": "christmas", "start": "2090-12-20T00:00", "end": "2091-01-02T00:00"}
PATCHING = {
    "environments": [
        {"name": "dev", "schedule": SCHEDULE, "reboot": "NoReboot", "targets": {"patch_group": "web"}},
    ]
}

MINIMAL = {
    MaintenanceWindow: {"schedule": SCHEDULE},
    PatchingRun: {"schedule": SCHEDULE, "targets": WEB, "reboot": "NoReboot"},
    PatchWaves: {"patching": PATCHING, "environment": "dev"},
    PatchBaseline: {"os": "AMAZON_LINUX_2023"},
    WindowAlerts: {"windows": [WINDOW]},
    ChangeFreeze: {"windows": {"night": WINDOW}, "periods": [FREEZE]},
    RunCommandTask: {"window": WINDOW, "targets": WEB, "document": "AWS-RunShellScript"},
    AutomationRunbook: {"window": WINDOW, "targets": WEB, "steps": [Step.snapshot()]},
    LambdaTask: {"window": WINDOW, "function": "report"},
    StepFunctionTask: {"window": WINDOW, "state_machine": MACHINE},
}
