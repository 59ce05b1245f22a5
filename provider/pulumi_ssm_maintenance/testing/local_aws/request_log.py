"""The log of the calls that a `LocalAws` received."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One call that the local AWS received; `LocalAws.requests` returns them."""

    service: str
    """The boto3 service name."""
    operation: str
    """The operation by its API name."""
    region: str
    """The region that the request was signed for."""
    account: str
    """The account of the caller's credentials."""
    parameters: dict[str, Any]
    """The parameters by their API names; what the service model marks as sensitive is `"[redacted]"`."""
    status: int | None
    """The HTTP status of the answer; None when the connection was cut instead."""
    error_code: str | None
    """The AWS error code of the answer; None for a success."""
    started: float
    """When the call arrived, in seconds since the epoch."""
    seconds: float
    """How long it took, faults included."""
    user_agent: str
    """The caller's User-Agent header: the provider's calls have `pulumi-ssm-maintenance/` in it."""
    in_flight: int
    """How many calls were in progress when it began, itself included."""
