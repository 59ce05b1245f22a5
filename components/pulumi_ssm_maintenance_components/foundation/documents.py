"""The ARNs of Systems Manager documents."""

import re
from collections.abc import Iterator, Mapping, Sequence

import pulumi

from pulumi_ssm_maintenance.errors import ArgumentError

from .arguments import wrong
from .later import from_text
from .location import Location

# AWS reserves these prefixes: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
_AWS_PREFIX = re.compile("aws|amazon|amzn", re.IGNORECASE)
_VERSION = re.compile(r"\$LATEST|\$DEFAULT|[1-9][0-9]*")


def is_owned_by_aws(name: str) -> bool:
    """Return whether AWS owns the document with this name."""
    return bool(_AWS_PREFIX.match(name))


def check_version(where: str, version: object) -> None:
    """Check the version of a document.

    Raises:
        ArgumentError: a text is no version.
    """
    if isinstance(version, str) and not _VERSION.fullmatch(version):
        raise wrong(where, "document_version", version, "a number as text, $LATEST or $DEFAULT")


def wrong_steps(where: str, argument: str, steps: Sequence[object]) -> Iterator[ArgumentError]:
    """Give the steps of a document that AWS would refuse: those without a name or an action."""
    for index, step in enumerate(steps):
        if isinstance(step, pulumi.Output):
            continue
        if not isinstance(step, Mapping) or not {"name", "action"} <= step.keys():
            given = sorted(map(str, step)) if isinstance(step, Mapping) else step
            yield wrong(where, f"{argument}[{index}]", given, "a step with name, action and inputs")


def document_arn(location: Location, document: pulumi.Input[str], what: str = "document") -> pulumi.Output[str]:
    """Return the ARN of a document from its name or ARN. The ARN of a document of AWS has no account.

    `what` names the document in messages.
    """

    def arn(text: str) -> pulumi.Output[str] | str:
        if text.startswith("arn:"):
            return text
        return location.arn("ssm", f"document/{text}", owner="" if is_owned_by_aws(text) else None)

    return from_text(what, document, arn)
