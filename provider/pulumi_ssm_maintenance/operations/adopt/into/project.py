"""Adopt into a project that exists, with its components: match, import, and show what a deployment would then do."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_ssm_maintenance.operations.adopt.engine import Engine, type_of
from pulumi_ssm_maintenance.operations.adopt.folder import add_to_record
from pulumi_ssm_maintenance.operations.adopt.import_file import ImportEntry, import_file, task_properties
from pulumi_ssm_maintenance.operations.adopt.stack import Difference, differences
from pulumi_ssm_maintenance.operations.errors import UsageError
from pulumi_ssm_maintenance.operations.live import LiveWindow

from .matching import MatchedWindow, matched
from .planned import Planned, planned_windows


@dataclass(frozen=True, slots=True)
class Joining:
    """What of a project is what of AWS, before anything is imported."""

    engine: Engine
    """Runs `pulumi` in the folder of the program."""
    windows: tuple[MatchedWindow, ...]
    """The windows, matched with the resources of the program."""
    entries: tuple[ImportEntry, ...] = field(repr=False)
    """What is to be imported: windows, targets and tasks, the components around them, and their explicit providers."""
    names: Mapping[str, str] = field(repr=False)
    """URNs of parents and providers that the stack holds, by the names that the entries use."""

    @property
    def pairs(self) -> Iterator[tuple[Planned, str]]:
        """Windows, targets and tasks of the program, and the ids at AWS that they get."""
        for one in self.windows:
            yield one.window.planned, one.window.live.window_id
            yield from ((pair.planned, pair.live.window_target_id) for pair in one.targets)
            yield from ((pair.planned, pair.live.window_task_id) for pair in one.tasks)


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of an adoption into a project."""

    imported: tuple[ImportEntry, ...]
    """What came into the stack now."""
    differences: tuple[Difference, ...]
    """What `pulumi up` would do next."""
    lost: tuple[Difference, ...]
    """Those of the differences by which an adopted window, target or task would not keep its id."""


def match(
    engine: Engine,
    windows: Sequence[LiveWindow],
    *,
    chosen: Mapping[str, str] | None = None,
    create: bool = False,
    report: Callable[[str], None] = lambda _: None,
) -> Joining:
    """Find out which windows, targets and tasks of a program are those of AWS. The stack does not change.

    Args:
        engine: runs the project's program on the stack.
        windows: what to adopt.
        chosen: ids of live windows, targets and tasks by logical name or URN, where the program alone does not tell.
        create: whether to make the stack unless it exists.
        report: takes a line for each step, while it is under way.

    Raises:
        UsageError: the engine is too old, there is no project, or something fits nothing or several things.
        OperationError: the engine failed.
    """
    if not any((engine.folder / name).is_file() for name in ("Pulumi.yaml", "Pulumi.yml")):
        raise UsageError(f"{engine.folder} holds no Pulumi project (Pulumi.yaml). Write a new one with --out DIR.")
    engine.demand_version()
    if create:
        engine.open_stack()
    report("previewing the program")
    with tempfile.TemporaryDirectory(prefix="ssm-maintenance-") as folder:
        wanted = Path(folder) / "wanted.json"
        preview = engine.preview(import_file=wanted)
        creates = json.loads(wanted.read_text(encoding="utf-8"))
    found = matched(planned_windows(preview), windows, chosen or {})
    _demand_regions(found)
    _demand_free(engine, found)
    entries = tuple(_entries(_Specs(creates, _project(preview)), found))
    return Joining(engine, found, entries, creates.get("nameTable") or {})


def join(joining: Joining, *, protect: bool = True, report: Callable[[str], None] = lambda _: None) -> Joined:
    """Import what was matched, and preview what a deployment would do next. Nothing is written to AWS.

    It can be run again, from `match` on, after an interruption at any point.

    Args:
        joining: what was matched.
        protect: whether Pulumi is to refuse to delete what is imported, until the program is deployed.
        report: takes a line for each step, while it is under way.

    Raises:
        OperationError: the engine failed.
    """
    engine = joining.engine
    if joining.entries:
        report(f"importing {len(joining.entries)} resources")
        add_to_record(engine.folder, engine.stack, joining.entries)
        with tempfile.TemporaryDirectory(prefix="ssm-maintenance-") as folder:
            file = Path(folder) / "import.json"
            file.write_text(import_file(joining.entries, joining.names), encoding="utf-8")
            engine.import_resources(file, protect=protect)
        report("previewing the program")
    remaining = differences(engine.preview())
    urns = {planned.urn for planned, _ in joining.pairs}
    lost = tuple(one for one in remaining if one.urn in urns and one.operation != "update")
    return Joined(joining.entries, remaining, lost)


@dataclass(frozen=True, slots=True)
class _Specs:
    """The entries of an import file that the engine has written, by URN."""

    file: Mapping[str, Any]
    project: str
    """What all URNs of the stack begin with."""

    def by_urn(self) -> dict[str, Mapping[str, Any]]:
        return {self._urn(spec): spec for spec in self.file.get("resources", ())}

    def named(self, name: str) -> str | None:
        """Give the URN of the entry of a name; None where the stack holds it."""
        return next((urn for urn, spec in self.by_urn().items() if spec["name"] == name), None)

    def _urn(self, spec: Mapping[str, Any]) -> str:
        name = spec.get("logicalName") or spec["name"]
        return f"{self.project}::{self._qualified(spec)}::{name}"

    def _qualified(self, spec: Mapping[str, Any]) -> str:
        parent = spec.get("parent")
        if not parent:
            return str(spec["type"])
        if held := (self.file.get("nameTable") or {}).get(parent):
            return f"{held.split('::')[2]}${spec['type']}"
        above = next(one for one in self.file["resources"] if one["name"] == parent)
        return f"{self._qualified(above)}${spec['type']}"


def _entries(specs: _Specs, windows: Sequence[MatchedWindow]) -> Iterator[ImportEntry]:
    """List what is imported, in the order of the engine's file: owners first."""
    by_urn = specs.by_urn()
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for one in windows:
        window = one.window.live
        found[one.window.planned.urn] = (window.window_id, {})
        for target in one.targets:
            found[target.planned.urn] = (f"{window.window_id}/{target.live.window_target_id}", {})
        for task in one.tasks:
            held = task_properties(window, task.live, task.planned.bookkeeping)
            found[task.planned.urn] = (task.live.window_task_id, held)
    for urn in [urn for urn in found if urn in by_urn]:
        _add_around(urn, specs, found)
    for urn, spec in by_urn.items():
        if urn in found:
            id_, properties = found[urn]
            details = {name: value for name, value in spec.items() if name not in {"type", "id"}}
            yield ImportEntry(spec["type"], urn.rpartition("::")[2], id_, {**details, **properties})


def _add_around(urn: str, specs: _Specs, found: dict[str, tuple[str, Mapping[str, Any]]]) -> None:
    """Add the components that hold a resource, and its explicit provider, where the stack lacks them."""
    spec = specs.by_urn()[urn]
    for name in (spec.get("parent"), spec.get("provider")):
        around = specs.named(name) if name else None
        if around and around not in found:
            found[around] = ("", {})
            _add_around(around, specs, found)


def _project(preview: Mapping[str, Any]) -> str:
    return "::".join(preview["steps"][0]["urn"].split("::")[:2])


def _demand_regions(windows: Sequence[MatchedWindow]) -> None:
    for one in windows:
        region = one.window.planned.known("region")
        if region and region != one.window.live.region:
            raise UsageError(
                f"the program declares {one.window.planned.name} in {region}, and {one.window.live.window_id} is in"
                f" {one.window.live.region}. Use a stack of that region."
            )


def _demand_free(engine: Engine, windows: Sequence[MatchedWindow]) -> None:
    """Refuse an object that the stack holds as another resource."""
    urns = {(type_of(one.urn), one.id): one.urn for one in engine.resources()}
    for planned, id_ in Joining(engine, tuple(windows), (), {}).pairs:
        held = urns.get((planned.type, id_))
        if held and held != planned.urn:
            raise UsageError(
                f"stack {engine.stack} holds {id_} already, as {held}, and it would become {planned.urn}. Give the new"
                " resource an alias of the old one instead of an adoption."
            )
