"""Reads states that pulumi-aws has written, so that an alias can take over a task.

pulumi-aws is bridged from the Terraform provider. Its outputs have other names and shapes than the API's, and lack the
fields that it does not know: the alarm, `logging_info`, `task_parameters`.
https://www.pulumi.com/registry/packages/aws/api-docs/ssm/maintenancewindowtask/
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from pulumi_ssm_maintenance.core.codec import encode
from pulumi_ssm_maintenance.core.identity import TaskId, account_of
from pulumi_ssm_maintenance.core.model import Shape, task_shape

from .properties import Inputs, outputs

# What pulumi-aws calls a field, where that is not the API's name with a small first letter.
_NAMES: Final = {
    "Automation": "automationParameters",
    "Lambda": "lambdaParameters",
    "RunCommand": "runCommandParameters",
    "StepFunctions": "stepFunctionsParameters",
    "CloudWatchLogGroupName": "cloudwatchLogGroupName",
    "CloudWatchOutputConfig": "cloudwatchConfig",
    "CloudWatchOutputEnabled": "cloudwatchOutputEnabled",
    "OutputS3BucketName": "outputS3Bucket",
}
_ARN_REGION: Final = re.compile(r"arn:[\w-]+:ssm:([a-z0-9-]+):")


def is_bridged(properties: Mapping[str, Any]) -> bool:
    """Whether pulumi-aws has written these outputs."""
    return "windowId" in properties and "__provider" not in properties


def read_bridged(properties: Mapping[str, Any], declared: Inputs) -> dict[str, Any]:
    """Give the outputs that our provider would have left in the state of the same task.

    Args:
        properties: the outputs that pulumi-aws has written.
        declared: the inputs of the task that takes it over. AWS's placeholders stay in the fields that they contain.
    """
    held, _ = encode(_structure(task_shape(), properties))
    arn = properties.get("arn")
    found = _ARN_REGION.match(str(arn))
    region = properties.get("region") or (found[1] if found else declared.region)
    task = TaskId(str(properties["windowId"]), str(properties.get("windowTaskId") or properties.get("id") or ""))
    return outputs(declared, task, held, region, account_of(arn))


def _value(shape: Shape, value: Any) -> Any:
    """Convert a value to the names and the shape of our arguments; None if it was not set."""
    if value is None or value == "" or (shape.minimum and value == 0):
        return None  # Terraform's zero values
    if shape.kind == "structure" and isinstance(value, list) and len(value) == 1:
        return _value(shape, value[0])  # Terraform's form of a block, which the bridge usually takes apart
    if shape.kind == "structure" and isinstance(value, Mapping):
        return _structure(shape, value)
    if shape.kind == "map" and isinstance(value, list) and all(map(_is_pair, value)):
        return {pair["name"]: pair.get("values") or [] for pair in value}
    if shape.kind == "list" and isinstance(value, list) and shape.item:
        return [_value(shape.item, part) for part in value]
    return value


def _is_pair(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("name"), str)


def _structure(shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    """Take the fields of the model from a mapping of pulumi-aws's; everything else is its own bookkeeping."""
    found = {
        name: _value(inner.shape, value.get(_NAMES.get(inner.api_name) or _camel(inner.api_name)))
        for name, inner in shape.members.items()
    }
    return {name: part for name, part in found.items() if part is not None and part != {}}


def _camel(api_name: str) -> str:
    return api_name[0].lower() + api_name[1:]
