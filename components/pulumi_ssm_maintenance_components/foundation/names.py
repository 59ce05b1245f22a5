"""Names `<project>-<stack>-<name>`, which AWS accepts and which differ between stacks, and the tags of resources."""

import hashlib
import re
from collections.abc import Mapping

import pulumi

_MAX_LENGTH = 128
_DIGEST_LENGTH = 8
_MAX_OWNER_INFORMATION_LENGTH = 128
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_.-]+")


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


def owner_information(*parts: str) -> str:
    """Return the owner information of a window target, which its events contain: `<stack>/<part>/…`."""
    return "/".join(filter(None, (pulumi.get_stack(), *parts)))[:_MAX_OWNER_INFORMATION_LENGTH]
