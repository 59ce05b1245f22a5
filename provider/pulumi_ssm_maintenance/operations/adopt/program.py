"""The program that declares what is adopted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_ssm_maintenance.core.paths import item, member

from .naming import Unique, variable
from .plan import MOST_WITHOUT_FUNCTIONS, AdoptedProvider, AdoptedTarget, AdoptedTask, AdoptedWindow, Adoption
from .source import Call, Commented, Expression, statement

# What pulumi-aws calls the fields of a window, and the values that stand for "not given".
_WINDOW: Final = {
    "Name": ("name", None),
    "Description": ("description", ""),
    "Schedule": ("schedule", None),
    "ScheduleTimezone": ("schedule_timezone", ""),
    "ScheduleOffset": ("schedule_offset", 0),
    "StartDate": ("start_date", ""),
    "EndDate": ("end_date", ""),
    "Duration": ("duration", None),
    "Cutoff": ("cutoff", None),
    "AllowUnassociatedTargets": ("allow_unassociated_targets", False),
    "Enabled": ("enabled", True),
}
_TARGET: Final = {
    "Name": "name",
    "Description": "description",
    "OwnerInformation": "owner_information",
    "ResourceType": "resource_type",
}
_TASK_ORDER: Final = (
    "window_id",
    "name",
    "description",
    "task_type",
    "task_arn",
    "targets",
    "max_concurrency",
    "max_errors",
    "priority",
    "service_role_arn",
    "task_invocation_parameters",
)
_NAMELESS: Final = "AWS holds no name for this target, and pulumi-aws would give it one."
_OUTSIDE: Final = "A target of the window that is not in this program."
_WINDOW_TARGETS: Final = "WindowTargetIds"


def program(adoption: Adoption) -> str:
    """Write the program: Python source, formatted."""
    parts = [_heading(adoption)]
    if adoption.secrets:
        parts.append("config = pulumi.Config()")
    scope = Unique("_")
    providers = {provider: _Providers.named(provider, scope) for provider in adoption.providers}
    parts.extend(statement for one in providers for statement in _provider(adoption, one, providers[one]))
    if len(adoption.windows) > MOST_WITHOUT_FUNCTIONS:
        return "\n\n\n".join([*_joined(parts), *_functions(adoption, providers, scope)]) + "\n"
    for window in adoption.windows:
        parts.extend(_Writer(adoption, window, scope, _options_of(window, providers), depth=0).statements())
    return "\n\n".join(parts) + "\n"


def _joined(parts: list[str]) -> list[str]:
    return ["\n\n".join(parts)]


def _heading(adoption: Adoption) -> str:
    count = len(adoption.windows)
    what = "A maintenance window, adopted" if count == 1 else f"{count} maintenance windows, adopted"
    options = adoption.protect or adoption.providers or adoption.style == "code" or _has_nameless(adoption)
    needs_pulumi = adoption.secrets or options
    own = "MaintenanceWindowTask, Provider" if adoption.providers else "MaintenanceWindowTask"
    imports = [
        *(["import pulumi"] if needs_pulumi else []),
        "import pulumi_aws as aws",
        *([f"from pulumi_ssm_maintenance import {own}"] if any(adoption.tasks) else []),
    ]
    return f'"""{what} from AWS."""\n\n' + "\n".join(imports)


def _has_nameless(adoption: Adoption) -> bool:
    return any(target.is_nameless for window in adoption.windows for target in window.targets)


@dataclass(frozen=True, slots=True)
class _Providers:
    """The variables of a pair of providers."""

    windows: str
    tasks: str

    @classmethod
    def named(cls, provider: AdoptedProvider, scope: Unique) -> "_Providers":
        name = variable(provider.name)
        return cls(scope.take(name), scope.take(f"{name}_tasks"))


def _provider(adoption: Adoption, provider: AdoptedProvider, names: _Providers) -> Iterator[str]:
    """Declare a pair of providers: of windows and targets, and of tasks where there are any."""
    region: dict[str, Any] = {"region": provider.region}
    roles: dict[str, Any] = {}
    own_roles: dict[str, Any] = {}
    if provider.role_arn:
        role = {"role_arn": provider.role_arn}
        roles = {"assume_roles": [Call("aws.ProviderAssumeRoleArgs", keywords=role)]}
        own_roles = {"assume_roles": [role]}
    yield statement(Call("aws.Provider", [provider.name], {**region, **roles}), assign_to=names.windows)
    if any(window.tasks for window in adoption.windows if window.provider == provider):
        yield statement(Call("Provider", [provider.name], {**region, **own_roles}), assign_to=names.tasks)


def _options_of(
    window: AdoptedWindow, providers: Mapping[AdoptedProvider, _Providers]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the option that chooses the provider of a window, and that of its tasks."""
    if not window.provider:
        return {}, {}
    names = providers[window.provider]
    return {"provider": Expression(names.windows)}, {"provider": Expression(names.tasks)}


def _functions(adoption: Adoption, providers: Mapping[AdoptedProvider, _Providers], names: Unique) -> Iterator[str]:
    """Write a function for each window, and the calls."""
    calls = []
    for window in adoption.windows:
        name = names.take(variable(window.name))
        body = "\n\n".join(_Writer(adoption, window, Unique("_"), _options_of(window, providers), depth=1).statements())
        calls.append(f"{name}()")
        yield f"def {name}() -> None:\n{body}"
    yield "\n".join(calls)


@dataclass(slots=True)
class _Writer:
    """Writes one window with its targets and tasks."""

    adoption: Adoption
    window: AdoptedWindow
    scope: Unique
    providers: tuple[dict[str, Any], dict[str, Any]]
    depth: int

    def statements(self) -> Iterator[str]:
        in_function = self.depth > 0
        name = self.scope.take("window" if in_function else variable(self.window.name))
        uses_window = not self.adoption.literal and (self.window.targets or self.window.tasks)
        yield self._statement(self._window(), name if uses_window else None)
        window_id: Any = self.window.live.window_id if self.adoption.literal else Expression(f"{name}.id")
        used = {id_ for task in self.window.tasks for id_ in _target_ids(task)}
        references: dict[str, Any] = {id_: Commented(id_, _OUTSIDE) for id_ in self.window.live.other_targets}
        for target in self.window.targets:
            id_ = target.live.window_target_id
            reference = None
            if id_ in used and not self.adoption.literal:
                reference = self.scope.take(variable(target.name), variable(target.name, "target"))
                references[id_] = Expression(f"{reference}.id")
            yield self._statement(self._target(target, window_id), reference)
        for task in self.window.tasks:
            yield self._statement(self._task(task, window_id, references), None)

    def _statement(self, call: Call, assign_to: str | None) -> str:
        return statement(call, assign_to=assign_to, depth=self.depth)

    def _window(self) -> Call:
        fields = self.window.live.fields
        given = {
            argument: fields[name]
            for name, (argument, absent) in _WINDOW.items()
            if name in fields and fields[name] != absent
        }
        tags = {"tags": self.window.tags} if self.window.tags else {}
        return Call(
            "aws.ssm.MaintenanceWindow",
            [self.window.name],
            {**given, **tags, **self._options(self.window.live.window_id)},
        )

    def _target(self, target: AdoptedTarget, window_id: Any) -> Call:
        fields = target.live.fields
        given = {argument: fields[name] for name, argument in _TARGET.items() if fields.get(name)}
        selects = [{"key": one["Key"], "values": list(one.get("Values", ()))} for one in fields.get("Targets", ())]
        arguments = {"window_id": window_id, **given, "targets": selects}
        kept = {"ignore_changes": ["name"]} if target.is_nameless else {}
        options = self._options(f"{self.window.live.window_id}/{target.live.window_target_id}", **kept)
        if target.is_nameless:
            options = {name: Commented(value, _NAMELESS) for name, value in options.items()}
        return Call("aws.ssm.MaintenanceWindowTarget", [target.name], {**arguments, **options})

    def _task(self, task: AdoptedTask, window_id: Any, references: Mapping[str, Any]) -> Call:
        secrets = {secret.path: secret for secret in task.secrets}

        def written(value: Any, path: str) -> Any:
            if secret := secrets.get(path):
                read = "require_secret" if secret.is_text else "require_secret_object"
                return Call(f"config.{read}", [secret.key])
            if isinstance(value, Mapping):
                return {key: written(part, member(path, key)) for key, part in value.items()}
            if isinstance(value, list):
                return [written(part, item(path, index)) for index, part in enumerate(value)]
            return value

        given = {**task.arguments, "window_id": window_id}
        in_order = [
            *(name for name in _TASK_ORDER if name in given),
            *(name for name in given if name not in _TASK_ORDER),
        ]
        arguments = {name: written(given[name], name) for name in in_order}
        if "targets" in arguments and "targets" not in secrets and not self.adoption.literal:
            arguments["targets"] = [_with_references(target, references) for target in arguments["targets"]]
        if self.adoption.style == "code":
            arguments["adopt"] = f"{self.window.live.window_id}/{task.live.window_task_id}"
        return Call("MaintenanceWindowTask", [task.name], {**arguments, **self._options(None)})

    def _options(self, import_id: str | None, **options: Any) -> dict[str, Any]:
        """Give the resource options. Tasks cannot be imported by an option; they are adopted by an argument."""
        of_window, of_task = self.providers
        given = {
            **(of_window if import_id else of_task),
            **({"import_": import_id} if import_id and self.adoption.style == "code" else {}),
            **({"protect": True} if self.adoption.protect else {}),
            **options,
        }
        return {"opts": Call("pulumi.ResourceOptions", keywords=given)} if given else {}


def _target_ids(task: AdoptedTask) -> Iterator[str]:
    if any(secret.path.startswith("targets") for secret in task.secrets):
        return
    for target in task.arguments.get("targets", ()):
        if target["key"] == _WINDOW_TARGETS:
            yield from target["values"]


def _with_references(target: Mapping[str, Any], references: Mapping[str, Any]) -> dict[str, Any]:
    if target["key"] != _WINDOW_TARGETS:
        return dict(target)
    values = [
        references.get(id_) or Commented(id_, "The window has no such target any more.") for id_ in target["values"]
    ]
    return {**target, "values": values}
