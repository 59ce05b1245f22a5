"""What AWS demands of the documents that an account creates. moto keeps the documents.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped]  # a dependency of moto, without types

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.errors import validation_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_ssm_maintenance.testing.local_aws.server.api_call import ApiCall

_RESERVED_PREFIXES = ("aws", "amazon", "amzn", "AWSEC2", "AWSConfigRemediation", "AWSSupport")
_SCHEMA_VERSIONS = {"Automation": ("0.3",), "Command": ("1.2", "2.0", "2.2")}
_READERS = {"JSON": json.loads, "YAML": yaml.safe_load}
_LAST_WITHOUT_STEPS = "1.2"
"""The last schema version whose documents have a runtimeConfig in place of steps."""


def check_own_document(call: ApiCall) -> None:
    """Refuse a new document, or a new version, that AWS would refuse. Only commands and runbooks are looked at."""
    if call.service != "ssm" or call.operation not in {"CreateDocument", "UpdateDocument"}:
        return
    parameters = call.json_body()
    if call.operation == "CreateDocument" and parameters["Name"].startswith(_RESERVED_PREFIXES):
        raise validation_error(f"Invalid document name {parameters['Name']}")
    kind = parameters.get("DocumentType", "Command") if call.operation == "CreateDocument" else None
    read = _READERS.get(parameters.get("DocumentFormat", "JSON"))
    if read is None or kind not in {*_SCHEMA_VERSIONS, None}:
        return
    try:
        content = read(parameters["Content"])
    except (ValueError, yaml.YAMLError):
        raise _invalid("it cannot be read") from None
    if problem := next(_problems(content, kind), None):
        raise _invalid(problem)


def _problems(content: Any, kind: str | None) -> Iterator[str]:
    if not isinstance(content, dict):
        yield "it is not a mapping"
        return
    version = str(content.get("schemaVersion"))
    allowed = [one for versions in _SCHEMA_VERSIONS.values() for one in versions]
    if kind:
        allowed = [*_SCHEMA_VERSIONS[kind]]
        if version not in allowed:
            yield f"schemaVersion {version} is not one of {', '.join(allowed)}"
            return
    if version in allowed:
        yield from _step_problems(content, "runtimeConfig" if version == _LAST_WITHOUT_STEPS else "mainSteps")


def _step_problems(content: dict[str, Any], where: str) -> Iterator[str]:
    steps = content.get(where)
    if not steps:
        yield f"{where} is missing or empty"
    if not isinstance(steps, list):
        return
    names = [step.get("name") if isinstance(step, dict) else None for step in steps]
    for step, name in zip(steps, names, strict=True):
        if not name or not step.get("action"):
            yield f"a step of {where} has no name or no action"
        elif names.count(name) > 1:
            yield f"several steps of {where} have the name {name}"


def _invalid(reason: str) -> ApiError:
    return ApiError("InvalidDocumentContent", f"The content for the document is not valid: {reason}")
