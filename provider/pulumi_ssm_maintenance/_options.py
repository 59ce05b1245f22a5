"""The name and the options of a resource: what Pulumi itself would answer with a traceback, or pass over."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pulumi

from .core.constraints import describe, is_text
from .errors import ArgumentError

_LONGEST = 100


def demand_name_and_options(
    kind: str, name: object, opts: object, shown: Callable[[object], str] | None = None
) -> None:
    """Check the logical name of a resource and the types of its options.

    Args:
        kind: the class of the resource, for messages.
        name: the logical name.
        opts: the options, or None.
        shown: writes a value for a message.

    Raises:
        ArgumentError: the name is no text, or an option has a wrong type; a line for each.
    """
    shown = shown or _shown
    if not is_text(name) or not name:
        raise ArgumentError(f"{kind}: name: got {shown(name)}, allowed: text, which names the resource in the stack")
    if opts is None:
        return
    where = f"{kind} {name!r}: opts"
    if not isinstance(opts, pulumi.ResourceOptions):
        raise ArgumentError(f"{where}: got {shown(opts)}, allowed: pulumi.ResourceOptions")
    if lines := [f"{where}: {line}" for line in _wrong_options(opts, shown)]:
        raise ArgumentError(*lines)


def _wrong_options(opts: pulumi.ResourceOptions, shown: Callable[[object], str]) -> Iterator[str]:
    for name, (fits, allowed) in _OPTIONS.items():
        value = getattr(opts, name)
        if value is not None and not fits(value):
            yield f"{name}: got {shown(value)}, allowed: {allowed}"


def _shown(value: object) -> str:
    # A short collection is shown as it is. A long one would fill the screen, and a deep one has no text.
    try:
        text = repr(value) if isinstance(value, list | tuple | Mapping) else ""
    except (ValueError, RecursionError):
        text = ""
    return text if 0 < len(text) <= _LONGEST else describe(value, hidden=False)


def _are_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(map(is_text, value))


def _is_provider(value: object) -> bool:
    return isinstance(value, pulumi.ProviderResource)


def _are_providers(value: object) -> bool:
    each = [*value.values()] if isinstance(value, Mapping) else value
    return isinstance(each, list | tuple) and all(map(_is_provider, each))


def _is_resource(value: object) -> bool:
    return isinstance(value, pulumi.Resource)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


_TEXTS = (_are_texts, 'a list of the names of arguments, such as ["tags"]')
_FLAG = (_is_flag, "True or False")
_OPTIONS: Mapping[str, tuple[Callable[[Any], bool], str]] = MappingProxyType(
    {
        "parent": (_is_resource, "a resource, such as self in a component"),
        "provider": (_is_provider, "a provider, such as pulumi_ssm_maintenance.Provider(…)"),
        "providers": (_are_providers, "a list of providers, such as [pulumi_ssm_maintenance.Provider(…)]"),
        "ignore_changes": _TEXTS,
        "replace_on_changes": _TEXTS,
        "additional_secret_outputs": _TEXTS,
        "protect": _FLAG,
        "retain_on_delete": _FLAG,
        "delete_before_replace": _FLAG,
    }
)
"""The options whose wrong types Pulumi does not report by name: the check of each, and what is allowed."""
