"""Adds ListGroupResources to moto: the members of a group are the resources that its query by tags finds.

https://docs.aws.amazon.com/ARG/latest/APIReference/API_ListGroupResources.html
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DEFAULT_PAGE = 50
_TYPES = {"ec2:instance": "AWS::EC2::Instance", "lambda:function": "AWS::Lambda::Function", "s3": "AWS::S3::Bucket"}
"""The types of members that the local AWS names, by how their ARNs begin."""
_EVERY_TYPE = "AWS::AllSupported"


@cache
def list_members() -> None:
    """Add the operation to moto's resource groups, once per process and before they are served."""
    from moto.resourcegroups import urls  # noqa: PLC0415  # loading moto takes 0.5 s
    from moto.resourcegroups.responses import ResourceGroupsResponse  # noqa: PLC0415  # as above

    def list_group_resources(self: Any) -> str:
        name = self._get_param("Group") or self._get_param("GroupName")
        group = _group(self.resourcegroups_backend.groups, name)
        found = list(_members(self.current_account, self.region, json.loads(group.resource_query["Query"])))
        for condition in self._get_param("Filters") or ():
            found = [one for one in found if one["ResourceType"] in condition["Values"]]
        first, size = int(self._get_param("NextToken") or 0), self._get_param("MaxResults") or _DEFAULT_PAGE
        page, more = found[first : first + size], len(found) > first + size
        return json.dumps(
            {
                "Resources": [{"Identifier": one} for one in page],
                "ResourceIdentifiers": page,
                "QueryErrors": [],
                **({"NextToken": str(first + size)} if more else {}),
            }
        )

    served: Any = ResourceGroupsResponse
    served.list_group_resources = list_group_resources
    urls.url_paths["{0}/list-group-resources$"] = ResourceGroupsResponse.dispatch


def _group(groups: Any, name: str) -> Any:
    """Find a group by its name or its ARN."""
    short = name.rpartition("/")[2]
    if short not in groups.by_name:
        raise ApiError("NotFoundException", f"Cannot find group: {name}", 404)
    group = groups.by_name[short]
    if group.resource_query.get("Type") != "TAG_FILTERS_1_0":
        raise ApiError("NotImplemented", "The local AWS lists the members of groups by tags only", 501)
    return group


def _members(account: str, region: str, query: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    from moto.resourcegroupstaggingapi.models import resourcegroupstaggingapi_backends  # noqa: PLC0415  # loaded already

    wanted = query.get("ResourceTypeFilters") or [_EVERY_TYPE]
    backend: Any = resourcegroupstaggingapi_backends[account][region]
    for one in backend._get_resources_generator(tag_filters=query.get("TagFilters") or []):  # noqa: SLF001  # without pages
        kind = _type_of(one.arn)
        if kind and (_EVERY_TYPE in wanted or kind in wanted):
            yield {"ResourceArn": one.arn, "ResourceType": kind}


def _type_of(arn: str) -> str | None:
    _, _, service, _, _, resource = arn.split(":", 5)
    kind = f"{service}:{resource.partition('/')[0].partition(':')[0]}" if service != "s3" else service
    return _TYPES.get(kind)
