"""One measurement: an operation on the real engine, timed, with its calls, concurrency and memory."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from botocore.config import Config

from pulumi_ssm_maintenance.testing import Fault, LocalAws, LocalStack
from tasks import TASKS_IN_A_WINDOW

MODULES = Path(__file__).parent
PROGRAMS = MODULES / "programs"
OPERATIONS = ("up", "no change", "refresh", "update", "destroy")
_THREADS = 4
_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run is about."""

    tasks: int
    latency: float = 0.0
    shards: int = 0
    parallel: int | None = None
    checkpoints: bool = True
    throttle: tuple[float, int] | None = None
    """Calls a second, and how many at once."""
    config: Mapping[str, str] = field(default_factory=dict)
    """Further configuration of the stack."""


@dataclass(slots=True)
class Figures:
    """What one operation took."""

    seconds: float
    calls: int = 0
    in_flight: int = 0
    plugin_mib: float = 0.0
    failed: bool = False


@dataclass(slots=True)
class Run:
    """All operations of one program, in order."""

    figures: dict[str, Figures] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    """The state of one task after the first `up`."""


def run_program(kind: str, setting: Setting, operations: tuple[str, ...] = OPERATIONS) -> Run:
    """Run a program of `programs/` through the operations, against a server of its own.

    The no-op resources of `floor` call nothing; with a latency they wait instead.
    """
    run = Run()
    with _server(setting) as (aws, windows), TemporaryDirectory() as folder:
        stack = LocalStack(PROGRAMS / kind, folder=Path(folder), env=aws.env, plugins_home=None, config=setting.config)
        with stack:
            for operation in operations:
                priority = 2 if operation in {"update", "destroy"} else 1
                run.figures[operation] = _operate(
                    stack, aws, operation, _environment(setting, windows, priority), setting
                )
                if operation == "up":
                    tasks = [one for one in stack.resources if "Task" in one["type"]]
                    run.state = tasks[0] if tasks else {}
    return run


def run_raw(setting: Setting, operations: tuple[str, ...] = OPERATIONS) -> Run:
    """Make the same calls by boto3 alone, on as many threads as the host has."""
    run = Run()
    with _server(setting) as (aws, windows):
        client = _raw_client(aws, setting)
        ids: list[tuple[str, str]] = []

        def create(index: int) -> None:
            window = windows[index // TASKS_IN_A_WINDOW]
            task = client.register_task_with_maintenance_window(WindowId=window, **_RAW_TASK)["WindowTaskId"]
            client.get_maintenance_window_task(WindowId=window, WindowTaskId=task)
            ids.append((window, task))

        def update(index: int) -> None:
            fields = {name: value for name, value in _RAW_TASK.items() if name != "TaskType"}
            client.update_maintenance_window_task(**_both(ids[index]), Replace=True, **{**fields, "Priority": 2})

        steps: dict[str, Callable[[int], Any]] = {
            "up": create,
            "refresh": lambda index: client.get_maintenance_window_task(**_both(ids[index])),
            "update": update,
            "destroy": lambda index: client.deregister_task_from_maintenance_window(**_both(ids[index])),
        }
        run.figures["no change"] = Figures(0.0)
        for operation in (name for name in operations if name in steps):
            step = steps[operation]
            aws.clear_requests()
            begun = time.perf_counter()
            with ThreadPoolExecutor(_THREADS) as pool:
                list(pool.map(step, range(setting.tasks)))
            seconds = time.perf_counter() - begun
            run.figures[operation] = Figures(seconds, *_traffic(aws))
    return run


def _raw_client(aws: LocalAws, setting: Setting) -> Any:
    """Give a client with the retries that the provider would have by the setting's configuration, if it has any."""
    if not setting.config:
        return aws.client("ssm")
    retries: Any = {  # the stubs know literal modes only
        "mode": setting.config["aws:retryMode"],
        "total_max_attempts": int(setting.config["aws:maxRetries"]) + 1,
    }
    return aws.client("ssm", config=Config(retries=retries))


@contextmanager
def _server(setting: Setting) -> Iterator[tuple[LocalAws, list[str]]]:
    with LocalAws() as aws:
        client = aws.client("ssm")
        windows = [
            client.create_maintenance_window(
                Name=f"window-{index}", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
            )["WindowId"]
            for index in range(-(-setting.tasks // TASKS_IN_A_WINDOW))
        ]
        if setting.latency:
            aws.inject(Fault.latency(setting.latency))
        if setting.throttle:
            rate, burst = setting.throttle
            aws.inject(Fault.throttle(rate=rate, burst=burst))
        yield aws, windows


def _environment(setting: Setting, windows: list[str], priority: int) -> dict[str, str]:
    bench = {
        "tasks": setting.tasks,
        "windows": windows,
        "priority": priority,
        "shards": setting.shards,
        "latency": setting.latency,
    }
    environment = {"BENCH": json.dumps(bench), "PYTHONPATH": str(MODULES)}
    if not setting.checkpoints:
        environment |= {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
    return environment


def _operate(
    stack: LocalStack, aws: LocalAws, operation: str, environment: dict[str, str], setting: Setting
) -> Figures:
    methods = {"up": stack.up, "no change": stack.up, "update": stack.up, "refresh": stack.refresh}
    method = methods.get(operation, stack.destroy)
    options: dict[str, Any] = {"parallel": setting.parallel} if setting.parallel else {}
    aws.clear_requests()
    with _watching_memory(stack.env["PULUMI_BACKEND_URL"]) as peak:
        begun = time.perf_counter()
        method(env=environment, timeout=3000, **options)
        seconds = time.perf_counter() - begun
    return Figures(seconds, *_traffic(aws), plugin_mib=peak())


def _traffic(aws: LocalAws) -> tuple[int, int]:
    requests = aws.requests("ssm")
    return len(requests), max((request.in_flight for request in requests), default=0)


@contextmanager
def _watching_memory(state: str) -> Iterator[Callable[[], float]]:
    """Sample the resident memory of the dynamic plugins that work on this state; the largest single one counts."""
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(_SAMPLE_SECONDS):
            peak[0] = max(peak[0], _plugin_mib(state))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda: peak[0]
    finally:
        done.set()
        watcher.join()


def _plugin_mib(state: str) -> float:
    sizes = [0.0]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_plugin = b"pulumi.dynamic" in (process / "cmdline").read_bytes()
            if is_plugin and state.encode() in (process / "environ").read_bytes():
                resident = next(line for line in (process / "status").read_text().splitlines() if "VmRSS" in line)
                sizes.append(int(resident.split()[1]) / 1024)
        except (OSError, StopIteration):
            continue
    return max(sizes)


def _both(ids: tuple[str, str]) -> dict[str, str]:
    return {"WindowId": ids[0], "WindowTaskId": ids[1]}


_RAW_TASK: dict[str, Any] = {
    "TaskType": "RUN_COMMAND",
    "TaskArn": "AWS-RunPatchBaseline",
    "Targets": [{"Key": "InstanceIds", "Values": ["i-0123456789abcdef0"]}],
    "MaxConcurrency": "10%",
    "MaxErrors": "0",
    "Priority": 1,
    "TaskInvocationParameters": {
        "RunCommand": {
            "Parameters": {"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]},
            "TimeoutSeconds": 600,
        }
    },
    "AlarmConfiguration": {"Alarms": [{"Name": "errors"}]},
}
