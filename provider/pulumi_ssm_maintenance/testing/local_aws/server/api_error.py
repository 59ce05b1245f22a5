"""The errors of the local AWS, in the format of each wire protocol."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from .api_call import ApiCall


class ApiError(Exception):
    """An error of the API: its code, its text and its HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response, and the error code in its body."""

    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)
    error_code: str | None = None


def error_answer(error: ApiError, call: ApiCall) -> Answer:
    """Write an error in the protocol of its call."""
    content_type, write = _WRITERS[call.protocol]
    headers = [
        ("Content-Type", content_type),
        ("x-amzn-RequestId", str(uuid4())),
        ("x-amzn-ErrorType", error.code),
    ]
    return Answer(error.status, write(error), headers, error.code)


def _json(error: ApiError) -> bytes:
    # Modelled errors have `Message`, common errors `message`. SDKs read either, so both are written.
    return json.dumps({"__type": error.code, "message": error.message, "Message": error.message}).encode()


def _query(error: ApiError) -> bytes:
    return (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}</Message></Error><RequestId>{uuid4()}</RequestId></ErrorResponse>"
    ).encode()


def _ec2(error: ApiError) -> bytes:
    return (
        f"<Response><Errors><Error><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}</Message></Error></Errors><RequestID>{uuid4()}</RequestID></Response>"
    ).encode()


def _xml(error: ApiError) -> bytes:
    return (
        f"<Error><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
        f"<RequestId>{uuid4()}</RequestId></Error>"
    ).encode()


_WRITERS: dict[str, tuple[str, Callable[[ApiError], bytes]]] = {
    "json": ("application/x-amz-json-1.1", _json),
    "rest-json": ("application/json", _json),
    "query": ("text/xml", _query),
    "ec2": ("text/xml", _ec2),
    "rest-xml": ("application/xml", _xml),
}
