"""The active faults, and what they do to a call."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from .api_error import ApiError
from .service_model import operation_model

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.faults import Fault

    from .api_call import ApiCall


@dataclass(slots=True)
class FaultEffects:
    """What the active faults do to one call."""

    delay: float = 0.0
    error: ApiError | None = None
    cut_before: bool = False
    cut_after: bool = False
    read_lag: float = 0.0
    token_lifetime: float | None = None

    @property
    def end_call(self) -> bool:
        """Tell whether the call ends without effect, so that later faults do not count."""
        return self.error is not None or self.cut_before


class FaultInjection:
    """The active faults, in the order of their injection."""

    def __init__(self) -> None:
        self._active: list[_ActiveFault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """Activate a fault; ValueError when its operation is not one of its service."""
        if fault.service and fault.operation and operation_model(fault.service, fault.operation) is None:
            raise ValueError(f"{fault.service} has no operation {fault.operation}")
        with self._lock:
            self._active.append(_ActiveFault(fault))

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._active.clear()

    def effects(self, call: ApiCall) -> FaultEffects:
        """Tell what the active faults do to this call, and count it for each of them that it matches."""
        effects = FaultEffects()
        with self._lock:
            for active in self._active:
                if not effects.end_call and active.hits(call):
                    _apply(active, call, effects)
        return effects


class _ActiveFault:
    """A fault with its counters."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._seen = 0
        self._allowance = float(fault.burst)
        self._refilled = time.monotonic()

    def hits(self, call: ApiCall) -> bool:
        fault = self.fault
        if fault.service not in {None, call.service} or fault.operation not in {None, call.operation}:
            return False
        if fault.where and not fault.where.items() <= call.json_body().items():
            return False
        self._seen += 1
        nth = self._seen - fault.skip
        return nth > 0 and (fault.times is None or nth <= fault.times)

    def grants(self) -> bool:
        """Take one from the token bucket, if there is one."""
        now = time.monotonic()
        refill = (now - self._refilled) * self.fault.rate
        self._allowance = min(float(self.fault.burst), self._allowance + refill)
        self._refilled = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True


def _apply(active: _ActiveFault, call: ApiCall, effects: FaultEffects) -> None:
    fault = active.fault
    match fault.kind:
        case "latency":
            effects.delay += fault.seconds
        case "hang":
            effects.delay += fault.seconds
            effects.cut_before = True
        case "reset_before":
            effects.cut_before = True
        case "reset_after":
            effects.cut_after = True
        case "throttle":
            effects.error = None if active.grants() else ApiError(*_refusal("throttle", call))
        case "error":
            effects.error = ApiError(fault.code, fault.message, fault.status)
        case "access_denied" | "expired_credentials":
            effects.error = ApiError(*_refusal(fault.kind, call))
        case "read_lag":
            effects.read_lag = fault.seconds
        case "token_lifetime":
            effects.token_lifetime = fault.seconds


def _refusal(kind: str, call: ApiCall) -> tuple[str, str, int]:
    """Code, text and status of the errors common to all services; the query protocol has its own.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html
    """
    is_query = call.protocol in {"query", "ec2", "rest-xml"}
    action = f"{call.service}:{call.operation}"
    match kind:
        case "throttle":
            return ("Throttling" if is_query else "ThrottlingException", "Rate exceeded", 400)
        case "expired_credentials":
            text = "The security token included in the request is expired"
            return ("ExpiredToken", text, 403) if is_query else ("ExpiredTokenException", text, 400)
        case _:
            text = (
                f"User: arn:aws:sts::{call.account}:assumed-role/local/user is not authorized to perform: {action}"
                f" because no identity-based policy allows the {action} action"
            )
            return ("AccessDenied", text, 403) if is_query else ("AccessDeniedException", text, 400)
