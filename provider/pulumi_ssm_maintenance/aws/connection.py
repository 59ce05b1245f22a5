"""The connection to AWS: which account, which region, and how it is reached.

The settings have the names that pulumi-aws uses. The default provider finds them in the stack's configuration
(`aws:region`, …); an explicit `Provider` stores its arguments under the same keys. So tasks and windows always use
the same account.
"""

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final
from urllib.parse import unquote

from pulumi_ssm_maintenance.errors import SettingsError

from .roles import Role, read_roles, read_web_identity
from .settings import (
    read_account_ids,
    read_file,
    read_flag,
    read_one_file,
    read_region,
    read_retries,
    read_retry_mode,
    read_structure,
    read_text,
    readers_of,
    setting,
    setting_key,
    unknown_region_problem,
)

_URL: Final = re.compile(r"https?://[^/]")
# Up to the last @, so that a password with an @ that is not escaped is found whole.
_LOGIN: Final = re.compile(r"//([^/]*:.*)@")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of the services, where they are not AWS's own."""

    ssm: str | None = None
    sts: str | None = None


def _read_endpoints(value: Any) -> Endpoints:
    groups = read_structure(value)
    if not isinstance(groups, list) or not all(isinstance(group, Mapping) for group in groups):
        raise ValueError('expected a list of mappings such as [{"ssm": "http://127.0.0.1:5000"}]')
    return Endpoints(
        **{
            service: _read_url(service, group[service])
            for group in groups
            for service in ("ssm", "sts")
            if group.get(service)
        }
    )


def _read_url(service: str, value: Any) -> str:
    if not isinstance(value, str) or not _URL.match(value):
        raise ValueError(f"{service}: expected a URL such as http://127.0.0.1:5000")
    return value


@dataclass(frozen=True, slots=True)
class Connection:
    """The settings of a connection. Equal connections share clients and the caller's identity."""

    region: str | None = setting(read_region)
    profile: str | None = setting(read_text)
    access_key: str | None = setting(read_text)
    secret_key: str | None = setting(read_text, secret=True)
    token: str | None = setting(read_text, secret=True)
    assume_roles: tuple[Role, ...] = setting(read_roles, ())
    assume_role_with_web_identity: Role | None = setting(read_web_identity)  # noqa: RUF009 - it declares a field
    endpoints: Endpoints = setting(_read_endpoints, Endpoints())  # noqa: RUF009 - as above
    sts_region: str | None = setting(read_region)
    max_retries: int | None = setting(read_retries)
    retry_mode: str | None = setting(read_retry_mode)
    allowed_account_ids: tuple[str, ...] = setting(read_account_ids, ())
    forbidden_account_ids: tuple[str, ...] = setting(read_account_ids, ())
    use_fips_endpoint: bool = setting(read_flag, default=False)
    use_dualstack_endpoint: bool = setting(read_flag, default=False)
    shared_config_files: str | None = setting(read_one_file)
    shared_credentials_files: str | None = setting(read_one_file)
    http_proxy: str | None = setting(read_text, secret=True)  # may hold a password
    https_proxy: str | None = setting(read_text, secret=True)  # may hold a password
    no_proxy: str | None = setting(read_text)
    custom_ca_bundle: str | None = setting(read_file)
    insecure: bool = setting(read_flag, default=False)
    skip_metadata_api_check: bool = setting(read_flag, default=False)
    skip_requesting_account_id: bool = setting(read_flag, default=False)
    skip_region_validation: bool = setting(read_flag, default=False)
    ec2_metadata_service_endpoint: str | None = setting(read_text)
    ec2_metadata_service_endpoint_mode: str | None = setting(read_text)

    @property
    def secrets(self) -> list[str]:
        """The texts that no message may show."""
        role = self.assume_role_with_web_identity
        proxies = [proxy for proxy in (self.http_proxy, self.https_proxy) if proxy]
        credentials = (self.access_key, self.secret_key, self.token, role and role.web_identity_token, *proxies)
        urls = [*proxies, self.endpoints.ssm or "", self.endpoints.sts or ""]
        logins = [login for url in urls for login in _LOGIN.findall(url)]
        passwords = [login.partition(":")[2] for login in logins]
        texts = (*credentials, *logins, *map(unquote, logins), *passwords, *map(unquote, passwords))
        return [text for text in texts if text]


_READERS: Final = readers_of(Connection)
_READERS_OF_FILES: Final = (read_file, read_one_file)
_PROGRAM_NAMES: Final = {setting_key(one.name): one.name for kind in (Connection, Role) for one in fields(kind)}
_KEY: Final = re.compile(rf"\b(?:aws:)?({'|'.join(key for key in _PROGRAM_NAMES if not key.islower())})\b")

_KEYS_OF_THE_ENVIRONMENT: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_TOKEN_OF_THE_ENVIRONMENT: Final = "AWS_SESSION_TOKEN"  # noqa: S105 - the name of a variable
_INSTEAD_OF_THE_ENVIRONMENT: Final = ("access_key", "profile", "assume_role_with_web_identity")
"""The settings with which boto3 reads no credentials from the environment."""
_WEB_IDENTITY_OF_THE_ENVIRONMENT: Final = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")
"""The variables that together name a role. boto3 assumes it where the environment has no access key."""

HONOURED: Final = frozenset(_READERS)
"""The keys of pulumi-aws that decide about account, region or the way there, and are honoured."""

_REFUSED: Final = {
    # Earlier major versions of pulumi-aws read this key; a program that sets it means another account or role.
    "assumeRole": "is no longer read by pulumi-aws; write aws:assumeRoles, a list",
}

IRRELEVANT: Final = frozenset(
    {
        "defaultTags",  # tasks cannot be tagged
        "ignoreTags",
        "tagPolicyCompliance",
        "s3UsEast1RegionalEndpoint",  # other services
        "s3UsePathStyle",
        "skipCredentialsValidation",  # nothing is validated before the first call
        "tokenBucketRateLimiterCapacity",  # of the Go SDK
        "userAgents",
    }
)
"""The keys of pulumi-aws that change nothing about a task, and are not read."""


def read_connection(get: Callable[[str], Any]) -> Connection:
    """Read the connection's settings.

    Args:
        get: returns the value of a configuration key such as `aws:region`, or None.

    Raises:
        SettingsError: names every key whose value is wrong or not supported.
    """
    values = {key: get(f"aws:{key}") for key in (*_READERS, *_REFUSED)}
    configured = {key: value for key, value in values.items() if value is not None and value != ""}
    settings: dict[str, Any] = {}
    problems = [f"aws:{key}: {cure}" for key, cure in _REFUSED.items() if key in configured]
    for key, (name, read) in _READERS.items():
        if key in configured:
            try:
                settings[name] = read(configured[key])
            except (ValueError, TypeError) as problem:
                problems.append(f"aws:{key}: {problem}")
    problems += [f"aws:{key}: {reason}" for key, reason in _unknown_regions(settings)]
    problems += _missing_credentials(configured, "aws:{}".format)
    problems += _missing_in_environment(settings)
    if problems:
        raise SettingsError(f"the provider's configuration is not usable: {'; '.join(problems)}")
    return Connection(**settings)


def problems_of(arguments: Mapping[str, Any], *, is_known: Callable[[Any], bool]) -> Iterator[tuple[str, str]]:
    """Give the arguments of an explicit provider that are wrong, with the reasons.

    Files are left out: they are read in the process that talks to AWS.

    Args:
        arguments: by the names in a program; None stands for what the program leaves out.
        is_known: whether a value is known while the program runs.
    """
    configured = {setting_key(name): value for name, value in arguments.items() if value is not None and value != ""}
    # What an output says is not known, so it may allow any region.
    settings: dict[str, Any] = {"skip_region_validation": not is_known(arguments.get("skip_region_validation"))}
    for key, value in configured.items():
        name, read = _READERS.get(key, (key, None))
        if read is None or read in _READERS_OF_FILES or not is_known(value):
            continue
        try:
            settings[name] = read(value)
        except (ValueError, TypeError) as problem:
            yield name, _in_names_of_a_program(str(problem))
    for key, reason in _unknown_regions(settings):
        yield _READERS[key][0], _in_names_of_a_program(reason)
    for reason in _missing_credentials(configured, lambda key: _READERS[key][0]):
        name, _, rest = reason.partition(": ")
        yield name, rest


def _in_names_of_a_program(text: str) -> str:
    """Write the keys of the configuration in a text as a program does: `role_arn` for `roleArn`."""
    return _KEY.sub(lambda found: _PROGRAM_NAMES[found[1]], text)


def _unknown_regions(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if settings.get("skip_region_validation"):
        return
    for name in ("region", "sts_region"):
        if name in settings and (problem := unknown_region_problem(settings[name])):
            yield setting_key(name), problem


def _missing_credentials(configured: Collection[str], label: Callable[[str], str]) -> Iterator[str]:
    """Describe what an incomplete set of credentials lacks: boto3 would drop it, and use those of another account."""
    keys = (label("accessKey"), label("secretKey"))
    yield from _incomplete([label(key) for key in configured if key in _READERS], keys, label("token"))


def _missing_in_environment(settings: Mapping[str, Any]) -> Iterator[str]:
    """Describe what incomplete credentials of the environment lack, unless others are named."""
    has_role = all(map(os.environ.get, _WEB_IDENTITY_OF_THE_ENVIRONMENT))
    named = (has_role, environment_profile(), *(settings.get(name) for name in _INSTEAD_OF_THE_ENVIRONMENT))
    if not any(named):
        present = [name for name in (*_KEYS_OF_THE_ENVIRONMENT, _TOKEN_OF_THE_ENVIRONMENT) if os.environ.get(name)]
        yield from _incomplete(present, _KEYS_OF_THE_ENVIRONMENT, _TOKEN_OF_THE_ENVIRONMENT)


def _incomplete(configured: Collection[str], keys: tuple[str, ...], token: str) -> Iterator[str]:
    present = [name for name in (*keys, token) if name in configured]
    missing = [name for name in keys if name not in configured]
    if present and missing:
        yield f"{' and '.join(missing)}: required together with {' and '.join(present)}; set all of them, or none"


def environment_region() -> str | None:
    """Return the region that the environment names. boto3 itself reads only the second variable."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or None


def environment_profile() -> str | None:
    """Return the profile that the environment names."""
    return os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or None
