"""The SDK's own host for dynamic providers, spoken to as the engine does."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack

import grpc
import pytest
from google.protobuf import json_format, struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from pulumi_ssm_maintenance import TaskProvider
from pulumi_ssm_maintenance.testing import LocalAws

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
PLUGIN = (sys.executable, "-u", "-m", "pulumi.dynamic")


class Secret:
    """A value on the wire that the engine will encrypt."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, Secret) and self.value == other.value

    __hash__ = None

    def __repr__(self):
        return f"Secret({self.value!r})"


class Host:
    """A running `python -m pulumi.dynamic`."""

    def __init__(self, env, command=PLUGIN):
        self._process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True)
        address = f"127.0.0.1:{self._process.stdout.readline().strip()}"
        self._channel = grpc.insecure_channel(address)
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._provider = serialize_provider(TaskProvider())

    def configure(self, config):
        self._stub.Configure(provider_pb2.ConfigureRequest(args=as_struct(config)))

    def check(self, news):
        """The checked inputs, and the failures as pairs of property and reason."""
        answer = self._stub.Check(provider_pb2.CheckRequest(olds=self._struct({}), news=self._struct(news)))
        return from_struct(answer.inputs), [(failure.property, failure.reason) for failure in answer.failures]

    def diff(self, id_, olds, news):
        """Whether anything changes, and which properties force a replacement."""
        answer = self._stub.Diff(
            provider_pb2.DiffRequest(id=id_, olds=self._struct(plain(olds)), news=self._struct(plain(news)))
        )
        return answer.changes == provider_pb2.DiffResponse.DIFF_SOME, list(answer.replaces)

    def create(self, props):
        """The id and the outputs."""
        answer = self._stub.Create(provider_pb2.CreateRequest(properties=self._struct(plain(props))))
        return answer.id, from_struct(answer.properties)

    def read(self, id_, outputs):
        """The id, the outputs and the inputs."""
        request = provider_pb2.ReadRequest(id=id_, properties=self._struct(plain(outputs)))
        return self._read(request)

    def look_up(self, id_, inputs):
        """Read as for a `get`, for which the engine has inputs only."""
        return self._read(provider_pb2.ReadRequest(id=id_, inputs=self._struct(plain(inputs))))

    def update(self, id_, olds, news):
        """The outputs."""
        request = provider_pb2.UpdateRequest(id=id_, olds=self._struct(plain(olds)), news=self._struct(plain(news)))
        return from_struct(self._stub.Update(request).properties)

    def delete(self, id_, outputs):
        self._stub.Delete(provider_pb2.DeleteRequest(id=id_, properties=self._struct(plain(outputs))))

    def lose_reader(self):
        """Read nothing more of what it prints, as when the engine has ended."""
        self._process.stdout.close()

    def close(self):
        if self._process.poll() is None:
            self._channel.close()
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _read(self, request):
        answer = self._stub.Read(request)
        return answer.id, from_struct(answer.properties), from_struct(answer.inputs)

    def _struct(self, properties):
        return as_struct({**properties, "__provider": self._provider})


def as_struct(properties):
    struct = struct_pb2.Struct()
    struct.update({key: _on_the_wire(value) for key, value in properties.items() if value is not None})
    return struct


def from_struct(struct):
    properties = {key: _from_the_wire(value) for key, value in json_format.MessageToDict(struct).items()}
    properties.pop("__provider", None)
    return properties


def plain(value):
    """What a provider that takes no secrets is given by the engine: the values alone."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, list) else value


def _on_the_wire(value):
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET, "value": _on_the_wire(value.value)}
    if isinstance(value, dict):
        return {key: _on_the_wire(part) for key, part in value.items()}
    return [_on_the_wire(part) for part in value] if isinstance(value, list) else value


def _from_the_wire(value):
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return Secret(_from_the_wire(value["value"]))
        return {key: _from_the_wire(part) for key, part in value.items()}
    return [_from_the_wire(part) for part in value] if isinstance(value, list) else value


@pytest.fixture
def secret():
    """Mark a value as secret on the wire."""
    return Secret


@pytest.fixture(scope="session")
def server():
    with LocalAws() as server:
        yield server


@pytest.fixture
def local_aws(server):
    server.reset()
    return server


@pytest.fixture(scope="session")
def shared_host(server):
    host = Host(server.environ)
    host.configure({})
    yield host
    host.close()


@pytest.fixture
def host(local_aws, shared_host):
    """A host that all tests share: what it keeps in its process is the same in every test."""
    return shared_host


@pytest.fixture
def start_host(local_aws):
    """Start a host of one's own, with the stack's configuration and further environment variables."""
    with ExitStack() as hosts:

        def start(config=None, command=PLUGIN, **env):
            host = Host({**local_aws.environ, **env}, command)
            hosts.callback(host.close)
            host.configure(config or {})
            return host

        yield start


@pytest.fixture
def ssm(local_aws):
    return local_aws.client("ssm")


@pytest.fixture
def window(ssm):
    answer = ssm.create_maintenance_window(
        Name="window", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
    )
    return answer["WindowId"]


@pytest.fixture
def run_command(window):
    """Inputs as the resource class sends them, with numbers as the wire has them."""
    return {
        "window_id": window,
        "task_type": "RUN_COMMAND",
        "task_arn": "AWS-RunShellScript",
        "targets": [{"key": "InstanceIds", "values": ["i-0123456789abcdef0"]}],
        "max_concurrency": "1",
        "max_errors": "0",
        "priority": 3.0,
        "task_invocation_parameters": {"run_command": {"timeout_seconds": 600.0}},
        "idempotency_key": "key",
        "__task": {"name": "patch", "secrets": []},
    }


@pytest.fixture
def function(window):
    return {
        "window_id": window,
        "task_type": "LAMBDA",
        "task_arn": "function",
        "task_invocation_parameters": {"lambda_": {"payload": '{"key": "canary-of-the-payload"}'}},
        "idempotency_key": "key",
        "__task": {"name": "report", "secrets": []},
    }
