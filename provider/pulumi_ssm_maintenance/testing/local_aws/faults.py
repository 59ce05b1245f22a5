"""Faults that a `LocalAws` produces on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

if TYPE_CHECKING:
    from collections.abc import Mapping

FaultKind = Literal[
    "access_denied",
    "error",
    "expired_credentials",
    "hang",
    "latency",
    "read_lag",
    "reset_after",
    "reset_before",
    "throttle",
    "token_lifetime",
]


class FaultFilters(TypedDict, total=False):
    """Which calls a fault hits."""

    service: str | None
    """The boto3 service name, `"ssm"` unless told; None is every service."""
    operation: str | None
    """The operation as the API names it; None, the default, is every operation."""
    times: int | None
    """How many matching calls are hit; None, the default, is all of them."""
    skip: int
    """How many matching calls pass before the first one is hit."""
    where: Mapping[str, str] | None
    """Parameters that a call must have, such as `{"WindowId": "mw-…"}`, for services that speak JSON; default: any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong; made by one of the class methods, put in force by `LocalAws.inject`.

    Several faults may be in force at once: latencies add up, and of those that end a call the first injected wins.
    """

    kind: FaultKind
    service: str | None = "ssm"
    operation: str | None = None
    times: int | None = None
    skip: int = 0
    where: Mapping[str, str] | None = None
    seconds: float = 0.0
    rate: float = 0.0
    burst: int = 1
    code: str = ""
    message: str = ""
    status: int = 400

    @classmethod
    def latency(cls, seconds: float, **filters: Unpack[FaultFilters]) -> Fault:
        """Delay a call by so many seconds before it has any effect."""
        return cls(kind="latency", seconds=seconds, **filters)

    @classmethod
    def throttle(cls, *, rate: float, burst: int = 1, **filters: Unpack[FaultFilters]) -> Fault:
        """Let `burst` calls pass at once and `rate` a second in the long run; refuse the others."""
        return cls(kind="throttle", rate=rate, burst=burst, **filters)

    @classmethod
    def error(cls, code: str, *, status: int = 400, message: str = "", **filters: Unpack[FaultFilters]) -> Fault:
        """Answer with this error code and HTTP status instead of doing what was asked."""
        return cls(kind="error", code=code, status=status, message=message, **filters)

    @classmethod
    def access_denied(cls, **filters: Unpack[FaultFilters]) -> Fault:
        """Refuse the caller, as IAM does when no policy allows the action."""
        return cls(kind="access_denied", **filters)

    @classmethod
    def expired_credentials(cls, **filters: Unpack[FaultFilters]) -> Fault:
        """Refuse the caller's session token as expired."""
        return cls(kind="expired_credentials", **filters)

    @classmethod
    def reset_before(cls, **filters: Unpack[FaultFilters]) -> Fault:
        """Cut the connection before the call has any effect."""
        return cls(kind="reset_before", **filters)

    @classmethod
    def reset_after(cls, **filters: Unpack[FaultFilters]) -> Fault:
        """Cut the connection after the effect, so that the caller cannot know that it happened."""
        return cls(kind="reset_after", **filters)

    @classmethod
    def hang(cls, seconds: float, **filters: Unpack[FaultFilters]) -> Fault:
        """Say nothing for so many seconds, then cut the connection, without any effect."""
        return cls(kind="hang", seconds=seconds, **filters)

    @classmethod
    def read_lag(cls, seconds: float, **filters: Unpack[FaultFilters]) -> Fault:
        """Keep a task unreadable by GetMaintenanceWindowTask for so many seconds after its registration."""
        return cls(kind="read_lag", seconds=seconds, **filters)

    @classmethod
    def token_lifetime(cls, seconds: float, **filters: Unpack[FaultFilters]) -> Fault:
        """Forget a ClientToken so many seconds after its first use; without this fault it is kept for ever."""
        return cls(kind="token_lifetime", seconds=seconds, **filters)
