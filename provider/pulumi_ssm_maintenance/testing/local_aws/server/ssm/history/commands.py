"""The commands of Run Command, and what they did on each node.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListCommands.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.errors import validation_error
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Operations, SsmCall

_EXECUTING = frozenset({"Pending", "InProgress", "Delayed", "Cancelling"})


def _is_in_status(row: Members, wanted: str) -> bool:
    """The filter takes a status or what is behind it, without blanks."""
    return wanted in {row["Status"], row["StatusDetails"]}


_FILTERS: Mapping[str, Callable[[Members, str], bool]] = {
    "InvokedAfter": lambda row, wanted: row["RequestedDateTime"] > _seconds(wanted),
    "InvokedBefore": lambda row, wanted: row["RequestedDateTime"] < _seconds(wanted),
    "Status": _is_in_status,
    "DocumentName": lambda row, wanted: row["DocumentName"] == wanted,
    "ExecutionStage": lambda row, wanted: (row["Status"] in _EXECUTING) == (wanted == "Executing"),
}


def list_commands(call: SsmCall) -> Members:
    """List commands, the newest first."""
    rows = _filtered(call, call.state.history.rows("commands"), _FILTERS.keys())
    node = call.parameters.get("InstanceId")
    if node is not None:
        of_node = {row["CommandId"] for row in _invocations(call) if row["InstanceId"] == node}
        rows = [row for row in rows if row["CommandId"] in of_node]
    return page(rows, call.parameters, "Commands")


def list_invocations(call: SsmCall) -> Members:
    """List what commands did on nodes, the newest command first."""
    rows = _filtered(call, _invocations(call), _FILTERS.keys() - {"ExecutionStage"})
    node = call.parameters.get("InstanceId")
    rows = [row for row in rows if node in {None, row["InstanceId"]}]
    if not call.parameters.get("Details", False):
        rows = [{**row, "CommandPlugins": []} for row in rows]
    return page(rows, call.parameters, "CommandInvocations")


def get_invocation(call: SsmCall) -> Members:
    """Show what a command did on a node."""
    command, node = call.parameters["CommandId"], call.parameters["InstanceId"]
    row = call.state.history.row("command_invocations", f"{command} {node}")
    if row is None:
        raise ApiError("InvocationDoesNotExist", "")
    (plugin,) = row["CommandPlugins"]
    if call.parameters.get("PluginName", plugin["Name"]) != plugin["Name"]:
        raise ApiError("InvalidPluginName", "")
    start, end = plugin["ResponseStartDateTime"], plugin["ResponseFinishDateTime"]
    return {
        **row,
        "PluginName": plugin["Name"],
        "ResponseCode": plugin["ResponseCode"],
        "ExecutionStartDateTime": _text(start),
        "ExecutionEndDateTime": _text(end),
        "ExecutionElapsedTime": f"PT{end - start:g}S" if start is not None and end is not None else "",
        "StandardOutputContent": plugin["Output"],
        "StandardErrorContent": "",
    }


def _invocations(call: SsmCall) -> list[Members]:
    return call.state.history.rows("command_invocations")


def _filtered(call: SsmCall, rows: list[Members], allowed: object) -> list[Members]:
    command = call.parameters.get("CommandId")
    found = [row for row in rows if command in {None, row["CommandId"]}]
    for condition in call.parameters.get("Filters", []):
        key, wanted = condition["key"], condition["value"]
        if key not in _FILTERS or (key == "ExecutionStage" and "CommandInvocations" in call.operation):
            raise ApiError("InvalidFilterKey", f"Filter key {key} is not one of {allowed}")
        found = [row for row in found if _FILTERS[key](row, wanted)]
    return sorted(found, key=lambda row: -row["RequestedDateTime"])


def _seconds(text: str) -> float:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise validation_error(f"{text} is not an ISO-8601 date") from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _text(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


OPERATIONS: Operations = {
    "ListCommands": list_commands,
    "ListCommandInvocations": list_invocations,
    "GetCommandInvocation": get_invocation,
}
