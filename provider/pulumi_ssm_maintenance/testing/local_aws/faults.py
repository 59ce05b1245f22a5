"""Faults that a `LocalAws` produces on request."""

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
    """The boto3 service name; default `"ssm"`. None: every service."""
    operation: str | None
    """The operation by its API name, such as `"GetMaintenanceWindowTask"`; default None: every operation."""
    times: int | None
    """How many matching calls it hits; default None: all."""
    skip: int
    """How many matching calls pass before the first hit; default 0."""
    where: Mapping[str, str] | None
    """Parameters that a call must have, such as `{"WindowId": "mw-…"}`; default None: any. JSON services only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong. Make one by a class method, and activate it with `LocalAws.inject`.

    Every method takes the filters of `FaultFilters`, which say what calls the fault hits. Several faults may be active:
    latencies add up, and of the faults that end a call the first injected one wins.

    Example:
        >>> aws.inject(Fault.throttle(rate=5))
        >>> aws.inject(Fault.reset_after(operation="RegisterTaskWithMaintenanceWindow", times=1))
    """

    kind: FaultKind
    """What goes wrong."""
    service: str | None = "ssm"
    """See `FaultFilters`."""
    operation: str | None = None
    """See `FaultFilters`."""
    times: int | None = None
    """See `FaultFilters`."""
    skip: int = 0
    """See `FaultFilters`."""
    where: Mapping[str, str] | None = None
    """See `FaultFilters`."""
    seconds: float = 0.0
    """How long a latency, hang, read lag or token lifetime is."""
    rate: float = 0.0
    """How many calls a second a throttle lets pass."""
    burst: int = 1
    """How many calls a throttle lets pass at once."""
    code: str = ""
    """The code of an error."""
    message: str = ""
    """The text of an error."""
    status: int = 400
    """The HTTP status of an error."""

    @classmethod
    def latency(cls, seconds: float, **filters: Unpack[FaultFilters]) -> Fault:
        """Delay a call by `seconds` before it takes effect."""
        return cls(kind="latency", seconds=seconds, **filters)

    @classmethod
    def throttle(cls, *, rate: float, burst: int = 1, **filters: Unpack[FaultFilters]) -> Fault:
        """Let `burst` calls pass at once and `rate` calls a second in the long run; refuse the others."""
        return cls(kind="throttle", rate=rate, burst=burst, **filters)

    @classmethod
    def error(cls, code: str, *, status: int = 400, message: str = "", **filters: Unpack[FaultFilters]) -> Fault:
        """Answer with this error code, HTTP status and text; the call has no effect."""
        return cls(kind="error", code=code, status=status, message=message, **filters)

    @classmethod
    def access_denied(cls, **filters: Unpack[FaultFilters]) -> Fault:
        """Refuse the caller, as IAM does when no policy allows the action."""
        return cls(kind="access_denied", **filters)

    @classmethod
    def expired_credentials(cls, **filters: Unpack[FaultFilters]) -> Fault:
        """Refuse the caller's session token because it has expired."""
        return cls(kind="expired_credentials", **filters)

    @classmethod
    def reset_before(cls, **filters: Unpack[FaultFilters]) -> Fault:
        """Cut the connection before the call takes effect."""
        return cls(kind="reset_before", **filters)

    @classmethod
    def reset_after(cls, **filters: Unpack[FaultFilters]) -> Fault:
        """Cut the connection after the call took effect, so that the caller cannot know that it did."""
        return cls(kind="reset_after", **filters)

    @classmethod
    def hang(cls, seconds: float, **filters: Unpack[FaultFilters]) -> Fault:
        """Answer nothing for `seconds`, then cut the connection; the call has no effect."""
        return cls(kind="hang", seconds=seconds, **filters)

    @classmethod
    def read_lag(cls, seconds: float, **filters: Unpack[FaultFilters]) -> Fault:
        """Hide a task from GetMaintenanceWindowTask for `seconds` after its registration."""
        return cls(kind="read_lag", seconds=seconds, **filters)

    @classmethod
    def token_lifetime(cls, seconds: float, **filters: Unpack[FaultFilters]) -> Fault:
        """Forget a ClientToken `seconds` after its first use; without this fault it is kept for ever."""
        return cls(kind="token_lifetime", seconds=seconds, **filters)
