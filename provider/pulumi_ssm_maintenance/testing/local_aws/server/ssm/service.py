"""The maintenance window and patching operations of SSM, in all accounts and regions."""

from __future__ import annotations

import json
from collections import defaultdict
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.model import ListShape, StructureShape

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import Answer
from pulumi_ssm_maintenance.testing.local_aws.server.request_validation import validated
from pulumi_ssm_maintenance.testing.local_aws.server.service_model import operation_model

from .call import WindowsCall
from .patching import baselines
from .windows import targets, tasks, windows
from .windows.state import WindowsState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.model import Shape

    from pulumi_ssm_maintenance.testing.local_aws.server.api_call import ApiCall
    from pulumi_ssm_maintenance.testing.local_aws.server.fault_injection import Oddities
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members

_OPERATIONS: Mapping[str, Callable[[WindowsCall], Members]] = {
    **windows.OPERATIONS,
    **targets.OPERATIONS,
    **tasks.OPERATIONS,
    **baselines.OPERATIONS,
}
_TAG_OPERATIONS: Mapping[str, Mapping[str, Callable[[WindowsCall], Members]]] = {
    "MaintenanceWindow": windows.TAG_OPERATIONS,
    "PatchBaseline": baselines.TAG_OPERATIONS,
}


class WindowsService:
    """Answers the calls that concern maintenance windows and patch baselines."""

    def __init__(self) -> None:
        self._states: defaultdict[tuple[str, str], WindowsState] = defaultdict(WindowsState)
        self._lock = Lock()

    def takes(self, call: ApiCall) -> bool:
        """Whether the call is one of these; the tag calls are, for a window or a baseline."""
        return call.service == "ssm" and _operation(call) is not None

    def handle(self, call: ApiCall, oddities: Oddities) -> Answer:
        """Do what the call asks, or raise ApiError."""
        model, operation = operation_model(call.service, call.operation), _operation(call)
        if model is None or operation is None:
            raise NotImplementedError(call.operation)
        parameters = validated(call.json_body(), model.input_shape)
        with self._lock:
            state = self._states[call.account, call.region]
            result = operation(
                WindowsCall(
                    call.operation,
                    parameters,
                    state,
                    call.account,
                    partition_of(call.region),
                    call.region,
                    oddities.read_lag,
                    oddities.token_lifetime,
                )
            )
            body = json.dumps(_shown(result, model.output_shape)).encode()
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", str(uuid4()))]
        return Answer(200, body, headers)

    def reset(self) -> None:
        """Forget all windows, baselines and tokens."""
        with self._lock:
            self._states.clear()


def _operation(call: ApiCall) -> Callable[[WindowsCall], Members] | None:
    if found := _OPERATIONS.get(call.operation):
        return found
    return _TAG_OPERATIONS.get(str(call.json_body().get("ResourceType")), {}).get(call.operation)


def _shown(value: Any, shape: Shape | None) -> Any:
    """What of a result the output shape knows; what is not set is left out."""
    if shape is None:
        return {}
    if isinstance(shape, ListShape):
        return [_shown(item, shape.member) for item in value]
    if not isinstance(shape, StructureShape):
        return value
    return {name: _shown(value[name], member) for name, member in shape.members.items() if value.get(name) is not None}


def partition_of(region: str) -> str:
    """The partition of a region, by its name's beginning."""
    return next((partition for prefix, partition in _PARTITIONS.items() if region.startswith(prefix)), "aws")


_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
