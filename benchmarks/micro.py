"""Figures that are too small to measure on the engine: imports, check and diff, clients, bytes of state."""

import json
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from measure import MODULES, Setting, run_program
from noop import Noop
from pulumi_ssm_maintenance import TaskProvider
from pulumi_ssm_maintenance.simulation import Node, Target, Task, Window, simulate
from report import Table
from tasks import arguments

_IMPORTS = 15
_CALLS = 300
_NIGHTS = 5
_PROVIDER = "__provider"
_PACKAGES = (
    ("pulumi", "pulumi_ssm_maintenance.task", "<= 20"),
    ("pulumi_aws", "pulumi_ssm_maintenance_components", ""),
)
_CLIENTS = """
import json, time
import pulumi_ssm_maintenance
from pulumi_ssm_maintenance.aws.connection import Connection
durations, begun = {}, time.perf_counter()
def note(name):
    global begun
    durations[name], begun = (time.perf_counter() - begun) * 1000, time.perf_counter()
from pulumi_ssm_maintenance.aws.gateway import gateway
note("import of boto3")
connection = Connection(access_key="a", secret_key="b")
gateway(connection, "eu-west-1")
note("first client")
gateway(connection, "us-east-1")
note("client for another region")
gateway(connection, "eu-west-1")
note("existing client")
print(json.dumps(durations))
"""


def micro_figures() -> Table:
    """Measure imports, and check and diff over gRPC."""
    table = Table("Small things", ("what", "measured", "hold"))
    for base, package, hold in _PACKAGES:
        bare, both = _import_ms(base, f"{base}, {package}")
        table.add(f"import {base}, ms", bare, "")
        table.add(f"import {package} on top, ms", both - bare, hold)
    noop, task = _check_and_diff_ms(serialize_provider(Noop())), _check_and_diff_ms(serialize_provider(TaskProvider()))
    table.add("check + diff of a no-op provider, ms", noop, "")
    table.add("check + diff of a task above it, ms", task - noop, "<= 0.30")
    return table


def client_figures() -> Table:
    """Measure what the first call of a process waits for, and the first call to another region."""
    table = Table("Clients, ms, median", ("what", "measured"))
    runs = [json.loads(subprocess.check_output([sys.executable, "-c", _CLIENTS])) for _ in range(_IMPORTS)]
    for name in runs[0]:
        table.add(name, statistics.median(run[name] for run in runs))
    return table


def rehearsal_figures() -> Table:
    """Measure one simulated night of a window on a large fleet."""
    table = Table("Rehearsal, s, median", ("nodes", "measured", "hold"))
    for count, hold in ((1_000, ""), (10_000, "<= 2")):
        window = Window(
            tasks=[
                Task(
                    name="patch",
                    targets=[Target({"tag:Patch Group": ["web"]})],
                    max_concurrency="1%",
                    max_errors="100%",
                    execution_timeout_seconds=24 * 3600,
                )
            ],
            duration=24,
        )
        fleet = Node.fleet(count, tags={"Patch Group": "web"}, minutes=(5, 20))
        durations = []
        for _ in range(_NIGHTS):
            begun = time.perf_counter()
            night = simulate(window, fleet, at=datetime(2026, 12, 12, tzinfo=UTC))
            durations.append(time.perf_counter() - begun)
            if {node.status for node in night.task("patch").nodes} != {"Success"}:
                raise RuntimeError("every node of the night should have been patched")
        table.add(f"{count}", statistics.median(durations), hold)
    return table


def state_figures() -> Table:
    """Measure the bytes of state of one task, part by part."""
    task = run_program("ours", Setting(1), ("up",)).state
    declared = arguments("mw-0123456789abcdef0", 1)
    sizes = {part: _size(task[part]) for part in ("inputs", "outputs")}
    table = Table("Bytes of state of one task", ("part", "bytes", "hold"))
    table.add("arguments as declared", _size(declared), "")
    table.add("inputs", sizes["inputs"], "")
    table.add("outputs", sizes["outputs"], "")
    table.add("`__provider`, in each of the two", len(task["inputs"][_PROVIDER]), "<= 100")
    table.add("both, above twice the inputs", sizes["outputs"] - sizes["inputs"], "<= 400")
    return table


def _size(value: Any) -> int:
    return len(json.dumps(value, separators=(",", ":")))


def _import_ms(*programs: str) -> list[float]:
    """Import each set of modules in a new process, taking turns."""
    times: dict[str, list[float]] = {modules: [] for modules in programs}
    for _ in range(_IMPORTS):
        for modules, measured in times.items():
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import {modules}"], check=True)
            measured.append((time.perf_counter() - begun) * 1000)
    return [statistics.median(measured) for measured in times.values()]


def _check_and_diff_ms(provider: str) -> float:
    host = subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.dynamic"],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(MODULES), "AWS_REGION": "us-east-1"},
    )
    try:
        assert host.stdout is not None  # noqa: S101 - Popen was called with a pipe
        with grpc.insecure_channel(f"127.0.0.1:{int(host.stdout.readline())}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            stub.Configure(provider_pb2.ConfigureRequest())
            return _time_calls(stub, _struct({**arguments("mw-0123456789abcdef0", 1), _PROVIDER: provider}))
    finally:
        host.kill()
        host.wait()


def _time_calls(stub: Any, inputs: struct_pb2.Struct) -> float:
    times = []
    for _ in range(_CALLS):
        begun = time.perf_counter()
        checked = stub.Check(provider_pb2.CheckRequest(olds=inputs, news=inputs)).inputs
        stub.Diff(provider_pb2.DiffRequest(id="id", olds=checked, news=checked))
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def _struct(value: dict[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(value)
    return struct
