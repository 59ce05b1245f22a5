"""Resource groups."""

from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws
from pulumi_ssm_maintenance.testing.aws_plugin.aws.shapes import structure
from pulumi_ssm_maintenance.testing.aws_plugin.aws.tags import TagApi, Tags
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props
from pulumi_ssm_maintenance.testing.aws_plugin.resource_type import Fields, ResourceType
from pulumi_ssm_maintenance.testing.aws_plugin.values import length

_SERVICE = "resource-groups"
_BY_TAGS = "TAG_FILTERS_1_0"


def _create_group(aws: Aws, inputs: Props) -> str:
    plain = {name: value for name, value in inputs.items() if name in ("name", "description") and value}
    query = _query(aws, inputs)
    aws.call(_SERVICE, "create_group", plain, ResourceQuery=query)
    return str(inputs["name"])


def _query(aws: Aws, inputs: Props) -> dict[str, str]:
    return structure(aws.client(_SERVICE), "ResourceQuery", {"type": _BY_TAGS} | inputs["resourceQuery"])


def _read_group(aws: Aws, identity: str, known: Props) -> Props:
    held = aws.ask(_SERVICE, "get_group", GroupName=identity)["group"]
    query = aws.ask(_SERVICE, "get_group_query", GroupName=identity)["groupQuery"]["resourceQuery"]
    if "type" not in known.get("resourceQuery", ()) and query["type"] == _BY_TAGS:
        del query["type"]
    return dict(held) | {"arn": held["groupArn"], "resourceQuery": query}


def _update_group(aws: Aws, identity: str, _: Props, new: Props) -> None:
    client = aws.client(_SERVICE)
    client.update_group(GroupName=identity, Description=new.get("description") or "")
    client.update_group_query(GroupName=identity, ResourceQuery=_query(aws, new))


def _delete_group(aws: Aws, identity: str, _: Props) -> None:
    aws.client(_SERVICE).delete_group(GroupName=identity)


def _read_tags(aws: Aws, _identity: str, state: Props) -> Tags:
    return dict(aws.client(_SERVICE).get_tags(Arn=state["arn"])["Tags"])


def _change_tags(aws: Aws, _identity: str, state: Props, old: Tags, new: Tags) -> None:
    client = aws.client(_SERVICE)
    if gone := sorted(old.keys() - new.keys()):
        client.untag(Arn=state["arn"], Keys=gone)
    if new:
        client.tag(Arn=state["arn"], Tags=new)


RESOURCE_GROUPS = (
    ResourceType(
        name="aws:resourcegroups/group:Group",
        fields=Fields.parse("name! description resourceQuery"),
        values={"description": length(0, 1024), "name": length(1, 300, r"[\w.-]+")},
        tags=TagApi(_read_tags, _change_tags),
        create=_create_group,
        read=_read_group,
        update=_update_group,
        delete=_delete_group,
    ),
)
