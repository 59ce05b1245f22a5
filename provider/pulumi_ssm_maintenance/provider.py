"""An explicit provider: tasks of another account or region in one program."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, Literal, Required, TypedDict, Unpack

import pulumi
from pulumi import Input

from ._calls import UnknownArgumentError, legible_calls
from ._declared import sendable
from ._options import demand_name_and_options
from .aws.connection import problems_of
from .aws.settings import PREFLIGHT, setting_key
from .errors import ArgumentError

__all__ = ["AssumeRoleArgs", "AssumeRoleWithWebIdentityArgs", "EndpointArgs", "Provider", "ProviderArgs"]

_SECRETS: Final = frozenset(
    {"access_key", "secret_key", "token", "assume_role_with_web_identity", "http_proxy", "https_proxy"}
)


class _RoleArgs(TypedDict, total=False):
    role_arn: Required[Input[str]]
    """The ARN of the role."""
    duration: Input[str | None]
    """How long the credentials are valid, such as `1h30m`: 15 minutes to 12 hours. Default: 1 hour."""
    policy: Input[str | None]
    """A session policy, as JSON text, that narrows the permissions of the role."""
    policy_arns: Input[Sequence[Input[str]] | None]
    """The ARNs of managed policies that narrow the permissions of the role."""
    session_name: Input[str | None]
    """The name of the session, which CloudTrail shows. Default: botocore generates one."""


class AssumeRoleArgs(_RoleArgs, total=False):
    """A role to assume.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """

    external_id: Input[str | None]
    """The external id that the trust policy of the role demands."""
    source_identity: Input[str | None]
    """The source identity of the session."""
    tags: Input[Mapping[str, Input[str]] | None]
    """The tags of the session."""
    transitive_tag_keys: Input[Sequence[Input[str]] | None]
    """The keys of those tags that the next role in a chain receives too."""


class AssumeRoleWithWebIdentityArgs(_RoleArgs, total=False):
    """A role to assume with an OpenID Connect token, which a pipeline provides.

    Give the token as `web_identity_token` or as `web_identity_token_file`.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    """

    web_identity_token: Input[str | None]
    """The token itself. Stored as a secret."""
    web_identity_token_file: Input[str | None]
    """A file that holds the token. It is read again whenever the credentials are renewed."""


class EndpointArgs(TypedDict, total=False):
    """The URLs of AWS services, for example of VPC endpoints."""

    ssm: Input[str | None]
    """The URL of Systems Manager. Default: the public endpoint of the region."""
    sts: Input[str | None]
    """The URL of STS, which returns the account and the credentials of roles. Default: the public endpoint."""


class ProviderArgs(TypedDict, total=False):
    """The arguments of `Provider`. They have the names of `pulumi_aws.Provider`."""

    region: Input[str | None]
    """The region of tasks that name none.

    Default: `AWS_REGION`, then the region of the profile. A change replaces the tasks of the provider.
    """
    profile: Input[str | None]
    """A profile of the shared configuration files. Default: `AWS_PROFILE`."""
    access_key: Input[str | None]
    """The access key of static credentials. Stored as a secret."""
    secret_key: Input[str | None]
    """The secret key of static credentials. Stored as a secret."""
    token: Input[str | None]
    """The session token of static credentials. Stored as a secret."""
    assume_roles: Input[Sequence[Input[AssumeRoleArgs]] | None]
    """The roles to assume, in order: each with the credentials of the one before."""
    assume_role_with_web_identity: Input[AssumeRoleWithWebIdentityArgs | None]
    """A role to assume with an OpenID Connect token. Stored as a secret."""
    endpoints: Input[Sequence[Input[EndpointArgs]] | None]
    """Other URLs for Systems Manager and STS."""
    max_retries: Input[int | None]
    """How often a call is repeated when AWS throttles or fails, 0 or more. Default: 24."""
    retry_mode: Input[Literal["standard", "adaptive"] | None]
    """`standard` or `adaptive`. Default: `adaptive`, which sends fewer requests while AWS throttles."""
    allowed_account_ids: Input[Sequence[Input[str]] | None]
    """The provider refuses to work in any other account."""
    forbidden_account_ids: Input[Sequence[Input[str]] | None]
    """The provider refuses to work in these accounts."""
    use_fips_endpoint: Input[bool | None]
    """Whether FIPS endpoints are used. Default: False."""
    use_dualstack_endpoint: Input[bool | None]
    """Whether endpoints that support IPv6 are used. Default: False."""
    shared_config_files: Input[Sequence[Input[str]] | None]
    """A list of one file, which is read in place of `~/.aws/config`."""
    shared_credentials_files: Input[Sequence[Input[str]] | None]
    """A list of one file, which is read in place of `~/.aws/credentials`."""
    http_proxy: Input[str | None]
    """The proxy for HTTP. Stored as a secret, since it may contain a password."""
    https_proxy: Input[str | None]
    """The proxy for HTTPS. Stored as a secret, since it may contain a password."""
    no_proxy: Input[str | None]
    """The hosts that are reached without a proxy, separated by commas."""
    custom_ca_bundle: Input[str | None]
    """A file of certificates to trust."""
    insecure: Input[bool | None]
    """Whether certificates are left unverified. Default: False."""
    sts_region: Input[str | None]
    """The region of STS. Default: the region of the task."""
    skip_metadata_api_check: Input[bool | None]
    """Whether the EC2 metadata service is never asked for credentials. Default: False."""
    skip_region_validation: Input[bool | None]
    """Whether a region is accepted that the installed boto3 does not know, since it is newer. Default: False."""
    ec2_metadata_service_endpoint: Input[str | None]
    """The URL of the EC2 metadata service."""
    ec2_metadata_service_endpoint_mode: Input[Literal["IPv4", "IPv6"] | None]
    """The protocol of the EC2 metadata service. Default: `IPv4`."""
    preflight: Input[bool | Literal["strict"] | None]
    """Whether tasks are checked against the account before they are deployed.

    True: what the run would fail on is a warning. `strict`: it is an error. Default: False, and no call is made.
    """


@legible_calls
class Provider(pulumi.ProviderResource):
    """An account and region for tasks, other than those that the configuration of the stack names.

    Pass it to a task with `opts=ResourceOptions(provider=…)`. Pass it to a component with `providers=[…]`, together
    with the `pulumi_aws.Provider` of the same account and region. The `aws:` configuration of the stack does not apply
    to an explicit provider. The environment (`AWS_PROFILE`, …) applies to whatever the arguments leave out. Each
    explicit provider runs in a process of its own, with four more calls at a time.

    Example::

        ireland = Provider("ireland", region="eu-west-1")

    Arguments: see `ProviderArgs`.

    Raises:
        ArgumentError: an argument does not exist, or has a wrong value. What is an output, and what a file contains, is
            checked at preview, and every task of the provider reports it.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        opts: pulumi.ResourceOptions | None = None,
        **args: Unpack[ProviderArgs],
    ) -> None:
        """Declare a provider with the arguments of `ProviderArgs` and the resource options `opts`."""
        demand_name_and_options("Provider", resource_name, opts)
        super().__init__("pulumi-python", resource_name, _stored(_checked(resource_name, args)), opts)


def _checked(resource_name: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """Refuse wrong arguments; give the others in the form in which they are sent."""
    unknown = sorted(args.keys() - ProviderArgs.__annotations__.keys())
    known, unsendable = sendable({name: value for name, value in args.items() if name not in unknown})
    problems = {**unsendable, **dict(problems_of(known, is_known=_is_known))}
    lines = [*map(_not_known, unknown), *(f"{name}: {reason}" for name, reason in problems.items())]
    if lines:
        kind = UnknownArgumentError if unknown else ArgumentError
        raise kind(*(f"Provider {resource_name!r}: {line}" for line in lines))
    return known


def _is_known(value: Any) -> bool:
    """Tell whether the program knows a value while it runs, which it does not of an output."""
    if isinstance(value, Mapping):
        return all(map(_is_known, value.values()))
    return all(map(_is_known, value)) if isinstance(value, list) else not isinstance(value, pulumi.Output)


def _not_known(name: str) -> str:
    nearest = get_close_matches(name, ProviderArgs.__annotations__, n=1)
    return f"{name} is not known" + "".join(f", did you mean {one}?" for one in nearest)


def _stored(args: Mapping[str, Any]) -> dict[str, Any]:
    """Store arguments under the keys of the stack's configuration, so that one reader serves both."""
    return {
        _key(name): pulumi.Output.secret(value) if name in _SECRETS else value
        for name, value in args.items()
        if value is not None
    }


def _key(name: str) -> str:
    return PREFLIGHT if name == "preflight" else f"aws:{setting_key(name)}"
