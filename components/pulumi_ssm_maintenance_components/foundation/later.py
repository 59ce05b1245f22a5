"""Texts that may be known later: outputs, whose content nothing checks while the program runs."""

from collections.abc import Callable
from typing import TypeVar

import pulumi

from pulumi_ssm_maintenance.errors import ArgumentError

from .shown import kind
from .value_types import is_text

T = TypeVar("T")


def from_text(what: str, value: pulumi.Input[str], convert: Callable[[str], pulumi.Input[T]]) -> pulumi.Output[T]:
    """Convert a text once it is known.

    Args:
        what: what the text is, for the message.
        value: the text.
        convert: what to do with it.

    Raises:
        ArgumentError: later, if an output holds anything but text, or half of a surrogate pair.
    """

    def converted(known: object) -> pulumi.Input[T]:
        if not is_text(known):
            allowed = "text that can be sent as UTF-8" if isinstance(known, str) else "text"
            raise ArgumentError(f"{what}: got an output of {kind(known)}, allowed: {allowed}")
        return convert(known)

    return pulumi.Output.from_input(value).apply(converted)
