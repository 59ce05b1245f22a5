"""The log of what a `LocalAws` was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One call that reached the local AWS."""

    service: str
    """The boto3 service name."""
    operation: str
    """The operation as the API names it."""
    region: str
    account: str
    parameters: dict[str, Any]
    """The parameters; what the service model marks sensitive is `"[redacted]"`."""
    status: int | None
    """The HTTP status of the answer; None when the connection was cut instead."""
    error_code: str | None
    """The AWS error code of the answer, None for a success."""
    started: float
    """When the call came in, in seconds since the epoch."""
    seconds: float
    """How long it took, faults included."""
    user_agent: str
    """What the caller says it is: the provider's calls hold `pulumi-ssm-maintenance/`."""
    in_flight: int
    """How many calls were under way when it began, itself included."""
