"""Fields of which a preview does not know all values yet."""

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_ssm_maintenance.core.codec import UNKNOWN


class NotKnownError(Exception):
    """A check came upon a value that is not known yet, so it says nothing."""


class KnownFields(Mapping[str, Any]):
    """Fields, of which those that are not known yet cannot be read."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        """Wrap fields, in which `UNKNOWN` stands for each unknown value."""
        self._fields = fields

    def __getitem__(self, name: str) -> Any:
        """Give a field.

        Raises:
            NotKnownError: its value is not known yet.
        """
        return _known(self._fields[name])

    def __iter__(self) -> Iterator[str]:
        """Give the names of all fields, those with unknown values too."""
        return iter(self._fields)

    def __len__(self) -> int:
        """Count the fields."""
        return len(self._fields)


def _known(value: Any) -> Any:
    if value is UNKNOWN:
        raise NotKnownError
    if isinstance(value, Mapping):
        return KnownFields(value)
    return [_known(part) for part in value] if isinstance(value, list) else value
