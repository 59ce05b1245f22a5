"""boto3 sessions for a connection: where credentials come from, and how clients are set up."""

import os
from collections.abc import Callable
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
from pulumi_ssm_maintenance.errors import SsmMaintenanceError

from .connection import Connection, Role, environment_region

_ENGINE: Final = os.getppid()

# Chosen against a server that throttles: see docs/decisions/0006-retries.md.
RETRY_MODE: Final = "adaptive"
MAX_ATTEMPTS: Final = 25
_CONNECT_SECONDS: Final = 10
_READ_SECONDS: Final = 30

# Identity is asked once a process and may be out of reach, as in a network without an STS endpoint.
_IDENTITY_SECONDS: Final = 5
_IDENTITY_ATTEMPTS: Final = 2


SENT_TOKENS: Final[set[str]] = set()
"""The tokens that this process has sent, wherever they came from. AWS echoes one in the error that tells of a wrong
signature."""

# Where botocore takes a token from a file or a cache by itself, and sends it as a parameter.
_TOKEN_PARAMETERS: Final = {
    "sts.AssumeRoleWithWebIdentity": "WebIdentityToken",
    "sso.GetRoleCredentials": "accessToken",
}


def session_region(connection: Connection) -> str | None:
    """Give the region of a connection: its own, the environment's, or its profile's."""
    session = _base_session(connection)
    session.get_scoped_config()  # raises for a profile that is not there, whoever names the region
    return connection.region or environment_region() or session.get_config_variable("region")


def ssm_client(connection: Connection, region: str) -> Any:
    """Make the client for a region's SSM."""
    retries = {
        "mode": connection.retry_mode or RETRY_MODE,
        "total_max_attempts": MAX_ATTEMPTS if connection.max_retries is None else connection.max_retries + 1,
    }
    config = _config(connection, connection.ssm_endpoint or f"https://ssm.{region}.amazonaws.com", retries=retries)
    session = boto3.Session(botocore_session=_session(connection, region), region_name=region)
    client = session.client("ssm", endpoint_url=connection.ssm_endpoint, config=config, verify=_verify(connection))
    client.meta.events.register("before-send.ssm", _demand_engine)
    return client


def sts_client(connection: Connection, region: str) -> Any:
    """Make the client that asks who we are."""
    return _sts_creator(connection, region)(_session(connection, region))("sts")


def _demand_engine(**_request: Any) -> None:
    """Send nothing for an engine that is gone, not even the next attempt: a killed one leaves its plugin running.

    What the plugin still tried could take effect after the user has changed the program and run it again.
    """
    if os.getppid() != _ENGINE:
        raise SsmMaintenanceError(
            "the Pulumi engine that started this provider is gone, so nothing more is sent to AWS"
        )


def _session(connection: Connection, region: str) -> botocore.session.Session:
    session = _base_session(connection)
    creator = _sts_creator(connection, region)
    if role := connection.assume_role_with_web_identity:
        session = _assuming(connection, _web_identity_fetcher(creator(session), role))
    for role in connection.assume_roles:
        fetcher = AssumeRoleCredentialFetcher(
            creator(session), session.get_credentials(), role.role_arn, extra_args=_role_arguments(role)
        )
        session = _assuming(connection, fetcher)
    return session


def _base_session(connection: Connection) -> botocore.session.Session:
    session = _new_session(connection)
    variables = {
        "config_file": connection.shared_config_file,
        "credentials_file": connection.shared_credentials_file,
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


def _new_session(connection: Connection) -> botocore.session.Session:
    session = botocore.session.Session(profile=connection.profile)
    # One loader for all sessions of the process: to read AWS's models and endpoints is most of the price of a client.
    session.lazy_register_component("data_loader", lambda: _loader(session.get_config_variable("data_path")))
    session.register("before-send", _note_session_token)
    for operation, parameter in _TOKEN_PARAMETERS.items():
        session.register(f"before-parameter-build.{operation}", partial(_note_token, parameter))
    return session


def _note_session_token(**event: Any) -> None:
    if token := event["request"].headers.get("X-Amz-Security-Token"):
        SENT_TOKENS.add(token.decode() if isinstance(token, bytes) else token)


def _note_token(parameter: str, **event: Any) -> None:
    SENT_TOKENS.add(event["params"][parameter].strip())


@cache
def _loader(data_path: str | None) -> Loader:
    return create_loader(data_path)


class _Assumed(CredentialProvider):
    """Credentials of an assumed role, fetched when first used and again before they expire."""

    METHOD = "assume-role"

    def __init__(self, fetch: Callable[[], Any]) -> None:
        super().__init__()
        self._fetch = fetch

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(refresh_using=self._fetch, method=self.METHOD)


def _assuming(connection: Connection, fetcher: Any) -> botocore.session.Session:
    session = _new_session(connection)
    session.register_component("credential_provider", CredentialResolver([_Assumed(fetcher.fetch_credentials)]))
    return session


def _web_identity_fetcher(create_client: Callable[..., Any], role: Role) -> Any:
    def token() -> str:
        try:
            return role.token or Path(role.token_file or "").read_text(encoding="utf-8")
        except OSError as error:
            raise CredentialRetrievalError(provider="web-identity", error_msg=str(error)) from error

    return AssumeRoleWithWebIdentityCredentialFetcher(
        create_client, token, role.role_arn, extra_args=_role_arguments(role)
    )


def _role_arguments(role: Role) -> dict[str, Any]:
    arguments = dict(role.parameters)
    if "PolicyArns" in arguments:
        arguments["PolicyArns"] = [{"arn": arn} for arn in arguments["PolicyArns"]]
    if "Tags" in arguments:
        arguments["Tags"] = [{"Key": key, "Value": value} for key, value in arguments["Tags"]]
    if "TransitiveTagKeys" in arguments:
        arguments["TransitiveTagKeys"] = list(arguments["TransitiveTagKeys"])
    return arguments


def _sts_creator(connection: Connection, region: str) -> Callable[[botocore.session.Session], Callable[..., Any]]:
    """Give what makes STS clients from a session, as botocore's credential fetchers want it."""
    where = connection.sts_region or region
    settings = _config(
        connection,
        connection.sts_endpoint or f"https://sts.{where}.amazonaws.com",
        connect_timeout=_IDENTITY_SECONDS,
        read_timeout=_IDENTITY_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _IDENTITY_ATTEMPTS},
    )

    def for_session(session: botocore.session.Session) -> Callable[..., Any]:
        def create(service: str, *, config: Config | None = None, **credentials: Any) -> Any:
            return session.create_client(
                service,
                region_name=where,
                endpoint_url=connection.sts_endpoint,
                verify=_verify(connection),
                config=settings.merge(config) if config else settings,
                **credentials,
            )

        return create

    return for_session


def _config(connection: Connection, url: str, **more: Any) -> Config:
    proxies = {"http": connection.http_proxy, "https": connection.https_proxy}
    bypass = connection.no_proxy and proxy_bypass_environment(urlsplit(url).hostname or "", {"no": connection.no_proxy})
    settings: dict[str, Any] = {
        "connect_timeout": _CONNECT_SECONDS,
        "read_timeout": _READ_SECONDS,
        # The codec has checked more than botocore would, and botocore's text would show the values.
        "parameter_validation": False,
        "user_agent_extra": f"pulumi-ssm-maintenance/{__version__}",
        **more,
    }
    # Given only when set, so that what the environment or the profile says stays in force otherwise.
    if given := {} if bypass else {scheme: proxy for scheme, proxy in proxies.items() if proxy}:
        settings["proxies"] = given
    if connection.use_fips_endpoint:
        settings["use_fips_endpoint"] = True
    if connection.use_dualstack_endpoint:
        settings["use_dualstack_endpoint"] = True
    return Config(**settings)


def _verify(connection: Connection) -> bool | str | None:
    return False if connection.insecure else connection.custom_ca_bundle
