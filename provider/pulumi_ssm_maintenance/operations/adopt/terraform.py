"""A Terraform or OpenTofu state: which windows, targets and tasks it manages, and under which addresses.

Only addresses, ids and regions are taken from it. All other values come from AWS, so that a state that is behind does
no harm, and nothing sensitive in it is ever written.

https://developer.hashicorp.com/terraform/internals/json-format
"""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from pulumi_ssm_maintenance.operations.errors import UsageError
from pulumi_ssm_maintenance.operations.live import Live, LiveWindow, list_windows, read_windows

if TYPE_CHECKING:
    import boto3

WINDOW: Final = "aws_ssm_maintenance_window"
TARGET: Final = "aws_ssm_maintenance_window_target"
TASK: Final = "aws_ssm_maintenance_window_task"
_TYPES: Final = frozenset({WINDOW, TARGET, TASK})

_STATE_VERSION: Final = 4
_SHOWN_VERSIONS: Final = frozenset({"0", "1"})
_HOW_TO: Final = "Give a state (terraform state pull) or what `terraform show -json` prints."
# One step of an address: a name, and the key of `count` or `for_each`.
_STEP: Final = re.compile(r'(?P<name>[\w-]+)(?P<key>\["(?:[^"\\]|\\.)*"\]|\[\d+\])?(?:\.|$)')
_PLAIN_NAMES: Final = frozenset({"this", "main", "default"})


@dataclass(frozen=True, slots=True)
class Managed:
    """A window, target or task of a state."""

    type: str
    """The type of the resource in Terraform."""
    address: str
    """Such as `module.patch["web"].aws_ssm_maintenance_window.this`."""
    id: str
    """The id of the window, target or task."""
    window_id: str
    """The id of its window."""
    region: str | None = None
    """The region, where the state names one. Versions of the AWS provider before 6 do not."""

    @property
    def name(self) -> str:
        """A logical name made of the address, such as `patch-web`."""
        *modules, own = _steps(self.address)
        words = [word for step in modules for word in step]
        says_nothing = own[0] in _PLAIN_NAMES and (words or not "".join(own[1:] or ["0"]).isdigit())
        return "-".join([*words, *(own[1:] if says_nothing else own)]).replace("_", "-")

    @property
    def address_without_keys(self) -> str:
        """The address of the resource as the configuration declares it, for all its instances."""
        return re.sub(r'\["(?:[^"\\]|\\.)*"\]|\[\d+\]', "", self.address)


@dataclass(frozen=True, slots=True)
class TerraformState:
    """What a state manages."""

    resources: tuple[Managed, ...]
    """The windows, targets and tasks that it manages."""
    notes: tuple[str, ...] = ()
    """What was left out, and why."""

    @property
    def names(self) -> dict[str, str]:
        """The logical names, by the ids at AWS."""
        return {resource.id: resource.name for resource in self.resources}


def read_state(text: str, source: str) -> TerraformState:
    """Read a state, or what `terraform show -json` prints of one.

    Args:
        text: the JSON.
        source: where it comes from, for messages.

    Raises:
        UsageError: it is something else.
    """
    content = _parsed(text, source)
    try:
        found = list(_instances(content, source))
        resources = tuple(managed for managed in map(_managed, found) if managed)
    except (AttributeError, KeyError, TypeError):
        raise UsageError(f"{source} has not the shape of a Terraform state. {_HOW_TO}") from None
    others = [one for one in found if one.type not in _TYPES]
    notes = [
        *(
            f"{one.address} has no id in {source}, and is left out"
            for one in found
            if one.type in _TYPES and not one.id
        ),
        *([f"resources of other types stay in Terraform: {len(others)}"] if others else []),
    ]
    if not any(resource.type == WINDOW for resource in resources):
        raise UsageError(f"{source} manages no {WINDOW}. {_HOW_TO}")
    if twice := _repeated(resources):
        first, second = twice
        raise UsageError(
            f"{source} has {first.id} twice, as {first.address} and as {second.address}."
            " Remove one of them from the state (terraform state rm)."
        )
    return TerraformState(resources, tuple(notes))


def read_managed(session: "boto3.Session", state: TerraformState, region: str | None = None) -> Live:
    """Read what a state manages, as AWS holds it now.

    Targets and tasks that the state does not manage are left out, with a note, and so is what exists no more.

    Args:
        session: whose windows, and where, unless `region` or the state says so.
        state: the state.
        region: the region of the windows. Default: the one in the state, else the session's.

    Raises:
        UsageError: none of the windows exists.
        OperationError: AWS refused, or was not reached.
    """
    windows: list[LiveWindow] = []
    notes: list[str] = [*state.notes]
    wanted: dict[str, list[Managed]] = {}
    for resource in state.resources:
        if resource.type == WINDOW:
            wanted.setdefault(resource.region or region or session.region_name, []).append(resource)
    for place, managed in wanted.items():
        existing = {window.window_id for window in list_windows(session, place)}
        gone = [one for one in managed if one.id not in existing]
        notes += [f"{one.address} ({one.id}) does not exist in {place}, and is left out" for one in gone]
        live = read_windows(session, [one.id for one in managed if one.id in existing], place)
        windows += live.windows
        notes += live.notes
    if not windows:
        addresses = ", ".join(one.address for managed in wanted.values() for one in managed)
        raise UsageError(f"{addresses} does not exist in {', '.join(wanted)}. Check the region and the credentials.")
    return Live(tuple(_restricted(window, state) for window in windows), (*notes, *_notes(windows, state)))


def release_script(managed: Sequence[Managed]) -> str:
    """Write the shell script that takes resources out of the state, and as comments the blocks that do the same."""
    blocks = dict.fromkeys(resource.address_without_keys for resource in managed)
    lines = [
        "#!/bin/sh",
        "# Takes what was adopted out of the Terraform state. AWS is not called. OpenTofu: write tofu for terraform.",
        "# Run it in the folder of the Terraform configuration, and remove the resources from the configuration too:",
        "# `terraform apply` makes what the configuration has and the state has not.",
        "set -eu",
        *(f"terraform state rm {shlex.quote(resource.address)}" for resource in managed),
        "",
        "# From Terraform 1.7 on, these blocks in place of the resources do the same in a `terraform apply`:",
        "#",
        *(line for address in blocks for line in _removed_block(address)),
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Instance:
    """A managed resource of any type, as a state has it."""

    type: str
    address: str
    attributes: Mapping[str, Any]

    @property
    def id(self) -> str:
        found = self.attributes.get("id")
        return found if isinstance(found, str) else ""


def _parsed(text: str, source: str) -> Mapping[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "nested too deep"
        raise UsageError(f"{source} is not JSON ({reason}). {_HOW_TO}") from None
    if not isinstance(content, dict):
        raise UsageError(f"{source} is not a Terraform state. {_HOW_TO}")
    return content


def _instances(content: Mapping[str, Any], source: str) -> Iterator[_Instance]:
    """List the managed resources of either format."""
    if "encrypted_data" in content:
        raise UsageError(f"{source} is encrypted. `tofu state pull` gives it in clear.")
    if "planned_values" in content or "resource_changes" in content:
        raise UsageError(f"{source} is a plan. {_HOW_TO}")
    if "format_version" in content:
        if str(content["format_version"]).partition(".")[0] not in _SHOWN_VERSIONS:
            raise UsageError(f"{source} has format_version {content['format_version']!r}, allowed are 0.x and 1.x.")
        yield from _shown((content.get("values") or {}).get("root_module") or {})
    elif "version" in content:
        if content["version"] != _STATE_VERSION:
            raise UsageError(
                f"{source} has version {content['version']!r}, allowed is {_STATE_VERSION}."
                " `terraform show -json` of a Terraform that reads it prints a format that is."
            )
        yield from _stored(content.get("resources") or ())
    else:
        raise UsageError(f"{source} is not a Terraform state: it has neither version nor format_version. {_HOW_TO}")


def _shown(module: Mapping[str, Any]) -> Iterator[_Instance]:
    """List the resources of a module and the modules in it, as `terraform show -json` prints them."""
    for resource in module.get("resources") or ():
        if resource["mode"] == "managed" and not resource.get("deposed_key"):
            yield _Instance(resource["type"], resource["address"], resource.get("values") or {})
    for child in module.get("child_modules") or ():
        yield from _shown(child)


def _stored(resources: Iterable[Mapping[str, Any]]) -> Iterator[_Instance]:
    """List the resources of a state file."""
    for resource in resources:
        if resource["mode"] != "managed":
            continue
        module = f"{resource['module']}." if resource.get("module") else ""
        for instance in resource.get("instances") or ():
            if not instance.get("deposed"):
                address = f"{module}{resource['type']}.{resource['name']}{_key(instance.get('index_key'))}"
                yield _Instance(resource["type"], address, instance.get("attributes") or {})


def _key(key: Any) -> str:
    if key is None:
        return ""
    if isinstance(key, int):
        return f"[{key}]"
    return f"[{json.dumps(key, ensure_ascii=False).replace('${', '$${').replace('%{', '%%{')}]"


def _managed(instance: _Instance) -> Managed | None:
    if instance.type not in _TYPES or not instance.id:
        return None
    region = instance.attributes.get("region")
    return Managed(
        instance.type,
        instance.address,
        instance.id,
        instance.id if instance.type == WINDOW else str(instance.attributes.get("window_id") or ""),
        region if isinstance(region, str) and region else None,
    )


def _repeated(resources: Sequence[Managed]) -> tuple[Managed, Managed] | None:
    known: dict[tuple[str, str], Managed] = {}
    for resource in resources:
        if first := known.get((resource.type, resource.id)):
            return first, resource
        known[resource.type, resource.id] = resource
    return None


def _restricted(window: LiveWindow, state: TerraformState) -> LiveWindow:
    """Leave out the targets and tasks that a state does not manage."""
    managed = {resource.id for resource in state.resources}
    return replace(
        window,
        targets=tuple(target for target in window.targets if target.window_target_id in managed),
        tasks=tuple(task for task in window.tasks if task.window_task_id in managed),
        other_targets=tuple(
            target.window_target_id for target in window.targets if target.window_target_id not in managed
        ),
    )


def _notes(windows: Sequence[LiveWindow], state: TerraformState) -> Iterator[str]:
    """Say what the state has and AWS has not, and what AWS has and the state has not."""
    managed = {resource.id for resource in state.resources}
    parts = {window.window_id: dict(_parts(window)) for window in windows}
    for resource in state.resources:
        if resource.type == WINDOW:
            continue
        if resource.window_id not in parts:
            yield f"{resource.address} belongs to {resource.window_id}, which is not adopted, and is left out"
        elif resource.id not in parts[resource.window_id]:
            yield f"{resource.address} ({resource.id}) does not exist, and is left out"
    for window in windows:
        for id_, words in parts[window.window_id].items():
            if id_ not in managed:
                yield f"{words} of {window.name} ({window.window_id}) is not in the state, and is left out"


def _parts(window: LiveWindow) -> Iterator[tuple[str, str]]:
    for target in window.targets:
        yield target.window_target_id, f"target {target.fields.get('Name') or target.window_target_id}"
    for task in window.tasks:
        yield task.window_task_id, f"task {task.fields.get('Name') or task.window_task_id}"


def _steps(address: str) -> list[list[str]]:
    """Split an address into its modules and the resource: the name of each, and its key."""
    steps = [(found["name"], found["key"]) for found in _STEP.finditer(address)]
    # Each pair is `module.<name>`, and the last one `<type>.<name>`.
    return [[name, *_word(key)] for name, key in steps[1::2]]


def _word(key: str | None) -> list[str]:
    word = re.sub(r"[^\w.-]+", "-", (key or "")[1:-1]).strip("-")
    return [word] if word else []


def _removed_block(address: str) -> Iterator[str]:
    yield "# removed {"
    yield f"#   from = {address}"
    yield "#   lifecycle {"
    yield "#     destroy = false"
    yield "#   }"
    yield "# }"
