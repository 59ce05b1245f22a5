"""What was sent to AWS and what came back, written line by line without what belongs to the account."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import IO, Any

ACCOUNT = "123456789012"
PRINCIPAL = f"arn:aws:iam::{ACCOUNT}:user/first-contact"
RUN = "00000000"

_WINDOW = re.compile(r"\bmw-[0-9a-f]{17}\b")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_ARN_ACCOUNT = re.compile(r"(arn:[\w-]+:[\w-]*:[\w-]*:)\d{12}\b")
_UNIQUE_ID = re.compile(r"\b(A[A-Z]{3})[A-Z0-9]{12,}\b")
_REQUEST_ID = re.compile(r"(request ?id:? ?)[\w-]+", re.IGNORECASE)
# The parts of a policy of an organisation name the organisation.
_ORGANISATION = re.compile(r"(arn:[\w-]+:organizations::\d{12}:)[\w/-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One call: what was sent, and the answer or the refusal."""

    question: str
    """The question that the call belongs to; empty for the preparation and the clean-up."""
    service: str
    operation: str
    request: dict[str, Any]
    """The JSON body that was sent; for other protocols the parameters."""
    response: dict[str, Any] | None = None
    """The JSON body that came back; None for a refusal."""
    code: str = ""
    """The code of a refusal; the name of botocore's error where nothing came back."""
    message: str = ""
    status: int = 0
    """The HTTP status; 0 where nothing came back."""
    time: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))
    seconds: float = 0.0
    """How long the answer took."""


class Redaction:
    """Replaces what belongs to the account by values that are the same in every recording."""

    def __init__(self, *, run: str, account: str, principal: str = "") -> None:
        self._run, self._account, self._principal = run, account, principal
        self._windows: dict[str, str] = {}
        self._uuids: dict[str, str] = {}

    def __call__(self, value: Any) -> Any:
        """Return a copy of a JSON value that names neither the account nor the run."""
        if isinstance(value, dict):
            return {self._text(str(name)): self(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self(part) for part in value]
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        if isinstance(value, datetime):
            return value.timestamp()
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        if self._principal:
            text = text.replace(self._principal, PRINCIPAL)
        text = text.replace(self._run, RUN).replace(self._account, ACCOUNT)
        text = _ARN_ACCOUNT.sub(rf"\g<1>{ACCOUNT}", text)
        text = _ORGANISATION.sub(r"\g<1>removed", text)
        text = _UNIQUE_ID.sub(r"\1EXAMPLE", text)
        text = _REQUEST_ID.sub(r"\g<1>removed", text)
        text = _WINDOW.sub(lambda it: self._windows.setdefault(it[0], f"mw-{len(self._windows) + 1:017x}"), text)
        return _UUID.sub(
            lambda it: self._uuids.setdefault(it[0], f"00000000-0000-4000-8000-{len(self._uuids) + 1:012x}"), text
        )


class Recording:
    """A file of exchanges, a JSON object in each line. Each line is on the disk before the next call is made."""

    def __init__(self, file: IO[str], redact: Redaction, about: dict[str, Any]) -> None:
        """Begin the file with a line that says what it is a recording of."""
        self._file, self._redact = file, redact
        self._lock = Lock()
        self._write({"recording": 1, **about})

    def add(self, *exchanges: Exchange) -> None:
        """Write exchanges, in this order."""
        for exchange in exchanges:
            self._write({name: value for name, value in asdict(exchange).items() if value not in ("", None)})

    def _write(self, line: dict[str, Any]) -> None:
        with self._lock:
            self._file.write(json.dumps(self._redact(line), ensure_ascii=False) + "\n")
            self._file.flush()


def read_recording(lines: list[str]) -> tuple[dict[str, Any], list[Exchange]]:
    """Read a recording: what it is one of, and its exchanges.

    Raises:
        ValueError: a line is not what `Recording` writes.
    """
    if not lines:
        raise ValueError("the recording is empty")
    about = json.loads(lines[0])
    if not isinstance(about, dict) or about.get("recording") != 1:
        raise ValueError('line 1: expected {"recording": 1, …}')
    exchanges = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            exchanges.append(Exchange(**json.loads(line)))
        except (TypeError, ValueError) as error:
            raise ValueError(f"line {number}: {error}") from None
    return about, exchanges
