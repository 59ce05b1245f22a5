"""The calls to AWS: four SSM operations and one STS operation. AWS's errors become ours.

Clients are thread-safe, and building one takes about a tenth of a second: there is one for each connection and
region in a process, shared by the host's threads.
"""

from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Lock
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
from .read_delay import ReadDelay
from .session import UNUSABLE, Clients, session_region

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

T = TypeVar("T")
Redact = Callable[[str], str]

_RUN_AGAIN: Final = "Run the same command again: nothing is made twice."

_Meaning = tuple[type[TaskError], str]
"""The error that we raise, and the next step that it names."""

_GONE: Final[_Meaning] = (
    TaskNotFoundError,
    "The task or its window is gone: run `pulumi refresh`, then `pulumi up`.",
)
_REJECTED: Final[_Meaning] = (RejectedError, "Correct the task's arguments.")
_THROTTLED: Final[_Meaning] = (ThrottledError, _RUN_AGAIN)
_UNAVAILABLE: Final[_Meaning] = (UnavailableError, _RUN_AGAIN)
_SIGN_IN: Final[_Meaning] = (CredentialsError, "Sign in with `aws sso login`, then run the command again.")
_MFA: Final[_Meaning] = (
    CredentialsError,
    (
        "A provider cannot ask for an MFA code: get temporary credentials first, for example with"
        " `aws sts get-session-token`, and set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN."
    ),
)
_CERTIFICATES: Final[_Meaning] = (
    UnavailableError,
    (
        "Check the certificate of the endpoint, and the file of certificates to trust (aws:customCaBundle,"
        " AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, ca_bundle of the profile)."
    ),
)
_LOGIN: Final[_Meaning] = (CredentialsError, "Sign in with `aws login`, then run the command again.")
_CREDENTIALS: Final[_Meaning] = (
    CredentialsError,
    "Check the credentials of the provider (aws:profile, AWS_PROFILE, …) and run the command again.",
)
_ALLOW: Final = (
    "Allow it to the deployer; a task with a role needs iam:PassRole on the role, and one without needs"
    " iam:CreateServiceLinkedRole."
)
_DENIED: Final[_Meaning] = (AccessDeniedError, _ALLOW)

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html, and the operations' own errors.
# Only codes are read: AWS's messages may change.
_BY_CODE: Final[dict[str, _Meaning]] = {
    "DoesNotExistException": _GONE,
    "IdempotentParameterMismatch": (TokenMismatchError, "Give the task another idempotency_key."),
    "ResourceLimitExceededException": (LimitExceededError, "Remove what is not needed, or ask AWS for a higher quota."),
    "FeatureNotAvailableException": (RejectedError, "Use another region, or another task type."),
    "ValidationException": _REJECTED,
    "InternalServerError": _UNAVAILABLE,
    "InternalFailure": _UNAVAILABLE,
    "ServiceUnavailable": _UNAVAILABLE,
    "ServiceUnavailableException": _UNAVAILABLE,
    "ThrottlingException": _THROTTLED,
    "Throttling": _THROTTLED,
    "RequestLimitExceeded": _THROTTLED,
    "TooManyRequestsException": _THROTTLED,
    "RequestThrottled": _THROTTLED,
    "AccessDeniedException": _DENIED,
    "AccessDenied": _DENIED,
    "UnauthorizedOperation": _DENIED,
    "NotAuthorized": _DENIED,
    "ExpiredToken": _CREDENTIALS,
    "ExpiredTokenException": _CREDENTIALS,
    "IncompleteSignature": _CREDENTIALS,
    "InvalidClientTokenId": _CREDENTIALS,
    "InvalidSignatureException": _CREDENTIALS,
    "MissingAuthenticationToken": _CREDENTIALS,
    "MissingAuthenticationTokenException": _CREDENTIALS,
    "OptInRequired": _CREDENTIALS,
    "RequestExpired": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "UnrecognizedClientException": _CREDENTIALS,
}

# The calls by which boto3 gets credentials. What AWS refuses there is not about the task.
_BY_OPERATION: Final[dict[str, _Meaning]] = {
    "AssumeRole": (
        CredentialsError,
        (
            "Check the role that is assumed, its trust policy and the external id, the settings of the session, and the"
            " credentials that assume it."
        ),
    ),
    "AssumeRoleWithWebIdentity": (
        CredentialsError,
        "Check the token, the role, and that its trust policy names the issuer and the subject of the token.",
    ),
    "GetRoleCredentials": (
        CredentialsError,
        "Check the account and the role that the profile names, or sign in again with `aws sso login`.",
    ),
}

# What botocore raises without an answer of AWS's. The first class that fits counts.
_BY_CLASS: Final[dict[type[Exception], _Meaning]] = {
    botocore_errors.NoCredentialsError: _CREDENTIALS,
    botocore_errors.PartialCredentialsError: _CREDENTIALS,
    botocore_errors.CredentialRetrievalError: _CREDENTIALS,
    botocore_errors.InvalidConfigError: _CREDENTIALS,  # of profiles that name each other, or nothing
    botocore_errors.UnknownCredentialError: _CREDENTIALS,
    botocore_errors.MissingDependencyException: _CREDENTIALS,
    botocore_errors.TokenRetrievalError: _SIGN_IN,
    # Older versions of boto3 do not know the first of the two.
    getattr(botocore_errors, "LoginError", botocore_errors.SSOError): _LOGIN,
    botocore_errors.SSOError: _SIGN_IN,
    botocore_errors.RefreshWithMFAUnsupportedError: _MFA,
    botocore_errors.SSLError: _CERTIFICATES,
    botocore_errors.ConnectionError: _UNAVAILABLE,
    botocore_errors.HTTPClientError: _UNAVAILABLE,
    botocore_errors.BotoCoreError: (RejectedError, "Check the provider's configuration."),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials these are, as STS says."""

    account: Account | None = None
    problem: str = ""
    """Why the account is not known."""


class Gateway:
    """The calls about tasks in one region, under one connection."""

    def __init__(self, clients: Clients, client: "SSMClient") -> None:
        self.region = clients.region
        self.read_delay = ReadDelay()
        self._clients = clients
        self._client = client

    def register(self, request: dict[str, Any], token: str, redact: Redact) -> TaskId:
        """Register a task, or find the one that the same token has registered before."""
        with self._translated("create", f"in {request['WindowId']}", redact):
            answer = self._client.register_task_with_maintenance_window(**request, ClientToken=token)
        if window_task_id := answer.get("WindowTaskId"):
            return TaskId(request["WindowId"], window_task_id)
        raise _unexpected("create", f"in {request['WindowId']}", "the answer names no task")

    def get(self, task: TaskId, redact: Redact) -> dict[str, Any]:
        """Read a task."""
        with self._translated("read", str(task), redact):
            answer = self._client.get_maintenance_window_task(WindowId=task.window_id, WindowTaskId=task.window_task_id)
        return _task_fields(answer)

    def update(self, task: TaskId, fields: dict[str, Any], redact: Redact) -> dict[str, Any]:
        """Set a task's fields to these values, and clear all others."""
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
        """Return the caller's account; None when STS does not answer."""
        return self.caller().account

    def caller(self) -> Caller:
        """Return whose credentials these are, or why that is not known."""
        return self._asked_caller().result()

    def ask_account(self) -> None:
        """Start to look up the caller's account while other calls run; `account` waits for the result."""
        self._asked_caller()

    def _asked_caller(self) -> Future[Caller]:
        return _callers.get(self._clients.connection, lambda: _in_background(partial(_ask_caller, self._clients)))

    @contextmanager
    def _translated(self, action: str, task: str, redact: Redact) -> Iterator[None]:
        """Turn what boto3 raises into one of our errors."""
        try:
            self._clients.load_credentials()
            yield
        except botocore_errors.ClientError as error:
            facts = error.response.get("Error", {})
            code = facts.get("Code", "Unknown")
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            kind, next_step = _BY_CODE.get(code, _UNAVAILABLE if status >= 500 else _REJECTED)
            if not issubclass(kind, UnavailableError):
                kind, next_step = _BY_OPERATION.get(error.operation_name, (kind, next_step))
            detail = self._redacted(redact, facts.get("Message") or "AWS gave no reason")
            raise kind(action=action, task=task, code=code, detail=detail, next_step=next_step) from error
        except botocore_errors.BotoCoreError as error:
            kind, next_step = next(meaning for known, meaning in _BY_CLASS.items() if isinstance(error, known))
            name = type(error).__name__
            detail = self._redacted(redact, str(error))
            raise kind(action=action, task=task, code=name, detail=detail, next_step=next_step) from error
        except UNUSABLE as error:
            raise _unexpected(action, task, f"the answer cannot be read ({type(error).__name__})") from error

    def _redacted(self, redact: Redact, text: str) -> str:
        return redact(self._clients.hide(text))


def gateway(connection: Connection, region: str) -> Gateway:
    """Return the gateway to a region, the same for every task and thread of this process.

    Raises:
        SettingsError: for a profile or file that does not exist.
        WrongAccountError: when the settings allow other accounts only.
    """
    opened = _gateways.get((connection, region), lambda: _open(connection, region))
    if connection.allowed_account_ids or connection.forbidden_account_ids:
        _demand_allowed(connection, opened.caller())
    return opened


def _demand_allowed(connection: Connection, caller: Caller) -> None:
    allowed, forbidden = connection.allowed_account_ids, connection.forbidden_account_ids
    account = caller.account
    if account is None:
        reason = f": {caller.problem}" if caller.problem else ""
        raise WrongAccountError(
            "aws:allowedAccountIds or aws:forbiddenAccountIds is set, and STS did not say whose credentials these are"
            f"{reason}. Correct the credentials, make STS reachable, or remove the setting."
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

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        if key not in self._values:
            with self._lock:
                if key not in self._values:
                    self._values[key] = make()
        return self._values[key]


def default_region(connection: Connection) -> str | None:
    """Return the region of a connection: its own, the environment's, or its profile's.

    Raises:
        SettingsError: for a profile or file that does not exist.
    """
    with _setting_up(connection):
        return session_region(connection)


def _open(connection: Connection, region: str) -> Gateway:
    clients = Clients(connection, region)
    with _setting_up(connection):
        return Gateway(clients, clients.ssm())


@contextmanager
def _setting_up(connection: Connection) -> Iterator[None]:
    try:
        yield
    except (botocore_errors.BotoCoreError, ValueError) as error:
        # ValueError is how botocore refuses an endpoint that is no URL.
        reason = hiding(connection.secrets)(str(error)).rstrip(".")
        raise SettingsError(
            f"no connection to AWS could be set up: {reason}. Check the provider's configuration."
        ) from error


def _ask_caller(clients: Clients) -> Caller:
    if clients.connection.skip_requesting_account_id:
        return Caller(problem="aws:skipRequestingAccountId is set")
    try:
        clients.load_credentials()
        return Caller(account_of(clients.sts().get_caller_identity().get("Arn")))
    except (botocore_errors.BotoCoreError, botocore_errors.ClientError) as error:
        return Caller(problem=clients.hide(f"{type(error).__name__}: {error}".rstrip(".")))
    except UNUSABLE as error:
        # A task that is registered already must not fail over an answer, or the address, of STS.
        return Caller(problem=f"the answer cannot be used ({type(error).__name__})")


def _in_background(work: Callable[[], T]) -> Future[T]:
    executor = ThreadPoolExecutor(max_workers=1)
    answer = executor.submit(work)
    executor.shutdown(wait=False)  # the thread ends with its work
    return answer


def _unexpected(action: str, task: str, what: str) -> UnavailableError:
    """Say that something on the way has answered instead of AWS, such as the sign-in page of a proxy."""
    return UnavailableError(
        action=action,
        task=task,
        code="UnexpectedAnswer",
        detail=f"{what}, so it does not come from AWS",
        next_step=f"Check the endpoint and the proxy. {_RUN_AGAIN}",
    )


def _task_fields(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name in task_fields()}


_gateways: _OncePerProcess[Gateway] = _OncePerProcess()
_callers: _OncePerProcess[Future[Caller]] = _OncePerProcess()
