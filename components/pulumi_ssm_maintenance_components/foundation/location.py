"""The account and region that a component's children live in, for the ARNs of what is not there yet."""

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
        """Compose an ARN of this region.

        Args:
            service: such as `ssm`.
            resource: what follows the account, such as `document/AWS-RunPatchBaseline`.
            owner: the account. Default: this one; an empty string for what AWS itself owns.
        """
        account = self.account_id if owner is None else owner
        return pulumi.Output.format("arn:{0}:{1}:{2}:{3}:{4}", self.partition, service, self.region, account, resource)


def location_of(component: Component) -> Location:
    """Ask where a component's children live."""
    options = component.lookup()
    return Location(
        partition=aws.get_partition_output(opts=options).partition,
        account_id=aws.get_caller_identity_output(opts=options).account_id,
        region=aws.get_region_output(opts=options).region,
    )


Here: TypeAlias = Location
"""The former name of `Location`."""
