"""Which live window, target and task is which of the program's."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from pulumi_ssm_maintenance.operations.errors import UsageError
from pulumi_ssm_maintenance.operations.live import LiveTarget, LiveTask, LiveWindow

from .planned import Planned, PlannedWindow

_BY_ID: Final = "WindowTargetIds"

L = TypeVar("L", bound=LiveWindow | LiveTarget | LiveTask)
Criterion = tuple[Callable[[Planned], Hashable], Callable[[L], Hashable]]
"""What a planned object and a live one have in common: a key of each. None is a key that equals no other."""


@dataclass(frozen=True, slots=True)
class Pair(Generic[L]):
    """A planned object, and the live one that it is."""

    planned: Planned
    live: L


@dataclass(frozen=True, slots=True)
class MatchedWindow:
    """A window of the program and the live one, with their targets and tasks."""

    window: Pair[LiveWindow]
    targets: tuple[Pair[LiveTarget], ...]
    tasks: tuple[Pair[LiveTask], ...]
    outside: tuple[str, ...]
    """Live targets and tasks that the program does not have, in words."""


def matched(
    planned: Sequence[PlannedWindow], live: Sequence[LiveWindow], chosen: Mapping[str, str]
) -> tuple[MatchedWindow, ...]:
    """Match live windows with those of a program.

    Args:
        planned: the windows of the program.
        live: the windows to adopt.
        chosen: ids of live objects by logical name or URN, which decide before anything else.

    Raises:
        UsageError: a window fits none or several of the program, or a target or task fits several.
    """
    if not planned:
        raise UsageError("the program declares no maintenance window. Adopt into a new project with --out DIR.")
    choices = _Choices(chosen)
    by_urn = {one.window.urn: one for one in planned}
    windows: tuple[Pair[LiveWindow], ...] = _matched(
        [one.window for one in planned], live, [(_anything, _anything), (_name, _live_name)], choices, "window"
    )
    if missing := [one for one in live if one not in [pair.live for pair in windows]]:
        names = ", ".join(one.window.name for one in planned)
        raise UsageError(
            f"the program declares no window for {', '.join(map(_described, missing))}. It declares {names}."
            " Leave the window out, or say which it is with --map NAME=ID."
        )
    found = tuple(_matched_window(pair, by_urn[pair.planned.urn], choices) for pair in windows)
    choices.demand_all_used()
    return found


def _matched_window(window: Pair[LiveWindow], planned: PlannedWindow, choices: "_Choices") -> MatchedWindow:
    targets = _matched(
        planned.targets, window.live.targets, [(_selection, _live_selection), (_name, _live_name)], choices, "target"
    )
    urns = {pair.live.window_target_id: pair.planned.urn for pair in targets}
    tasks = _matched(
        planned.tasks,
        window.live.tasks,
        [
            (_runs, _live_runs),
            (lambda task: task.uses.get("targets", frozenset()), lambda task: _live_uses(task, urns)),
            (_name, _live_name),
            (_priority, _live_priority),
        ],
        choices,
        "task",
    )
    taken = {*urns, *(pair.live.window_task_id for pair in tasks)}
    parts: tuple[LiveTarget | LiveTask, ...] = (*window.live.targets, *window.live.tasks)
    outside = tuple(f"{_described(one)} of {window.live.name}" for one in parts if _id(one) not in taken)
    return MatchedWindow(window, targets, tasks, outside)


class _Choices:
    """Pairs that the user has chosen."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
        self._chosen = chosen
        self._used: set[str] = set()

    def live(self, planned: Planned, live: Sequence[L]) -> L | None:
        """Give the live object that was chosen for a planned one."""
        for name in (planned.urn, planned.name):
            for one in live:
                if self._chosen.get(name) == _id(one):
                    self._used.add(name)
                    return one
        return None

    def demand_all_used(self) -> None:
        """Refuse a choice that fits nothing."""
        for name, id_ in self._chosen.items():
            if name not in self._used:
                raise UsageError(
                    f"--map {name}={id_}: the program has no {name} that {id_} could be, or {id_} is not among the"
                    " windows to adopt with their targets and tasks"
                )


def _matched(
    planned: Sequence[Planned], live: Sequence[L], criteria: Sequence[Criterion[L]], choices: _Choices, kind: str
) -> tuple[Pair[L], ...]:
    """Match what was chosen, then what the stack holds, then by the criteria: the first one has to be met."""
    pairs = [Pair(one, found) for one in planned if (found := choices.live(one, live) or _held(one, live))]
    left = [one for one in planned if one not in [pair.planned for pair in pairs] and not one.id]
    free = [one for one in live if one not in [pair.live for pair in pairs]]
    required, *further = criteria
    for some, candidates in _buckets(left, free, required):
        pairs.extend(_paired(some, candidates, further, kind))
    return tuple(sorted(pairs, key=lambda pair: planned.index(pair.planned)))


def _held(planned: Planned, live: Sequence[L]) -> L | None:
    return next((one for one in live if planned.id == _id(one)), None)


def _paired(planned: list[Planned], live: list[L], criteria: Sequence[Criterion[L]], kind: str) -> Iterator[Pair[L]]:
    """Pair objects that may be each other: the only ones at once, several by what tells them apart."""
    if not planned or not live:
        return
    if len(planned) == len(live) == 1:
        yield Pair(planned[0], live[0])
        return
    if not criteria:
        raise UsageError(_ambiguous(planned, live, kind))
    first, *rest = criteria
    others, free = list(planned), list(live)
    for some, candidates in _buckets(planned, live, first):
        if some and candidates:
            yield from _paired(some, candidates, rest, kind)
            others = [one for one in others if one not in some]
            free = [one for one in free if one not in candidates]
    yield from _paired(others, free, rest, kind)


def _buckets(
    planned: Sequence[Planned], live: Sequence[L], criterion: Criterion[L]
) -> Iterator[tuple[list[Planned], list[L]]]:
    of_planned, of_live = criterion
    keys = dict.fromkeys(key for key in map(of_planned, planned) if key is not None)
    for key in keys:
        yield [one for one in planned if of_planned(one) == key], [one for one in live if of_live(one) == key]


def _ambiguous(planned: Sequence[Planned], live: Sequence[L], kind: str) -> str:
    candidates = "\n".join(f"  {_described(one)}" for one in live)
    lines = "\n".join(f"  --map {one.name}={_id(live[0])}" for one in planned)
    return (
        f"several {kind}s could be {' or '.join(repr(one.name) for one in planned)}:\n{candidates}\n"
        f"Say which it is, with a line such as\n{lines}"
    )


def _anything(_: Any) -> Hashable:
    return True


def _name(planned: Planned) -> Hashable:
    return planned.known("name") or None


def _live_name(live: LiveWindow | LiveTarget | LiveTask) -> Hashable:
    return live.fields.get("Name") or None


def _selection(target: Planned) -> Hashable:
    selects = target.known("targets")
    return _canonical(selects, "key", "values") if isinstance(selects, list) else None


def _live_selection(target: LiveTarget) -> Hashable:
    return _canonical(target.fields.get("Targets", ()), "Key", "Values")


def _canonical(selects: Sequence[Mapping[str, Any]], key: str, values: str) -> Hashable:
    return frozenset((one.get(key), tuple(sorted(map(str, one.get(values) or ())))) for one in selects)


def _runs(task: Planned) -> Hashable:
    found = task.known("task_type"), task.known("task_arn")
    return found if all(found) else None


def _live_runs(task: LiveTask) -> Hashable:
    return task.fields.get("TaskType"), task.fields.get("TaskArn")


def _live_uses(task: LiveTask, urns: Mapping[str, str]) -> Hashable:
    ids = [id_ for one in task.fields.get("Targets", ()) if one["Key"] == _BY_ID for id_ in one["Values"]]
    return frozenset(urns.get(id_, id_) for id_ in ids)


def _priority(task: Planned) -> Hashable:
    return task.known("priority") or 0


def _live_priority(task: LiveTask) -> Hashable:
    return task.fields.get("Priority") or 0


def _id(live: LiveWindow | LiveTarget | LiveTask) -> str:
    if isinstance(live, LiveWindow):
        return live.window_id
    return live.window_target_id if isinstance(live, LiveTarget) else live.window_task_id


def _described(live: LiveWindow | LiveTarget | LiveTask) -> str:
    """Describe a live object in a few words, none of them sensitive."""
    if isinstance(live, LiveWindow):
        return f"window {live.name} ({live.window_id})"
    name = live.fields.get("Name", "")
    if isinstance(live, LiveTarget):
        selects = " ".join(str(one.get("Key")) for one in live.fields.get("Targets", ()))
        return f"target {name or selects} ({live.window_target_id})"
    what = f"{live.fields.get('TaskType')} {live.fields.get('TaskArn')}"
    return f"task {name + ', ' if name else ''}{what}, priority {_live_priority(live)} ({live.window_task_id})"
