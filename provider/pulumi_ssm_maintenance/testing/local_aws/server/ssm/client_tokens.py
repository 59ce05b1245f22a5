"""Client tokens: a repeated request has its effect once."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members


@dataclass(frozen=True, slots=True)
class _FirstUse:
    """The request that a token was first used for, and its answer."""

    request: str
    answer: Members
    time: float


class ClientTokens:
    """All tokens used so far, each for one operation."""

    def __init__(self) -> None:
        self._uses: dict[tuple[str, str], _FirstUse] = {}

    def once(self, operation: str, parameters: Members, lifetime: float | None, do: Callable[[], Members]) -> Members:
        """Call `do`, or return the answer that an earlier request with the same token got.

        Whether AWS still answers with the old id once the task is gone is unknown; this one does.
        """
        token = parameters.get("ClientToken")
        if not token:
            return do()
        request = json.dumps(
            {name: value for name, value in parameters.items() if name != "ClientToken"}, sort_keys=True
        )
        earlier = self._uses.get((operation, token))
        if earlier is None or (lifetime is not None and time.monotonic() - earlier.time >= lifetime):
            answer = do()
            self._uses[operation, token] = _FirstUse(request, answer, time.monotonic())
            return answer
        if earlier.request != request:
            raise ApiError("IdempotentParameterMismatch", "The client token was used before with other parameters")
        return earlier.answer
