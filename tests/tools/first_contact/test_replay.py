"""What AWS answered in a recording, given to the provider: it must understand all of it.

Every recording in `recordings` is replayed, so one of a real account is put there as it is. The plugin runs in its own
process, and reaches the recording over HTTP as it reaches AWS.
"""

import base64
import copy
from collections import Counter
from pathlib import Path

import grpc
import pytest
from tests.host.conftest import Host, plain
from tests.tools.first_contact.replayed_aws import meant, replayed_aws
from tools.first_contact.exchanges import read_recording

from pulumi_ssm_maintenance.core.codec import decode
from pulumi_ssm_maintenance.core.model import task_shape
from pulumi_ssm_maintenance.testing.local_aws.local_aws import child_environment

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.jsonl"))
REGISTER, GET, UPDATE, DEREGISTER = (
    "RegisterTaskWithMaintenanceWindow",
    "GetMaintenanceWindowTask",
    "UpdateMaintenanceWindowTask",
    "DeregisterTaskFromMaintenanceWindow",
)


@pytest.fixture(scope="module")
def aws():
    with replayed_aws() as aws:
        yield aws


@pytest.fixture(scope="module")
def plugin(aws):
    host = Host(child_environment(aws.endpoint, "us-east-1") | {"PATH": "/usr/bin:/bin"})
    host.configure({})
    yield host
    host.close()


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_the_provider_understands_every_answer_of_the_recording(path, aws, plugin):
    _, exchanges = read_recording(path.read_text().splitlines())
    done = Counter()
    for story in stories(exchanges):
        Life(aws, plugin, done).live(story)
    for refused in refusals(exchanges):
        assert_refused(aws, plugin, refused)
        done["refused"] += 1
    assert done["created"] > 30
    assert done["read"] > 30
    assert done["updated"] >= 6
    assert done["deleted"] >= 3
    assert done["refused"] >= 4


def stories(exchanges):
    """The exchanges about each task, in their order."""
    found = {}
    for exchange in exchanges:
        task_id = exchange.request.get("WindowTaskId") or (exchange.response or {}).get("WindowTaskId")
        if task_id and exchange.operation in {REGISTER, GET, UPDATE, DEREGISTER}:
            found.setdefault(task_id, []).append(exchange)
    return found.values()


def refusals(exchanges):
    """Registrations that AWS refused for good."""
    return [it for it in exchanges if it.operation == REGISTER and it.code and "Throttl" not in it.code]


class Life:
    """The life of one task under the provider, as far as the recording shows it."""

    def __init__(self, aws, plugin, done):
        self.aws, self.plugin, self.done = aws, plugin, done
        self.id, self.state, self.inputs = "", None, {}

    def live(self, story):
        for position, exchange in enumerate(story):
            following = story[position + 1] if position + 1 < len(story) else None
            if exchange.operation == REGISTER:
                self.registered(exchange, following)
            elif self.state is None:
                continue
            elif exchange.operation == GET and not exchange.code:
                self.read(exchange)
            elif exchange.operation == UPDATE and exchange.request.get("Replace") and not exchange.code:
                self.updated(exchange)
            elif exchange.operation == DEREGISTER:
                self.deregistered(exchange)

    def registered(self, exchange, shown):
        """Declare what was registered: afterwards nothing is left to do."""
        if shown is None or shown.operation != GET or shown.code:
            return
        self.inputs, failures = self.plugin.check(declared(exchange.request))
        assert failures == [], exchange
        with self.aws.expect(exchange, shown):
            self.id, self.state = self.plugin.create(self.inputs)
        assert self.id == exchange.response["WindowTaskId"]
        assert self.plugin.diff(self.id, self.state, self.inputs) == (False, []), (exchange, shown)
        self.done["created"] += 1

    def read(self, exchange):
        """Read what AWS shows: it is what the state says, and what the program declares."""
        with self.aws.expect(exchange):
            _, state, inputs = self.plugin.read(self.id, self.state)
        assert plain(inputs) == plain({name: state[name] for name in inputs})
        assert self.plugin.diff(self.id, state, self.inputs) == (False, []), exchange
        self.state = state
        self.done["read"] += 1

    def updated(self, exchange):
        """Declare what the update sets."""
        request = {**exchange.request, "TaskType": self.inputs["task_type"]}
        self.inputs, failures = self.plugin.check(declared(request))
        assert failures == [], exchange
        with self.aws.expect(exchange):
            self.state = self.plugin.update(self.id, self.state, self.inputs)
        assert self.plugin.diff(self.id, self.state, self.inputs) == (False, []), exchange
        self.done["updated"] += 1

    def deregistered(self, exchange):
        """Delete the task, which also succeeds where AWS says that it is gone."""
        with self.aws.expect(exchange):
            self.plugin.delete(self.id, self.state)
        self.done["deleted"] += 1


def assert_refused(aws, plugin, exchange):
    """What AWS refuses is refused at preview, or fails with AWS's own code."""
    inputs, failures = plugin.check(declared(exchange.request))
    if failures:
        return
    with aws.expect(exchange), pytest.raises(grpc.RpcError) as failed:
        plugin.create(inputs)
    assert exchange.code in failed.value.details()


def declared(request):
    """The arguments of a task that stand for a request as it was sent."""
    request = copy.deepcopy(request)
    function = request.get("TaskInvocationParameters", {}).get("Lambda", {})
    if "Payload" in function:
        function["Payload"] = base64.b64decode(function["Payload"])
    own = {"region": "us-east-1", "idempotency_key": "replayed", "__task": {"name": "replayed", "secrets": []}}
    return decode(task_shape(), meant(request)) | own
