"""The adoption of many windows: reading, writing, importing, and proving the empty preview.

The anchor is `pulumi import` alone, with the same file and as a user would run it. Both run on the real engine, against
a local AWS with the same latency.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pulumi_ssm_maintenance.testing import Fault, LocalAws, install_aws_plugin
from pulumi_ssm_maintenance.testing.engine.installation import engine_environment, find_engine
from report import Table
from tasks import TASKS_IN_A_WINDOW

_LATENCY = 0.05
_ADOPT = (sys.executable, "-m", "pulumi_ssm_maintenance", "adopt", "--all")
_APPLY = ("--apply", "--stack", "whole", "--yes")
_IMPORT = ("import", "--file", "import.json", "--generate-code=false", "--yes", "--skip-preview")


def adoption_figures(windows: int, repeats: int) -> Table:
    """Measure the adoption of full windows, each with a secret, and the anchor in the same run."""
    steps: dict[str, list[float]] = {"files": [], "whole": [], "anchor": []}
    for repeat in range(repeats):
        print(f"    {repeat + 1} of {repeats}: adoption", file=sys.stderr, flush=True)
        for name, seconds in _seconds(windows).items():
            steps[name].append(seconds)
    files, whole, anchor = (statistics.median(seconds) for seconds in steps.values())
    tasks = windows * TASKS_IN_A_WINDOW
    table = Table(
        f"Adoption of {windows} windows with {tasks} tasks, {_LATENCY * 1000:g} ms latency, median of {repeats}",
        ("step", "measured", "hold"),
    )
    table.add("adopt --out: read them and write the program, s", files, "")
    table.add("adopt --out --apply: import them and show the empty preview too, s", whole, "<= 60")
    table.add("pulumi import alone, s", anchor, "")
    table.add("adopt --out --apply / pulumi import alone", whole / anchor, "<= 1.75")
    return table


def _seconds(windows: int) -> dict[str, float]:
    """Run each step once, in folders and stacks of its own."""
    with TemporaryDirectory() as folder, LocalAws() as aws:
        home, backend, files, whole = (Path(folder, name) for name in ("home", "backend", "files", "whole"))
        install_aws_plugin(home)
        backend.mkdir()
        run = partial(_run, environment=engine_environment(home, backend, aws.env))
        for index in range(windows):
            _make_window(aws.client("ssm"), index)
        aws.inject(Fault.latency(_LATENCY))
        seconds = {
            "files": _timed(lambda: run([*_ADOPT, "--out", str(files)])),
            "whole": _timed(lambda: run([*_ADOPT, "--out", str(whole), *_APPLY])),
        }
        engine = str(find_engine())
        run([engine, "stack", "init", "anchor"], folder=files)
        run([engine, "config", "set", "aws:region", "us-east-1"], folder=files)
        return seconds | {"anchor": _timed(lambda: run([engine, *_IMPORT], folder=files))}


def _make_window(ssm: Any, index: int) -> None:
    """Make a window as a person may have left it: a target, tasks that patch it, and one with a secret payload."""
    window = ssm.create_maintenance_window(
        Name=f"window-{index}", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=False
    )["WindowId"]
    target = ssm.register_target_with_maintenance_window(
        WindowId=window, ResourceType="INSTANCE", Targets=[{"Key": "tag:Role", "Values": [f"web-{index}"]}]
    )["WindowTargetId"]
    ssm.register_task_with_maintenance_window(
        WindowId=window,
        Name=f"report-{index}",
        TaskType="LAMBDA",
        TaskArn="report",
        TaskInvocationParameters={"Lambda": {"Payload": b'{"token": "secret"}'}},
    )
    for number in range(1, TASKS_IN_A_WINDOW):
        ssm.register_task_with_maintenance_window(
            WindowId=window,
            Name=f"patch-{index}-{number}",
            TaskType="RUN_COMMAND",
            TaskArn="AWS-RunPatchBaseline",
            Targets=[{"Key": "WindowTargetIds", "Values": [target]}],
            MaxConcurrency="10%",
            MaxErrors="0",
            TaskInvocationParameters={"RunCommand": {"TimeoutSeconds": 600, "Parameters": {"Operation": ["Install"]}}},
        )


def _run(command: list[str], environment: Mapping[str, str], folder: Path | None = None) -> None:
    done = subprocess.run(command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr or done.stdout}")


def _timed(step: Callable[[], None]) -> float:
    begun = time.perf_counter()
    step()
    return time.perf_counter() - begun
