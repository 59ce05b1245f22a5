"""Keeps the request log. The parameters of a call are read when the log is read, which keeps calls fast."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.request_log import Request

from .service_model import operation_model, redacted

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .api_call import ApiCall


@dataclass(slots=True)
class _Log:
    """The calls between two clearings of the log."""

    recordings: list[Recording] = field(default_factory=list)
    in_flight: int = 0


@dataclass(slots=True)
class Recording:
    """A call in progress, or a completed one."""

    call: ApiCall
    log: _Log
    in_flight: int
    started: float = field(default_factory=time.time)
    clock: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    status: int | None = None
    error_code: str | None = None


class RequestRecorder:
    """All calls that began since the log was last cleared."""

    def __init__(self, parameters_of: Callable[[ApiCall], dict[str, Any]]) -> None:
        self._parameters_of = parameters_of
        self._log = _Log()
        self._lock = Lock()

    def begin(self, call: ApiCall) -> Recording:
        """Record that a call has arrived."""
        with self._lock:
            self._log.in_flight += 1
            return Recording(call, self._log, self._log.in_flight)

    def end(self, recording: Recording, status: int | None, error_code: str | None) -> None:
        """Record that a call is about to be answered or cut off."""
        recording.seconds = time.monotonic() - recording.clock
        recording.status, recording.error_code = status, error_code
        with self._lock:
            recording.log.in_flight -= 1
            recording.log.recordings.append(recording)

    def clear(self) -> None:
        """Start an empty log; a call still in progress is recorded in the old one."""
        with self._lock:
            self._log = _Log()

    def requests(self, service: str | None, operation: str | None) -> list[Request]:
        """Return the calls in the order in which they began."""
        with self._lock:
            recordings = sorted(self._log.recordings, key=lambda recording: recording.started)
        return [
            self._request(recording)
            for recording in recordings
            if service in {None, recording.call.service} and operation in {None, recording.call.operation}
        ]

    def _request(self, recording: Recording) -> Request:
        call = recording.call
        model = operation_model(call.service, call.operation)
        parameters = self._parameters_of(call) if model else {}
        return Request(
            service=call.service,
            operation=call.operation,
            region=call.region,
            account=call.account,
            parameters={
                name: redacted(value, model.input_shape.members.get(name))
                for name, value in parameters.items()
                if model and model.input_shape
            },
            status=recording.status,
            error_code=recording.error_code,
            started=recording.started,
            seconds=recording.seconds,
            user_agent=call.environ.get("HTTP_USER_AGENT", ""),
            in_flight=recording.in_flight,
        )
