"""What a program plans, as a preview shows it: its windows, targets and tasks, and which belongs to which."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_ssm_maintenance.lifecycle.properties import BOOKKEEPING
from pulumi_ssm_maintenance.operations.adopt.engine import type_of
from pulumi_ssm_maintenance.operations.adopt.import_file import TARGET, TASK, WINDOW

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands in a preview for a value that only a deployment can tell."""

_WINDOW_OF: Final = {TARGET: "windowId", TASK: "window_id"}
_GOES_AWAY: Final = ("delete", "discard", "read", "remove")


@dataclass(frozen=True, slots=True)
class Planned:
    """A window, target or task of a program."""

    urn: str
    id: str
    """The physical id; empty for a resource that the stack does not hold yet."""
    inputs: Mapping[str, Any] = field(repr=False)
    """The inputs by the names of its type. Secret ones are masked, others may be unknown."""
    uses: Mapping[str, frozenset[str]] = field(repr=False)
    """The URNs that each input depends on."""

    @property
    def type(self) -> str:
        """The type token."""
        return type_of(self.urn)

    @property
    def name(self) -> str:
        """The logical name."""
        return self.urn.rpartition("::")[2]

    def known(self, name: str) -> Any:
        """Give an input; None where it is not known yet."""
        value = self.inputs.get(name)
        return None if _is_unknown(value) else value

    @property
    def bookkeeping(self) -> dict[str, Any]:
        """A task's logical name, and the paths of its secrets."""
        held = self.inputs.get(BOOKKEEPING)
        noted: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
        return {"name": noted.get("name", self.name), "secrets": list(noted.get("secrets", ()))}


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """A window of a program, with its targets and tasks."""

    window: Planned
    targets: tuple[Planned, ...]
    tasks: tuple[Planned, ...]


def planned_windows(preview: Mapping[str, Any]) -> tuple[PlannedWindow, ...]:
    """List the windows that a preview shows, with their targets and tasks."""
    found = tuple(_planned(preview))
    windows = [one for one in found if one.type == WINDOW]
    return tuple(
        PlannedWindow(
            window,
            tuple(one for one in found if one.type == TARGET and _belongs(one, window)),
            tuple(one for one in found if one.type == TASK and _belongs(one, window)),
        )
        for window in windows
    )


def _planned(preview: Mapping[str, Any]) -> Iterator[Planned]:
    seen: set[str] = set()
    for step in preview.get("steps", ()):
        state = step.get("newState") or {}
        urn = step["urn"]
        if step["op"].startswith(_GOES_AWAY) or urn in seen or type_of(urn) not in {WINDOW, TARGET, TASK}:
            continue
        seen.add(urn)
        uses = {name: frozenset(urns or ()) for name, urns in (state.get("propertyDependencies") or {}).items()}
        id_ = (step.get("oldState") or {}).get("id") or state.get("id") or ""
        yield Planned(urn, "" if id_ == UNKNOWN else id_, state.get("inputs") or {}, uses)


def _belongs(one: Planned, window: Planned) -> bool:
    argument = _WINDOW_OF[one.type]
    return window.urn in one.uses.get(argument, ()) or bool(window.id and one.inputs.get(argument) == window.id)


def _is_unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_is_unknown, value.values()))
    if isinstance(value, list):
        return any(map(_is_unknown, value))
    return bool(value == UNKNOWN)
