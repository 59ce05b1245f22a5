"""Tags, for which each AWS service has its own three operations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props

from .clients import Aws

Tags = dict[str, str]
Target = Callable[[str, Props], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class TagApi:
    """How the tags of a type are read, and changed from the old to the new ones."""

    read: Callable[[Aws, str, Props], Tags]
    change: Callable[[Aws, str, Props, Tags, Tags], None]


@dataclass(frozen=True, slots=True)
class TagCalls:
    """The names in the tag operations of a service; tags are a list of keys and values, or a map with `as_map`."""

    service: str
    read: str = "list_tags_for_resource"
    add: str = "tag_resource"
    remove: str = "untag_resource"
    held: str = "Tags"
    added: str = "Tags"
    removed: str = "TagKeys"
    key: str = "Key"
    value: str = "Value"
    as_map: bool = False

    def on(self, target: Target) -> TagApi:
        """Return the tag operations of a type, whose objects `target` identifies in a request."""

        def read(aws: Aws, identity: str, state: Props) -> Tags:
            answer = getattr(aws.client(self.service), self.read)(**target(identity, state))
            return self._unpack(answer.get(self.held) or {})

        def change(aws: Aws, identity: str, state: Props, old: Tags, new: Tags) -> None:
            client, resource = aws.client(self.service), target(identity, state)
            if gone := sorted(old.keys() - new.keys()):
                getattr(client, self.remove)(**resource, **{self.removed: gone})
            if fresh := {name: text for name, text in new.items() if old.get(name) != text}:
                getattr(client, self.add)(**resource, **{self.added: self._pack(fresh)})

        return TagApi(read, change)

    def _pack(self, tags: Tags) -> Any:
        return tags if self.as_map else [{self.key: name, self.value: text} for name, text in tags.items()]

    def _unpack(self, held: Any) -> Tags:
        if isinstance(held, Mapping):
            return dict(held)
        return {item[self.key]: item[self.value] for item in held}


def by_id(member: str) -> Target:
    """Identify an object by its id in `member`."""
    return lambda identity, _: {member: identity}


def by_property(member: str, property_name: str) -> Target:
    """Identify an object by one of its properties, such as the ARN, in `member`."""
    return lambda _, state: {member: state[property_name]}
