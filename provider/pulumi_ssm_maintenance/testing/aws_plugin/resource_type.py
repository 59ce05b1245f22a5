"""What the plugin knows of one resource type: a table of its properties and the four calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from .aws.clients import Aws
from .aws.tags import TagApi
from .protocol.wire import Props

Create = Callable[[Aws, Props], str]
"""Make the object that the inputs describe; returns its id."""
Read = Callable[[Aws, str, Props], Props | None]
"""Return what AWS holds under the id, given the last known properties; None or GoneError when it is gone."""
Update = Callable[[Aws, str, Props, Props], None]
"""Bring the object from its last known properties to the new inputs; what AWS filled in is kept in them."""
Delete = Callable[[Aws, str, Props], None]
"""Remove the object with these properties."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The properties of a type that the plugin serves, by how they behave."""

    names: frozenset[str]
    replaces: frozenset[str]
    sets: frozenset[str]
    filled_in: frozenset[str]
    write_only: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a list of names with marks.

        `!` a change forces a replacement; `~` a list whose order says nothing; `?` AWS or the plugin fills it
        in, so that leaving it out is no difference; `^` AWS does not tell it again.
        """
        marks = {item.rstrip("!~?^"): item for item in [*text.split(), "region!?"]}
        with_mark = {mark: frozenset(n for n, item in marks.items() if mark in item) for mark in "!~?^"}
        return cls(frozenset(marks), with_mark["!"], with_mark["~"], with_mark["?"], with_mark["^"])


@dataclass(frozen=True, slots=True)
class AutoName:
    """The property that gets `<logical name>-<7 hex digits>` when the program leaves it out."""

    property: str = "name"
    max_length: int = 255
    lower: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """One entry of the catalogue."""

    name: str
    """The type token of pulumi_aws."""
    fields: Fields
    create: Create
    read: Read
    delete: Delete
    update: Update | None = None
    """None where every property forces a replacement."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    auto_name: AutoName | None = AutoName()
    tags: TagApi | None = None
    delete_before_replace: bool = False
    renewed: frozenset[str] = frozenset()
    """Outputs that an update makes anew, hence unknown in its preview."""
    owner: str | None = None
    """The property that names what the object belongs to, and that stands before its id in an import: `mw-…/<id>`."""

    def parse_id(self, text: str) -> tuple[str, Props]:
        """Split the id of an import into the object's own id and the property that names its owner."""
        owner, slash, identity = text.partition("/")
        return (identity, {self.owner: owner}) if self.owner and slash else (text, {})
