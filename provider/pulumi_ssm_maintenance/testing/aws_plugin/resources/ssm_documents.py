"""SSM documents and parameters."""

from typing import Any

from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws
from pulumi_ssm_maintenance.testing.aws_plugin.aws.tags import TagCalls
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props
from pulumi_ssm_maintenance.testing.aws_plugin.resource_type import Fields, ResourceType
from pulumi_ssm_maintenance.testing.aws_plugin.values import length, one_of

_SHARE = "Share"
# A change of one of these makes a new version.
_VERSIONED = ("content", "documentFormat", "documentType", "targetType", "versionName")
_MOST_ACCOUNTS = 20
"""How many accounts AWS takes in one call."""
_TAG_CALLS = TagCalls("ssm", add="add_tags_to_resource", remove="remove_tags_from_resource", held="TagList")


def _create_document(aws: Aws, inputs: Props) -> str:
    aws.call("ssm", "create_document", inputs)
    _share(aws, inputs["name"], {}, inputs)
    return str(inputs["name"])


def _read_document(aws: Aws, identity: str, _: Props) -> Props:
    held: Props = aws.ask("ssm", "describe_document", Name=identity)["document"]
    content = aws.ask("ssm", "get_document", Name=identity, DocumentVersion="$LATEST")["content"]
    shared = aws.client("ssm").describe_document_permission(Name=identity, PermissionType=_SHARE).get("AccountIds")
    permissions = {"type": _SHARE, "account_ids": ",".join(shared)} if shared else None
    return held | {"content": content, "permissions": permissions, "arn": aws.arn("ssm", f"document/{identity}")}


def _update_document(aws: Aws, identity: str, state: Props, new: Props) -> None:
    """Create a new version and make it the default one.

    The real plugin bases it on the default version, which AWS refuses when it is not the latest one. It does not send
    a changed type, which AWS could not change.
    """
    _share(aws, identity, state, new)
    if all(state.get(name) == new.get(name) for name in _VERSIONED):
        return
    client = aws.client("ssm")
    try:
        answer = aws.call("ssm", "update_document", new, Name=identity, DocumentVersion=state["defaultVersion"])
        version = answer["DocumentDescription"]["DocumentVersion"]
    except client.exceptions.DuplicateDocumentContent:
        version = state["latestVersion"]
    client.update_document_default_version(Name=identity, DocumentVersion=version)


def _delete_document(aws: Aws, identity: str, state: Props) -> None:
    """Stop sharing the document, and delete it: AWS deletes no shared one."""
    _share(aws, identity, state, {})
    aws.client("ssm").delete_document(Name=identity)


def _share(aws: Aws, name: str, old: Props, new: Props) -> None:
    before, after = _accounts(old), _accounts(new)
    for member, accounts in (("AccountIdsToAdd", after - before), ("AccountIdsToRemove", before - after)):
        listed = sorted(accounts)
        for first in range(0, len(listed), _MOST_ACCOUNTS):
            aws.client("ssm").modify_document_permission(
                Name=name, PermissionType=_SHARE, **{member: listed[first : first + _MOST_ACCOUNTS]}
            )


def _accounts(inputs: Props) -> set[str]:
    listed = (inputs.get("permissions") or {}).get("account_ids", "")
    return {account for account in listed.split(",") if account}


def _permissions(name: str, value: Any) -> str | None:
    """Check whom a document is shared with: accounts, and nothing else."""
    given = value if isinstance(value, dict) else {}
    if missing := [key for key in ("type", "account_ids") if key not in given]:
        return f'"{name}": "{missing[0]}" must be defined'
    return None if given["type"] == _SHARE else f'"{name}": only {_SHARE} "type" supported'


def _create_parameter(aws: Aws, inputs: Props) -> str:
    aws.call("ssm", "put_parameter", _parameter(inputs), Overwrite=bool(inputs.get("overwrite")))
    return str(inputs["name"])


def _read_parameter(aws: Aws, identity: str, known: Props) -> Props:
    client = aws.client("ssm")
    held: Props = aws.ask("ssm", "get_parameter", Name=identity, WithDecryption=True)["parameter"]
    (described,) = client.describe_parameters(
        ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [identity]}]
    )["Parameters"]
    value = "insecureValue" if known.get("insecureValue") else "value"
    return {
        **{name: held.get(name) for name in ("name", "type", "version", "dataType")},
        value: held["value"],
        "arn": held.get("arn") or aws.arn("ssm", f"parameter/{identity.removeprefix('/')}"),
        "description": described.get("Description"),
        "allowedPattern": described.get("AllowedPattern"),
        "tier": described.get("Tier"),
        "keyId": described.get("KeyId"),
    }


def _update_parameter(aws: Aws, identity: str, _: Props, new: Props) -> None:
    aws.call("ssm", "put_parameter", _parameter(new), Name=identity, Overwrite=True)


def _delete_parameter(aws: Aws, identity: str, _: Props) -> None:
    aws.client("ssm").delete_parameter(Name=identity)


def _parameter(inputs: Props) -> Props:
    return inputs | {"value": inputs.get("value") or inputs.get("insecureValue")}


DOCUMENTS = (
    ResourceType(
        name="aws:ssm/document:Document",
        fields=Fields.parse("name! documentType content documentFormat targetType versionName permissions"),
        defaults={"documentFormat": "JSON"},
        values={
            "documentFormat": one_of("YAML", "JSON", "TEXT"),
            "name": length(3, 128, r"[\w.-]+"),
            "permissions": _permissions,
            "targetType": length(1, 200, r"/[\w.:/-]*"),
            "versionName": length(3, 128, r"[\w.-]+"),
        },
        tags=_TAG_CALLS.on(lambda identity, _: {"ResourceType": "Document", "ResourceId": identity}),
        renewed=frozenset({"defaultVersion", "documentVersion", "latestVersion", "hash", "parameters"}),
        renewed_by="content",
        create=_create_document,
        read=_read_document,
        update=_update_document,
        delete=_delete_document,
    ),
    ResourceType(
        name="aws:ssm/parameter:Parameter",
        fields=Fields.parse(
            "name! type value? insecureValue? description allowedPattern tier? dataType? keyId? overwrite^"
        ),
        values={
            "description": length(0, 1024),
            "name": length(1, 2048),
            "tier": one_of("Standard", "Advanced", "Intelligent-Tiering"),
            "type": one_of("String", "StringList", "SecureString"),
        },
        tags=_TAG_CALLS.on(lambda identity, _: {"ResourceType": "Parameter", "ResourceId": identity}),
        renewed=frozenset({"version"}),
        create=_create_parameter,
        read=_read_parameter,
        update=_update_parameter,
        delete=_delete_parameter,
    ),
)
