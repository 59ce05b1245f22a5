"""The AWS that steps of runbooks work on: this local one, brought up to the moment of the night."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from pulumi_ssm_maintenance.simulation import ActionError

from .declared import execution_timeout
from .history import HistoryWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pulumi_ssm_maintenance.simulation import Node, Rehearsal, Script, ScriptResult, ScriptWork, Surroundings

    from .account import LocalAccount

_EC2 = "ec2"
_IMAGE = "ami-0123456789abcdef0"


class RunbookAws:
    """What runbooks of a window call. Each call first brings history, alarms and instances up to date."""

    def __init__(
        self, account: LocalAccount, document_timeouts: Mapping[str, int], alarm_names: Sequence[str]
    ) -> None:
        """Make it.

        Args:
            account: where.
            document_timeouts: the execution time-outs of documents, by name, in seconds.
            alarm_names: the alarms that exist.
        """
        self._account = account
        self._document_timeouts = document_timeouts
        self._alarm_names = frozenset(alarm_names)
        self._night: Rehearsal | None = None
        self._history: HistoryWriter | None = None
        self._alarms: dict[str, str] = {}
        self._instances: dict[str, str] = {}
        self._timeouts: dict[str, int] = {}

    def call(self, around: Surroundings, service: str, api: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call an operation of this AWS."""
        self._bring_up_to_date(around)
        name = service.lower()
        if name == _EC2:
            self._make_instances(around, parameters)
        try:
            client = self._account.client(name)
            method = getattr(client, xform_name(api), None)
            if method is None:
                raise ActionError(f"{service} has no operation {api}")
            answer: dict[str, Any] = method(**parameters)
        except (BotoCoreError, ClientError, TypeError) as error:
            raise ActionError(str(error)) from None
        answer.pop("ResponseMetadata", None)
        return answer

    def run_script(self, around: Surroundings, script: Script) -> ScriptWork:
        """Run a script with boto3 on this AWS."""
        self._bring_up_to_date(around)
        if _EC2 in script.code:
            self._make_instances(around, script.payload)
        work = self._account.scripts.run(around, script, self._account.environment())
        try:
            wait = next(work)
            while True:
                now = yield wait
                self._bring_up_to_date(around)
                wait = work.send(now)
        except StopIteration as end:
            result: ScriptResult = end.value
            return result
        finally:
            work.close()

    def execution_timeout(self, document: str, parameters: Mapping[str, Any]) -> int:
        """Return how long a command document lets its work take."""
        key = json.dumps([document, parameters], default=str)
        if key not in self._timeouts:
            ssm = self._account.client("ssm")
            self._timeouts[key] = execution_timeout(ssm, document, parameters, self._document_timeouts)
        return self._timeouts[key]

    def finish(self, night: Rehearsal, nodes: Mapping[str, Node]) -> None:
        """Leave the whole night behind as history."""
        self._writer().write(night, nodes, None)

    def _writer(self) -> HistoryWriter:
        account = self._account
        return HistoryWriter(lambda content: account.control("history", content), account.account_id, account.region)

    def _bring_up_to_date(self, around: Surroundings) -> None:
        night = around.record
        if self._history is None or self._night is not night:
            self._night, self._history, self._alarms, self._instances = night, self._writer(), {}, {}
        self._history.write(night, around.nodes, around.now)
        now = {alarm.name: alarm.state for alarm in night.alarms if alarm.name in self._alarm_names}
        for name, state in now.items():
            if self._alarms.get(name) != state:
                self._account.client("cloudwatch").set_alarm_state(
                    AlarmName=name, StateValue=state, StateReason="a rehearsal"
                )
        self._alarms = now

    def _make_instances(self, around: Surroundings, concerned: Any) -> None:
        """Have the EC2 instances of the nodes that a call or a script is about, in their present state."""
        minute = (around.now - around.record.opened) / timedelta(minutes=1)
        for node in (around.nodes[it] for it in _texts(concerned) if it in around.nodes and it.startswith("i-")):
            state = "terminated" if node.terminated else "stopped" if node.is_stopped(minute) else "running"
            before = self._instances.get(node.id) or self._make_instance(node)
            if state != before:
                ec2 = self._account.client(_EC2)
                change = {"stopped": ec2.stop_instances, "running": ec2.start_instances}
                change.get(state, ec2.terminate_instances)(InstanceIds=[node.id])
            self._instances[node.id] = state

    def _make_instance(self, node: Node) -> str:
        ec2 = self._account.client(_EC2)
        try:
            found = ec2.describe_instances(InstanceIds=[node.id])["Reservations"][0]["Instances"][0]
        except ClientError:
            self._account.control("instance-ids", [node.id])
            tags = [{"Key": key, "Value": value} for key, value in node.tags.items()]
            specification = [{"ResourceType": "instance", "Tags": tags}] if tags else []
            ec2.run_instances(ImageId=_IMAGE, MinCount=1, MaxCount=1, TagSpecifications=specification)
            return "running"
        return str(found["State"]["Name"])


def _texts(value: Any) -> Iterator[str]:
    """All texts in a value, each once."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
