"""The clients of a connection: where credentials come from, and how clients are set up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined] # in Python since 3.2, not in typeshed

import botocore.session
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    AssumeRoleWithWebIdentityCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import (
    BotoCoreError,
    CredentialRetrievalError,
    PartialCredentialsError,
    RefreshWithMFAUnsupportedError,
)
from botocore.loaders import Loader, create_loader
from botocore.parsers import ResponseParserError

from pulumi_ssm_maintenance._version import __version__
from pulumi_ssm_maintenance.core.secrecy import hiding

from .connection import Connection, environment_region
from .engine import demand_engine
from .roles import Role

# Chosen against a server that throttles: see docs/decisions/0006-retries.md.
RETRY_MODE: Final = "adaptive"
MAX_ATTEMPTS: Final = 25
_TIMEOUTS: Final[dict[str, Any]] = {"connect_timeout": 10, "read_timeout": 30}

# A process looks up the caller's identity once. STS may be unreachable, as in a network without its endpoint.
_IDENTITY_TIMEOUTS: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "read_timeout": 5,
    "retries": {"mode": "standard", "total_max_attempts": 2},
}

_COMMON: Final[dict[str, Any]] = {
    # The codec has checked more than botocore would, and botocore's text would show the values.
    "parameter_validation": False,
    "user_agent_extra": f"pulumi-ssm-maintenance/{__version__}",
}

# Operations for which botocore reads a token from a file or a cache, and the parameter that holds it.
_TOKEN_PARAMETERS: Final = {
    "sts.AssumeRoleWithWebIdentity": "WebIdentityToken",
    "sso.GetRoleCredentials": "accessToken",
}


# The methods by which boto3 finds the credentials of the machine that it runs on.
_OF_THE_MACHINE: Final = frozenset({"container-role", "iam-role", "ec2-credentials-file", "boto-config"})

UNUSABLE: Final = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RuntimeError,  # also for credentials that have expired again when they arrive
    ResponseParserError,
)
"""What botocore raises, besides its own errors, for files, commands and answers that it cannot use."""


class Clients:
    """Makes the clients of a connection in one region."""

    def __init__(self, connection: Connection, region: str) -> None:
        self.connection = connection
        self.region = region
        self.sent_tokens: set[str] = set()
        """The tokens that the clients have sent, wherever they came from. AWS repeats a token in the error about a
        wrong signature, and no message may show one."""

    def hide(self, text: str) -> str:
        """Remove the secrets of the connection, and the tokens that were sent, from a text."""
        return hiding([*self.connection.secrets, *self.sent_tokens])(text)

    def ssm(self) -> Any:
        """Make the client for Systems Manager."""
        connection = self.connection
        retries: Any = {
            "mode": connection.retry_mode or RETRY_MODE,
            "total_max_attempts": MAX_ATTEMPTS if connection.max_retries is None else connection.max_retries + 1,
        }
        client = self._client("ssm", connection.endpoints.ssm, Config(**_COMMON, **_TIMEOUTS, retries=retries))
        # Last of all: in adaptive mode, an earlier handler of this event waits until AWS may be asked again.
        client.meta.events.register_last("before-send", demand_engine)
        return client

    def sts(self) -> Any:
        """Make the client that looks up the caller's identity."""
        return self._sts(self._session)

    def reading(self, service: str) -> Any:
        """Make a client of any service that soon gives up, for checks that a preview does not wait for."""
        endpoints = self.connection.endpoints
        endpoint = {"ssm": endpoints.ssm, "sts": endpoints.sts}.get(service)
        return self._client(service, endpoint, Config(**_COMMON, **_IDENTITY_TIMEOUTS))

    def load_credentials(self) -> None:
        """Load the credentials before a call, and refresh those that are about to expire.

        boto3 would do so during the call, and raise whatever went wrong in a file, a command or an answer.

        Raises:
            CredentialRetrievalError: when that fails.
        """
        with _failures_named():
            if credentials := self._session.get_credentials():
                credentials.get_frozen_credentials()

    @cached_property
    def _session(self) -> botocore.session.Session:
        """The session whose credentials are those of the last role, or the connection's own where it has no role."""
        session = self._base_session()
        if role := self.connection.assume_role_with_web_identity:
            session = self._assuming(partial(self._fetch_by_token, session, role))
        for role in self.connection.assume_roles:
            session = self._assuming(partial(self._fetch_by_role, session, role))
        return session

    def _base_session(self) -> botocore.session.Session:
        """Make a session with the connection's own credentials, before any role is assumed."""
        connection = self.connection
        session = self._noted(configured_session(connection))
        session.set_config_variable("region", self.region)
        resolver = _Resolver(session)
        if connection.skip_metadata_api_check:
            resolver.remove("iam-role")
        profiles: Any = resolver.get_provider("assume-role")
        profiles._prompter = _refuse_to_prompt  # noqa: SLF001 - there is no public way to set it
        session.register_component("credential_provider", resolver)
        if connection.access_key and connection.secret_key:
            session.set_credentials(connection.access_key, connection.secret_key, connection.token)
        return session

    def _assuming(self, fetch: Callable[[], Any]) -> botocore.session.Session:
        session = self._noted(_new_session(self.connection))
        session.register_component("credential_provider", CredentialResolver([_Assumed(fetch)]))
        return session

    def _fetch_by_token(self, session: botocore.session.Session, role: Role) -> Any:
        return AssumeRoleWithWebIdentityCredentialFetcher(
            partial(self._sts, session), partial(_web_identity_token, role), role.role_arn, role.sts_parameters
        ).fetch_credentials()

    def _fetch_by_role(self, session: botocore.session.Session, role: Role) -> Any:
        credentials = session.get_credentials()
        if credentials is None:
            missing = f"there are no credentials with which to assume the role {role.role_arn}"
            raise CredentialRetrievalError(provider="assumeRoles", error_msg=missing)
        return AssumeRoleCredentialFetcher(
            partial(self._sts, session), credentials, role.role_arn, role.sts_parameters
        ).fetch_credentials()

    def _noted(self, session: botocore.session.Session) -> botocore.session.Session:
        """Note the tokens that a session sends."""
        session.register("before-send", self._note_session_token)
        for operation, parameter in _TOKEN_PARAMETERS.items():
            session.register(f"before-parameter-build.{operation}", partial(self._note_token, parameter))
        return session

    def _note_session_token(self, **event: Any) -> None:
        if token := event["request"].headers.get("X-Amz-Security-Token"):
            self.sent_tokens.add(token.decode() if isinstance(token, bytes) else token)

    def _note_token(self, parameter: str, **event: Any) -> None:
        self.sent_tokens.add(event["params"][parameter].strip())

    def _client(self, service: str, endpoint: str | None, config: Config) -> Any:  # the stubs know boto3's clients only
        """Make a client with the credentials of `_session`.

        botocore makes it: boto3 around it would add nothing but a quarter of the time that its import takes.
        """
        create = partial(
            self._session.create_client,
            service,
            region_name=self.region,
            endpoint_url=endpoint,
            verify=_verify(self.connection),
        )
        return self._behind_proxy(create, config)

    def _sts(
        self,
        session: botocore.session.Session,
        service: str = "sts",
        *,
        config: Config | None = None,
        **credentials: Any,
    ) -> Any:
        """Make a client for STS. Bound to a session, this is what botocore's fetchers of credentials call."""
        connection = self.connection
        if connection.sts_region:
            # Older versions of boto3 ask the one global endpoint for most regions, unless this is set.
            session.set_config_variable("sts_regional_endpoints", "regional")
        create = partial(
            session.create_client,
            service,
            region_name=connection.sts_region or self.region,
            endpoint_url=connection.endpoints.sts,
            verify=_verify(connection),
            **credentials,
        )
        settings = Config(**_COMMON, **_IDENTITY_TIMEOUTS)
        return self._behind_proxy(create, settings.merge(config) if config else settings)

    def _behind_proxy(self, create: Callable[..., Any], config: Config) -> Any:
        """Make a client that goes through the proxies of the connection, except to hosts that need none.

        What is not configured is left to boto3, so that the environment or the profile decides.
        """
        connection = self.connection
        if connection.use_fips_endpoint:
            config = config.merge(Config(use_fips_endpoint=True))
        if connection.use_dualstack_endpoint:
            config = config.merge(Config(use_dualstack_endpoint=True))
        configured = {"http": connection.http_proxy, "https": connection.https_proxy}
        proxies = {scheme: proxy for scheme, proxy in configured.items() if proxy}
        client = create(config=config.merge(Config(proxies=proxies)) if proxies else config)
        # Only the client knows the host that it calls: regions, FIPS, dual stack and the environment decide.
        if (proxies or connection.no_proxy) and _needs_no_proxy(client.meta.endpoint_url, connection.no_proxy):
            client = create(config=config.merge(Config(proxies={})))
        return client


def configured_session(connection: Connection) -> botocore.session.Session:
    """Make a session that reads the files and the profile of the connection."""
    session = _new_session(connection)
    variables = {
        "config_file": connection.shared_config_files,
        "credentials_file": connection.shared_credentials_files,
        "ec2_metadata_service_endpoint": connection.ec2_metadata_service_endpoint,
        "ec2_metadata_service_endpoint_mode": connection.ec2_metadata_service_endpoint_mode,
    }
    for name, value in variables.items():
        if value is not None:
            session.set_config_variable(name, value)
    return session


def session_region(connection: Connection) -> str | None:
    """Return the region of a connection: its own, the environment's, or its profile's."""
    session = configured_session(connection)
    session.get_scoped_config()  # raises for a profile that does not exist, even where the region is known
    return connection.region or environment_region() or session.get_config_variable("region")


def _new_session(connection: Connection) -> botocore.session.Session:
    session = botocore.session.Session(profile=connection.profile)
    # One loader for all sessions: reading AWS's models and endpoints is most of the time that a client takes.
    session.lazy_register_component("data_loader", lambda: _loader(session.get_config_variable("data_path")))
    return session


@cache
def _loader(data_path: str | None) -> Loader:
    return create_loader(data_path)


class _Resolver(CredentialResolver):
    """boto3's own chain of credentials, whose failures say that they are about credentials."""

    def __init__(self, session: botocore.session.Session) -> None:
        super().__init__(session.get_component("credential_provider").providers)
        self._session = session

    def load_credentials(self) -> Any:
        with _failures_named():
            found: Any = super().load_credentials()
            if found is None or found.method in _OF_THE_MACHINE:
                self._demand_whole_profile()
            return found

    def _demand_whole_profile(self) -> None:
        """Refuse a profile without its access key: boto3 passes over it, and uses the account of the machine."""
        profile = self._session.get_scoped_config()
        if profile.keys() & {"aws_secret_access_key", "aws_session_token"} and "aws_access_key_id" not in profile:
            name = f"the profile {self._session.profile or 'default'}"
            raise PartialCredentialsError(provider=name, cred_var="aws_access_key_id")


class _Assumed(CredentialProvider):
    """Credentials of an assumed role, fetched at the first use and again before they expire."""

    METHOD = "assume-role"

    def __init__(self, fetch: Callable[[], Any]) -> None:
        super().__init__()
        self._fetch = fetch

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(refresh_using=self._fetch, method=self.METHOD)


@contextmanager
def _failures_named() -> Iterator[None]:
    """Turn what boto3 raises for unusable files, commands and answers into its error about credentials."""
    try:
        yield
    except BotoCoreError:
        raise  # some are OSErrors too, such as one about a certificate
    except UNUSABLE as error:
        # The text of a parser contains the whole answer, which may hold credentials.
        shown = "" if isinstance(error, ResponseParserError) else f": {error}"
        reason = f"a file, command or answer with credentials cannot be used ({type(error).__name__}{shown})"
        raise CredentialRetrievalError(provider="credentials", error_msg=reason) from error


def _refuse_to_prompt(_prompt: str) -> str:
    raise RefreshWithMFAUnsupportedError


def _web_identity_token(role: Role) -> str:
    if role.web_identity_token:
        return role.web_identity_token
    path = Path(role.web_identity_token_file or "").expanduser()
    try:
        token = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CredentialRetrievalError(provider="web-identity", error_msg=str(error)) from error
    except UnicodeDecodeError as error:
        binary = f"{path} is not a text file, so it holds no token"
        raise CredentialRetrievalError(provider="web-identity", error_msg=binary) from error
    if not token:
        raise CredentialRetrievalError(provider="web-identity", error_msg=f"{path} is empty")
    return token


def _needs_no_proxy(url: str, no_proxy: str | None) -> bool:
    hosts = {"no": no_proxy} if no_proxy else None  # None: those of the environment
    return bool(proxy_bypass_environment(urlsplit(url).hostname or "", hosts))


def _verify(connection: Connection) -> bool | str | None:
    return False if connection.insecure else connection.custom_ca_bundle
