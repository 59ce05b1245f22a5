"""Patch baselines, patch groups and default baselines."""

import re
from typing import Any

from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws
from pulumi_ssm_maintenance.testing.aws_plugin.aws.shapes import structure
from pulumi_ssm_maintenance.testing.aws_plugin.aws.tags import TagCalls
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.errors import PropertyError
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props
from pulumi_ssm_maintenance.testing.aws_plugin.resource_type import Fields, ResourceType
from pulumi_ssm_maintenance.testing.aws_plugin.values import items, length, one_of

# Windows has further predefined baselines, whose names have more hyphens.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-predefined-and-custom-patch-baselines.html
_AWS_DEFAULT = re.compile("AWS-[0-9A-Za-z]+PatchBaseline")
_BASELINE = re.compile(r"(arn:.+:patchbaseline/)?pb-[0-9a-f]{17}")
_LEVELS = one_of("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNSPECIFIED")
_LISTS = ("approvalRules", "approvedPatches", "globalFilters", "rejectedPatches", "sources")
_WHEN_GONE: Props = {name: [] for name in _LISTS} | {"description": "", "approvedPatchesEnableNonSecurity": False}


def _create_baseline(aws: Aws, inputs: Props) -> str:
    return str(_send(aws, "create_patch_baseline", inputs)["BaselineId"])


def _read_baseline(aws: Aws, identity: str, known: Props) -> Props:
    held = aws.ask("ssm", "get_patch_baseline", BaselineId=identity)
    rules = (held.get("approvalRules") or {}).get("patchRules") or []
    # The days that the plugin sends by itself are not a difference to none.
    written = any(rule.get("approveAfterDays") == 0 for rule in known.get("approvalRules") or ())
    return held | {
        "arn": aws.arn("ssm", f"patchbaseline/{identity.rpartition('/')[2]}"),
        "approvalRules": [_rule_properties(rule, with_zero_days=written) for rule in rules],
        "globalFilters": (held.get("globalFilters") or {}).get("patchFilters") or [],
    }


def _update_baseline(aws: Aws, identity: str, state: Props, new: Props) -> None:
    """Send changed values, and an empty value for a removed one: AWS keeps omitted fields."""
    wanted = _WHEN_GONE | new
    changed = {name: value for name, value in wanted.items() if (state.get(name) or None) != (value or None)}
    _send(aws, "update_patch_baseline", changed, BaselineId=identity)


def _delete_baseline(aws: Aws, identity: str, state: Props) -> None:
    """Delete a baseline. One in use may be the default: the plugin takes that back and tries again."""
    client = aws.client("ssm")
    try:
        client.delete_patch_baseline(BaselineId=identity)
    except client.exceptions.ResourceInUseException:
        _delete_default(aws, state["operatingSystem"], {})
        client.delete_patch_baseline(BaselineId=identity)


def _send(aws: Aws, method: str, inputs: Props, **fixed: Any) -> Any:
    client = aws.client("ssm")
    plain = {name: value for name, value in inputs.items() if name not in ("approvalRules", "globalFilters")}
    if "approvalRules" in inputs:
        rules = [_rule_request(rule) for rule in inputs["approvalRules"] or ()]
        fixed["ApprovalRules"] = structure(client, "PatchRuleGroup", {"patchRules": rules})
    if "globalFilters" in inputs:
        filters = {"patchFilters": inputs["globalFilters"] or []}
        fixed["GlobalFilters"] = structure(client, "PatchFilterGroup", filters)
    return aws.call("ssm", method, plain, **fixed)


def _rule_request(rule: Props) -> Props:
    """Convert a rule. Without a way to approve, the real plugin sends 0 days."""
    plain = {name: value for name, value in rule.items() if name != "patchFilters" and value is not None}
    if not plain.get("approveUntilDate"):
        plain.setdefault("approveAfterDays", 0)
    return plain | {"patchFilterGroup": {"patchFilters": rule["patchFilters"]}}


def _rule_properties(rule: Props, *, with_zero_days: bool) -> Props:
    group = rule.get("patchFilterGroup") or {}
    plain = {name: value for name, value in rule.items() if name != "patchFilterGroup"}
    if not with_zero_days and plain.get("approveAfterDays") == 0:
        del plain["approveAfterDays"]
    return plain | {"patchFilters": group.get("patchFilters")}


def _create_group(aws: Aws, inputs: Props) -> str:
    aws.call("ssm", "register_patch_baseline_for_patch_group", inputs)
    return f"{inputs['patchGroup']},{inputs['baselineId']}"


def _read_group(aws: Aws, identity: str, _: Props) -> Props | None:
    group, _comma, baseline = identity.partition(",")
    pages = aws.client("ssm").get_paginator("describe_patch_groups").paginate()
    for mapping in (item for page in pages for item in page["Mappings"]):
        held = mapping["BaselineIdentity"]["BaselineId"].rpartition("/")[2]
        if mapping["PatchGroup"] == group and held == baseline.rpartition("/")[2]:
            return {"patchGroup": group, "baselineId": baseline}
    return None


def _delete_group(aws: Aws, identity: str, _: Props) -> None:
    group, _comma, baseline = identity.partition(",")
    aws.client("ssm").deregister_patch_baseline_for_patch_group(BaselineId=baseline, PatchGroup=group)


def _create_default(aws: Aws, inputs: Props) -> str:
    client, named = aws.client("ssm"), {"BaselineId": inputs["baselineId"]}
    system, wanted = str(client.get_patch_baseline(**named)["OperatingSystem"]), inputs["operatingSystem"]
    if system != wanted:
        raise PropertyError(f"Patch Baseline Operating System ({system}) does not match {wanted}")
    client.register_default_patch_baseline(**named)
    return system


def _read_default(aws: Aws, identity: str, _: Props) -> Props:
    """Read the default of an operating system, which an import may name by its baseline."""
    system = identity
    if _BASELINE.fullmatch(identity):
        system = aws.client("ssm").get_patch_baseline(BaselineId=identity)["OperatingSystem"]
    return aws.ask("ssm", "get_default_patch_baseline", OperatingSystem=system) | {"id": system}


def _bare_id(baseline: str) -> str:
    return baseline.rpartition("/")[2]


def _baseline(name: str, value: Any) -> str | None:
    return (
        None if _BASELINE.fullmatch(str(value)) else f'{name}: must match "pb-" followed by 17 hexadecimal characters'
    )


def _delete_default(aws: Aws, identity: str, _: Props) -> None:
    """Make the AWS-owned baseline the default again."""
    filters = [{"Key": "OWNER", "Values": ["AWS"]}]
    pages = aws.client("ssm").get_paginator("describe_patch_baselines").paginate(Filters=filters)
    for baseline in (item for page in pages for item in page["BaselineIdentities"]):
        is_default = _AWS_DEFAULT.fullmatch(baseline["BaselineName"])
        if baseline.get("OperatingSystem") == identity and is_default:
            aws.client("ssm").register_default_patch_baseline(BaselineId=baseline["BaselineId"])
            return


PATCHING = (
    ResourceType(
        name="aws:ssm/patchBaseline:PatchBaseline",
        fields=Fields.parse(
            "name operatingSystem! approvalRules globalFilters approvedPatches~ rejectedPatches~"
            " approvedPatchesComplianceLevel approvedPatchesEnableNonSecurity rejectedPatchesAction?"
            " availableSecurityUpdatesComplianceStatus? sources description"
        ),
        defaults={"operatingSystem": "WINDOWS", "approvedPatchesComplianceLevel": "UNSPECIFIED"},
        nested_defaults={"approvalRules": {"complianceLevel": "UNSPECIFIED", "enableNonSecurity": False}},
        values={
            "approvedPatches": items(length(1, 100), most=50),
            "approvedPatchesComplianceLevel": _LEVELS,
            "description": length(0, 1024),
            "globalFilters": items(most=4),
            "name": length(3, 128, r"[\w.-]+"),
            "rejectedPatches": items(length(1, 100), most=50),
            "rejectedPatchesAction": one_of("ALLOW_AS_DEPENDENCY", "BLOCK"),
            "sources": items(most=20),
        },
        tags=TagCalls("ssm", add="add_tags_to_resource", remove="remove_tags_from_resource", held="TagList").on(
            lambda identity, _: {"ResourceType": "PatchBaseline", "ResourceId": identity}
        ),
        create=_create_baseline,
        read=_read_baseline,
        update=_update_baseline,
        delete=_delete_baseline,
    ),
    ResourceType(
        name="aws:ssm/patchGroup:PatchGroup",
        fields=Fields.parse("baselineId! patchGroup!"),
        auto_name=None,
        create=_create_group,
        read=_read_group,
        delete=_delete_group,
    ),
    ResourceType(
        name="aws:ssm/defaultPatchBaseline:DefaultPatchBaseline",
        fields=Fields.parse("baselineId! operatingSystem!"),
        values={"baselineId": _baseline},
        spelled={"baselineId": _bare_id},
        auto_name=None,
        create=_create_default,
        read=_read_default,
        delete=_delete_default,
    ),
)
