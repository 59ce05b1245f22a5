"""The calls to AWS: four SSM operations and one STS operation, with AWS's errors turned into ours.

Clients are thread-safe, and building one takes about a tenth of a second: there is one for each connection and
region in a process, shared by the host's threads.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from botocore import exceptions as botocore_errors

from pulumi_ssm_maintenance.core.identity import Account, TaskId, account_of
from pulumi_ssm_maintenance.core.model import task_fields
from pulumi_ssm_maintenance.core.secrecy import hiding
from pulumi_ssm_maintenance.errors import (
    AccessDeniedError,
    CredentialsError,
    LimitExceededError,
    RejectedError,
    SettingsError,
    TaskError,
    TaskNotFoundError,
    ThrottledError,
    TokenMismatchError,
    UnavailableError,
    WrongAccountError,
)

from .connection import Connection
from .session import SENT_TOKENS, session_region, ssm_client, sts_client

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

T = TypeVar("T")
Redact = Callable[[str], str]

_RUN_AGAIN: Final = "Run the same command again: nothing is made twice."
_CHECK_CREDENTIALS: Final = (
    "Check the credentials of the provider (aws:profile, AWS_PROFILE, …) and run the command again."
)

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html, and the operations' own errors.
# Only codes are read: AWS's messages may change.
_BY_CODE: Final[dict[str, tuple[type[TaskError], str]]] = {
    "DoesNotExistException": (
        TaskNotFoundError,
        "The task or its window is gone: run `pulumi refresh`, then `pulumi up`.",
    ),
    "IdempotentParameterMismatch": (TokenMismatchError, "Give the task another idempotency_key."),
    "ResourceLimitExceededException": (LimitExceededError, "Remove what is not needed, or ask AWS for a higher quota."),
    "FeatureNotAvailableException": (RejectedError, "Use another region, or another task type."),
    "ValidationException": (RejectedError, "Correct the task's arguments."),
    **dict.fromkeys(
        ("InternalServerError", "InternalFailure", "ServiceUnavailable", "ServiceUnavailableException"),
        (UnavailableError, _RUN_AGAIN),
    ),
    **dict.fromkeys(
        ("ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException", "RequestThrottled"),
        (ThrottledError, _RUN_AGAIN),
    ),
    **dict.fromkeys(
        ("AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorized"),
        (
            AccessDeniedError,
            (
                "Allow it to the deployer; a task with a role needs iam:PassRole on the role, and one without needs"
                " iam:CreateServiceLinkedRole."
            ),
        ),
    ),
    **dict.fromkeys(
        (
            "ExpiredToken",
            "ExpiredTokenException",
            "IncompleteSignature",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "OptInRequired",
            "RequestExpired",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ),
        (CredentialsError, _CHECK_CREDENTIALS),
    ),
}

# What botocore raises without an answer of AWS's; the first that fits.
_BY_CLASS: Final[tuple[tuple[tuple[type[Exception], ...], type[TaskError], str], ...]] = (
    (
        (
            botocore_errors.NoCredentialsError,
            botocore_errors.PartialCredentialsError,
            botocore_errors.CredentialRetrievalError,
            botocore_errors.TokenRetrievalError,
            botocore_errors.SSOError,
            botocore_errors.RefreshWithMFAUnsupportedError,
        ),
        CredentialsError,
        _CHECK_CREDENTIALS,
    ),
    ((botocore_errors.ConnectionError, botocore_errors.HTTPClientError), UnavailableError, _RUN_AGAIN),
    ((botocore_errors.BotoCoreError,), RejectedError, "Check the provider's configuration."),
)


class Gateway:
    """The calls about tasks in one region, under one connection."""

    def __init__(self, connection: Connection, region: str, client: "SSMClient") -> None:
        self.region = region
        self._connection = connection
        self._client = client

    def register(self, request: dict[str, Any], token: str, redact: Redact) -> TaskId:
        """Register a task, or find the one that the same token has registered before."""
        with self._translated("create", f"in {request['WindowId']}", redact):
            answer = self._client.register_task_with_maintenance_window(**request, ClientToken=token)
        if window_task_id := answer.get("WindowTaskId"):
            return TaskId(request["WindowId"], window_task_id)
        # Something between here and AWS has answered in its place, a proxy's sign-in page for example.
        detail = "the answer does not name a task, so it is none of AWS's"
        raise UnavailableError(
            action="create",
            task=f"in {request['WindowId']}",
            code="StrangeAnswer",
            detail=detail,
            next_step=f"Check the endpoint and the proxy. {_RUN_AGAIN}",
        )

    def get(self, task: TaskId, redact: Redact) -> dict[str, Any]:
        """Read a task."""
        with self._translated("read", str(task), redact):
            answer = self._client.get_maintenance_window_task(WindowId=task.window_id, WindowTaskId=task.window_task_id)
        return _task_fields(answer)

    def update(self, task: TaskId, fields: dict[str, Any], redact: Redact) -> dict[str, Any]:
        """Set a task's fields to these, and all others to nothing."""
        with self._translated("update", str(task), redact):
            answer = self._client.update_maintenance_window_task(
                WindowId=task.window_id, WindowTaskId=task.window_task_id, Replace=True, **fields
            )
        return _task_fields(answer)

    def deregister(self, task: TaskId, redact: Redact) -> None:
        """Remove a task."""
        with self._translated("delete", str(task), redact):
            self._client.deregister_task_from_maintenance_window(
                WindowId=task.window_id, WindowTaskId=task.window_task_id
            )

    def account(self) -> Account | None:
        """Give the caller's account; None when STS cannot say."""
        return _callers.get(self._connection, lambda: _ask_caller(self._connection, self.region))

    def ask_account(self) -> None:
        """Ask for the caller's account while other calls are under way; `account` waits for the answer."""
        if self._connection not in _callers:
            Thread(target=self.account, daemon=True).start()

    @contextmanager
    def _translated(self, action: str, task: str, redact: Redact) -> Iterator[None]:
        """Turn what boto3 raises into one of our errors."""
        try:
            yield
        except botocore_errors.ClientError as error:
            facts = error.response.get("Error", {})
            code, status = (
                facts.get("Code", "Unknown"),
                error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0),
            )
            fallback = (
                (UnavailableError, _RUN_AGAIN) if status >= 500 else (RejectedError, "Correct the task's arguments.")
            )
            kind, next_step = _BY_CODE.get(code, fallback)
            detail = self._hidden(redact, facts.get("Message") or "AWS gave no reason")
            raise kind(action=action, task=task, code=code, detail=detail, next_step=next_step) from error
        except botocore_errors.BotoCoreError as error:
            kind, next_step = next((k, n) for classes, k, n in _BY_CLASS if isinstance(error, classes))
            name = type(error).__name__
            detail = self._hidden(redact, str(error))
            raise kind(action=action, task=task, code=name, detail=detail, next_step=next_step) from error

    def _hidden(self, redact: Redact, text: str) -> str:
        return redact(_without_credentials(self._connection, text))


def gateway(connection: Connection, region: str) -> Gateway:
    """Give the gateway to a region, the same for every task and thread of this process.

    Raises:
        SettingsError: for a profile or file that is not there.
        WrongAccountError: when the settings allow other accounts only.
    """
    opened = _gateways.get((connection, region), lambda: _open(connection, region))
    if connection.allowed_account_ids or connection.forbidden_account_ids:
        _demand_allowed(connection, opened.account())
    return opened


def _demand_allowed(connection: Connection, account: Account | None) -> None:
    allowed, forbidden = connection.allowed_account_ids, connection.forbidden_account_ids
    if account is None:
        raise WrongAccountError(
            "aws:allowedAccountIds or aws:forbiddenAccountIds is set, and STS did not say whose credentials these are."
            " Make STS reachable, or remove the setting."
        )
    if (allowed and account.account_id not in allowed) or account.account_id in forbidden:
        rule = f"only {', '.join(allowed)} are allowed" if allowed else "it is forbidden"
        raise WrongAccountError(
            f"the credentials belong to account {account.account_id}, but {rule} by the provider's configuration."
            " Use other credentials (aws:profile, AWS_PROFILE, …)."
        )


class _OncePerProcess(Generic[T]):
    """Values made once for each key, whichever thread comes first."""

    def __init__(self) -> None:
        self._values: dict[Hashable, T] = {}
        self._lock = Lock()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._values

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        if key not in self._values:
            with self._lock:
                if key not in self._values:
                    self._values[key] = make()
        return self._values[key]


def default_region(connection: Connection) -> str | None:
    """Give the region of a connection: its own, the environment's, or its profile's.

    Raises:
        SettingsError: for a profile or file that is not there.
    """
    with _setting_up(connection):
        return session_region(connection)


def _open(connection: Connection, region: str) -> Gateway:
    with _setting_up(connection):
        return Gateway(connection, region, ssm_client(connection, region))


@contextmanager
def _setting_up(connection: Connection) -> Iterator[None]:
    try:
        yield
    except (botocore_errors.BotoCoreError, ValueError) as error:
        # ValueError is how botocore refuses an endpoint that is no URL.
        reason = _without_credentials(connection, str(error))
        raise SettingsError(
            f"no connection to AWS could be set up: {reason}. Check the provider's configuration."
        ) from error


def _without_credentials(connection: Connection, text: str) -> str:
    return hiding([*connection.secrets, *SENT_TOKENS])(text)


def _ask_caller(connection: Connection, region: str) -> Account | None:
    if connection.skip_requesting_account_id:
        return None
    try:
        return account_of(sts_client(connection, region).get_caller_identity().get("Arn"))
    except (botocore_errors.BotoCoreError, botocore_errors.ClientError, ValueError):
        # ValueError as above: a task that is registered already must not fail over the address of STS.
        return None


def _task_fields(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name in task_fields()}


_gateways: _OncePerProcess[Gateway] = _OncePerProcess()
_callers: _OncePerProcess[Account | None] = _OncePerProcess()
