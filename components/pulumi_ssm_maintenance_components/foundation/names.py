"""Names `<project>-<stack>-<name>`, which AWS accepts and which differ between stacks, and the tags of resources."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from pulumi_ssm_maintenance.errors import ArgumentError

from .arguments import all_at_once, wrong
from .shown import shown

_MAX_LENGTH = 128
_DIGEST_LENGTH = 8
_MAX_OWNER_INFORMATION_LENGTH = 128
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_.-]+")

# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
_LONGEST_KEY, _LONGEST_VALUE = 128, 256
_MOST_TAGS = 45  # AWS allows 50, and the components add up to five
_CATEGORIES, _MARKS = "LZN", "_.:/=+-@"


def full_name(*parts: str, longest: int = _MAX_LENGTH) -> str:
    """Join project, stack and `parts` to a name for windows and log groups: 3 to 128 characters of `A-Z a-z 0-9 _ . -`.

    A name that is too long is cut off and ends in a digest of the whole name.
    """
    whole = "-".join((pulumi.get_project(), pulumi.get_stack(), *parts))
    name = _NOT_ALLOWED.sub("-", whole)
    if len(name) <= longest:
        return name
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{name[: longest - _DIGEST_LENGTH - 1]}-{digest}"


def full_tags(run: str, tags: Mapping[str, pulumi.Input[str]] | None, **more: str) -> dict[str, pulumi.Input[str]]:
    """Return the tags of a resource: project, stack and run, then those of the user, which win."""
    return {
        "project": pulumi.get_project(),
        "stack": pulumi.get_stack(),
        "run": run,
        **more,
        "managed-by": "pulumi",
        **(tags or {}),
    }


@all_at_once
def check_tags(where: str, args: Mapping[str, Any]) -> Iterator[ArgumentError]:
    """Check the argument `tags` of a component, which AWS refuses only when a resource is made.

    Raises:
        ArgumentError: there are too many tags, or AWS would refuse one; a line for each.
    """
    tags: Mapping[str, Any] = args.get("tags", {})
    if len(tags) > _MOST_TAGS:
        yield wrong(where, "tags", len(tags), f"at most {_MOST_TAGS}")
    marks = " ".join(_MARKS)
    for key, value in tags.items():
        if not 1 <= len(key) <= _LONGEST_KEY or not _is_spelled_well(key) or key.casefold().startswith("aws:"):
            allowed = f"keys of 1 to {_LONGEST_KEY} letters, digits, spaces and {marks}, which do not start with 'aws:'"
            yield wrong(where, "tags", key, allowed)
        if isinstance(value, str) and (len(value) > _LONGEST_VALUE or not _is_spelled_well(value)):
            allowed = f"at most {_LONGEST_VALUE} letters, digits, spaces and {marks}"
            yield wrong(where, f"tags[{shown(key)}]", value, allowed)


def _is_spelled_well(text: str) -> bool:
    return all(letter in _MARKS or unicodedata.category(letter)[0] in _CATEGORIES for letter in text)


def owner_information(*parts: str) -> str:
    """Return the owner information of a window target, which its events contain: `<stack>/<part>/…`."""
    return "/".join(filter(None, (pulumi.get_stack(), *parts)))[:_MAX_OWNER_INFORMATION_LENGTH]
