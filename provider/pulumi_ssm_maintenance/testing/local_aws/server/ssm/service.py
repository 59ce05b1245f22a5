"""The maintenance window and patching operations of Systems Manager, in all accounts and regions."""

from __future__ import annotations

import json
from collections import defaultdict
from copy import deepcopy
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.model import ListShape, StructureShape

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import Answer
from pulumi_ssm_maintenance.testing.local_aws.server.request_validation import validated
from pulumi_ssm_maintenance.testing.local_aws.server.service_model import operation_model

from . import tags
from .call import SsmCall
from .documents import documents
from .history import automations, commands, executions, nodes
from .patching import baselines, patch_groups
from .state import RegionState
from .windows import targets, tasks, windows

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import Shape

    from pulumi_ssm_maintenance.testing.local_aws.server.api_call import ApiCall
    from pulumi_ssm_maintenance.testing.local_aws.server.fault_injection import FaultEffects
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members

    from .call import Operations

OPERATIONS: Operations = {
    **windows.OPERATIONS,
    **targets.OPERATIONS,
    **tasks.OPERATIONS,
    **executions.OPERATIONS,
    **baselines.OPERATIONS,
    **patch_groups.OPERATIONS,
    **automations.OPERATIONS,
    **commands.OPERATIONS,
    **nodes.OPERATIONS,
}


class SsmService:
    """Answers the calls about maintenance windows, patch baselines and patch groups; moto answers the others."""

    def __init__(self) -> None:
        self._states: defaultdict[tuple[str, str], RegionState] = defaultdict(RegionState)
        self._lock = Lock()

    def serves(self, call: ApiCall) -> bool:
        """Tell whether the call is one of these. Commands are moto's where no night was rehearsed."""
        if call.service != "ssm" or _operation(call) is None:
            return False
        if call.operation not in commands.OPERATIONS:
            return True
        with self._lock:
            return self._states[call.account, call.region].history.has_nights

    def write_history(self, content: dict[str, Any]) -> None:
        """Take over what a rehearsal reports."""
        with self._lock:
            self._states[content["account"], content["region"]].history.write(content)

    def all_windows(self) -> list[dict[str, str]]:
        """List the windows of all accounts and regions."""
        with self._lock:
            return [
                {"id": window.id, "name": window.properties["Name"], "region": region, "account": account}
                for (account, region), state in self._states.items()
                for window in state.windows.values()
            ]

    def state_of(self, account: str, region: str) -> RegionState:
        """Copy what an account holds in a region. Its history is the same one: it belongs to no night."""
        with self._lock:
            state = self._states[account, region]
            return deepcopy(state, {id(state.history): state.history})

    def set_state(self, account: str, region: str, state: RegionState) -> None:
        """Replace what an account holds in a region."""
        with self._lock:
            self._states[account, region] = state

    def handle(self, call: ApiCall, effects: FaultEffects) -> Answer:
        """Do what the call asks, or raise ApiError."""
        model, operation = operation_model(call.service, call.operation), _operation(call)
        if model is None or operation is None:
            raise NotImplementedError(call.operation)
        parameters = validated(call.json_body(), model.input_shape)
        with self._lock:
            ssm_call = SsmCall(
                operation=call.operation,
                parameters=parameters,
                state=self._states[call.account, call.region],
                account=call.account,
                partition=partition_of(call.region),
                region=call.region,
                read_lag=effects.read_lag,
                token_lifetime=effects.token_lifetime,
            )
            body = json.dumps(_shown(operation(ssm_call), model.output_shape)).encode()
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", str(uuid4()))]
        return Answer(200, body, headers)

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._states.clear()


def _operation(call: ApiCall) -> Callable[[SsmCall], Members] | None:
    """The function that serves a call: tags of windows and baselines alone, documents of AWS alone."""
    if call.operation in tags.OPERATIONS and str(call.json_body().get("ResourceType")) in tags.TAGGED_TYPES:
        return tags.OPERATIONS[call.operation]
    if call.operation in documents.OPERATIONS and documents.is_aws_owned(call.json_body().get("Name")):
        return documents.OPERATIONS[call.operation]
    return OPERATIONS.get(call.operation)


def _shown(value: Any, shape: Shape | None) -> Any:
    """Keep the members of a result that the output shape has and that are set."""
    if shape is None:
        return {}
    if isinstance(shape, ListShape):
        return [_shown(item, shape.member) for item in value]
    if not isinstance(shape, StructureShape):
        return value
    return {name: _shown(value[name], member) for name, member in shape.members.items() if value.get(name) is not None}


def partition_of(region: str) -> str:
    """The partition of a region, by the prefix of its name."""
    return next((partition for prefix, partition in _PARTITIONS.items() if region.startswith(prefix)), "aws")


_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
