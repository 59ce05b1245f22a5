"""Move a task from `aws.ssm.MaintenanceWindowTask` to `MaintenanceWindowTask`, without registering it again.

Warning: never do it in a single `up`. The removal of the old resource would deregister the task that was just
adopted. Run `pulumi config set step …` and `pulumi up` once for each of four steps:

1. `before`: the task as it was.
2. `release`: the old resource gets `retain_on_delete`, so that its removal leaves the task alone.
3. `adopt`: the program removes the old resource, and the new one takes the task over. The task keeps its id.
4. `done`: `adopt` is removed.
"""

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import MaintenanceWindowTask

config = pulumi.Config()
step = config.get("step") or "before"

window = aws.ssm.MaintenanceWindow("nightly", schedule="rate(1 day)", duration=3, cutoff=1)
nodes = aws.ssm.MaintenanceWindowTarget(
    "web",
    window_id=window.id,
    resource_type="INSTANCE",
    targets=[{"key": "tag:Patch Group", "values": ["web"]}],
)

if step in {"before", "release"}:
    old = aws.ssm.MaintenanceWindowTask(
        "patch",
        window_id=window.id,
        task_type="RUN_COMMAND",
        task_arn="AWS-RunPatchBaseline",
        targets=[{"key": "WindowTargetIds", "values": [nodes.id]}],
        max_concurrency="10%",
        max_errors="0",
        opts=pulumi.ResourceOptions(retain_on_delete=step == "release"),
    )
    pulumi.export("window_task_id", old.window_task_id)
else:
    new = MaintenanceWindowTask(
        "patch",
        window_id=window.id,
        task_type="RUN_COMMAND",
        task_arn="AWS-RunPatchBaseline",
        targets=[{"key": "WindowTargetIds", "values": [nodes.id]}],
        max_concurrency="10%",
        max_errors="0",
        # <window_id>/<window_task_id>, from the outputs of the stack
        adopt=config.require("task") if step == "adopt" else None,
    )
    pulumi.export("window_task_id", new.window_task_id)

pulumi.export("window_id", window.id)
