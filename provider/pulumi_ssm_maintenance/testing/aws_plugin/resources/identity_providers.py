"""Identity providers of OpenID Connect, by which a pipeline assumes a role without stored keys."""

from typing import Any
from urllib.parse import urlsplit

from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws
from pulumi_ssm_maintenance.testing.aws_plugin.aws.tags import TagCalls, by_id
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props
from pulumi_ssm_maintenance.testing.aws_plugin.resource_type import Fields, ResourceType
from pulumi_ssm_maintenance.testing.aws_plugin.values import items, length


def _with_scheme(url: str) -> str:
    """Return a URL as the plugin compares it: AWS shows it without the scheme."""
    return url if "://" in url else f"https://{url}"


def _issuer(name: str, value: Any) -> str | None:
    """Check the URL of a provider. One without a scheme passes, and AWS refuses it."""
    try:
        url = urlsplit(_with_scheme(str(value)))
    except ValueError:
        return f'"{name}" has to be a valid URL'
    if url.scheme != "https":
        return f'"{name}" has to use HTTPS scheme (i.e. begin with https://)'
    return f'"{name}" cannot contain query parameters per the OIDC standard' if url.query else None


def _create(aws: Aws, inputs: Props) -> str:
    names = {"clientIdLists": "ClientIDList", "thumbprintLists": "ThumbprintList"}
    return str(aws.call("iam", "create_open_id_connect_provider", inputs, names)["OpenIDConnectProviderArn"])


def _read(aws: Aws, identity: str, _: Props) -> Props:
    held = aws.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=identity)
    return {
        "arn": identity,
        "url": held["Url"],
        "clientIdLists": held.get("ClientIDList"),
        "thumbprintLists": held.get("ThumbprintList"),
    }


def _update(aws: Aws, identity: str, state: Props, new: Props) -> None:
    """Change the thumbprints and the clients. The plugin does not remove the last thumbprint: AWS demands one."""
    client, named = aws.client("iam"), {"OpenIDConnectProviderArn": identity}
    thumbprints = new.get("thumbprintLists")
    if thumbprints and thumbprints != state.get("thumbprintLists"):
        client.update_open_id_connect_provider_thumbprint(**named, ThumbprintList=thumbprints)
    old, wanted = set(state.get("clientIdLists") or ()), set(new["clientIdLists"])
    for added in sorted(wanted - old):
        client.add_client_id_to_open_id_connect_provider(**named, ClientID=added)
    for removed in sorted(old - wanted):
        client.remove_client_id_from_open_id_connect_provider(**named, ClientID=removed)


def _delete(aws: Aws, identity: str, _: Props) -> None:
    aws.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=identity)


IDENTITY_PROVIDERS = (
    ResourceType(
        name="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        fields=Fields.parse("url! clientIdLists~ thumbprintLists?"),
        values={
            "clientIdLists": items(length(1, 255)),
            "thumbprintLists": items(length(40, 40)),
            "url": _issuer,
        },
        spelled={"url": _with_scheme},
        auto_name=None,
        tags=TagCalls(
            "iam",
            "list_open_id_connect_provider_tags",
            "tag_open_id_connect_provider",
            "untag_open_id_connect_provider",
        ).on(by_id("OpenIDConnectProviderArn")),
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
    ),
)
