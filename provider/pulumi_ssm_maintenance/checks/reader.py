"""Ask AWS each question once. An answer is found, missing, or unreadable; nothing here writes."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from botocore import exceptions as botocore_errors
from botocore.exceptions import BotoCoreError, ClientError

from pulumi_ssm_maintenance.aws.session import UNUSABLE

_MISSING: Final = frozenset(
    {
        "404",
        "DoesNotExistException",
        "ExecutionDoesNotExist",
        "InvalidArn",
        "InvalidDocument",
        "InvalidDocumentVersion",
        "NoSuchBucket",
        "NoSuchEntity",
        "NotFound",
        "NotFoundException",
        "ResourceNotFound",
        "ResourceNotFoundException",
        "StateMachineDoesNotExist",
    }
)
_NO_WAY_TO_AWS: Final = (
    botocore_errors.ConnectionError,
    botocore_errors.CredentialRetrievalError,
    botocore_errors.HTTPClientError,
    botocore_errors.NoCredentialsError,
)
_DENIED: Final = frozenset(
    {"403", "AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
)

# Where the prefix or the name of a permission is not that of the client and the operation.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_PREFIXES: Final = {"stepfunctions": "states"}
_PERMISSIONS: Final = {"s3:HeadBucket": "s3:ListBucket"}


class UnreadableError(Exception):
    """AWS did not answer a question, so that a check cannot know."""

    def __init__(self, permission: str, code: str) -> None:
        """Say which permission the question takes, and what AWS answered."""
        self.denied = code in _DENIED
        super().__init__(f"{permission} {'is denied' if self.denied else 'gave no answer'} ({code})")
        self.permission, self.code = permission, code

    @property
    def cure(self) -> str:
        """What to do, so that the check can be made."""
        return f"Allow {self.permission} to the caller." if self.denied else "Run the command again."


@dataclass(frozen=True, slots=True)
class _Answer:
    """What AWS answered: a value, None for what is missing, or why it is unreadable."""

    value: Any = None
    unreadable: tuple[str, str] | None = None


class Reader:
    """The questions about one region, each asked once however many checks put it."""

    def __init__(self, make_client: Callable[[str], Any], region: str) -> None:
        """Read in a region, with the clients that `make_client` makes, one for each service."""
        self.region = region
        self._make_client = make_client
        self._lock = Lock()
        self._clients: dict[str, Any] = {}
        self._unreachable: dict[str, str] = {}
        self._answers: dict[str, Future[_Answer]] = {}

    def one(self, service: str, operation: str, **request: Any) -> Mapping[str, Any] | None:
        """Call an operation; None where AWS says that what is asked for does not exist.

        Raises:
            UnreadableError: AWS refused, or was not reached.
        """
        return self._value(service, operation, request, lambda client: getattr(client, operation)(**request))  # type: ignore[no-any-return]

    def all(self, service: str, operation: str, member: str, **request: Any) -> list[Any] | None:
        """Call an operation that lists, for all its pages.

        Raises:
            UnreadableError: AWS refused, or was not reached.
        """

        def pages(client: Any) -> list[Any]:
            found = client.get_paginator(operation).paginate(**request)
            return [item for page in found for item in page.get(member, ())]

        return self._value(service, operation, request, pages)  # type: ignore[no-any-return]

    def _value(self, service: str, operation: str, request: Mapping[str, Any], ask: Callable[[Any], Any]) -> Any:
        key = json.dumps([service, operation, request], sort_keys=True)
        with self._lock:
            future = self._answers.get(key)
            is_new = future is None
            if future is None:
                future = self._answers[key] = Future()
        if is_new:
            try:
                future.set_result(self._answer(service, operation, ask))
            except BaseException as error:
                future.set_exception(error)
                raise
        answer = future.result()
        if answer.unreadable:
            raise UnreadableError(*answer.unreadable)
        return answer.value

    def _answer(self, service: str, operation: str, ask: Callable[[Any], Any]) -> _Answer:
        permission = _permission(service, operation)
        if problem := self._unreachable.get(service):
            return _Answer(unreadable=(permission, problem))
        try:
            return _Answer(ask(self._client(service)))
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "Unknown"))
            return _Answer() if code in _MISSING else _Answer(unreadable=(permission, code))
        except (BotoCoreError, *UNUSABLE) as error:
            problem = type(error).__name__
            if isinstance(error, _NO_WAY_TO_AWS):  # each further question would wait as long for nothing
                self._unreachable[service] = problem
            return _Answer(unreadable=(permission, problem))

    def _client(self, service: str) -> Any:
        # A session may not be used by several threads at once.
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make_client(service)
            return self._clients[service]


def _permission(service: str, operation: str) -> str:
    name = "".join(word.capitalize() for word in operation.split("_"))
    permission = f"{_PREFIXES.get(service, service)}:{name}"
    return _PERMISSIONS.get(permission, permission)
