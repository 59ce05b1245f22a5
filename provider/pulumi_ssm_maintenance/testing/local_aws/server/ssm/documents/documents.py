"""Describe and get the documents that AWS owns.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeDocument.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError

from .aws_owned_documents import DOCUMENTS

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members
    from pulumi_ssm_maintenance.testing.local_aws.server.ssm.call import Operations, SsmCall

_VERSION = "1"
_VERSIONS = frozenset({_VERSION, "$DEFAULT", "$LATEST"})


def is_aws_owned(name: object) -> bool:
    """Tell whether this is the name of a document that AWS owns."""
    return name in DOCUMENTS


def describe_document(call: SsmCall) -> Members:
    """Describe a document: its systems, and its parameters without their bounds."""
    document = DOCUMENTS[call.parameters["Name"]]
    parameters = [
        {
            "Name": name,
            "Type": "StringList" if facts["type"] == "StringList" else "String",
            "DefaultValue": _default(facts.get("default")),
        }
        for name, facts in document.parameters.items()
    ]
    common = {"PlatformTypes": document.systems, "Parameters": parameters, "SchemaVersion": document.schema}
    return {"Document": {**_identity(call), **common, "Owner": "Amazon", "DefaultVersion": _VERSION}}


def get_document(call: SsmCall) -> Members:
    """Get a document's content. Its steps are left out."""
    document = DOCUMENTS[call.parameters["Name"]]
    content = {"schemaVersion": document.schema, "parameters": document.parameters}
    return {**_identity(call), "Content": json.dumps(content)}


def _identity(call: SsmCall) -> Members:
    name, version = call.parameters["Name"], call.parameters.get("DocumentVersion", "$DEFAULT")
    if version not in _VERSIONS:
        raise ApiError("InvalidDocumentVersion", f"Document {name} has no version {version}")
    return {
        "Name": name,
        "DocumentVersion": _VERSION,
        "DocumentType": DOCUMENTS[name].type,
        "DocumentFormat": "JSON",
        "Status": "Active",
    }


def _default(value: object) -> str | None:
    return value if isinstance(value, str | None) else json.dumps(value)


OPERATIONS: Operations = {"DescribeDocument": describe_document, "GetDocument": get_document}
