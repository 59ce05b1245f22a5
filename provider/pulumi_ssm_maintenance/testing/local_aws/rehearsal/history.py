"""The night as the rows that Systems Manager's APIs answer with, sent to the local AWS as they change.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from pulumi_ssm_maintenance.simulation import (
        CommandRun,
        Invocation,
        Node,
        NodeRun,
        Rehearsal,
        RunbookRun,
        StepRun,
        TaskRun,
    )

Row = dict[str, Any]
_LONGEST_DETAILS = 250  # of StatusDetails, by the model
_PATCH_DOCUMENTS = "AWS-RunPatchBaseline"
_PLATFORMS = {"Linux": "Amazon Linux", "Windows": "Microsoft Windows Server", "MacOS": "macOS"}
_PLUGINS = {"Windows": "aws:runPowerShellScript"}
_ENDED = frozenset({"Success", "Failed", "TimedOut", "Cancelled"})


@dataclass(slots=True)
class HistoryWriter:
    """Sends what has changed since the last time."""

    post: Callable[[Mapping[str, Any]], object]
    account_id: str
    region: str
    _sent: dict[tuple[str, str], object] = field(default_factory=dict)
    _tables: dict[str, dict[str, Row]] = field(default_factory=dict)
    _over: set[str] = field(default_factory=set)
    """What cannot change any more."""
    _is_new: bool = True
    _outputs: list[Row] = field(default_factory=list)
    """What commands have printed since the last time, for buckets and log groups."""

    def write(self, night: Rehearsal, nodes: Mapping[str, Node], now: datetime | None) -> None:
        """Bring the local AWS up to date.

        Args:
            night: the night so far.
            nodes: the nodes.
            now: the virtual time; None when the night is over.
        """
        self._tables, self._outputs = {}, []
        self._collect(night, nodes, now or night.ended or night.end)
        self.post(
            {
                "account": self.account_id,
                "region": self.region,
                "now": _stamp(now) if now else None,
                "replaces": night.id if self._is_new else None,
                "execution": night.id,
                "tables": self._tables,
                "outputs": self._outputs,
            }
        )
        self._is_new = False

    def _collect(self, night: Rehearsal, nodes: Mapping[str, Node], now: datetime) -> None:
        shown = [run for run in night.tasks if run.status is not None]
        if self._has_changed("executions", night.id, (night.status, night.ended, len(shown))):
            self._put("executions", night.id, _execution(night, shown))
        for run in shown:
            if self._has_changed("tasks", run.id, (run.status, run.started, run.ended, len(run.invocations))):
                self._put("tasks", run.id, _task(night, run))
            if run.id not in self._over:
                for invocation in run.invocations:
                    self._invocation(night, run, invocation)
                self._note_over(run.id, run.ended)
        for command in night.commands:
            if command.id not in self._over:
                self._command(command, nodes)
        for node in nodes.values():
            if node.id not in self._over:
                self._node(node, night, now)
                # Its row changes with the time only where the node is away at some time.
                self._note_over(node.id, not (node.offline or node.stopped))

    def _note_over(self, name: str, is_over: object) -> None:
        if is_over:
            self._over.add(name)

    def _invocation(self, night: Rehearsal, run: TaskRun, invocation: Invocation) -> None:
        if invocation.id in self._over:
            return
        state = invocation.status, invocation.started, invocation.ended, invocation.execution_id
        if self._has_changed("invocations", invocation.id, state):
            self._put("invocations", invocation.id, _invocation(night, run, invocation))
        if (runbook := invocation.runbook) is not None:
            steps = tuple((step.status, step.attempts, step.ended) for step in runbook.steps)
            if self._has_changed("automations", runbook.id, (runbook.status, steps)):
                self._put("automations", runbook.id, _automation(run, runbook))
        self._note_over(invocation.id, invocation.ended)

    def _command(self, command: CommandRun, nodes: Mapping[str, Node]) -> None:
        counts = tuple(node.status for node in command.nodes)
        if self._has_changed("commands", command.id, (command.status_details, counts)):
            self._put("commands", command.id, _command(command))
        for run in command.nodes:
            name = f"{command.id} {run.node}"
            if self._has_changed("command_invocations", name, (run.status_details, run.started, run.ended)):
                self._put("command_invocations", name, _command_invocation(command, run, nodes.get(run.node)))
                if run.ended and run.output:
                    self._outputs += _written(command, run, nodes.get(run.node))
                if command.document.startswith(_PATCH_DOCUMENTS) and run.ended and run.started and run.node in nodes:
                    self._put("patch_states", run.node, _patch_state(command, run, nodes[run.node]))
        self._note_over(command.id, command.ended)

    def _node(self, node: Node, night: Rehearsal, now: datetime) -> None:
        minute = (now - night.opened) / timedelta(minutes=1)
        away_since = next((since for since, to in node.away() if since <= minute and (to is None or minute < to)), None)
        is_there = node.managed and not node.terminated and not node.is_stopped(minute)
        if self._has_changed("nodes", node.id, (is_there, away_since)):
            last = now if away_since is None else night.opened + timedelta(minutes=away_since)
            row = _node(node, last, is_online=away_since is None)
            self._put("nodes", node.id, row if is_there else {})

    def _has_changed(self, table: str, name: str, state: object) -> bool:
        if self._sent.get((table, name), _sent_never) == state:
            return False
        self._sent[table, name] = state
        return True

    def _put(self, table: str, name: str, row: Row) -> None:
        self._tables.setdefault(table, {})[name] = row


_sent_never = object()


def known_nodes(nodes: Iterable[Node], account_id: str, region: str, now: datetime) -> Mapping[str, Any]:
    """Give what makes nodes known outside of a night, as they are at the opening of one."""
    return {
        "account": account_id,
        "region": region,
        "now": None,
        "replaces": None,
        "execution": "",
        "tables": {"nodes": {node.id: _row_of(node, now) for node in nodes}},
        "outputs": [],
    }


def _row_of(node: Node, now: datetime) -> Row:
    if not node.managed or node.terminated or node.is_stopped(0):
        return {}
    return _node(node, now, is_online=not any(since <= 0 for since, _ in node.away()))


def _execution(night: Rehearsal, shown: list[TaskRun]) -> Row:
    return {
        "WindowId": night.window.id,
        "WindowExecutionId": night.id,
        "Status": night.status,
        "StatusDetails": night.status_details,
        "StartTime": _stamp(night.opened),
        "EndTime": _stamp(night.ended),
        "TaskIds": [run.id for run in shown],
    }


def _task(night: Rehearsal, run: TaskRun) -> Row:
    task, alarm = run.task, run.triggered_alarm
    alarms = {"Alarms": [{"Name": task.alarm}], "IgnorePollAlarmFailure": task.ignore_poll_alarm_failure}
    return {
        "WindowExecutionId": night.id,
        "TaskExecutionId": run.id,
        "TaskArn": task.arn,
        "TaskType": task.type,
        "Type": task.type,
        "ServiceRole": task.service_role_arn or None,
        "TaskParameters": [_task_parameters(run, invocation) for invocation in run.invocations],
        "Priority": task.priority,
        "MaxConcurrency": task.max_concurrency,
        "MaxErrors": task.max_errors,
        "Status": run.status,
        "StatusDetails": run.status_details,
        "StartTime": _stamp(run.started),
        "EndTime": _stamp(run.ended),
        "AlarmConfiguration": alarms if task.alarm else None,
        "TriggeredAlarms": [{"Name": alarm[0], "State": alarm[1]}] if alarm else None,
    }


def _task_parameters(run: TaskRun, invocation: Invocation) -> Row:
    nodes = [node.node for node in invocation.nodes if node.node]
    targets = {"aws:InstanceId": {"Values": nodes}} if nodes and run.type == "RUN_COMMAND" else {}
    listed = {name: value if isinstance(value, list) else [value] for name, value in invocation.parameters.items()}
    return targets | {name: {"Values": [str(item) for item in values]} for name, values in listed.items()}


def _invocation(night: Rehearsal, run: TaskRun, invocation: Invocation) -> Row:
    details = invocation.status_details
    return {
        "WindowExecutionId": night.id,
        "TaskExecutionId": run.id,
        "InvocationId": invocation.id,
        "ExecutionId": invocation.execution_id,
        "TaskType": run.type,
        "Parameters": _parameters(run, invocation),
        "Status": invocation.status,
        "StatusDetails": details[:_LONGEST_DETAILS] if details else None,
        "StartTime": _stamp(invocation.started),
        "EndTime": _stamp(invocation.ended),
        "OwnerInformation": invocation.owner_information or None,
        "WindowTargetId": invocation.window_target_id or None,
    }


def _parameters(run: TaskRun, invocation: Invocation) -> str:
    given, task = invocation.parameters, run.task
    if run.type in {"LAMBDA", "STEP_FUNCTIONS"}:
        return str(given.get("Payload") or given.get("Input") or "")
    if run.type == "AUTOMATION":
        return json.dumps({"documentName": task.arn, "parameters": dict(given)})
    return json.dumps(
        {
            "documentName": task.arn,
            "instanceIds": [node.node for node in invocation.nodes],
            "maxConcurrency": task.max_concurrency,
            "maxErrors": task.max_errors,
            "parameters": dict(given),
            "timeoutSeconds": task.timeout_seconds,
        }
    )


def _command(command: CommandRun) -> Row:
    details = [node.status_details for node in command.nodes]
    return {
        **_common(command),
        "ExpiresAfter": _stamp(command.expires),
        "Parameters": dict(command.parameters),
        "InstanceIds": [] if command.targets else [node.node for node in command.nodes],
        "Targets": [{"Key": key, "Values": list(values)} for key, values in (command.targets or {}).items()],
        "Status": command.status,
        "StatusDetails": command.status_details,
        "OutputS3BucketName": command.output.bucket,
        "OutputS3KeyPrefix": command.output.prefix,
        "MaxConcurrency": command.max_concurrency,
        "MaxErrors": command.max_errors,
        "TargetCount": len(command.nodes),
        "CompletedCount": sum(node.status in _ENDED for node in command.nodes),
        "ErrorCount": sum(one in {"Failed", "ExecutionTimedOut"} for one in details),
        "DeliveryTimedOutCount": details.count("DeliveryTimedOut"),
        "TimeoutSeconds": command.timeout_seconds,
    }


def _common(command: CommandRun) -> Row:
    return {
        "CommandId": command.id,
        "DocumentName": command.document,
        "DocumentVersion": command.document_version,
        "Comment": command.comment,
        "RequestedDateTime": _stamp(command.requested),
        "ServiceRole": command.service_role_arn,
        "NotificationConfig": {"NotificationArn": "", "NotificationEvents": [], "NotificationType": ""},
        "CloudWatchOutputConfig": {
            "CloudWatchLogGroupName": command.output.log_group,
            "CloudWatchOutputEnabled": bool(command.output.log_group),
        },
    }


def _command_invocation(command: CommandRun, run: NodeRun, node: Node | None) -> Row:
    code = {"Success": 0}.get(run.status, 1 if run.started and run.ended else -1)
    plugin = {
        "Name": _plugin(node),
        "Status": run.status,
        "StatusDetails": run.status_details,
        "ResponseCode": code,
        "ResponseStartDateTime": _stamp(run.started),
        "ResponseFinishDateTime": _stamp(run.ended) if run.started else None,
        "Output": run.output,
        "StandardOutputUrl": "",
        "StandardErrorUrl": "",
        "OutputS3Region": "",
        "OutputS3BucketName": command.output.bucket,
        "OutputS3KeyPrefix": command.output.prefix,
    }
    return {
        **_common(command),
        "InstanceId": run.node,
        "InstanceName": "",
        "Status": run.status,
        "StatusDetails": run.status_details,
        "TraceOutput": "",
        "StandardOutputUrl": "",
        "StandardErrorUrl": "",
        "CommandPlugins": [plugin],
    }


def _plugin(node: Node | None) -> str:
    return _PLUGINS.get(node.platform if node else "Linux", "aws:runShellScript")


def _written(command: CommandRun, run: NodeRun, node: Node | None) -> Iterator[Row]:
    """Where what a command printed on a node is written to.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-rc-setting-up-cwlogs.html
    """
    plugin, output = _plugin(node), command.output
    if output.bucket:
        short = plugin.replace(":", "")
        parts = [output.prefix.strip("/"), command.id, run.node, short, f"0.{short}", "stdout"]
        yield {"bucket": output.bucket, "key": "/".join(filter(None, parts)), "text": run.output}
    if output.log_group:
        stream = f"{command.id}/{run.node}/{plugin.replace(':', '-')}/stdout"
        yield {"group": output.log_group, "stream": stream, "text": run.output, "time": _stamp(run.ended)}


def _automation(run: TaskRun, runbook: RunbookRun) -> Row:
    current = [step for step in runbook.steps if step.started and not step.ended]
    return {
        "AutomationExecutionId": runbook.id,
        "DocumentName": runbook.document,
        "DocumentVersion": runbook.document_version or "1",
        "AutomationExecutionStatus": runbook.status,
        "ExecutionStartTime": _stamp(runbook.started),
        "ExecutionEndTime": _stamp(runbook.ended),
        "ExecutedBy": runbook.executed_by,
        "Parameters": {name: _texts(value) for name, value in runbook.parameters.items()},
        "Outputs": {name: _texts(value) for name, value in runbook.outputs.items()},
        "Mode": "Auto",
        "AutomationType": "Local",
        "Targets": [],
        "ResolvedTargets": {"ParameterValues": [], "Truncated": False},
        "MaxConcurrency": "1",
        "MaxErrors": "1",
        "CurrentStepName": current[0].name if current else None,
        "CurrentAction": current[0].action if current else None,
        "FailureMessage": runbook.message,
        "StepExecutionsTruncated": False,
        "StepExecutions": [_step(run, step) for step in runbook.steps],
    }


def _step(run: TaskRun, step: StepRun) -> Row:
    content = next(it for it in (run.task.runbook or {})["mainSteps"] if it["name"] == step.name)
    failure = {"FailureStage": "Invocation", "FailureType": "Action", "Details": {}} if step.message else None
    return {
        "StepName": step.name,
        "Action": step.action,
        "TimeoutSeconds": content.get("timeoutSeconds"),
        "OnFailure": content.get("onFailure", "Abort"),
        "MaxAttempts": content.get("maxAttempts", 1),
        "ExecutionStartTime": _stamp(step.started),
        "ExecutionEndTime": _stamp(step.ended),
        "StepStatus": step.status,
        "ResponseCode": None if step.ended is None else "0" if step.status == "Success" else "1",
        "Inputs": {name: json.dumps(value, default=str) for name, value in step.inputs.items()},
        "Outputs": {name: _texts(value) for name, value in step.outputs.items()},
        "FailureMessage": step.message,
        "FailureDetails": failure,
        "StepExecutionId": step.id,
        "NextStep": step.next_step or content.get("nextStep"),
        "IsEnd": content.get("isEnd"),
        "IsCritical": content.get("isCritical"),
        "ValidNextSteps": [],
    }


def _patch_state(command: CommandRun, run: NodeRun, node: Node) -> Row:
    operation, reboot = (_first(command, name) for name in ("Operation", "RebootOption"))
    counts = {"InstalledCount": 0, "InstalledOtherCount": 0, "MissingCount": 0, "FailedCount": 0}
    if run.status != "Success":
        counts["FailedCount"] = 1
    pending = 1 if operation == "Install" and reboot == "NoReboot" else 0
    return {
        "InstanceId": node.id,
        "PatchGroup": node.tags.get("Patch Group") or node.tags.get("PatchGroup") or "",
        "BaselineId": "pb-0123456789abcdef0",
        "SnapshotId": _first(command, "SnapshotId") or None,
        "InstallOverrideList": _first(command, "InstallOverrideList") or None,
        **counts,
        "InstalledPendingRebootCount": pending,
        "InstalledRejectedCount": 0,
        "NotApplicableCount": 0,
        "CriticalNonCompliantCount": 0,
        "SecurityNonCompliantCount": 0,
        "OtherNonCompliantCount": 0,
        **node.patches,
        "OperationStartTime": _stamp(run.started),
        "OperationEndTime": _stamp(run.ended),
        "Operation": operation or "Scan",
        "LastNoRebootInstallOperationTime": _stamp(run.ended) if pending else None,
        "RebootOption": reboot or None,
    }


def _first(command: CommandRun, name: str) -> str:
    values = command.parameters.get(name) or [""]
    return str(values[0])


def _node(node: Node, last_ping: datetime, *, is_online: bool) -> Row:
    return {
        "InstanceId": node.id,
        "PingStatus": "Online" if is_online else "ConnectionLost",
        "LastPingDateTime": _stamp(last_ping),
        "AgentVersion": node.agent_version,
        "IsLatestVersion": True,
        "PlatformType": node.platform,
        "PlatformName": _PLATFORMS[node.platform],
        "PlatformVersion": "1",
        "ResourceType": "ManagedInstance" if node.id.startswith("mi-") else "EC2Instance",
        "ComputerName": node.tags.get("Name") or node.id,
        "SourceId": node.id,
        "SourceType": "AWS::SSM::ManagedInstance" if node.id.startswith("mi-") else "AWS::EC2::Instance",
        "Tags": dict(node.tags),
    }


def _texts(value: Any) -> list[str]:
    values: Iterator[Any] = iter(value if isinstance(value, list | tuple) else [value])
    return [it if isinstance(it, str) else json.dumps(it, default=str) for it in values]


def _stamp(when: datetime | None) -> float | None:
    return when.timestamp() if when else None
