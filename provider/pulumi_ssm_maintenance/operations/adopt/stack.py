"""Bring what is adopted into a stack, prove that nothing is left to change, and take it out again."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pulumi_ssm_maintenance.operations.errors import UsageError

from .engine import Engine, Resource, type_of
from .folder import Folder, read_record, remove_record, write_import_file
from .import_file import TASK, ImportEntry, import_file
from .plan import Adoption

_STACK: Final = "pulumi:pulumi:Stack"
_PROVIDER: Final = "pulumi:providers:"
_DEFAULT_PROVIDER: Final = "default"
_NO_CHANGE: Final = frozenset({"same", "read"})


@dataclass(frozen=True, slots=True)
class Difference:
    """A resource that the program would change."""

    operation: str
    """The engine's word: `update`, `create`, `replace`, …"""
    urn: str
    """The URN of the resource."""
    properties: tuple[str, ...]
    """The properties that differ; none for a resource that differs as a whole."""

    def __str__(self) -> str:
        name, kind = self.urn.rpartition("::")[2], self.urn.split("::")[2].rpartition(":")[2]
        return f"{self.operation} {kind} {name}: {', '.join(self.properties) or 'as a whole'}"


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of an adoption."""

    imported: tuple[ImportEntry, ...]
    """What came into the stack now."""
    held: tuple[ImportEntry, ...]
    """What the stack held already."""
    differences: tuple[Difference, ...]
    """What the program would change; nothing, where all is well."""


def apply(
    adoption: Adoption,
    folder: Folder,
    stack: str,
    *,
    profile: str | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> Applied:
    """Import what a folder adopts into a stack, and prove that a preview of its program is empty.

    With the style `code` the next `pulumi up` imports. Then the stack is only configured, and the preview proves that
    `pulumi up` will do nothing else.

    It can be run again after an interruption at any point. Nothing is written to AWS.

    Args:
        adoption: what is adopted.
        folder: the folder that `write` has written.
        stack: the stack's name. It is made unless it exists.
        profile: the AWS profile that the program runs with. Default: the environment's.
        report: takes a line for each step, while it is under way.

    Raises:
        UsageError: the engine is too old, or the stack holds another object under the same name.
        OperationError: the engine failed.
    """
    engine = Engine(folder.path, stack, profile)
    if adoption.style == "import":
        engine.demand_version()
    report(f"opening stack {stack}")
    engine.open_stack()
    missing, held = _compared(folder.entries, engine.resources(), stack)
    _configure(engine, adoption, folder, report)
    if adoption.style == "code":
        report("previewing the program")
        return Applied((), held, _unexpected(differences(engine.preview()), missing))
    if missing:
        report(f"importing {len(missing)} of {len(folder.entries)} resources")
        write_import_file(folder)
        _import(engine, folder, missing, protect=adoption.protect)
    report("previewing the program")
    remaining = differences(engine.preview())
    if not remaining:
        report("recording what depends on what")
        engine.up()
        folder.import_file.unlink(missing_ok=True)
    return Applied(missing, held, remaining)


def undo(path: Path, stack: str) -> tuple[str, ...]:
    """Take what a folder has adopted out of a stack's state again. AWS is not called.

    Args:
        path: the folder.
        stack: the stack's name.

    Returns:
        The URNs that were removed.

    Raises:
        UsageError: the folder holds no record of an adoption.
        OperationError: the engine failed.
    """
    entries = read_record(path, stack)
    engine = Engine(path, stack)
    resources = engine.resources()
    going = _adopted(resources, entries)
    left = [one for one in resources if one not in going]
    unused = [one for one in left if _is_unused_provider(one, left, entries)]
    left = [one for one in left if one not in unused]
    if going and all(one.type == _STACK for one in left):
        unused.extend(left)
    # What depends on others goes before them.
    urns = tuple(one.urn for one in [*reversed(going), *unused])
    if urns:
        engine.forget(urns)
    remove_record(path, stack)
    return urns


def _adopted(resources: Sequence[Resource], entries: Iterable[ImportEntry]) -> list[Resource]:
    """List the resources of a stack that entries have brought into it. A component with other children stays."""
    adopted = {(entry.type, entry.name, entry.physical_id) for entry in entries}
    found = [one for one in resources if (one.type, one.name, one.id) in adopted]
    while kept := {one.parent for one in resources if one not in found} & {one.urn for one in found}:
        found = [one for one in found if one.urn not in kept]
    return found


def _compared(
    entries: Sequence[ImportEntry], resources: Iterable[Resource], stack: str
) -> tuple[tuple[ImportEntry, ...], tuple[ImportEntry, ...]]:
    """Split entries into those that a stack lacks and those that it holds."""
    by_name = {(one.type, one.name): one for one in resources}
    by_id = {(one.type, one.id): one for one in resources}
    missing: list[ImportEntry] = []
    held: list[ImportEntry] = []
    for entry in entries:
        found = by_name.get((entry.type, entry.name))
        other = entry.id and by_id.get((entry.type, entry.physical_id))
        if found and entry.id and found.id != entry.physical_id:
            raise UsageError(
                f"stack {stack} holds {found.id} as {entry.name!r}, and {entry.physical_id} would get the same name."
                f" Use another stack, or rename one of the two."
            )
        if other and not found:
            raise UsageError(
                f"stack {stack} holds {entry.physical_id} already, as {other.name!r} and not as {entry.name!r}."
                " Leave it out, or take it out of the stack first (pulumi state delete)."
            )
        (held if found else missing).append(entry)
    return tuple(missing), tuple(held)


def _configure(engine: Engine, adoption: Adoption, folder: Folder, report: Callable[[str], None]) -> None:
    """Set the region, and the secrets that the program reads, where they are not set yet."""
    configuration = engine.configuration()
    if not adoption.providers:
        _demand_allowed(configuration, adoption, engine.stack)
        (region,) = {window.live.region for window in adoption.windows}
        configured = configuration.get("aws:region")
        if configured is None:
            engine.configure({"aws:region": region})
        elif configured != region:
            raise UsageError(
                f"stack {engine.stack} is set to {configured} (aws:region), and the windows are in {region}."
                " Use another stack."
            )
    wanted = {secret.key: secret.value if secret.is_text else json.dumps(secret.value) for secret in adoption.secrets}
    absent = {key: text for key, text in wanted.items() if configuration.get(f"{folder.project}:{key}") != text}
    if absent:
        report(f"setting {len(absent)} secrets in the stack's configuration")
        engine.configure({f"{folder.project}:{key}": text for key, text in absent.items()}, secret=True)


def _demand_allowed(configuration: Mapping[str, Any], adoption: Adoption, stack: str) -> None:
    """Refuse windows of an account that the providers of the stack will refuse."""
    accounts = {window.live.account.account_id for window in adoption.windows if window.live.account}
    allowed = set(json.loads(configuration.get("aws:allowedAccountIds") or "[]")) or accounts
    forbidden = set(json.loads(configuration.get("aws:forbiddenAccountIds") or "[]"))
    if refused := sorted(accounts - allowed | accounts & forbidden):
        raise UsageError(
            f"the windows are in account {', '.join(refused)}, which stack {stack} does not allow"
            " (aws:allowedAccountIds, aws:forbiddenAccountIds). Use another stack, or other credentials."
        )


def _import(engine: Engine, folder: Folder, missing: tuple[ImportEntry, ...], *, protect: bool) -> None:
    if missing != folder.entries:
        # Providers have no id. The entries refer to them, also where the stack holds them already.
        wanted = tuple(entry for entry in folder.entries if entry in missing or not entry.id)
        folder.import_file.write_text(import_file(wanted), encoding="utf-8")
    engine.import_resources(folder.import_file.resolve(), protect=protect)


def _unexpected(found: Iterable[Difference], missing: Iterable[ImportEntry]) -> tuple[Difference, ...]:
    """Leave out what adopts: an import, or the create of a task, whose argument `adopt` takes an existing one over."""
    adopting = {("create" if one.type == TASK else "import", one.type, one.name) for one in missing}
    return tuple(one for one in found if (one.operation, type_of(one.urn), one.urn.rpartition("::")[2]) not in adopting)


def differences(preview: Mapping[str, Any]) -> tuple[Difference, ...]:
    """List what a preview would change, without the stack itself and its providers."""
    return tuple(
        Difference(step["op"], step["urn"], tuple(sorted(step.get("detailedDiff") or step.get("diffReasons") or ())))
        for step in preview.get("steps", ())
        if step["op"] not in _NO_CHANGE and not step["urn"].split("::")[2].startswith((_STACK, _PROVIDER))
    )


def _is_unused_provider(one: Resource, resources: Sequence[Resource], entries: Iterable[ImportEntry]) -> bool:
    """Tell whether a resource is a default or imported provider that nothing uses any more."""
    ours = one.name.startswith(_DEFAULT_PROVIDER) or (one.type, one.name) in {(e.type, e.name) for e in entries}
    return one.type.startswith(_PROVIDER) and ours and not any(other.provider == one.urn for other in resources)
