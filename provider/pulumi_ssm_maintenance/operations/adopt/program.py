"""The program that declares what is adopted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_ssm_maintenance.core.paths import item, member

from .naming import Unique, variable
from .plan import MOST_WITHOUT_FUNCTIONS, AdoptedTarget, AdoptedTask, AdoptedWindow, Adoption
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
    if len(adoption.windows) > MOST_WITHOUT_FUNCTIONS:
        return "\n\n\n".join([*_joined(parts), *_functions(adoption)]) + "\n"
    scope = Unique("_")
    for window in adoption.windows:
        parts.extend(_Writer(adoption, window, scope, depth=0).statements())
    return "\n\n".join(parts) + "\n"


def _joined(parts: list[str]) -> list[str]:
    return ["\n\n".join(parts)]


def _heading(adoption: Adoption) -> str:
    count = len(adoption.windows)
    what = "A maintenance window, adopted" if count == 1 else f"{count} maintenance windows, adopted"
    needs_pulumi = adoption.secrets or adoption.protect or _has_nameless(adoption)
    imports = [
        *(["import pulumi"] if needs_pulumi else []),
        "import pulumi_aws as aws",
        *(["from pulumi_ssm_maintenance import MaintenanceWindowTask"] if any(adoption.tasks) else []),
    ]
    return f'"""{what} from AWS."""\n\n' + "\n".join(imports)


def _has_nameless(adoption: Adoption) -> bool:
    return any(target.is_nameless for window in adoption.windows for target in window.targets)


def _functions(adoption: Adoption) -> Iterator[str]:
    """Write a function for each window, and the calls."""
    names, calls = Unique("_"), []
    for window in adoption.windows:
        name = names.take(variable(window.name))
        body = "\n\n".join(_Writer(adoption, window, Unique("_"), depth=1).statements())
        calls.append(f"{name}()")
        yield f"def {name}() -> None:\n{body}"
    yield "\n".join(calls)


@dataclass(slots=True)
class _Writer:
    """Writes one window with its targets and tasks."""

    adoption: Adoption
    window: AdoptedWindow
    scope: Unique
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
        return Call("aws.ssm.MaintenanceWindow", [self.window.name], {**given, **tags, **self._options()})

    def _target(self, target: AdoptedTarget, window_id: Any) -> Call:
        fields = target.live.fields
        given = {argument: fields[name] for name, argument in _TARGET.items() if fields.get(name)}
        selects = [{"key": one["Key"], "values": list(one.get("Values", ()))} for one in fields.get("Targets", ())]
        arguments = {"window_id": window_id, **given, "targets": selects}
        options = self._options(ignore_changes=["name"]) if target.is_nameless else self._options()
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
        return Call("MaintenanceWindowTask", [task.name], {**arguments, **self._options()})

    def _options(self, **options: Any) -> dict[str, Any]:
        given = {**({"protect": True} if self.adoption.protect else {}), **options}
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
