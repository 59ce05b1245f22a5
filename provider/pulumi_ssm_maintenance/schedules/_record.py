"""The base of dataclasses that are outputs of components."""

from dataclasses import fields
from datetime import date
from typing import Any


class Record(dict[str, Any]):
    """A frozen dataclass that is also a dict of its fields, so that Pulumi can export it as it is.

    Pulumi serializes a dict, and no other object. Dates become text, as in JSON.
    """

    def __post_init__(self) -> None:
        """Fill the dict with the fields."""
        instance: Any = self
        self.update((field.name, _exportable(getattr(self, field.name))) for field in fields(instance))


def _exportable(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
