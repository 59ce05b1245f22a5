"""The runs of runbooks, and their steps.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeAutomationExecutions.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.listing import page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Operations, SsmCall

_Matches = dict[str, "Callable[[Members, str], bool]"]


def _equals(member: str) -> Callable[[Members, str], bool]:
    return lambda row, wanted: row.get(member) == wanted


_FILTERS: _Matches = {
    "DocumentNamePrefix": lambda row, wanted: row["DocumentName"].startswith(wanted),
    "ExecutionStatus": _equals("AutomationExecutionStatus"),
    "ExecutionId": _equals("AutomationExecutionId"),
    "CurrentAction": _equals("CurrentAction"),
    "StartTimeBefore": lambda row, wanted: row["ExecutionStartTime"] < _seconds(wanted),
    "StartTimeAfter": lambda row, wanted: row["ExecutionStartTime"] > _seconds(wanted),
    "AutomationType": _equals("AutomationType"),
    # A window starts each run by itself, so none has a parent, a tag key, a group or an item.
    "ParentExecutionId": lambda *_: False,
    "TagKey": lambda *_: False,
    "TargetResourceGroup": lambda *_: False,
    "AutomationSubtype": lambda *_: False,
    "OpsItemId": lambda *_: False,
}
_STEP_FILTERS: _Matches = {
    "StartTimeBefore": lambda row, wanted: (row["ExecutionStartTime"] or float("inf")) < _seconds(wanted),
    "StartTimeAfter": lambda row, wanted: (row["ExecutionStartTime"] or 0) > _seconds(wanted),
    "StepExecutionStatus": _equals("StepStatus"),
    "StepExecutionId": _equals("StepExecutionId"),
    "StepName": _equals("StepName"),
    "Action": _equals("Action"),
    "ParentStepExecutionId": lambda *_: False,
    "ParentStepIteration": lambda *_: False,
    "ParentStepIteratorValue": lambda *_: False,
}


def describe_executions(call: SsmCall) -> Members:
    """List runs, the newest first."""
    rows = _filtered(call.state.history.rows("automations"), call.parameters.get("Filters", []), _FILTERS)
    rows.sort(key=lambda row: -row["ExecutionStartTime"])
    return page(rows, call.parameters, "AutomationExecutionMetadataList")


def get_execution(call: SsmCall) -> Members:
    """Show one run with its steps."""
    return {"AutomationExecution": _run(call)}


def describe_steps(call: SsmCall) -> Members:
    """List the steps of a run."""
    rows = _filtered(_run(call)["StepExecutions"], call.parameters.get("Filters", []), _STEP_FILTERS)
    if call.parameters.get("ReverseOrder", False):
        rows.reverse()
    return page(rows, call.parameters, "StepExecutions")


def _run(call: SsmCall) -> Members:
    name = call.parameters["AutomationExecutionId"]
    found = call.state.history.row("automations", name)
    if found is None:
        raise ApiError("AutomationExecutionNotFoundException", f"Automation execution {name} does not exist")
    return found


def _filtered(
    rows: list[Members], conditions: list[Members], filters: Mapping[str, Callable[[Members, str], bool]]
) -> list[Members]:
    found = list(rows)
    for condition in conditions:
        key, values = condition["Key"], condition["Values"]
        if key not in filters:
            raise ApiError("InvalidFilterKey", f"Filter key {key} is not one of {', '.join(filters)}")
        found = [row for row in found if any(filters[key](row, value) for value in values)]
    return found


def _seconds(text: str) -> float:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError("InvalidFilterValue", f"{text} is not an ISO-8601 date") from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


OPERATIONS: Operations = {
    "DescribeAutomationExecutions": describe_executions,
    "GetAutomationExecution": get_execution,
    "DescribeAutomationStepExecutions": describe_steps,
}
