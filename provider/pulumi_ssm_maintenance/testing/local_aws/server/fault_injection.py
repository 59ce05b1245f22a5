"""Which faults are in force, and what they do to a call."""

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
class Oddities:
    """What happens to one call out of the ordinary."""

    delay: float = 0.0
    error: ApiError | None = None
    cut_before: bool = False
    cut_after: bool = False
    read_lag: float = 0.0
    token_lifetime: float | None = None

    @property
    def is_ended(self) -> bool:
        """Whether the call ends without effect, so that later faults have no say."""
        return self.error is not None or self.cut_before


class FaultInjection:
    """The faults in force, in the order of their injection."""

    def __init__(self) -> None:
        self._armed: list[_ArmedFault] = []
        self._lock = Lock()

    def arm(self, fault: Fault) -> None:
        """Put a fault in force; ValueError when it names an operation that the service does not have."""
        if fault.service and fault.operation and operation_model(fault.service, fault.operation) is None:
            raise ValueError(f"{fault.service} has no operation {fault.operation}")
        with self._lock:
            self._armed.append(_ArmedFault(fault))

    def clear(self) -> None:
        """Take all faults out of force."""
        with self._lock:
            self._armed.clear()

    def oddities(self, call: ApiCall) -> Oddities:
        """What the faults in force do to this call; counts it for each of them that it matches."""
        oddities = Oddities()
        with self._lock:
            for armed in self._armed:
                if not oddities.is_ended and armed.hits(call):
                    _apply(armed, call, oddities)
        return oddities


class _ArmedFault:
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
        """Take one from the token bucket, if it holds one."""
        now = time.monotonic()
        refill = (now - self._refilled) * self.fault.rate
        self._allowance = min(float(self.fault.burst), self._allowance + refill)
        self._refilled = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True


def _apply(armed: _ArmedFault, call: ApiCall, oddities: Oddities) -> None:
    fault = armed.fault
    match fault.kind:
        case "latency":
            oddities.delay += fault.seconds
        case "hang":
            oddities.delay += fault.seconds
            oddities.cut_before = True
        case "reset_before":
            oddities.cut_before = True
        case "reset_after":
            oddities.cut_after = True
        case "throttle":
            oddities.error = None if armed.grants() else ApiError(*_refusal("throttle", call))
        case "error":
            oddities.error = ApiError(fault.code, fault.message, fault.status)
        case "access_denied" | "expired_credentials":
            oddities.error = ApiError(*_refusal(fault.kind, call))
        case "read_lag":
            oddities.read_lag = fault.seconds
        case "token_lifetime":
            oddities.token_lifetime = fault.seconds


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
