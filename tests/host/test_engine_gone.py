"""Once its engine is gone, a plugin sends nothing more that could change anything, whatever it was about to do."""

import json
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from tests.host.conftest import PLUGIN
from tests.launchers import OFFICIAL, write_official_launcher

from pulumi_ssm_maintenance.testing import Fault

REGISTER = "RegisterTaskWithMaintenanceWindow"
GET = "GetMaintenanceWindowTask"
UPDATE = "UpdateMaintenanceWindowTask"
DEREGISTER = "DeregisterTaskFromMaintenanceWindow"
DEADLINE_SECONDS = 60
GONE = "the Pulumi engine that started this provider is gone, so nothing more is sent to AWS"


class Engine:
    """What a plugin knows of its engine: the reader of its output, and an address."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = None

    @property
    def address(self):
        name, port = self.listener.getsockname()
        return f"{name}:{port}"

    def end(self, sign):
        """End, as far as one sign shows it; gives the moment."""
        self.host.lose_reader() if sign == "output" else self.listener.close()
        return time.time()


@pytest.fixture
def engine():
    engine = Engine()
    yield engine
    engine.listener.close()


@pytest.fixture
def start_plugin(engine, start_host, tmp_path):
    """Start a plugin of an engine, by a form of launcher."""

    def start(config=None, launcher=OFFICIAL):
        launcher = [str(write_official_launcher(tmp_path))] if launcher == OFFICIAL else PLUGIN
        command = [*launcher, engine.address]
        engine.host = start_host(config, command=command, PULUMI_PYTHON_CMD=sys.executable)
        return engine.host

    return start


def wait_for(local_aws, *operations, service="ssm"):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not {*operations} <= {request.operation for request in local_aws.requests(service)}:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def assert_stopped(local_aws, moment, *calls):
    """Demand that calls end because the engine is gone, and that they sent nothing after that moment."""
    for call in calls:
        error = call.exception(DEADLINE_SECONDS)
        assert isinstance(error, grpc.RpcError)
        assert error.details().rstrip().endswith(GONE)
    assert [request.operation for request in local_aws.requests("ssm") if request.started > moment] == []


@pytest.mark.parametrize(("launcher", "sign"), [("exec", "address"), (OFFICIAL, "output")])
def test_a_plugin_gives_up_every_change_that_aws_throttles(
    start_plugin, engine, local_aws, ssm, run_command, window, launcher, sign
):
    host = start_plugin(launcher=launcher)
    inputs, _ = host.check(run_command)
    kept, changed = (host.create({**inputs, "idempotency_key": key}) for key in ("kept", "changed"))
    before = ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"]
    for operation in (REGISTER, UPDATE, DEREGISTER):
        local_aws.inject(Fault.error("ThrottlingException", operation=operation))
    local_aws.clear_requests()
    with ThreadPoolExecutor(3) as threads:
        calls = [
            threads.submit(host.create, {**inputs, "idempotency_key": "new"}),
            threads.submit(host.update, *changed, {**inputs, "priority": 9.0}),
            threads.submit(host.delete, *kept),
        ]
        wait_for(local_aws, REGISTER, UPDATE, DEREGISTER)
        moment = engine.end(sign)
        local_aws.clear_faults()
        assert_stopped(local_aws, moment, *calls)
    assert ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"] == before


def test_a_plugin_that_waits_for_a_new_task_leaves_it_for_the_next_run(
    start_plugin, engine, start_host, local_aws, ssm, run_command, window
):
    host = start_plugin()
    inputs, _ = host.check(run_command)
    local_aws.inject(Fault.read_lag(DEADLINE_SECONDS))
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(host.create, inputs)
        wait_for(local_aws, GET)
        moment = engine.end("address")
        assert_stopped(local_aws, moment, call)
    local_aws.clear_faults()
    (left,) = ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"]
    assert start_host().create(inputs)[0] == left["WindowTaskId"]


def test_a_plugin_that_waits_for_the_credentials_of_a_role_registers_nothing(
    start_plugin, engine, local_aws, run_command
):
    host = start_plugin({"aws:assumeRoles": json.dumps([{"roleArn": "arn:aws:iam::123456789012:role/deploy"}])})
    inputs, _ = host.check(run_command)
    local_aws.inject(Fault.latency(1, service="sts"))
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(host.create, inputs)
        time.sleep(0.5)  # a call is in the log when it has been answered
        moment = engine.end("output")
        assert_stopped(local_aws, moment, call)
    assert local_aws.requests("sts", "AssumeRole")
