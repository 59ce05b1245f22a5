"""The two ways on which calls go: to AWS, or to nowhere in a dry run."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from threading import Lock, local
from typing import TYPE_CHECKING, Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .exchanges import Exchange
from .operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Answer:
    """What AWS answered: the members of the answer, or the code and the text of a refusal."""

    members: dict[str, Any]
    code: str = ""
    message: str = ""

    @property
    def accepted(self) -> bool:
        """Whether AWS did what it was asked."""
        return not self.code

    @property
    def outcome(self) -> str:
        """The outcome in a word: `accepted`, or the code of the refusal."""
        return self.code or "accepted"

    def __getitem__(self, name: str) -> Any:
        return self.members[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Give a member of the answer, if it is there."""
        return self.members.get(name, default)


class Transport(Protocol):
    """A way on which calls go."""

    dry: bool
    """Whether nothing is sent."""

    def send(self, question: str, operation: str, parameters: dict[str, Any]) -> tuple[Answer, Exchange]:
        """Make one call, without a repetition."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class AwsTransport:
    """Calls go to AWS, each once: repetitions are the caller's, so that every answer is seen."""

    dry: bool = False

    def __init__(self, region: str | None = None, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = boto3.session.Session(region_name=region)
        self._clients: dict[str, Any] = {}
        self._lock = Lock()
        self._seen = local()
        self._sleep = sleep

    @property
    def region(self) -> str | None:
        """The region that is asked."""
        return self._session.region_name

    @property
    def endpoint(self) -> str:
        """Where Systems Manager is asked."""
        return str(self._client("ssm").meta.endpoint_url)

    def send(self, question: str, operation: str, parameters: dict[str, Any]) -> tuple[Answer, Exchange]:
        """Make one call."""
        service = OPERATIONS[operation].service
        self._seen.request = self._seen.response = None
        started = time.monotonic()
        status, members, code, message = 0, {}, "", ""
        try:
            # The stubs know no client by a name that is not a literal.
            members = self._client(service)._make_api_call(operation, parameters)  # noqa: SLF001 - takes API names
        except ClientError as error:
            facts = error.response.get("Error", {})
            code, message = facts.get("Code", "Unknown"), facts.get("Message", "")
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        except BotoCoreError as error:
            code, message = type(error).__name__, str(error)
        status = members.pop("ResponseMetadata", {}).get("HTTPStatusCode", status)
        exchange = Exchange(
            question=question,
            service=service,
            operation=operation,
            request=self._seen.request or parameters,
            response=None if code else self._seen.response or members,
            code=code,
            message=message,
            status=status,
            seconds=round(time.monotonic() - started, 3),
        )
        return Answer(members, code, message), exchange

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._sleep(seconds)

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                config = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=30)
                session: Any = self._session
                client = session.client(service, config=config)
                client.meta.events.register("before-send", self._note_request)
                client.meta.events.register("response-received", self._note_response)
                self._clients[service] = client
            return self._clients[service]

    def _note_request(self, request: Any, **_: Any) -> None:
        self._seen.request = _json(request.body)

    def _note_response(self, response_dict: dict[str, Any] | None = None, **_: Any) -> None:
        self._seen.response = _json(response_dict.get("body")) if response_dict else None


def _json(body: Any) -> dict[str, Any] | None:
    """Read the body of a JSON protocol; None for another protocol."""
    try:
        found = json.loads(body)
    except (TypeError, ValueError):
        return None
    return found if isinstance(found, dict) else None


class DryTransport:
    """Calls go nowhere: each is shown, and answered by what the next calls need."""

    dry: bool = True

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._made = 0

    def send(self, question: str, operation: str, parameters: dict[str, Any]) -> tuple[Answer, Exchange]:
        """Show one call."""
        service = OPERATIONS[operation].service
        self._show(f"    {service} {operation} {json.dumps(parameters, default=str, ensure_ascii=False)}")
        self._made += 1
        ids = {
            "WindowId": f"mw-{self._made:017x}",
            "WindowTaskId": f"00000000-0000-4000-8000-{self._made:012x}",
            "WindowTargetId": f"00000000-0000-4000-8000-{self._made:012x}",
            "QueueUrl": f"the URL of the queue of call {self._made}",
        }
        exchange = Exchange(question=question, service=service, operation=operation, request=parameters)
        return Answer(ids), exchange

    def sleep(self, seconds: float) -> None:
        """Say how long the run would wait."""
        self._show(f"    (waits {seconds:g} s)")
