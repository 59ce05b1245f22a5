"""Roles, policies and instance profiles."""

import json
from dataclasses import replace
from typing import Any

from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws
from pulumi_ssm_maintenance.testing.aws_plugin.aws.tags import TagCalls, Tags, by_id, by_property
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props
from pulumi_ssm_maintenance.testing.aws_plugin.resource_type import AutoName, Fields, ResourceType
from pulumi_ssm_maintenance.testing.aws_plugin.values import Check, json_text, length, number

_NAME = r"[\w+=,.@-]*"
_PREFIX_DIGITS = 26


def _names(longest: int) -> dict[str, Check]:
    """The checks of a name, and of a prefix that leaves room for the digits."""
    return {"name": length(1, longest, _NAME), "namePrefix": length(1, longest - _PREFIX_DIGITS, _NAME)}


def _create_role(aws: Aws, inputs: Props) -> str:
    names = {"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument"}
    aws.call("iam", "create_role", inputs, names)
    _update_own_policies(aws, inputs["name"], {}, inputs)
    return str(inputs["name"])


def _read_role(aws: Aws, identity: str, _: Props) -> Props:
    client = aws.client("iam")
    held = client.get_role(RoleName=identity)["Role"]
    attached = client.list_attached_role_policies(RoleName=identity)["AttachedPolicies"]
    return {
        "name": held["RoleName"],
        "arn": held["Arn"],
        "uniqueId": held["RoleId"],
        "createDate": held["CreateDate"].isoformat(),
        "path": held["Path"],
        "description": held.get("Description"),
        "maxSessionDuration": held.get("MaxSessionDuration"),
        "permissionsBoundary": (held.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
        "assumeRolePolicy": json.dumps(held["AssumeRolePolicyDocument"]),
        "managedPolicyArns": sorted(item["PolicyArn"] for item in attached),
        "inlinePolicies": [
            {"name": name, "policy": _inline_policy(client, identity, name)}
            for name in client.list_role_policies(RoleName=identity)["PolicyNames"]
        ],
    }


def _update_role(aws: Aws, identity: str, state: Props, new: Props) -> None:
    client = aws.client("iam")
    client.update_assume_role_policy(RoleName=identity, PolicyDocument=new["assumeRolePolicy"])
    client.update_role(
        RoleName=identity,
        Description=new.get("description") or "",
        MaxSessionDuration=new["maxSessionDuration"],
    )
    if boundary := new.get("permissionsBoundary"):
        client.put_role_permissions_boundary(RoleName=identity, PermissionsBoundary=boundary)
    elif state.get("permissionsBoundary"):
        client.delete_role_permissions_boundary(RoleName=identity)
    _update_own_policies(aws, identity, state, new)


def _delete_role(aws: Aws, identity: str, state: Props) -> None:
    """Delete the role with its own policies. Policies attached elsewhere prevent it, unless forced."""
    client = aws.client("iam")
    for profile in client.list_instance_profiles_for_role(RoleName=identity)["InstanceProfiles"]:
        client.remove_role_from_instance_profile(RoleName=identity, InstanceProfileName=profile["InstanceProfileName"])
    forced = state.get("forceDetachPolicies")
    attached = client.list_attached_role_policies(RoleName=identity)["AttachedPolicies"]
    own = {item["PolicyArn"] for item in attached} if forced else set(state.get("managedPolicyArns") or ())
    inline = client.list_role_policies(RoleName=identity)["PolicyNames"]
    own_inline = set(inline) if forced else {item["name"] for item in state.get("inlinePolicies") or ()}
    for arn in own & {item["PolicyArn"] for item in attached}:
        client.detach_role_policy(RoleName=identity, PolicyArn=arn)
    for name in own_inline & set(inline):
        client.delete_role_policy(RoleName=identity, PolicyName=name)
    client.delete_role(RoleName=identity)


def _update_own_policies(aws: Aws, role: str, state: Props, new: Props) -> None:
    """Update the policies that are arguments of the role itself; without such an argument, leave them alone."""
    client = aws.client("iam")
    if (arns := new.get("managedPolicyArns")) is not None:
        old = set(state.get("managedPolicyArns") or ())
        for arn in old - set(arns):
            client.detach_role_policy(RoleName=role, PolicyArn=arn)
        for arn in set(arns) - old:
            client.attach_role_policy(RoleName=role, PolicyArn=arn)
    if (inline := new.get("inlinePolicies")) is not None:
        for name in {item["name"] for item in state.get("inlinePolicies") or ()} - {item["name"] for item in inline}:
            client.delete_role_policy(RoleName=role, PolicyName=name)
        for item in inline:
            client.put_role_policy(RoleName=role, PolicyName=item["name"], PolicyDocument=item["policy"])


def _inline_policy(client: Any, role: str, name: str) -> str:
    return json.dumps(client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])


def _put_role_policy(aws: Aws, inputs: Props) -> str:
    role, name = inputs["role"], inputs["name"]
    aws.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=inputs["policy"])
    return f"{role}:{name}"


def _read_role_policy(aws: Aws, identity: str, _: Props) -> Props:
    role, _colon, name = identity.partition(":")
    return {"role": role, "name": name, "policy": _inline_policy(aws.client("iam"), role, name)}


def _update_role_policy(aws: Aws, _identity: str, _state: Props, new: Props) -> None:
    _put_role_policy(aws, new)


def _delete_role_policy(aws: Aws, identity: str, _: Props) -> None:
    role, _colon, name = identity.partition(":")
    aws.client("iam").delete_role_policy(RoleName=role, PolicyName=name)


def _create_policy(aws: Aws, inputs: Props) -> str:
    names = {"name": "PolicyName", "policy": "PolicyDocument"}
    return str(aws.call("iam", "create_policy", inputs, names)["Policy"]["Arn"])


def _read_policy(aws: Aws, identity: str, _: Props) -> Props:
    client = aws.client("iam")
    held = aws.ask("iam", "get_policy", PolicyArn=identity)["policy"]
    version = client.get_policy_version(PolicyArn=identity, VersionId=held["defaultVersionId"])
    return dict(held) | {
        "name": held["policyName"],
        "policy": json.dumps(version["PolicyVersion"]["Document"]),
    }


def _update_policy(aws: Aws, identity: str, state: Props, new: Props) -> None:
    if state.get("policy") != new["policy"]:
        client = aws.client("iam")
        old = [v for v in client.list_policy_versions(PolicyArn=identity)["Versions"] if not v["IsDefaultVersion"]]
        if len(old) == 4:  # AWS keeps five versions
            oldest = min(old, key=lambda item: item["CreateDate"])
            client.delete_policy_version(PolicyArn=identity, VersionId=oldest["VersionId"])
        client.create_policy_version(PolicyArn=identity, PolicyDocument=new["policy"], SetAsDefault=True)


def _delete_policy(aws: Aws, identity: str, _: Props) -> None:
    client = aws.client("iam")
    for version in client.list_policy_versions(PolicyArn=identity)["Versions"]:
        if not version["IsDefaultVersion"]:
            client.delete_policy_version(PolicyArn=identity, VersionId=version["VersionId"])
    client.delete_policy(PolicyArn=identity)


def _attach(aws: Aws, inputs: Props) -> str:
    role, policy = inputs["role"], inputs["policyArn"]
    aws.client("iam").attach_role_policy(RoleName=role, PolicyArn=policy)
    return f"{role}/{policy}"


def _read_attachment(aws: Aws, identity: str, _: Props) -> Props | None:
    role, _slash, policy = identity.partition("/")
    attached = aws.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    found = any(item["PolicyArn"] == policy for item in attached)
    return {"role": role, "policyArn": policy} if found else None


def _detach(aws: Aws, identity: str, _: Props) -> None:
    role, _slash, policy = identity.partition("/")
    aws.client("iam").detach_role_policy(RoleName=role, PolicyArn=policy)


def _create_profile(aws: Aws, inputs: Props) -> str:
    name = inputs["name"]
    aws.client("iam").create_instance_profile(InstanceProfileName=name, Path=inputs["path"])
    _change_profile_role(aws, name, {}, inputs)
    return str(name)


def _read_profile(aws: Aws, identity: str, _: Props) -> Props:
    held = aws.ask("iam", "get_instance_profile", InstanceProfileName=identity)["instanceProfile"]
    return dict(held) | {
        "name": held["instanceProfileName"],
        "uniqueId": held["instanceProfileId"],
        "role": next((role["roleName"] for role in held["roles"]), None),
    }


def _change_profile_role(aws: Aws, identity: str, state: Props, new: Props) -> None:
    client, old, role = aws.client("iam"), state.get("role"), new.get("role")
    if old and old != role:
        client.remove_role_from_instance_profile(InstanceProfileName=identity, RoleName=old)
    if role and old != role:
        client.add_role_to_instance_profile(InstanceProfileName=identity, RoleName=role)


def _delete_profile(aws: Aws, identity: str, state: Props) -> None:
    _change_profile_role(aws, identity, state, {})
    aws.client("iam").delete_instance_profile(InstanceProfileName=identity)


def _read_profile_tags(aws: Aws, identity: str, _: Props) -> Tags:
    held = aws.client("iam").get_instance_profile(InstanceProfileName=identity)["InstanceProfile"]
    return {item["Key"]: item["Value"] for item in held.get("Tags") or ()}


_PROFILE_TAGS = TagCalls("iam", add="tag_instance_profile", remove="untag_instance_profile").on(
    by_id("InstanceProfileName")
)

IAM = (
    ResourceType(
        name="aws:iam/role:Role",
        fields=Fields.parse(
            "name!? namePrefix!^ path! assumeRolePolicy description maxSessionDuration permissionsBoundary"
            " forceDetachPolicies^ managedPolicyArns~? inlinePolicies~?"
        ),
        defaults={"path": "/", "maxSessionDuration": 3600, "forceDetachPolicies": False},
        values=_names(64)
        | {
            "assumeRolePolicy": json_text,
            "description": length(0, 1000),
            "maxSessionDuration": number(3600, 43200),
            "path": length(0, 512),
        },
        auto_name=AutoName(max_length=64),
        tags=TagCalls("iam", "list_role_tags", "tag_role", "untag_role").on(by_id("RoleName")),
        create=_create_role,
        read=_read_role,
        update=_update_role,
        delete=_delete_role,
    ),
    ResourceType(
        name="aws:iam/rolePolicy:RolePolicy",
        fields=Fields.parse("name!? namePrefix!^ role! policy"),
        values=_names(128) | {"policy": json_text},
        create=_put_role_policy,
        read=_read_role_policy,
        update=_update_role_policy,
        delete=_delete_role_policy,
    ),
    ResourceType(
        name="aws:iam/policy:Policy",
        fields=Fields.parse("name!? namePrefix!^ path! description! policy"),
        defaults={"path": "/"},
        values=_names(128) | {"description": length(0, 1000), "policy": json_text},
        tags=TagCalls("iam", "list_policy_tags", "tag_policy", "untag_policy").on(by_property("PolicyArn", "arn")),
        create=_create_policy,
        read=_read_policy,
        update=_update_policy,
        delete=_delete_policy,
    ),
    ResourceType(
        name="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        fields=Fields.parse("role! policyArn!"),
        auto_name=None,
        delete_before_replace=True,
        create=_attach,
        read=_read_attachment,
        delete=_detach,
    ),
    ResourceType(
        name="aws:iam/instanceProfile:InstanceProfile",
        fields=Fields.parse("name!? namePrefix!^ path! role"),
        defaults={"path": "/"},
        values=_names(128),
        tags=replace(_PROFILE_TAGS, read=_read_profile_tags),
        create=_create_profile,
        read=_read_profile,
        update=_change_profile_role,
        delete=_delete_profile,
    ),
)
