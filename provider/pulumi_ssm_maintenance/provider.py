"""An explicit provider: tasks of another account or region in one program."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, Required, TypedDict, Unpack

import pulumi
from pulumi import Input

from .aws.connection import setting_key

__all__ = ["AssumeRoleArgs", "AssumeRoleWithWebIdentityArgs", "EndpointArgs", "Provider", "ProviderArgs"]

_SECRETS: Final = frozenset(
    {"access_key", "secret_key", "token", "assume_role_with_web_identity", "http_proxy", "https_proxy"}
)


class AssumeRoleArgs(TypedDict, total=False):
    """A role to assume.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """

    role_arn: Required[Input[str]]
    duration: Input[str | None]
    """How long the credentials live, such as `1h30m`; 15 minutes to 12 hours. Default: 1 hour."""
    external_id: Input[str | None]
    policy: Input[str | None]
    """JSON that narrows the role's permissions."""
    policy_arns: Input[Sequence[Input[str]] | None]
    session_name: Input[str | None]
    source_identity: Input[str | None]
    tags: Input[Mapping[str, Input[str]] | None]
    transitive_tag_keys: Input[Sequence[Input[str]] | None]


class AssumeRoleWithWebIdentityArgs(TypedDict, total=False):
    """A role to assume by an OpenID Connect token, as pipelines hand out.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    """

    role_arn: Required[Input[str]]
    web_identity_token: Input[str | None]
    """The token itself, or:"""
    web_identity_token_file: Input[str | None]
    """The file that holds it, read again whenever the credentials are renewed."""
    duration: Input[str | None]
    """How long the credentials live, such as `1h30m`. Default: 1 hour."""
    policy: Input[str | None]
    policy_arns: Input[Sequence[Input[str]] | None]
    session_name: Input[str | None]


class EndpointArgs(TypedDict, total=False):
    """Other addresses for the services, such as a VPC endpoint's."""

    ssm: Input[str | None]
    sts: Input[str | None]


class ProviderArgs(TypedDict, total=False):
    """The arguments of `Provider`, which describes each of them."""

    region: Input[str | None]
    profile: Input[str | None]
    access_key: Input[str | None]
    secret_key: Input[str | None]
    token: Input[str | None]
    assume_roles: Input[Sequence[Input[AssumeRoleArgs]] | None]
    assume_role_with_web_identity: Input[AssumeRoleWithWebIdentityArgs | None]
    endpoints: Input[Sequence[Input[EndpointArgs]] | None]
    max_retries: Input[int | None]
    retry_mode: Input[Literal["standard", "adaptive"] | None]
    allowed_account_ids: Input[Sequence[Input[str]] | None]
    forbidden_account_ids: Input[Sequence[Input[str]] | None]
    use_fips_endpoint: Input[bool | None]
    use_dualstack_endpoint: Input[bool | None]
    shared_config_files: Input[Sequence[Input[str]] | None]
    shared_credentials_files: Input[Sequence[Input[str]] | None]
    http_proxy: Input[str | None]
    https_proxy: Input[str | None]
    no_proxy: Input[str | None]
    custom_ca_bundle: Input[str | None]
    insecure: Input[bool | None]
    sts_region: Input[str | None]
    skip_metadata_api_check: Input[bool | None]
    ec2_metadata_service_endpoint: Input[str | None]
    ec2_metadata_service_endpoint_mode: Input[Literal["IPv4", "IPv6"] | None]


class Provider(pulumi.ProviderResource):
    """An account and region for tasks, beside the one that the stack's configuration names.

    Pass it with `opts=ResourceOptions(provider=…)` to a task, or with `providers=[…]` to a component, together with
    the `pulumi_aws.Provider` of the same account and region. Arguments have the names of `pulumi_aws.Provider`. The
    stack's `aws:` configuration does not reach an explicit provider; the environment (`AWS_PROFILE`, …) does, for
    what is not given here. Each explicit provider is a process of its own, with four more calls at a time.

    Args:
        resource_name: the logical name in the program.
        region: the region of tasks that name none. Default: `AWS_REGION`, then the profile's. A change replaces the
            provider's tasks.
        profile: a profile of the shared configuration files.
        access_key, secret_key, token: static credentials; stored as secrets.
        assume_roles: roles to assume, each with the credentials of the one before.
        assume_role_with_web_identity: a role to assume by an OpenID Connect token; stored as a secret.
        endpoints: other addresses for `ssm` and `sts`.
        max_retries: how often a call is repeated when AWS throttles or fails, 0 or more. Default: 24.
        retry_mode: `standard` or `adaptive`. Default: `adaptive`, which slows down while AWS throttles.
        allowed_account_ids: refuse to work in any other account than these.
        forbidden_account_ids: refuse to work in these accounts.
        use_fips_endpoint: talk to FIPS endpoints. Default: False.
        use_dualstack_endpoint: talk to endpoints with IPv6. Default: False.
        shared_config_files: one file instead of `~/.aws/config`.
        shared_credentials_files: one file instead of `~/.aws/credentials`.
        http_proxy, https_proxy, no_proxy: proxies, stored as secrets, and the hosts that are reached without one.
        custom_ca_bundle: a file of certificates to trust.
        insecure: do not verify certificates. Default: False.
        sts_region: the region of STS. Default: the provider's.
        skip_metadata_api_check: never ask the EC2 metadata service for credentials. Default: False.
        ec2_metadata_service_endpoint: another address for the EC2 metadata service.
        ec2_metadata_service_endpoint_mode: `IPv4` or `IPv6`.
        opts: the resource's options.

    A wrong value is reported by every task of the provider, at preview.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        opts: pulumi.ResourceOptions | None = None,
        **args: Unpack[ProviderArgs],
    ) -> None:
        if strangers := sorted(args.keys() - ProviderArgs.__annotations__.keys()):
            message = f"Provider {resource_name!r}: {', '.join(strangers)} is not known"
            raise TypeError(message)
        super().__init__("pulumi-python", resource_name, _stored(args), opts)


def _stored(args: Mapping[str, Any]) -> dict[str, Any]:
    """Give arguments the keys under which the stack's configuration has them, so that one reader serves both."""
    return {
        f"aws:{setting_key(name)}": pulumi.Output.secret(value) if name in _SECRETS else value
        for name, value in args.items()
        if value is not None
    }
