"""What an adoption is made of: windows, targets and tasks with their names in a program, and the secrets apart."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from pulumi_ssm_maintenance.core.codec import decode
from pulumi_ssm_maintenance.core.model import Shape, task_shape
from pulumi_ssm_maintenance.core.paths import covers, item, member
from pulumi_ssm_maintenance.core.placeholders import without_placeholders
from pulumi_ssm_maintenance.core.secrecy import ALWAYS
from pulumi_ssm_maintenance.operations.errors import UsageError
from pulumi_ssm_maintenance.operations.live import LiveTarget, LiveTask, LiveWindow

from .naming import Unique, repeated, target_name, task_name
from .terraform import Managed, TerraformState

Style = Literal["import", "code"]
MOST_WITHOUT_FUNCTIONS: Final = 3
"""How many windows stand one after another in a program, before each gets a function."""

CLOUDFORMATION_TAG: Final = "aws:cloudformation:stack-name"
"""The tag by which CloudFormation marks what a stack owns."""

_MOST_NAMED: Final = 10
"""How many arguments a warning names."""

_SYSTEM_TAG: Final = "aws:"


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that goes into the stack's configuration, encrypted, and never into the program."""

    key: str
    """The configuration's key, without the project's name."""
    path: str
    """The task's argument, as a path."""
    value: Any = field(repr=False)
    """The value, in clear."""

    @property
    def is_text(self) -> bool:
        """Whether the value is text; anything else is kept as JSON."""
        return isinstance(self.value, str)


@dataclass(frozen=True, slots=True)
class AdoptedTarget:
    """A window target, and its logical name."""

    name: str
    """The logical name."""
    live: LiveTarget
    """The target as AWS holds it."""

    @property
    def is_nameless(self) -> bool:
        """Whether AWS holds no name for it."""
        return not self.live.fields.get("Name")


@dataclass(frozen=True, slots=True)
class AdoptedTask:
    """A task, its logical name, and what of it is secret."""

    name: str
    """The logical name."""
    live: LiveTask
    """The task as AWS holds it."""
    arguments: Mapping[str, Any] = field(repr=False)
    """The arguments that declare it as AWS holds it. They may hold secrets."""
    secrets: tuple[Secret, ...] = ()
    """The values that go into the configuration of the stack."""


@dataclass(frozen=True, slots=True)
class AdoptedProvider:
    """An account and region of several, and the logical name of its providers."""

    name: str
    """The logical name."""
    region: str
    """The region."""
    role_arn: str | None = None
    """The role that reads and deploys there; None for the caller's own credentials."""


@dataclass(frozen=True, slots=True)
class AdoptedWindow:
    """A window, its logical name, its targets and tasks."""

    name: str
    """The logical name."""
    live: LiveWindow
    """The window as AWS holds it."""
    targets: tuple[AdoptedTarget, ...]
    """Its targets."""
    tasks: tuple[AdoptedTask, ...]
    """Its tasks."""
    provider: AdoptedProvider | None = None
    """Where it is; None where all windows are in the account and region of the stack's configuration."""

    @property
    def tags(self) -> dict[str, str]:
        """The window's tags, but for those that AWS sets itself."""
        return {key: value for key, value in sorted(self.live.tags.items()) if not key.startswith(_SYSTEM_TAG)}


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is adopted, and how."""

    windows: tuple[AdoptedWindow, ...]
    """The windows that are adopted."""
    protect: bool = True
    """Whether Pulumi is to refuse to delete what is adopted."""
    literal: bool = False
    """Whether the program names windows and targets by their ids, and not by references."""
    style: Style = "import"
    """Who adopts: an import file, or the options of the program itself."""
    warnings: tuple[str, ...] = ()
    """What to look at before the program is deployed."""
    in_terraform: tuple[Managed, ...] = ()
    """What of it a Terraform state manages."""

    @property
    def providers(self) -> tuple[AdoptedProvider, ...]:
        """The accounts and regions, where there are several or one takes a role."""
        return tuple(dict.fromkeys(window.provider for window in self.windows if window.provider))

    @property
    def tasks(self) -> Iterator[AdoptedTask]:
        """The tasks of all windows."""
        return (task for window in self.windows for task in window.tasks)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The secrets of all tasks."""
        return tuple(secret for task in self.tasks for secret in task.secrets)


def plan(  # noqa: PLR0913 - what a user may choose, each with a default
    windows: Sequence[LiveWindow],
    *,
    protect: bool = True,
    literal: bool = False,
    secret: Sequence[str] = (),
    terraform: TerraformState | None = None,
    style: Style = "import",
) -> Adoption:
    """Plan the adoption of windows.

    Args:
        windows: what to adopt.
        protect: whether Pulumi is to refuse to delete what is adopted.
        literal: whether the program names windows and targets by their ids.
        secret: further arguments that go into the stack's configuration, each as
            `<logical name of the task>.<path of the argument>`.
        terraform: the state that manages the windows. Its addresses give the logical names.
        style: who adopts: `import`, an import file; or `code`, the options of the program itself.

    Raises:
        UsageError: a path in `secret` leads nowhere.
    """
    names = _Names(windows, terraform.names if terraform else {})
    providers = _providers(windows)
    adopted = tuple(replace(_adopted_window(one, names), provider=providers.get(_place(one))) for one in windows)
    known = {task.name: task for window in adopted for task in window.tasks}
    chosen = [_chosen(path, known) for path in secret]
    keys = Unique()
    with_secrets = tuple(_with_secrets(window, chosen, keys) for window in adopted)
    in_terraform = tuple(_in_terraform(with_secrets, terraform)) if terraform else ()
    return Adoption(with_secrets, protect, literal, style, tuple(_warnings(with_secrets)), in_terraform)


class _Names:
    """Logical names: an object's own where it is the only one of that name, else with the window's before it.

    Names that are given, by the ids at AWS, come first.
    """

    def __init__(self, windows: Sequence[LiveWindow], given: Mapping[str, str]) -> None:
        self._given = given
        self._several = len(windows) > 1
        unique = Unique()
        self._windows = {window.window_id: unique.take(given.get(window.window_id, window.name)) for window in windows}
        targets = [(one.window_target_id, one.fields, window) for window in windows for one in window.targets]
        tasks = [(one.window_task_id, one.fields, window) for window in windows for one in window.tasks]
        self._targets, self._tasks = self._named(targets, target_name), self._named(tasks, task_name)

    def window(self, window: LiveWindow) -> str:
        return self._windows[window.window_id]

    def target(self, target: LiveTarget) -> str:
        return self._targets[target.window_target_id]

    def task(self, task: LiveTask) -> str:
        return self._tasks[task.window_task_id]

    def _named(
        self,
        parts: Sequence[tuple[str, Mapping[str, Any], LiveWindow]],
        name_of: Callable[[Mapping[str, Any]], str],
    ) -> dict[str, str]:
        """Name the targets of all windows, or the tasks. Names that are given come first, then those at AWS."""
        several = repeated(name_of(fields) for _, fields, _ in parts) if self._several else set()
        unique, found = Unique(), {}
        for id_, fields, window in sorted(
            parts, key=lambda part: (part[0] not in self._given, not part[1].get("Name"))
        ):
            name = name_of(fields)
            own = f"{self.window(window)}-{name}" if name in several else name
            found[id_] = unique.take(self._given.get(id_, own))
        return found


def _place(window: LiveWindow) -> tuple[str, str | None]:
    return window.region, window.role_arn


def _providers(windows: Sequence[LiveWindow]) -> dict[tuple[str, str | None], AdoptedProvider]:
    """Give each account and region a provider, unless there is one only, which the stack's configuration names."""
    places = list(dict.fromkeys(map(_place, windows)))
    if len(places) < 2 and not any(role for _, role in places):
        return {}
    several_accounts = len({role for _, role in places}) > 1
    names = Unique()
    found = {}
    for region, role in places:
        account = role.split(":")[4] if role else ""
        name = names.take(f"{account}-{region}" if account and several_accounts else region)
        found[region, role] = AdoptedProvider(name, region, role)
    return found


def _adopted_window(window: LiveWindow, names: _Names) -> AdoptedWindow:
    name = names.window(window)
    targets = tuple(AdoptedTarget(names.target(target), target) for target in window.targets)
    tasks = tuple(AdoptedTask(names.task(task), task, _arguments(task)) for task in window.tasks)
    return AdoptedWindow(name, window, targets, tasks)


def _arguments(task: LiveTask) -> dict[str, Any]:
    arguments: dict[str, Any] = decode(task_shape(), without_placeholders(dict(task.fields), {}))
    return arguments


def _chosen(path: str, tasks: Mapping[str, AdoptedTask]) -> tuple[str, str]:
    """Split a path into a task and an argument; a task's name may have dots in it."""
    names = [name for name in tasks if path.startswith(f"{name}.")]
    if not names:
        raise UsageError(f"no task of that name in {path!r}. The tasks are {', '.join(sorted(tasks)) or 'none'}.")
    name = max(names, key=len)
    argument = path.removeprefix(f"{name}.")
    if argument not in dict(_values(tasks[name].arguments)):
        found = ", ".join(place for place, _ in _values(tasks[name].arguments))
        raise UsageError(f"task {name} has no argument {argument!r}. It has {found}.")
    return name, argument


def _with_secrets(window: AdoptedWindow, chosen: Sequence[tuple[str, str]], keys: Unique) -> AdoptedWindow:
    tasks = tuple(
        AdoptedTask(task.name, task.live, task.arguments, tuple(_secrets_of(task, chosen, keys)))
        for task in window.tasks
    )
    return replace(window, tasks=tasks)


def _secrets_of(task: AdoptedTask, chosen: Sequence[tuple[str, str]], keys: Unique) -> Iterator[Secret]:
    paths = [*ALWAYS, *(path for name, path in chosen if name == task.name)]
    for path, value in _values(task.arguments):
        # The outermost path only: what lies inside it is secret with it.
        if path in paths and not covers([other for other in paths if other != path], path):
            last = path.replace("]", "").replace("[", ".").rpartition(".")[2].strip('"')
            yield Secret(keys.take(f"{task.name}-{last.strip('_').replace('_', '-')}"), path, value)


def _values(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """List every value in a task's arguments with its path, the outer ones first."""
    if path:
        yield path, value
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _values(part, member(path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _values(part, item(path, index))


def _in_terraform(windows: Sequence[AdoptedWindow], state: TerraformState) -> Iterator[Managed]:
    """List what is adopted and managed by a state."""
    adopted = {window.live.window_id for window in windows}
    adopted |= {target.live.window_target_id for window in windows for target in window.targets}
    adopted |= {task.live.window_task_id for window in windows for task in window.tasks}
    return (resource for resource in state.resources if resource.id in adopted)


def _warnings(windows: Sequence[AdoptedWindow]) -> Iterator[str]:
    readable = [
        f"{task.name}.{path}"
        for window in windows
        for task in window.tasks
        for path in _sensitive(task.arguments, task_shape())
        if not covers([secret.path for secret in task.secrets], path)
    ]
    if readable:
        more = len(readable) - _MOST_NAMED
        named = readable if more <= 0 else [*readable[:_MOST_NAMED], f"and {more} more"]
        yield (
            "these arguments may be sensitive and stand in the program as they are; `--secret` moves one into the"
            f" stack's configuration: {', '.join(named)}"
        )
    for window in windows:
        if owner := window.live.tags.get(CLOUDFORMATION_TAG):
            yield (
                f"{window.name} ({window.live.window_id}) belongs to the CloudFormation stack {owner}: take it out of"
                " that stack with DeletionPolicy: Retain, or both will manage it"
            )
        if manager := window.live.tags.get("managed-by"):
            yield f"{window.name} ({window.live.window_id}) is tagged managed-by: {manager}; two tools may manage it"


def _sensitive(value: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """List the paths of the outermost values that AWS's model calls sensitive."""
    if shape.sensitive and path:
        yield path
    elif isinstance(value, Mapping) and shape.members:
        for key, part in value.items():
            yield from _sensitive(part, shape.members[key].shape, member(path, key))
