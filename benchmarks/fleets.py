"""Measure what a fleet of accounts and regions costs: seconds, processes and memory.

Three ways deploy the same window and tasks to each cell, an account and a region, against a local AWS: one program with
a pair of providers for each cell, one program with a pair for each account and `region=` on the resources, and a stack
for each cell by `examples/several_accounts/deploy.py`. The second `up` of each way must change nothing.

    python benchmarks/fleets.py                  4 accounts, 3 regions, 10 tasks in each cell
    python benchmarks/fleets.py --tasks 100
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import MODULES, PROGRAMS
from pulumi_ssm_maintenance.testing import Fault, LocalAws, install_aws_plugin
from pulumi_ssm_maintenance.testing.engine.installation import engine_environment, find_engine
from report import Table

ACCOUNTS = ("111111111111", "222222222222", "333333333333", "444444444444")
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
CELLS = tuple((account, region) for account in ACCOUNTS for region in REGIONS)
LATENCY = 0.05
AT_ONCE = 2
_DEPLOY = MODULES.parent / "examples" / "several_accounts" / "deploy.py"
_SAMPLE_SECONDS = 0.05
_PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20
# Fields of /proc/PID/stat after the name of the command, counted from 0.
_STATE, _SESSION, _RESIDENT_PAGES = 0, 3, 21


@dataclass(frozen=True, slots=True)
class Way:
    """A way to deploy the fleet."""

    name: str
    region_argument: bool = False
    stacks: bool = False


@dataclass(slots=True)
class Cost:
    """What one `up` took."""

    seconds: float
    processes: int
    mib: float


WAYS = (
    Way(f"one program, {len(CELLS)} pairs of providers"),
    Way(f"one program, {len(ACCOUNTS)} pairs of providers and `region=`", region_argument=True),
    Way(f"{len(CELLS)} stacks, {AT_ONCE} at once", stacks=True),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=10, help="tasks in the window of each cell (default: 10)")
    options = parser.parse_args(arguments)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # pip compiles packages when it installs them
    print(fleet_costs(options.tasks).markdown())
    return 0


def fleet_costs(tasks: int) -> Table:
    """Measure each way once, on a local AWS of its own."""
    table = Table(
        f"{len(ACCOUNTS)} accounts, {len(REGIONS)} regions, {tasks} tasks in each, {LATENCY * 1000:g} ms latency",
        ("way", "operation", "seconds", "most processes", "peak MiB", "tasks verified at AWS"),
    )
    for way in WAYS:
        print(f"    {way.name}", file=sys.stderr, flush=True)
        _measure(way, tasks, table)
    return table


def _measure(way: Way, tasks: int, table: Table) -> None:
    with TemporaryDirectory() as folder, LocalAws() as aws:
        home, backend, program = (Path(folder, name) for name in ("home", "backend", "program"))
        install_aws_plugin(home)
        backend.mkdir()
        shutil.copytree(PROGRAMS / "fleet", program)
        shutil.copy(_DEPLOY, program)
        aws.inject(Fault.latency(LATENCY))
        environment = _environment(way, tasks, engine_environment(home, backend, aws.env))
        if not way.stacks:
            _run([str(find_engine()), "stack", "init", "fleet"], program, environment)
        found: dict[str, list[str]] = {}
        for operation in ("up", "no change"):
            cost = _run(_command(way), program, environment)
            before, found = found, _tasks_at_aws(aws)
            if any(len(ids) != tasks for ids in found.values()) or (before and before != found):
                raise RuntimeError(f"{way.name}, {operation}: AWS holds {found}, and held {before}")
            verified = f"{sum(map(len, found.values()))} of {len(CELLS) * tasks}"
            table.add(way.name, operation, cost.seconds, cost.processes, round(cost.mib), verified)


def _environment(way: Way, tasks: int, environment: Mapping[str, str]) -> dict[str, str]:
    accounts = () if way.stacks else ACCOUNTS
    fleet = {"tasks": tasks, "accounts": accounts, "regions": REGIONS, "region_argument": way.region_argument}
    return {
        **environment,
        "FLEET": json.dumps(fleet),
        "PYTHONPATH": str(MODULES),
        "PATH": f"{find_engine().parent}:{environment['PATH']}",  # where Pulumi's Automation API looks for the engine
    }


def _command(way: Way) -> list[str]:
    if not way.stacks:
        flags = ("--stack", "fleet", "--yes", "--skip-preview", "--non-interactive", "--parallel", "48")
        return [str(find_engine()), "up", *flags]
    cells = [*(f"--account={account}" for account in ACCOUNTS), *(f"--region={region}" for region in REGIONS)]
    return [sys.executable, "deploy.py", "up", *cells, "--at-once", str(AT_ONCE)]


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Cost:
    """Run a command in a session of its own, and sample the processes of the session until it ends."""
    processes, mib = 0, 0.0
    log = folder / "output.log"
    begun = time.perf_counter()
    with (
        log.open("w") as output,
        subprocess.Popen(
            command, cwd=folder, env=dict(environment), stdout=output, stderr=output, start_new_session=True
        ) as running,
    ):
        while running.poll() is None:
            sizes = _resident_mib(running.pid)
            processes, mib = max(processes, len(sizes)), max(mib, sum(sizes))
            time.sleep(_SAMPLE_SECONDS)
        seconds = time.perf_counter() - begun
    if running.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{log.read_text()}")
    return Cost(seconds, processes, mib)


def _resident_mib(session: int) -> list[float]:
    """Return the resident memory of each process of a session; pages that processes share count in each."""
    sizes: list[float] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[_SESSION]) == session and fields[_STATE] != "Z":
            sizes.append(int(fields[_RESIDENT_PAGES]) * _PAGE_MIB)
    return sizes


def _tasks_at_aws(aws: LocalAws) -> dict[str, list[str]]:
    """Read the IDs of the tasks in each cell."""
    found: dict[str, list[str]] = {}
    for account, region in CELLS:
        ssm = aws.client("ssm", region, account)
        windows = [one["WindowId"] for one in ssm.describe_maintenance_windows()["WindowIdentities"]]
        found[f"{account} {region}"] = sorted(
            task["WindowTaskId"]
            for window in windows
            for task in ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"]
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
