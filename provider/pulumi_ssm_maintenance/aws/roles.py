"""The roles that a connection assumes, and their settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .settings import (
    read_seconds,
    read_structure,
    read_tags,
    read_text,
    read_texts,
    readers_of,
    setting,
    setting_key,
)


@dataclass(frozen=True, slots=True)
class Role:
    """A role to assume. The settings have pulumi-aws's names, in snake_case."""

    role_arn: str = setting(read_text)
    duration: int | None = setting(read_seconds)
    external_id: str | None = setting(read_text)
    policy: str | None = setting(read_text)
    policy_arns: tuple[str, ...] = setting(read_texts, ())
    session_name: str | None = setting(read_text)
    source_identity: str | None = setting(read_text)
    tags: tuple[tuple[str, str], ...] = setting(read_tags, ())
    transitive_tag_keys: tuple[str, ...] = setting(read_texts, ())
    web_identity_token: str | None = setting(read_text, secret=True)
    web_identity_token_file: str | None = setting(read_text)

    @property
    def sts_parameters(self) -> dict[str, Any]:
        """The parameters of the STS call, as STS takes them, but for the role's ARN and the token."""
        parameters = {
            "DurationSeconds": self.duration,
            "ExternalId": self.external_id,
            "Policy": self.policy,
            "PolicyArns": [{"arn": arn} for arn in self.policy_arns],
            "RoleSessionName": self.session_name,
            "SourceIdentity": self.source_identity,
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags],
            "TransitiveTagKeys": list(self.transitive_tag_keys),
        }
        return {name: value for name, value in parameters.items() if value not in (None, [])}


_READERS: Final = readers_of(Role)


def read_roles(value: Any) -> tuple[Role, ...]:
    """Read a list of roles."""
    roles = read_structure(value)
    if not isinstance(roles, list):
        raise TypeError("expected a list of roles")
    return tuple(map(_read_role, roles))


def read_web_identity(value: Any) -> Role:
    """Read a role that is assumed with a token."""
    role = _read_role(read_structure(value))
    if not role.web_identity_token and not role.web_identity_token_file:
        raise ValueError("webIdentityToken or webIdentityTokenFile is required")
    return role


def _read_role(value: Any) -> Role:
    if not isinstance(value, Mapping):
        raise TypeError("expected a mapping with roleArn")
    configured = {setting_key(key): part for key, part in value.items() if part is not None}
    if unknown := sorted(configured.keys() - _READERS.keys()):
        raise ValueError(f"{', '.join(unknown)} of a role is not supported")
    if not configured.get("roleArn"):
        raise ValueError("roleArn of a role is required")
    return Role(**dict(_read_setting(key, part) for key, part in configured.items()))


def _read_setting(key: str, value: Any) -> tuple[str, Any]:
    name, read = _READERS[key]
    try:
        return name, read(value)
    except (ValueError, TypeError) as problem:
        raise ValueError(f"{key} of a role: {problem}") from None
