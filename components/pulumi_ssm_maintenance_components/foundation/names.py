"""Names and tags: `<project>-<stack>-<run>`, made to fit what AWS takes, unique among stacks and readable in lists."""

import hashlib
import re
from collections.abc import Mapping

import pulumi

_MAX_LENGTH = 128
_DIGEST_LENGTH = 8
_LONGEST_OWNER_INFORMATION = 128
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_.-]+")


def full_name(*parts: str, longest: int = _MAX_LENGTH) -> str:
    """Join project, stack and `parts` to a name of windows and log groups (3 to 128 characters of A-Z a-z 0-9 _ . -).

    A name that is too long keeps its head, and a digest of the whole in place of its tail.
    """
    whole = "-".join((pulumi.get_project(), pulumi.get_stack(), *parts))
    name = _NOT_ALLOWED.sub("-", whole)
    if len(name) <= longest:
        return name
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{name[: longest - _DIGEST_LENGTH - 1]}-{digest}"


def full_tags(run: str, given: Mapping[str, pulumi.Input[str]] | None, **more: str) -> dict[str, pulumi.Input[str]]:
    """Give the tags of a resource: where it is declared, and on top what the user wants."""
    return {
        "project": pulumi.get_project(),
        "stack": pulumi.get_stack(),
        "run": run,
        **more,
        "managed-by": "pulumi",
        **(given or {}),
    }


def owner_information(*parts: str) -> str:
    """Say what a window target belongs to, which comes back in events: `<stack>/<part>/…`, without empty parts."""
    return "/".join(filter(None, (pulumi.get_stack(), *parts)))[:_LONGEST_OWNER_INFORMATION]
