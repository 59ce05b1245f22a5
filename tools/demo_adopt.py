"""Adoption, shown: a window made by hand, one command, an empty preview; then an alarm, and nothing else changes.

The real engine and a local AWS. Everything is kept in a temporary folder, and nothing is left behind.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# First, so that an interruption of the imports below ends the demo without a traceback.
from tools.demonstration import run, say

# isort: split

from pulumi_ssm_maintenance.testing import LocalAws, install_aws_plugin
from pulumi_ssm_maintenance.testing.engine.installation import engine_environment

_BIN = Path(sys.executable).parent
_READING = ("Describe", "Get", "List")
_NAME = 'name="patch-web",\n'
_ALARM = '    alarm_configuration={"alarms": [{"name": "web-errors-high"}]},\n'


def _show(folder: Path) -> None:
    say("Starting a local AWS on 127.0.0.1; takes a few seconds ...")
    home, backend, project = folder / "home", folder / "state", folder / "patching"
    install_aws_plugin(home)
    backend.mkdir()
    with LocalAws() as aws:
        environment = engine_environment(home, backend, aws.env)
        ssm = aws.client("ssm")

        say("A window, a target and two tasks, made by hand as in the console (boto3, no Pulumi) ...")
        window, task = _make_by_hand(ssm)
        print(f"window {window}, task {task}")
        aws.clear_requests()

        say(f"ssm-maintenance adopt {window} --out patching --apply --stack demo --yes")
        adopt = ["adopt", window, "--out", str(project), "--no-protect", "--apply", "--stack", "demo", "--yes"]
        _run([sys.executable, "-m", "pulumi_ssm_maintenance", *adopt], folder, environment)

        say("The program that it wrote:")
        print((project / "__main__.py").read_text())

        say("pulumi preview --expect-no-changes")
        _pulumi("preview", "--expect-no-changes", folder=project, environment=environment)
        _print_written(aws)

        say("An alarm is added to the task in the program; pulumi preview --diff:")
        program = project / "__main__.py"
        program.write_text(program.read_text().replace(_NAME, _NAME + _ALARM))
        _pulumi("preview", "--diff", folder=project, environment=environment)

        say("pulumi up")
        _pulumi("up", "--yes", "--skip-preview", folder=project, environment=environment)
        _print_written(aws)
        held = ssm.get_maintenance_window_task(WindowId=window, WindowTaskId=task)
        print(
            f"The task at AWS, with the same id: {held['WindowTaskId']}, alarm {held['AlarmConfiguration']['Alarms']}"
        )
    say("Done. docs/adopt.md describes the command.")


def _make_by_hand(ssm: Any) -> tuple[str, str]:
    window = ssm.create_maintenance_window(
        Name="web-patching",
        Schedule="cron(0 2 ? * SAT *)",
        ScheduleTimezone="Europe/Berlin",
        Duration=4,
        Cutoff=1,
        AllowUnassociatedTargets=False,
        Tags=[{"Key": "team", "Value": "web"}],
    )["WindowId"]
    target = ssm.register_target_with_maintenance_window(
        WindowId=window, ResourceType="INSTANCE", Targets=[{"Key": "tag:Role", "Values": ["web"]}]
    )["WindowTargetId"]
    patch = ssm.register_task_with_maintenance_window(
        WindowId=window,
        Name="patch-web",
        TaskType="RUN_COMMAND",
        TaskArn="AWS-RunPatchBaseline",
        Targets=[{"Key": "WindowTargetIds", "Values": [target]}],
        MaxConcurrency="10%",
        MaxErrors="0",
        TaskInvocationParameters={
            "RunCommand": {"Comment": "", "TimeoutSeconds": 600, "Parameters": {"Operation": ["Install"]}}
        },
    )["WindowTaskId"]
    ssm.register_task_with_maintenance_window(
        WindowId=window,
        Name="report",
        TaskType="LAMBDA",
        TaskArn="arn:aws:lambda:us-east-1:123456789012:function:SSMReport",
        Priority=5,
        TaskInvocationParameters={"Lambda": {"Payload": json.dumps({"token": "not for the program"}).encode()}},
    )
    return window, patch


def _print_written(aws: LocalAws) -> None:
    written = [call.operation for call in aws.requests() if not call.operation.startswith(_READING)]
    print(f"Calls that changed anything at AWS: {', '.join(written) or 'none'}")


def _pulumi(*arguments: str, folder: Path, environment: Mapping[str, str]) -> None:
    command = [str(_BIN / "pulumi"), *arguments, "--stack", "demo", "--non-interactive", "--color", "never"]
    _run(command, folder, environment)


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    width = {"COLUMNS": os.environ.get("COLUMNS", "100")}
    subprocess.run(command, cwd=folder, env={**environment, **width}, check=True)


if __name__ == "__main__":
    sys.exit(run(_show))
