"""The functions of the plugin, such as `aws.get_caller_identity`."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from .aws.clients import Aws
from .protocol.errors import PropertyError
from .protocol.wire import Props

_REFUSED = ("sourcePolicyDocuments", "overridePolicyDocuments", "sourceJson", "overrideJson")


def _caller_identity(aws: Aws, _: Props) -> Props:
    caller = aws.identity
    return {"accountId": caller["Account"], "arn": caller["Arn"], "userId": caller["UserId"], "id": caller["Account"]}


def _region(aws: Aws, _: Props) -> Props:
    from botocore.session import get_session  # noqa: PLC0415 - loads with boto3, after the plugin's start

    data = get_session().get_data("endpoints")["partitions"]
    known = {name: region for partition in data for name, region in partition["regions"].items()}
    return {
        "name": aws.region,
        "region": aws.region,
        "id": aws.region,
        "description": known.get(aws.region, {}).get("description", ""),
        "endpoint": f"ec2.{aws.region}.{aws.dns_suffix}",
    }


def _partition(aws: Aws, _: Props) -> Props:
    suffix = aws.dns_suffix
    return {
        "partition": aws.partition,
        "id": aws.partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def _policy_document(_: Aws, arguments: Props) -> Props:
    if refused := [name for name in _REFUSED if arguments.get(name)]:
        raise PropertyError(f"getPolicyDocument: this stand-in for the aws plugin does not serve {refused[0]}")
    document: Props = {"Version": arguments.get("version") or "2012-10-17"}
    if arguments.get("policyId"):
        document["Id"] = arguments["policyId"]
    document["Statement"] = [_statement(item) for item in arguments.get("statements") or ()]
    minified = json.dumps(document, separators=(",", ":"))
    echoed = {name: value for name, value in arguments.items() if value is not None}
    return echoed | {
        "json": json.dumps(document, indent=2),
        "minifiedJson": minified,
        "version": document["Version"],
        "id": str(sum(minified.encode())),
    }


def _statement(arguments: Props) -> Props:
    """Return one statement; a list of one item becomes the item, as in the real plugin."""
    lists = {"actions": "Action", "notActions": "NotAction", "resources": "Resource", "notResources": "NotResource"}
    built: Props = {"Sid": arguments["sid"]} if arguments.get("sid") else {}
    built["Effect"] = arguments.get("effect") or "Allow"
    built |= {member: _one_or_all(arguments[name]) for name, member in lists.items() if arguments.get(name)}
    principals = {"principals": "Principal", "notPrincipals": "NotPrincipal"}
    built |= {member: _principals(arguments[name]) for name, member in principals.items() if arguments.get(name)}
    for condition in arguments.get("conditions") or ():
        tests = built.setdefault("Condition", {}).setdefault(condition["test"], {})
        tests[condition["variable"]] = _one_or_all(condition["values"])
    return built


def _principals(principals: list[Props]) -> Any:
    if [item["type"] for item in principals] == ["*"]:
        return "*"
    return {item["type"]: _one_or_all(item["identifiers"]) for item in principals}


def _one_or_all(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else sorted(values, reverse=True)


INVOKES: Mapping[str, Callable[[Aws, Props], Props]] = MappingProxyType(
    {
        "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
        "aws:index/getRegion:getRegion": _region,
        "aws:index/getPartition:getPartition": _partition,
        "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    }
)
