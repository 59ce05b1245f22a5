"""A provider in the style of Pulumi's documentation: a class in the program, with a new client for each call."""

import sys
from typing import Any

import boto3
from botocore import xform_name
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

from tasks import declared

REGISTER = "RegisterTaskWithMaintenanceWindow"


class NaiveProvider(ResourceProvider):
    """Register, update and deregister, without reading anything."""

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=olds != news)

    def create(self, props: dict[str, Any]) -> CreateResult:
        answer = boto3.client("ssm").register_task_with_maintenance_window(**_request(props))
        return CreateResult(answer["WindowTaskId"], dict(props))

    def update(self, id_: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        request = _request(news)
        request.pop("TaskType")
        boto3.client("ssm").update_maintenance_window_task(WindowTaskId=id_, **request)
        return UpdateResult(dict(news))

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        boto3.client("ssm").deregister_task_from_maintenance_window(WindowId=props["window_id"], WindowTaskId=id_)


def _request(props: dict[str, Any]) -> dict[str, Any]:
    shape = boto3.client("ssm").meta.service_model.operation_model(REGISTER).input_shape
    request = _members(shape, {name: value for name, value in props.items() if name != "__provider"})
    return {**request, "Priority": int(request["Priority"])}


def _members(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure":
        names = {xform_name(name): name for name in shape.members}
        return {names[key]: _members(shape.members[names[key]], part) for key, part in value.items()}
    if shape.type_name == "integer":
        return int(value)
    if shape.type_name == "list":
        return [_members(shape.member, part) for part in value]
    return value


class NaiveTask(Resource, module="bench", name="NaiveTask"):
    """A task."""

    def __init__(self, name: str, arguments: dict[str, Any]) -> None:
        super().__init__(NaiveProvider(), name, dict(arguments))


# Pickling each resource's class takes one more frame in the SDK than the one before: with 300 tasks such a program ends
# in a RecursionError. A higher limit makes it possible to measure it.
sys.setrecursionlimit(20_000)

for name, arguments in declared():
    NaiveTask(name, arguments)
