"""The ARNs of Systems Manager documents."""

import re

import pulumi

from .later import from_text
from .location import Location

# AWS reserves these prefixes: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
_AWS_PREFIX = re.compile("aws|amazon|amzn", re.IGNORECASE)


def is_owned_by_aws(name: str) -> bool:
    """Return whether AWS owns the document with this name."""
    return bool(_AWS_PREFIX.match(name))


def document_arn(location: Location, document: pulumi.Input[str]) -> pulumi.Output[str]:
    """Return the ARN of a document from its name or ARN. The ARN of a document of AWS has no account."""

    def arn(text: str) -> pulumi.Output[str] | str:
        if text.startswith("arn:"):
            return text
        return location.arn("ssm", f"document/{text}", owner="" if is_owned_by_aws(text) else None)

    return from_text("document", document, arn)
