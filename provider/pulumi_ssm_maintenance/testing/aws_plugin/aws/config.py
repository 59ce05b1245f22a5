"""The provider's configuration: the stack's `aws:` settings, or the arguments of an `aws.Provider`."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_ssm_maintenance.testing.aws_plugin.protocol.errors import ConfigError
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props

from .shapes import Names

_SESSION: Names = {
    "accessKey": "aws_access_key_id",
    "secretKey": "aws_secret_access_key",
    "token": "aws_session_token",
    "profile": "profile_name",
}
_ROLE: Names = {
    "roleArn": "RoleArn",
    "sessionName": "RoleSessionName",
    "externalId": "ExternalId",
    "policy": "Policy",
}
# Endpoint names of the plugin that are not botocore's.
_SERVICES: Names = {
    "cloudwatchlogs": "logs",
    "cloudwatchevents": "events",
    "eventbridge": "events",
    "sfn": "stepfunctions",
    "resourcegroups": "resource-groups",
}
_SERVED = frozenset(
    {
        *_SESSION,
        "region",
        "endpoints",
        "assumeRoles",
        "defaultTags",
        "allowedAccountIds",
        "forbiddenAccountIds",
    }
)
# Without effect on the local AWS.
_IRRELEVANT = frozenset(
    {
        "maxRetries",
        "retryMode",
        "s3UsEast1RegionalEndpoint",
        "s3UsePathStyle",
        "skipCredentialsValidation",
        "skipMetadataApiCheck",
        "skipRegionValidation",
        "skipRequestingAccountId",
        "stsRegion",
        "userAgents",
        "version",
        "pluginDownloadURL",
    }
)


@dataclass(frozen=True, slots=True)
class AssumedRole:
    """The arguments of one AssumeRole call."""

    request: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A provider configuration, with what the environment adds."""

    region: str | None = None
    session: dict[str, str] = field(default_factory=dict)
    endpoints: dict[str, str] = field(default_factory=dict)
    assume_roles: tuple[AssumedRole, ...] = ()
    default_tags: dict[str, str] = field(default_factory=dict)
    allowed_accounts: frozenset[str] = frozenset()
    forbidden_accounts: frozenset[str] = frozenset()

    @property
    def required_region(self) -> str:
        """The region, or an error that says how to give one."""
        if self.region is None:
            raise ConfigError("no AWS region: set aws:region, the provider's `region`, or AWS_REGION")
        return self.region

    def check_account(self, account: str) -> None:
        """Refuse an account that the configuration does not allow."""
        refused = account in self.forbidden_accounts
        if refused or (self.allowed_accounts and account not in self.allowed_accounts):
            raise ConfigError(f"AWS account ID not allowed: {account}")


def unserved(props: Mapping[str, Any]) -> list[str]:
    """Return the names of the settings that this stand-in does not support."""
    return sorted(name for name, value in props.items() if value and name not in _SERVED | _IRRELEVANT)


def read_config(props: Props) -> Config:
    """Read the configuration from the engine's settings; nested ones arrive as JSON text."""
    given = {name: _parsed(value) for name, value in props.items()}
    endpoints = {name: url for item in given.get("endpoints") or () for name, url in item.items() if url}
    return Config(
        region=given.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"),
        session={_SESSION[name]: value for name, value in given.items() if name in _SESSION and value},
        endpoints={_SERVICES.get(name, name): url for name, url in endpoints.items()},
        assume_roles=tuple(_role(item) for item in given.get("assumeRoles") or ()),
        default_tags=(given.get("defaultTags") or {}).get("tags") or {},
        allowed_accounts=frozenset(given.get("allowedAccountIds") or ()),
        forbidden_accounts=frozenset(given.get("forbiddenAccountIds") or ()),
    )


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value[:1] in ("[", "{") else value


def _role(settings: Mapping[str, str]) -> AssumedRole:
    if unknown := sorted(name for name, value in settings.items() if value and name not in _ROLE):
        raise ConfigError(f"assumeRoles: this stand-in for the aws plugin does not serve {', '.join(unknown)}")
    wanted = {_ROLE[name]: value for name, value in settings.items() if value}
    return AssumedRole({"RoleSessionName": "pulumi"} | wanted)
