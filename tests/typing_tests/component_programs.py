"""What users' type checkers accept and refuse of components. Like `programs.py`, this file is only type-checked."""
# pyright: reportUnnecessaryTypeIgnoreComment=error

from collections.abc import Mapping
from typing import assert_type

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components import (
    AnyBaseline,
    Engine,
    LogsArgs,
    Notify,
    PatchBaseline,
    PatchingRun,
    PatchingRunArgs,
    PatchTuesday,
    PromotionGap,
    Reboot,
    Room,
    Run,
    RunCommandTask,
    RunEvent,
    Targets,
    WaveArgs,
    WaveIds,
)


def objects_and_outputs(
    alarm: aws.cloudwatch.MetricAlarm, topic: aws.sns.Topic, role: aws.iam.Role, bucket: pulumi.Output[str]
) -> None:
    """A run with existing resources, as objects and as outputs."""
    run = PatchingRun(
        "web",
        engine="runbook",
        schedule=PatchTuesday(offset_days=4),
        waves={
            "canary": Targets.by_patch_group("canary"),
            "fleet": {"targets": {"eu": Targets.by_tags({"Role": "web"})}},
        },
        reboot="RebootIfNeeded",
        snapshot=True,
        approvers=["ann", role.arn],
        baseline=PatchBaseline("base", os="UBUNTU"),
        logs={"bucket": bucket},
        notify=topic,
        stop_on_alarm=alarm,
        task_role=role,
        assume_role=role.arn,
    )
    assert_type(run.waves, dict[str, WaveIds])
    assert_type(run.rule_arns, dict[RunEvent, pulumi.Output[str]])
    assert_type(run.room, Room | None)
    assert_type(run.document_version, pulumi.Output[str] | None)


def by_name(
    engine: Engine, reboot: Reboot, notify: Notify, baseline: AnyBaseline, wave: WaveArgs, logs: LogsArgs
) -> PatchingRun:
    """The types of arguments under their public names."""
    args: PatchingRunArgs = {
        "schedule": "rate(7 days)",
        "engine": engine,
        "waves": {"all": wave},
        "reboot": reboot,
        "notify": notify,
        "baseline": baseline,
        "logs": logs,
    }
    return PatchingRun("web", **args)


def described(run: Run, gap: PromotionGap) -> str:
    """The parts of a calendar."""
    return f"{run.describe()} {gap.describe()} {gap.is_closed}"


def several_tasks(window: aws.ssm.MaintenanceWindow, targets: Mapping[str, Targets]) -> None:
    """The ids of several tasks: more than ten targets are split into tasks."""
    task = RunCommandTask("job", window=window, document="AWS-RunShellScript", targets=targets)
    assert_type(task.task_ids, list[pulumi.Output[str]])


def mistakes(web: Targets) -> None:
    """What type checkers refuse."""
    PatchingRun("web", schedule="rate(7 days)", targets=web, reboot="Always")  # type: ignore[arg-type]
    PatchingRun("web", schedule="rate(7 days)", targets=web, engine="ansible")  # type: ignore[arg-type]
    PatchingRun("web", schedule="rate(7 days)", targets=web, snapshots=True)  # type: ignore[call-arg]
    RunCommandTask("job", document="AWS-RunShellScript", targets=web)  # type: ignore[call-arg]
