"""The connection's settings: who we are and where, read from the keys that pulumi-aws reads.

One reader serves both kinds of provider. The default provider finds the stack's configuration (`aws:region`, …); an
explicit `Provider` stores its arguments under the same keys. So tasks and windows always talk to the same account.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from pulumi_ssm_maintenance.core.constraints import describe
from pulumi_ssm_maintenance.errors import SettingsError

_REGION: Final = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
_ACCOUNT_ID: Final = re.compile(r"\d{12}")
_URL: Final = re.compile(r"https?://[^/]")
_DURATION: Final = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_LOGIN: Final = re.compile(r"//([^/]*:.*)@")  # as far as the last @: who forgets to escape one shows nothing either
_RETRIES: Final = re.compile(r"\d+(\.0)?")  # the engine hands 5 over as 5.0
_RETRY_MODES: Final = ("standard", "adaptive")


@dataclass(frozen=True, slots=True)
class Role:
    """A role to assume, by the names of STS's own parameters."""

    role_arn: str
    parameters: tuple[tuple[str, Any], ...] = ()
    """The further parameters of the STS call, such as `ExternalId`; hashable."""
    token: str | None = field(default=None, repr=False)
    token_file: str | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """Who we are and where. Equal connections share clients and the caller's identity."""

    region: str | None = None
    profile: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    assume_roles: tuple[Role, ...] = ()
    assume_role_with_web_identity: Role | None = None
    ssm_endpoint: str | None = None
    sts_endpoint: str | None = None
    sts_region: str | None = None
    max_retries: int | None = None
    retry_mode: str | None = None
    allowed_account_ids: tuple[str, ...] = ()
    forbidden_account_ids: tuple[str, ...] = ()
    use_fips_endpoint: bool = False
    use_dualstack_endpoint: bool = False
    shared_config_file: str | None = None
    shared_credentials_file: str | None = None
    http_proxy: str | None = field(default=None, repr=False)  # may hold a password, as may the next
    https_proxy: str | None = field(default=None, repr=False)
    no_proxy: str | None = None
    custom_ca_bundle: str | None = None
    insecure: bool = False
    skip_metadata_api_check: bool = False
    skip_requesting_account_id: bool = False
    ec2_metadata_service_endpoint: str | None = None
    ec2_metadata_service_endpoint_mode: str | None = None

    @property
    def secrets(self) -> list[str]:
        """The texts that no message may show."""
        role = self.assume_role_with_web_identity
        given = (self.access_key, self.secret_key, self.token, role and role.token, self.http_proxy, self.https_proxy)
        logins = [word for proxy in given[-2:] for word in _LOGIN.findall(proxy or "")]
        passwords = [login.partition(":")[2] for login in logins]
        return [text for text in (*given, *logins, *map(unquote, logins), *passwords, *map(unquote, passwords)) if text]


def read_connection(get: Callable[[str], Any]) -> Connection:
    """Read the connection's settings.

    Args:
        get: gives the value of a configuration key such as `aws:region`, or None.

    Raises:
        SettingsError: naming every key whose value is wrong or not supported.
    """
    settings: dict[str, Any] = {}
    problems: list[str] = []
    for key, read in _READERS.items():
        value = get(f"aws:{key}")
        if value is None or value == "":
            continue
        try:
            settings |= read(value)
        except (ValueError, TypeError) as problem:
            problems.append(f"aws:{key}: {problem}")
    if problems:
        raise SettingsError(f"the provider's configuration is not usable: {'; '.join(problems)}")
    return Connection(**settings)


def setting_key(name: str) -> str:
    """Give an argument of a provider the key under which pulumi-aws has it: `assume_roles` to `assumeRoles`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def environment_region() -> str | None:
    """Give the region that the environment names. boto3 itself reads the second variable only."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or None


def environment_profile() -> str | None:
    """Give the profile that the environment names."""
    return os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or None


def region_problem(region: str) -> str | None:
    """Say what is wrong with the name of a region."""
    if _REGION.fullmatch(region):
        return None
    return f"got {describe(region, hidden=False)}, allowed is the name of a region such as us-east-1"


def _text(name: str) -> Callable[[Any], dict[str, Any]]:
    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, str):
            raise TypeError("expected text")
        return {name: value}

    return read


def _flag(name: str) -> Callable[[Any], dict[str, Any]]:
    def read(value: Any) -> dict[str, Any]:
        # Configuration on the command line is text, in a program it is a boolean.
        if str(value).lower() not in {"true", "false"}:
            raise ValueError("expected true or false")
        return {name: str(value).lower() == "true"}

    return read


def _region(name: str) -> Callable[[Any], dict[str, Any]]:
    def read(value: Any) -> dict[str, Any]:
        if problem := region_problem(str(value)):
            raise ValueError(problem)
        return {name: str(value)}

    return read


def _retries(value: Any) -> dict[str, Any]:
    if not _RETRIES.fullmatch(str(value)):
        raise ValueError("expected a whole number of retries, 0 or more")
    return {"max_retries": int(float(value))}


def _retry_mode(value: Any) -> dict[str, Any]:
    if value not in _RETRY_MODES:
        raise ValueError(f"got {value!r}, allowed are {' and '.join(_RETRY_MODES)}")
    return {"retry_mode": value}


def _accounts(name: str) -> Callable[[Any], dict[str, Any]]:
    def read(value: Any) -> dict[str, Any]:
        ids = _structure(value)
        if not isinstance(ids, list) or not all(_ACCOUNT_ID.fullmatch(str(one)) for one in ids):
            raise ValueError("expected a list of account ids of 12 digits each, as text")
        return {name: tuple(map(str, ids))}

    return read


def _one_file(name: str) -> Callable[[Any], dict[str, Any]]:
    def read(value: Any) -> dict[str, Any]:
        files = _structure(value)
        if not isinstance(files, list) or len(files) > 1:
            raise ValueError("a list of one file is supported; more than one would need to be merged")
        return {name: str(Path(files[0]).expanduser())} if files else {}

    return read


def _endpoints(value: Any) -> dict[str, Any]:
    groups = _structure(value)
    if not isinstance(groups, list) or not all(isinstance(group, Mapping) for group in groups):
        raise ValueError('expected a list of mappings such as [{"ssm": "http://127.0.0.1:5000"}]')
    return {
        f"{service}_endpoint": _url(service, group[service])
        for group in groups
        for service in ("ssm", "sts")
        if group.get(service)
    }


def _url(service: str, value: Any) -> str:
    if not isinstance(value, str) or not _URL.match(value):
        raise ValueError(f"{service}: expected a URL such as http://127.0.0.1:5000")
    return value


def _one_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("expected text")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("expected a list of texts")
    return tuple(map(_one_text, value))


def _tags(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        raise TypeError("expected a mapping of texts")
    return tuple(sorted((str(key), _one_text(part)) for key, part in value.items()))


def _seconds(value: Any) -> int:
    parts = _DURATION.fullmatch(str(value))
    if not value or parts is None:
        raise ValueError(f"got {value!r}, allowed is a duration such as 1h30m")
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds


_ROLE_SETTINGS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "roleArn": _one_text,
    "duration": _seconds,
    "externalId": _one_text,
    "policy": _one_text,
    "policyArns": _texts,
    "sessionName": _one_text,
    "sourceIdentity": _one_text,
    "tags": _tags,
    "transitiveTagKeys": _texts,
    "webIdentityToken": _one_text,
    "webIdentityTokenFile": _one_text,
}

# Keys of pulumi-aws's role settings -> parameters of AssumeRole and AssumeRoleWithWebIdentity.
_ROLE_PARAMETERS: Final = {
    "duration": "DurationSeconds",
    "externalId": "ExternalId",
    "policy": "Policy",
    "policyArns": "PolicyArns",
    "sessionName": "RoleSessionName",
    "sourceIdentity": "SourceIdentity",
    "tags": "Tags",
    "transitiveTagKeys": "TransitiveTagKeys",
}


def _role(value: Any) -> Role:
    if not isinstance(value, Mapping):
        raise TypeError("expected a mapping with roleArn")
    given = {setting_key(key): part for key, part in value.items() if part is not None}
    if strangers := sorted(given.keys() - _ROLE_SETTINGS.keys()):
        raise ValueError(f"{', '.join(strangers)} of a role is not supported")
    if not given.get("roleArn"):
        raise ValueError("roleArn of a role is required")
    settings = {key: _role_setting(key, part) for key, part in given.items()}
    parameters = {name: settings[key] for key, name in _ROLE_PARAMETERS.items() if key in settings}
    return Role(
        role_arn=settings["roleArn"],
        parameters=tuple(sorted(parameters.items())),
        token=settings.get("webIdentityToken"),
        token_file=settings.get("webIdentityTokenFile"),
    )


def _role_setting(key: str, value: Any) -> Any:
    try:
        return _ROLE_SETTINGS[key](value)
    except (ValueError, TypeError) as problem:
        raise ValueError(f"{key} of a role: {problem}") from None


def _roles(value: Any) -> dict[str, Any]:
    roles = _structure(value)
    if not isinstance(roles, list):
        raise TypeError("expected a list of roles")
    return {"assume_roles": tuple(_role(role) for role in roles)}


def _web_identity(value: Any) -> dict[str, Any]:
    role = _role(_structure(value))
    if not role.token and not role.token_file:
        raise ValueError("webIdentityToken or webIdentityTokenFile is required")
    return {"assume_role_with_web_identity": role}


def _refused(cure: str) -> Callable[[Any], dict[str, Any]]:
    def read(_value: Any) -> dict[str, Any]:
        raise ValueError(cure)

    return read


def _structure(value: Any) -> Any:
    """Read a structured value: JSON text from the configuration, or the value itself from a program."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise ValueError("expected JSON") from None


_READERS: Final[Mapping[str, Callable[[Any], dict[str, Any]]]] = {
    "region": _region("region"),
    "profile": _text("profile"),
    "accessKey": _text("access_key"),
    "secretKey": _text("secret_key"),
    "token": _text("token"),
    "assumeRoles": _roles,
    "assumeRoleWithWebIdentity": _web_identity,
    "endpoints": _endpoints,
    "maxRetries": _retries,
    "retryMode": _retry_mode,
    "allowedAccountIds": _accounts("allowed_account_ids"),
    "forbiddenAccountIds": _accounts("forbidden_account_ids"),
    "useFipsEndpoint": _flag("use_fips_endpoint"),
    "useDualstackEndpoint": _flag("use_dualstack_endpoint"),
    "sharedConfigFiles": _one_file("shared_config_file"),
    "sharedCredentialsFiles": _one_file("shared_credentials_file"),
    "httpProxy": _text("http_proxy"),
    "httpsProxy": _text("https_proxy"),
    "noProxy": _text("no_proxy"),
    "customCaBundle": _text("custom_ca_bundle"),
    "insecure": _flag("insecure"),
    "stsRegion": _region("sts_region"),
    "skipMetadataApiCheck": _flag("skip_metadata_api_check"),
    "skipRequestingAccountId": _flag("skip_requesting_account_id"),
    "ec2MetadataServiceEndpoint": _text("ec2_metadata_service_endpoint"),
    "ec2MetadataServiceEndpointMode": _text("ec2_metadata_service_endpoint_mode"),
    # Earlier major versions of pulumi-aws read these; whoever sets them means another account or role.
    "assumeRole": _refused("is no longer read by pulumi-aws; write aws:assumeRoles, a list"),
}

HONOURED: Final = frozenset(_READERS) - {"assumeRole"}
"""The keys of pulumi-aws that say who or where we are, and are honoured."""

IRRELEVANT: Final = frozenset(
    {
        "defaultTags",  # tasks cannot be tagged
        "ignoreTags",
        "tagPolicyCompliance",
        "s3UsEast1RegionalEndpoint",  # other services
        "s3UsePathStyle",
        "skipCredentialsValidation",  # nothing is validated ahead of the first call
        "skipRegionValidation",  # only the form of a region's name is checked
        "tokenBucketRateLimiterCapacity",  # of the Go SDK
        "userAgents",
    }
)
"""The keys of pulumi-aws that change nothing about a task, and are not read."""
