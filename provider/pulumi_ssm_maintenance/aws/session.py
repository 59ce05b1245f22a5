"""The boto3 clients of a connection: where credentials come from, and how clients are set up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined] # in Python since 3.2, not in typeshed

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    AssumeRoleWithWebIdentityCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import CredentialRetrievalError
from botocore.loaders import Loader, create_loader

from pulumi_ssm_maintenance._version import __version__

from .connection import Connection, environment_region
from .engine import demand_engine
from .roles import Role

# Chosen against a server that throttles: see docs/decisions/0006-retries.md.
RETRY_MODE: Final = "adaptive"
MAX_ATTEMPTS: Final = 25
_CONNECT_SECONDS: Final = 10
_READ_SECONDS: Final = 30

# The caller's identity is asked for once in a process. STS may be out of reach, as in a network without its endpoint.
_IDENTITY_SECONDS: Final = 5
_IDENTITY_ATTEMPTS: Final = 2

# Operations for which botocore reads a token from a file or a cache, and the parameter that holds it.
_TOKEN_PARAMETERS: Final = {
    "sts.AssumeRoleWithWebIdentity": "WebIdentityToken",
    "sso.GetRoleCredentials": "accessToken",
}


@dataclass(frozen=True, slots=True)
class Clients:
    """Makes the clients of a connection in one region."""

    connection: Connection
    region: str
    sent_tokens: set[str] = field(default_factory=set, compare=False)
    """The tokens that the clients have sent, wherever they came from. AWS repeats a token in the error about a wrong
    signature, and no message may show one."""

    def ssm(self) -> Any:
        """Make the client for Systems Manager."""
        connection = self.connection
        retries = {
            "mode": connection.retry_mode or RETRY_MODE,
            "total_max_attempts": MAX_ATTEMPTS if connection.max_retries is None else connection.max_retries + 1,
        }
        address = connection.endpoints.ssm or f"https://ssm.{self.region}.amazonaws.com"
        session = boto3.Session(botocore_session=self._session(), region_name=self.region)
        client = session.client(
            "ssm",
            endpoint_url=connection.endpoints.ssm,
            config=self._config(address, retries=retries),
            verify=_verify(connection),
        )
        # Last of all: in adaptive mode, an earlier handler of this event waits until AWS may be asked again.
        client.meta.events.register_last("before-send", demand_engine)
        return client

    def sts(self) -> Any:
        """Make the client that asks for the caller's identity."""
        return self._sts(self._session())

    def _session(self) -> botocore.session.Session:
        """Make a session whose credentials are those of the last role, or of the connection where it has no role."""
        session = self._base_session()
        if role := self.connection.assume_role_with_web_identity:
            session = self._assuming(_web_identity_fetcher(partial(self._sts, session), role))
        for role in self.connection.assume_roles:
            fetcher = AssumeRoleCredentialFetcher(
                partial(self._sts, session),
                session.get_credentials(),
                role.role_arn,
                extra_args=role.sts_parameters,
            )
            session = self._assuming(fetcher)
        return session

    def _base_session(self) -> botocore.session.Session:
        session = base_session(self.connection)
        self._note_tokens_of(session)
        return session

    def _assuming(self, fetcher: Any) -> botocore.session.Session:
        session = _new_session(self.connection)
        self._note_tokens_of(session)
        session.register_component("credential_provider", CredentialResolver([_Assumed(fetcher.fetch_credentials)]))
        return session

    def _note_tokens_of(self, session: botocore.session.Session) -> None:
        session.register("before-send", self._note_session_token)
        for operation, parameter in _TOKEN_PARAMETERS.items():
            session.register(f"before-parameter-build.{operation}", partial(self._note_token, parameter))

    def _note_session_token(self, **event: Any) -> None:
        if token := event["request"].headers.get("X-Amz-Security-Token"):
            self.sent_tokens.add(token.decode() if isinstance(token, bytes) else token)

    def _note_token(self, parameter: str, **event: Any) -> None:
        self.sent_tokens.add(event["params"][parameter].strip())

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
        region = connection.sts_region or self.region
        settings = self._config(
            connection.endpoints.sts or f"https://sts.{region}.amazonaws.com",
            connect_timeout=_IDENTITY_SECONDS,
            read_timeout=_IDENTITY_SECONDS,
            retries={"mode": "standard", "total_max_attempts": _IDENTITY_ATTEMPTS},
        )
        return session.create_client(
            service,
            region_name=region,
            endpoint_url=connection.endpoints.sts,
            verify=_verify(connection),
            config=settings.merge(config) if config else settings,
            **credentials,
        )

    def _config(self, address: str, **more: Any) -> Config:
        connection = self.connection
        settings: dict[str, Any] = {
            "connect_timeout": _CONNECT_SECONDS,
            "read_timeout": _READ_SECONDS,
            # The codec has checked more than botocore would, and botocore's text would show the values.
            "parameter_validation": False,
            "user_agent_extra": f"pulumi-ssm-maintenance/{__version__}",
            **more,
        }
        # Set only where the connection says so, so that the environment or the profile decides otherwise.
        if proxies := _proxies(connection, address):
            settings["proxies"] = proxies
        if connection.use_fips_endpoint:
            settings["use_fips_endpoint"] = True
        if connection.use_dualstack_endpoint:
            settings["use_dualstack_endpoint"] = True
        return Config(**settings)


def base_session(connection: Connection) -> botocore.session.Session:
    """Make a session with the credentials of the connection itself, before any role is assumed."""
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
    if connection.skip_metadata_api_check:
        session.get_component("credential_provider").remove("iam-role")
    if connection.access_key and connection.secret_key:
        session.set_credentials(connection.access_key, connection.secret_key, connection.token)
    return session


def session_region(connection: Connection) -> str | None:
    """Return the region of a connection: its own, the environment's, or its profile's."""
    session = base_session(connection)
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


class _Assumed(CredentialProvider):
    """Credentials of an assumed role, fetched at the first use and again before they expire."""

    METHOD = "assume-role"

    def __init__(self, fetch: Callable[[], Any]) -> None:
        super().__init__()
        self._fetch = fetch

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(refresh_using=self._fetch, method=self.METHOD)


def _web_identity_fetcher(create_client: Callable[..., Any], role: Role) -> Any:
    def token() -> str:
        try:
            return role.web_identity_token or Path(role.web_identity_token_file or "").read_text(encoding="utf-8")
        except OSError as error:
            raise CredentialRetrievalError(provider="web-identity", error_msg=str(error)) from error

    return AssumeRoleWithWebIdentityCredentialFetcher(
        create_client, token, role.role_arn, extra_args=role.sts_parameters
    )


def _proxies(connection: Connection, address: str) -> dict[str, str]:
    host = urlsplit(address).hostname or ""
    if connection.no_proxy and proxy_bypass_environment(host, {"no": connection.no_proxy}):
        return {}
    proxies = {"http": connection.http_proxy, "https": connection.https_proxy}
    return {scheme: proxy for scheme, proxy in proxies.items() if proxy}


def _verify(connection: Connection) -> bool | str | None:
    return False if connection.insecure else connection.custom_ca_bundle
