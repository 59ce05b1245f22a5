"""The life cycle of a resource of any type: compare, create, read, update, delete."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from .aws.clients import Aws, error_code
from .aws.tags import Tags
from .comparison import differences, same, with_known_spelling
from .inputs import DEFAULTED, named_by_prefix
from .protocol.errors import GoneError, PropertyError
from .protocol.schema import schema
from .protocol.wire import UNKNOWN, Props, has_unknown
from .resource_type import ResourceType

_GONE_CODES = frozenset(
    {
        "404",
        "AWS.SimpleQueueService.NonExistentQueue",
        "DoesNotExistException",
        "InvalidDocument",
        "NoSuchBucket",
        "NoSuchBucketPolicy",
        "NoSuchEntity",
        "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "NotFound",
        "NotFoundException",
        "OwnershipControlsNotFoundError",
        "ParameterNotFound",
        "QueueDoesNotExist",
        "ResourceNotFound",
        "ResourceNotFoundException",
        "ServerSideEncryptionConfigurationNotFoundError",
        "StateMachineDoesNotExist",
    }
)


@dataclass(frozen=True, slots=True)
class Change:
    """The difference between old and new inputs."""

    properties: tuple[str, ...]
    replaces: tuple[str, ...]
    delete_before_replace: bool


@dataclass(frozen=True, slots=True)
class LiveObject:
    """An object as AWS holds it."""

    identity: str
    outputs: Props
    inputs: Props


def compare(kind: ResourceType, state: Props, old: Props, new: Props, default_tags: Tags) -> Change:
    """Compare inputs. A change of the provider's default tags counts as one of `tags`."""
    found = differences(kind, old, new)
    if kind.tags and not same(kind, "tagsAll", state.get("tagsAll"), _all_tags(default_tags, new)):
        found = sorted({*found, "tags"})
    replaces = tuple(name for name in found if name in kind.fields.replaces)
    return Change(tuple(found), replaces, kind.delete_before_replace or _keeps_own_name(kind, old, new))


def create(kind: ResourceType, aws: Aws, inputs: Props) -> tuple[str, Props]:
    """Create and tag the object; return its id, and its outputs as read back from AWS."""
    wanted = named_by_prefix(kind, _plain(inputs))
    identity = kind.create(aws, _untagged(wanted))
    if kind.tags and (tags := _all_tags(aws.default_tags, wanted)):
        kind.tags.change(aws, identity, _held(kind, aws, identity, wanted), {}, tags)
    return identity, _must_read(kind, aws, identity, {}, inputs).outputs


def plan_create(kind: ResourceType, inputs: Props, default_tags: Tags) -> Props:
    """Return the outputs of a create in a preview: what AWS fills in is unknown."""
    declared = schema(kind.name)
    computed = (declared.outputs - declared.inputs.keys()) | (kind.fields.filled_in & declared.outputs)
    return dict.fromkeys(computed, UNKNOWN) | _tagged(kind, default_tags, _plain(inputs))


def read(kind: ResourceType, aws: Aws, identity: str, state: Props, inputs: Props) -> LiveObject | None:
    """Return the object, or None when AWS does not have it."""
    try:
        held = _held(kind, aws, identity, _plain(inputs) | state)
        tags = _own_tags(kind.tags.read(aws, identity, held)) if kind.tags else None
    except (GoneError, ClientError) as error:
        if not _is_gone(error):
            raise
        return None
    if tags is not None:
        own = inputs.get("tags") or {}
        held["tags"] = {k: v for k, v in tags.items() if k in own or aws.default_tags.get(k) != v}
        held["tagsAll"] = tags
    return LiveObject(held.pop("id", identity), _outputs(kind, inputs, held), _inputs(kind, inputs, held))


def update(  # noqa: PLR0913 - what the engine sends in an update
    kind: ResourceType, aws: Aws, identity: str, state: Props, *, old: Props, new: Props
) -> Props:
    """Update the object from the old to the new inputs; return its outputs as read back from AWS."""
    wanted = _plain(new)
    if kind.update and differences(kind, _untagged(old), _untagged(new)):
        kept = {name: state[name] for name in kind.fields.filled_in & state.keys()}
        kind.update(aws, identity, state, kept | _untagged(wanted))
    if kind.tags:
        kind.tags.change(aws, identity, state, state.get("tagsAll") or {}, _all_tags(aws.default_tags, wanted))
    return _must_read(kind, aws, identity, state, new).outputs


def plan_update(kind: ResourceType, state: Props, new: Props, default_tags: Tags) -> Props:
    """Return the outputs of an update in a preview."""
    declared = schema(kind.name)
    kept = {k: v for k, v in state.items() if k not in declared.inputs or k in kind.fields.filled_in}
    cause = kind.renewed_by
    renews = cause is None or not same(kind, cause, state.get(cause), new.get(cause))
    renewed = dict.fromkeys(kind.renewed, UNKNOWN) if renews else {}
    return kept | _tagged(kind, default_tags, _plain(new)) | renewed


def delete(kind: ResourceType, aws: Aws, identity: str, state: Props) -> None:
    """Delete the object; a missing one is no error."""
    try:
        kind.delete(aws, identity, state)
    except (GoneError, ClientError) as error:
        if not _is_gone(error):
            raise


def _held(kind: ResourceType, aws: Aws, identity: str, known: Props) -> Props:
    """Read the properties that pulumi_aws declares."""
    try:
        held = kind.read(aws, identity, known)
    except KeyError as missing:
        raise PropertyError(f"{kind.name} {identity}: to look it up, its {missing} must be given") from missing
    if held is None:
        raise GoneError(f"{kind.name} {identity} does not exist")
    declared = schema(kind.name)
    readable = declared.outputs | {"id"}
    found = {name: value for name, value in held.items() if name in readable and value is not None}
    return found | ({"region": aws.region} if "region" in declared.outputs else {})


def _must_read(kind: ResourceType, aws: Aws, identity: str, state: Props, inputs: Props) -> LiveObject:
    if held := read(kind, aws, identity, state, inputs):
        return held
    raise GoneError(f"{kind.name} {identity} did not exist when it was read back")


def _outputs(kind: ResourceType, inputs: Props, held: Props) -> Props:
    unread = {name: value for name, value in _plain(inputs).items() if name in kind.fields.write_only}
    as_declared = {name: value for name, value in inputs.items() if name not in kind.spelled}
    return unread | with_known_spelling(kind, as_declared, held)


def _inputs(kind: ResourceType, old: Props, held: Props) -> Props:
    """Return the inputs that describe what AWS holds, so that drift becomes a difference."""
    spelled = with_known_spelling(kind, old, held)
    readable = (kind.fields.names | {"tags"}) - kind.fields.write_only
    found = {name: spelled[name] for name in readable & spelled.keys() if _is_input(kind, name, old, spelled[name])}
    unread = {name: value for name, value in old.items() if name in kind.fields.write_only}
    return unread | found | {DEFAULTED: old.get(DEFAULTED, [])}


def _is_input(kind: ResourceType, name: str, old: Props, value: object) -> bool:
    """Return whether a value counts as an input, and not as one that AWS fills in."""
    if name in old or not old:
        return True
    return name not in kind.fields.filled_in and not same(kind, name, value, kind.defaults.get(name))


def _keeps_own_name(kind: ResourceType, old: Props, new: Props) -> bool:
    """Tell whether old and new object have the same name, given by the program."""
    auto = kind.auto_name
    if auto is None or auto.property in new.get(DEFAULTED, ()):
        return False
    name = new.get(auto.property)
    return name is not None and not has_unknown(name) and old.get(auto.property) == name


def _own_tags(tags: Tags) -> Tags:
    """Leave out the tags that AWS sets itself, which the plugin does not show either."""
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def _tagged(kind: ResourceType, default_tags: Tags, wanted: Props) -> Props:
    return wanted | ({"tagsAll": _all_tags(default_tags, wanted)} if kind.tags else {})


def _all_tags(default_tags: Tags, wanted: Props) -> Any:
    tags = wanted.get("tags") or {}
    return UNKNOWN if tags is UNKNOWN else default_tags | tags


def _untagged(wanted: Props) -> Props:
    return {name: value for name, value in wanted.items() if name != "tags"}


def _plain(inputs: Props) -> Props:
    return {name: value for name, value in inputs.items() if not name.startswith("__")}


def _is_gone(error: GoneError | ClientError) -> bool:
    return isinstance(error, GoneError) or error_code(error) in _GONE_CODES
