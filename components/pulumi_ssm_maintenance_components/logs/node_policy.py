"""The policy that nodes need besides `AmazonSSMManagedInstanceCore`: to write output and to fetch patches."""

import re
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.later import from_text
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import Statement, allow, policy

# The names have a suffix that differs from region to region; that of snapshots only in some regions.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html#ssm-agent-minimum-s3-permissions
# https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-operations-s3-buckets.html
_AWS_BUCKETS = (
    "aws-ssm-{1}",
    "amazon-ssm-{1}",
    "aws-windows-downloads-{1}",
    "patch-baseline-snapshot-{1}",
    "patch-baseline-snapshot-{1}-*",
    "aws-patch-manager-{1}-*",
    "aws-patchmanager-macos-{1}-*",
)

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
_IN_S3 = re.compile(r"s3://|https://((?P<bucket>[^/]+)\.)?s3[.-]([^/]+\.)?amazonaws\.com(\.cn)?/")


def node_policy(
    component: Component,
    name: str,
    statements: Sequence[Statement],
    tags: Mapping[str, pulumi.Input[str]],
) -> aws.iam.Policy | None:
    """Create a policy to attach to the role of the nodes; None if there are no statements."""
    if not statements:
        return None
    named = component.auto_named("policy", name)
    return aws.iam.Policy(named, policy=policy(statements), tags=tags, opts=component.child())


def fetch_statements(
    where: str, location: Location, addresses: Sequence[pulumi.Input[str]], key: pulumi.Output[str] | None
) -> list[Statement]:
    """Return the statements that let nodes fetch the lists that are objects of S3, perhaps encrypted with a key."""
    objects = [
        pulumi.Output.format(
            "arn:{0}:s3:::{1}", location.partition, from_text(f"{where}: the address of a list", address, _object)
        )
        for address in addresses
        if not isinstance(address, str) or _IN_S3.match(address)
    ]
    if not objects:
        return []
    return [allow(["s3:GetObject"], objects), *([] if key is None else [allow(["kms:Decrypt"], [key])])]


def aws_bucket_statements(location: Location) -> list[Statement]:
    """Return the statements that let nodes behind VPC endpoints read AWS's buckets with patch snapshots and modules."""
    objects = [
        pulumi.Output.format(f"arn:{{0}}:s3:::{name}/*", location.partition, location.region) for name in _AWS_BUCKETS
    ]
    return [allow(["s3:GetObject"], objects)]


def _object(address: str) -> str:
    """Return the bucket and the key. An output with an address elsewhere names an object that does not exist."""
    found = _IN_S3.match(address)
    if found is None:
        return address.partition("://")[2]
    # An address in the web may end in a version or a signature.
    path = address[found.end() :] if address.startswith("s3:") else address[found.end() :].partition("?")[0]
    return f"{found['bucket']}/{path}" if found["bucket"] else path
