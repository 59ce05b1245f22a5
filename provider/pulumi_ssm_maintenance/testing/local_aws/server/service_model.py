"""The botocore models of AWS's services, read once, and the redaction of what they mark as sensitive."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.model import (
    ListShape,
    MapShape,
    OperationModel,
    OperationNotFoundError,
    ServiceModel,
    Shape,
    StructureShape,
)

REDACTED = "[redacted]"

Members = dict[str, Any]
"""A structure of an API, by member name."""


@cache
def service_model(service: str) -> ServiceModel | None:
    """The model of a service by its boto3 name, None when botocore has none."""
    try:
        description = _loader().load_service_model(service, "service-2")
    except UnknownServiceError:
        return None
    return ServiceModel(description, service)


def operation_model(service: str, operation: str) -> OperationModel | None:
    """The model of one operation, None when botocore has none."""
    model = service_model(service)
    if model is None:
        return None
    try:
        return model.operation_model(operation)
    except OperationNotFoundError:
        return None


def service_of_signing_name(signing_name: str) -> str:
    """The boto3 name of the service that signs its requests by this name (`monitoring` is `cloudwatch`)."""
    return _NAMES_BY_SIGNING_NAME.get(signing_name, signing_name)


def redacted(value: Any, shape: Shape | None) -> Any:
    """Return a copy of a request without the values that the model marks as sensitive or does not know."""
    if shape is None or shape.metadata.get("sensitive"):
        return REDACTED
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {name: redacted(item, shape.members.get(name)) for name, item in value.items()}
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: redacted(item, shape.value) for key, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [redacted(item, shape.member) for item in value]
    return _as_json(value)


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


@cache
def _loader() -> Loader:
    # Only the models of the package: those in a user's ~/.aws/models do not change the local AWS.
    return Loader(include_default_search_paths=False, extra_search_paths=[Loader.BUILTIN_DATA_PATH])


_NAMES_BY_SIGNING_NAME = {
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "elasticloadbalancing": "elbv2",
    "tagging": "resourcegroupstaggingapi",
}
