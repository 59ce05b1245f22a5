"""The partition, account and region of a component's children, to compose the ARNs of new resources."""

from dataclasses import dataclass
from typing import TypeAlias

import pulumi
import pulumi_aws as aws

from .component import Component


@dataclass(frozen=True, slots=True)
class Location:
    """Partition, account and region."""

    partition: pulumi.Output[str]
    account_id: pulumi.Output[str]
    region: pulumi.Output[str]

    def arn(
        self, service: str, resource: pulumi.Input[str], *, owner: pulumi.Input[str] | None = None
    ) -> pulumi.Output[str]:
        """Compose an ARN in this region.

        Args:
            service: the service in the ARN, such as `ssm`.
            resource: the part after the account, such as `document/AWS-RunPatchBaseline`.
            owner: the account; an empty string for resources that AWS owns. Default: this account.
        """
        account = self.account_id if owner is None else owner
        return pulumi.Output.format("arn:{0}:{1}:{2}:{3}:{4}", self.partition, service, self.region, account, resource)


def location_of(component: Component) -> Location:
    """Look up the partition, account and region of a component's children."""
    options = component.lookup()
    return Location(
        partition=aws.get_partition_output(opts=options).partition,
        account_id=aws.get_caller_identity_output(opts=options).account_id,
        region=aws.get_region_output(opts=options).region,
    )


Here: TypeAlias = Location
"""The former name of `Location`."""
