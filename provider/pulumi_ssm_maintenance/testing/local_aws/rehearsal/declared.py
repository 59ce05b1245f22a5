"""Reads a window from the local AWS by its API, for the simulation."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped]  # a dependency of pulumi, without types
from botocore.exceptions import ClientError

from pulumi_ssm_maintenance.simulation import (
    Node,
    Notifications,
    OtherRun,
    OutputPlace,
    RehearsalError,
    Target,
    Task,
    Window,
    stored_names,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

DEFAULT_TIMEOUT = 3600
_EXECUTION_TIMEOUT = "executionTimeout"
"""The parameter by which the documents of AWS take their execution time-out."""


def read_settings(client: Callable[[str], Any], window_id: str) -> Mapping[str, Any]:
    """Read what GetMaintenanceWindow returns.

    Raises:
        RehearsalError: there is no such window.
    """
    try:
        held: Mapping[str, Any] = client("ssm").get_maintenance_window(WindowId=window_id)
    except ClientError as error:
        raise RehearsalError(f"no window {window_id}: {error}") from None
    return held


def read_window(
    client: Callable[[str], Any],
    held: Mapping[str, Any],
    account_id: str,
    document_timeouts: Mapping[str, int],
    task_names: Mapping[str, str],
) -> Window:
    """Read a window with its targets and tasks.

    Args:
        client: makes a boto3 client of a service.
        held: the settings of the window, as GetMaintenanceWindow returns them.
        account_id: the account that it is in.
        document_timeouts: the execution time-outs of documents, by name, in seconds.
        task_names: what tasks without a name are called, by their ids.
    """
    ssm, window_id = client("ssm"), held["WindowId"]
    targets = {
        it["WindowTargetId"]: Target(
            _keys(it["Targets"]), id=it["WindowTargetId"], owner_information=it.get("OwnerInformation", "")
        )
        for it in _pages(ssm, "describe_maintenance_window_targets", "Targets", WindowId=window_id)
    }
    tasks = [_task(ssm, task, targets, document_timeouts, task_names) for task in _held_tasks(ssm, window_id)]
    return Window(
        tasks=tasks,
        duration=held["Duration"],
        cutoff=held["Cutoff"],
        id=window_id,
        name=held["Name"],
        enabled=held["Enabled"],
        account_id=account_id,
        region=ssm.meta.region_name,
        timezone=held.get("ScheduleTimezone") or "UTC",
    )


def read_other_runs(client: Callable[[str], Any], opening: datetime) -> list[OtherRun]:
    """Read the runs that this AWS remembers of all its windows, and that had not ended at a time."""
    ssm = client("ssm")
    runs = [
        OtherRun(run["WindowId"], run["StartTime"], run.get("EndTime"))
        for window in _pages(ssm, "describe_maintenance_windows", "WindowIdentities")
        for run in _pages(
            ssm, "describe_maintenance_window_executions", "WindowExecutions", WindowId=window["WindowId"]
        )
    ]
    # A night that is rehearsed again replaces itself.
    return [run for run in runs if run.started < opening and run.is_under_way(opening)]


def read_parameter_store(client: Callable[[str], Any], window: Window) -> dict[str, str]:
    """Read the parameters of Parameter Store that tasks name."""
    names = list(dict.fromkeys(name for task in window.tasks for name in stored_names(task.parameters)))
    found: dict[str, str] = {}
    for name in names:
        # Each alone: a name with a version or a label comes back without it.
        for parameter in client("ssm").get_parameters(Names=[name])["Parameters"]:
            found[name] = parameter["Value"]
    return found


def in_resource_groups(client: Callable[[str], Any], window: Window, nodes: Sequence[Node]) -> list[Node]:
    """Put the nodes into the resource groups of the window's targets whose queries by tags find them."""
    names = {name for task in window.tasks for it in task.targets for name in it.keys.get("resource-groups:Name", ())}
    filters = {name: _tag_filters(client("resource-groups"), name) for name in sorted(names)}
    return [
        replace(node, groups=[*node.groups, *(name for name, wanted in filters.items() if _has_tags(node, wanted))])
        for node in nodes
    ]


def _held_tasks(ssm: Any, window_id: str) -> Iterator[Mapping[str, Any]]:
    """Give what GetMaintenanceWindowTask returns of each task of a window."""
    for it in _pages(ssm, "describe_maintenance_window_tasks", "Tasks", WindowId=window_id):
        yield ssm.get_maintenance_window_task(WindowId=window_id, WindowTaskId=it["WindowTaskId"])


def _task(
    ssm: Any,
    held: Mapping[str, Any],
    targets: Mapping[str, Target],
    document_timeouts: Mapping[str, int],
    task_names: Mapping[str, str],
) -> Task:
    block: Mapping[str, Any] = next(iter(held.get("TaskInvocationParameters", {}).values()), {})
    alarm = held.get("AlarmConfiguration", {})
    parameters = _parameters(held, block)
    is_command = held["TaskType"] == "RUN_COMMAND"
    return Task(
        name=held.get("Name") or task_names.get(held["WindowTaskId"]) or _name_of_work(held["TaskArn"]),
        type=held["TaskType"],
        arn=held["TaskArn"],
        id=held["WindowTaskId"],
        targets=[target for entry in held.get("Targets", []) for target in _targets(entry, targets)],
        priority=held.get("Priority", 0),
        max_concurrency=held.get("MaxConcurrency", "1"),
        max_errors=held.get("MaxErrors", "1"),
        cutoff_behavior=held.get("CutoffBehavior", "CONTINUE_TASK"),
        alarm=alarm["Alarms"][0]["Name"] if alarm else None,
        ignore_poll_alarm_failure=alarm.get("IgnorePollAlarmFailure", False),
        parameters=parameters,
        timeout_seconds=block.get("TimeoutSeconds", DEFAULT_TIMEOUT),
        execution_timeout_seconds=(
            execution_timeout(ssm, held["TaskArn"], parameters, document_timeouts) if is_command else DEFAULT_TIMEOUT
        ),
        notifications=_notifications(block),
        output=_output_place(held["TaskArn"], block) if is_command else OutputPlace(),
        service_role_arn=held.get("ServiceRoleArn", ""),
        document_version=block.get("DocumentVersion", ""),
        runbook=_runbook(ssm, held["TaskArn"], block) if held["TaskType"] == "AUTOMATION" else None,
    )


def _name_of_work(arn: str) -> str:
    """Name a document, a function or a state machine without its account and region."""
    return arn.rpartition(":")[2].rpartition("/")[2]


def _runbook(ssm: Any, arn: str, block: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Read the content of a runbook; None where the local AWS does not know its steps, as of AWS's own."""
    name = arn.rpartition("/")[2].partition(":")[0]
    version = {"DocumentVersion": block["DocumentVersion"]} if block.get("DocumentVersion") else {}
    try:
        content = ssm.get_document(Name=name, **version)["Content"]
        parsed = yaml.safe_load(content)  # JSON is YAML
    except (ClientError, yaml.YAMLError):
        return None
    return parsed if isinstance(parsed, dict) and parsed.get("mainSteps") else None


def _targets(entry: Mapping[str, Any], targets: Mapping[str, Target]) -> list[Target]:
    if entry["Key"] == "InstanceIds":
        return [Target({"InstanceIds": entry["Values"]})]
    # A target that was deregistered since has no nodes any more.
    return [targets.get(target_id, Target({"InstanceIds": []}, id=target_id)) for target_id in entry["Values"]]


def _keys(targets: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    return {target["Key"]: target["Values"] for target in targets}


def _parameters(held: Mapping[str, Any], block: Mapping[str, Any]) -> dict[str, Any]:
    """What the task gives to what it runs."""
    if "Parameters" in block:
        return dict(block["Parameters"])
    given = {name: block[name] for name in ("Payload", "Input", "Name", "Qualifier") if name in block}
    if "Payload" in given:
        given["Payload"] = given["Payload"].decode()
    return given or {name: it.get("Values", []) for name, it in held.get("TaskParameters", {}).items()}


def _notifications(block: Mapping[str, Any]) -> Notifications | None:
    """What is published; nothing without the role that publishes it."""
    config = block.get("NotificationConfig", {})
    if not config.get("NotificationArn") or not block.get("ServiceRoleArn"):
        return None
    return Notifications(
        config["NotificationArn"], config.get("NotificationEvents", ["All"]), config.get("NotificationType", "Command")
    )


def _output_place(document: str, block: Mapping[str, Any]) -> OutputPlace:
    logs = block.get("CloudWatchOutputConfig", {})
    name = document.rpartition("/")[2]
    group = (logs.get("CloudWatchLogGroupName") or f"/aws/ssm/{name}") if logs.get("CloudWatchOutputEnabled") else ""
    return OutputPlace(block.get("OutputS3BucketName", ""), block.get("OutputS3KeyPrefix", ""), group)


def execution_timeout(
    ssm: Any, document: str, parameters: Mapping[str, Any], document_timeouts: Mapping[str, int]
) -> int:
    """Return the seconds that a document lets its work take: as the caller, a parameter or its content says."""
    if document in document_timeouts:
        return document_timeouts[document]
    given = parameters.get(_EXECUTION_TIMEOUT)
    if given and str(given[0]).isdecimal():
        return int(given[0])
    try:
        held = ssm.get_document(Name=document, DocumentFormat="JSON")
        steps = json.loads(held["Content"]).get("mainSteps", [])
    except (ClientError, ValueError):  # AWS's own documents are unknown to the local AWS
        return DEFAULT_TIMEOUT
    limits = [str(step.get("inputs", {}).get("timeoutSeconds", DEFAULT_TIMEOUT)) for step in steps]
    return sum(int(it) if it.isdecimal() else DEFAULT_TIMEOUT for it in limits) or DEFAULT_TIMEOUT


def _tag_filters(groups: Any, name: str) -> list[Mapping[str, Any]]:
    try:
        query = groups.get_group_query(GroupName=name)["GroupQuery"]["ResourceQuery"]
    except ClientError:
        return []
    wanted = json.loads(query["Query"]).get("TagFilters", []) if query["Type"] == "TAG_FILTERS_1_0" else []
    return list(wanted)


def _has_tags(node: Node, filters: Sequence[Mapping[str, Any]]) -> bool:
    return bool(filters) and all(
        it["Key"] in node.tags and (not it.get("Values") or node.tags[it["Key"]] in it["Values"]) for it in filters
    )


def _pages(client: Any, operation: str, result: str, **parameters: str) -> list[Mapping[str, Any]]:
    pages = client.get_paginator(operation).paginate(**parameters)
    return [item for page in pages for item in page[result]]
