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
from pulumi_ssm_maintenance.testing import LocalAws
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

_GATE = """
import boto3
def handler(events, _):
    ssm = boto3.client("ssm")
    tasks = ssm.describe_maintenance_window_execution_tasks(WindowExecutionId=events["Window"])
    return len(tasks["WindowExecutionTaskIdentities"])
"""
_CHECK = """
import boto3
def handler(events, _):
    states = boto3.client("ssm").describe_instance_patch_states(InstanceIds=[events["Node"]])["InstancePatchStates"]
    if states[0]["MissingCount"]:
        raise RuntimeError
"""


def _script(name: str, code: str, **payload: str) -> dict[str, Any]:
    inputs = {"Runtime": "python3.11", "Handler": "handler", "Script": code, "InputPayload": payload}
    return {"name": name, "action": "aws:executeScript", "inputs": inputs}


_RUNBOOK = {
    "schemaVersion": "0.3",
    "parameters": {"InstanceId": {"type": "String"}, "Window": {"type": "String"}},
    "mainSteps": [
        _script("gate", _GATE, Window="{{ Window }}"),
        {
            "name": "patch",
            "action": "aws:runCommand",
            "inputs": {"DocumentName": "AWS-RunPatchBaseline", "InstanceIds": ["{{ InstanceId }}"]},
        },
        _script("check", _CHECK, Node="{{ InstanceId }}"),
    ],
}


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


def runbook_figures() -> Table:
    """Measure a rehearsal whose runbook runs two scripts on each node, with boto3 on the local AWS."""
    table = Table("Rehearsal of a runbook with two scripts, s, median", ("nodes", "measured", "hold"))
    count = 200
    with LocalAws() as aws:
        ssm = aws.client("ssm")
        ssm.create_document(Name="patch", DocumentType="Automation", Content=json.dumps(_RUNBOOK))
        window = ssm.create_maintenance_window(
            Name="night", Schedule="rate(1 day)", Duration=24, Cutoff=0, AllowUnassociatedTargets=True
        )["WindowId"]
        tags = [{"Key": "tag:Patch Group", "Values": ["web"]}]
        target = ssm.register_target_with_maintenance_window(WindowId=window, ResourceType="INSTANCE", Targets=tags)
        parameters = {"InstanceId": ["{{RESOURCE_ID}}"], "Window": ["{{WINDOW_EXECUTION_ID}}"]}
        ssm.register_task_with_maintenance_window(
            WindowId=window,
            TaskType="AUTOMATION",
            TaskArn="patch",
            Targets=[{"Key": "WindowTargetIds", "Values": [target["WindowTargetId"]]}],
            MaxConcurrency="10%",
            MaxErrors="0",
            TaskInvocationParameters={"Automation": {"Parameters": parameters}},
        )
        durations = []
        for _ in range(_NIGHTS):
            begun = time.perf_counter()
            night = aws.rehearse(window, nodes=Node.fleet(count, tags={"Patch Group": "web"}, minutes=5))
            durations.append(time.perf_counter() - begun)
            if night.status != "SUCCESS":
                raise RuntimeError("every node of the night should have been patched")
    table.add(f"{count}", statistics.median(durations), "<= 10")
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
