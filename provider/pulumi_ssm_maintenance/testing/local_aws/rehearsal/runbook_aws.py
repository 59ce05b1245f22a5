"""The AWS that steps of runbooks work on: this local one, brought up to the moment of the night."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import groupby
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
_TOLD = ("ssm", "s3", "logs")
"""The services that show something of the night."""
_CANCEL = "cancelmaintenancewindowexecution"
_BATCH = 50
"""How many instances are made at once."""
_IMAGE = "ami-0123456789abcdef0"


class RunbookAws:
    """What runbooks of a window call. Each call first brings history, alarms and instances up to date."""

    def __init__(
        self,
        account: LocalAccount,
        document_timeouts: Mapping[str, int],
        alarm_names: Sequence[str],
        *,
        has_variants: bool = False,
    ) -> None:
        """Make it.

        Args:
            account: where.
            document_timeouts: the execution time-outs of documents, by name, in seconds.
            alarm_names: the alarms that exist.
            has_variants: whether several nights are rehearsed, each of which finds this AWS as the first one did.
        """
        self._has_variants = has_variants
        self._account = account
        self._document_timeouts = document_timeouts
        self._alarm_names = frozenset(alarm_names)
        self._night: Rehearsal | None = None
        self._history: HistoryWriter | None = None
        self._instances: dict[str, str] = {}
        self._timeouts: dict[str, int] = {}

    def call(self, around: Surroundings, service: str, api: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call an operation of this AWS."""
        name = service.lower()
        self._bring_up_to_date(around, name)
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
        self._take_cancellation(around, api)
        return answer

    def run_script(self, around: Surroundings, script: Script) -> ScriptWork:
        """Run a script with boto3 on this AWS."""
        used = f"{script.code} {json.dumps(script.payload, default=str)}"
        self._bring_up_to_date(around, used)
        if _EC2 in used:
            self._make_instances(around, script.payload)
        work = self._account.scripts.run(around, script, self._account.environment())
        try:
            wait = next(work)
            while True:
                now = yield wait
                self._bring_up_to_date(around, used)
                wait = work.send(now)
        except StopIteration as end:
            result: ScriptResult = end.value
            self._take_cancellation(around, used)
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

    def close(self) -> list[str]:
        """Leave what the first night has changed; gives the services whose changes every night has seen."""
        if not self._has_variants or self._night is None:
            return []
        return list(self._account.control("checkpoint", "end"))

    def _writer(self) -> HistoryWriter:
        account = self._account
        return HistoryWriter(lambda content: account.control("history", content), account.account_id, account.region)

    def _bring_up_to_date(self, around: Surroundings, used: str) -> None:
        """Bring this AWS to the present moment, as far as it matters for what uses these services."""
        night = around.record
        if self._history is None or self._night is not night:
            if self._has_variants:
                self._account.control("checkpoint", "rollback" if self._night else "begin")
            self._night, self._history, self._instances = night, self._writer(), {}
        if any(service in used for service in _TOLD):
            around.show_later_tasks()
            self._history.write(night, around.nodes, around.now)
        if "cloudwatch" in used:
            for name, state in {alarm.name: alarm.state for alarm in night.alarms}.items():
                if name in self._alarm_names:
                    self._account.client("cloudwatch").set_alarm_state(
                        AlarmName=name, StateValue=state, StateReason="a rehearsal"
                    )

    def _take_cancellation(self, around: Surroundings, used: str) -> None:
        """Cancel the run where what used these operations has asked for it."""
        if _CANCEL not in used.lower().replace("_", ""):
            return
        run = self._account.client("ssm").get_maintenance_window_execution(WindowExecutionId=around.record.id)
        if run["Status"] == "CANCELLING":
            around.cancel()

    def _make_instances(self, around: Surroundings, concerned: Any) -> None:
        """Have the EC2 instances of the nodes that a call or a script is about, in their present state."""
        minute = (around.now - around.record.opened) / timedelta(minutes=1)
        for node in (around.nodes[it] for it in _texts(concerned) if it in around.nodes and it.startswith("i-")):
            if node.id not in self._instances:
                self._instances |= self._made(_from(node.id, around.nodes))
            state = "terminated" if node.terminated else "stopped" if node.is_stopped(minute) else "running"
            if state != self._instances[node.id]:
                ec2 = self._account.client(_EC2)
                change = {"stopped": ec2.stop_instances, "running": ec2.start_instances}
                change.get(state, ec2.terminate_instances)(InstanceIds=[node.id])
                self._instances[node.id] = state

    def _made(self, nodes: Sequence[Node]) -> dict[str, str]:
        """Make the instances of nodes that have none, and tell the states of all."""
        ec2 = self._account.client(_EC2)
        filters = [{"Name": "instance-id", "Values": [node.id for node in nodes]}]
        reservations = ec2.describe_instances(Filters=filters)["Reservations"]
        states = {it["InstanceId"]: it["State"]["Name"] for one in reservations for it in one["Instances"]}
        missing = [node for node in nodes if node.id not in states]
        for tags, alike in groupby(missing, key=lambda node: dict(node.tags)):
            ids = [node.id for node in alike]
            self._account.control("instance-ids", ids)
            listed = [{"Key": key, "Value": value} for key, value in tags.items()]
            specification = [{"ResourceType": "instance", "Tags": listed}] if listed else []
            ec2.run_instances(ImageId=_IMAGE, MinCount=len(ids), MaxCount=len(ids), TagSpecifications=specification)
        return states | {node.id: "running" for node in missing}


def _from(node_id: str, nodes: Mapping[str, Node]) -> list[Node]:
    """This node, and the instances after it: their turn comes soon."""
    ids = list(nodes)
    following = ids[ids.index(node_id) :]
    return [nodes[it] for it in following if it.startswith("i-")][:_BATCH]


def _texts(value: Any) -> Iterator[str]:
    """All texts in a value, each once."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
