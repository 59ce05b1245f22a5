"""The description of a resource type: a table of its properties, and four functions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from .aws.clients import Aws
from .aws.tags import TagApi
from .protocol.wire import Props
from .values import Check

Create = Callable[[Aws, Props], str]
"""Create the object from the inputs; return its id."""
Read = Callable[[Aws, str, Props], Props | None]
"""Return what AWS holds under the id, with the help of the last known properties; None when it does not exist.

An `id` in it is the object's own one, where an import may name the object otherwise.
"""
Update = Callable[[Aws, str, Props, Props], None]
"""Update the object from its last known properties to the new inputs, to which values filled in by AWS are added."""
ImportId = Callable[[str], tuple[str, Props]]
"""Read the id of an import: returns the object's own id, and the properties that the rest of the text names."""
Delete = Callable[[Aws, str, Props], None]
"""Delete the object with this id and these properties."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The properties of a type that this stand-in serves, and how each behaves."""

    names: frozenset[str]
    replaces: frozenset[str]
    sets: frozenset[str]
    filled_in: frozenset[str]
    write_only: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a list of names, each with the marks that apply.

        `!`: a change replaces the object. `~`: a list whose order does not matter. `?`: AWS or the plugin fills it
        in, so that leaving it out is no difference. `^`: AWS does not return it.
        """
        marks = {item.rstrip("!~?^"): item for item in [*text.split(), "region!?"]}
        with_mark = {mark: frozenset(n for n, item in marks.items() if mark in item) for mark in "!~?^"}
        return cls(frozenset(marks), with_mark["!"], with_mark["~"], with_mark["?"], with_mark["^"])


@dataclass(frozen=True, slots=True)
class AutoName:
    """The property that gets `<logical name>-<7 hex digits>` when the program leaves it out.

    With a prefix in `<property>Prefix` the name is the prefix and 26 digits, which only the deployment knows.
    """

    property: str = "name"
    max_length: int = 255
    """The longest name that the plugin generates, by its source. AWS may take more or fewer characters."""
    lower: bool = False
    fifo: str | None = None
    """The property that makes a name end in `.fifo`."""

    def prefix_property(self) -> str:
        """The property with the prefix of the name."""
        return f"{self.property}Prefix"

    def ending(self, inputs: Props) -> str:
        """The end of the name of an object with these inputs."""
        return ".fifo" if self.fifo and inputs.get(self.fifo) is True else ""


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
    nested_defaults: Mapping[str, Props] = field(default_factory=dict)
    """The defaults of the items of a list."""
    values: Mapping[str, Check] = field(default_factory=dict)
    """What the plugin accepts as the values of properties."""
    spelled: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    """How texts of equal meaning become equal, by property."""
    renewed: frozenset[str] = frozenset()
    """Outputs that an update changes, hence unknown in its preview."""
    renewed_by: str | None = None
    """The property whose change changes the `renewed` outputs; None: any."""
    import_id: ImportId = lambda text: (text, {})
    """How the id of an import is read."""


def id_after(owner: str, separator: str = "/") -> ImportId:
    """Return how an id such as `mw-…/<id>` is read, where `owner` is the property in front of the object's own id."""

    def read(text: str) -> tuple[str, Props]:
        front, found, identity = text.partition(separator)
        return (identity, {owner: front}) if found else (text, {})

    return read
