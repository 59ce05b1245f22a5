"""Waves: named groups of nodes that a run patches one after the other."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Required, TypedDict

import pulumi

from pulumi_ssm_maintenance import MaintenanceWindowTask
from pulumi_ssm_maintenance.args import AlarmConfigurationArgs, CutoffBehavior, TaskInvocationParametersArgs, TaskType
from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance.schedules import Record
from pulumi_ssm_maintenance_components.baselines.run_patch_baseline import Reboot, demand_reboot
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, all_at_once, given_args, wrong
from pulumi_ssm_maintenance_components.foundation.names import full_name, owner_information
from pulumi_ssm_maintenance_components.tasks.rates import demand_rates
from pulumi_ssm_maintenance_components.windows.targets import (
    MAX_WINDOW_TARGETS_OF_A_TASK,
    Targets,
    split_window_targets,
)

from .context import RunContext

PRIORITY_STEP = 10  # leaves room for other tasks between two waves
ONLY_WAVE = "all"
"""The name of the wave of a run that has no other."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_TARGET_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")

_MAX_ERRORS_OF_FIRST_WAVE, _MAX_ERRORS = "0", "10%"


class WaveArgs(TypedDict, total=False):
    """A wave of a patching run."""

    targets: Required[Targets | Mapping[str, Targets]]
    """What the wave patches: `Targets`, or several of them by name. More than ten targets are split over several tasks,
    which run at the same time, each with the rates of the wave."""
    max_concurrency: str
    """How many nodes are patched at once: a number or a percentage as text, such as `"5"` or `"10%"`. Default: that of
    the run."""
    max_errors: str
    """How many failures the wave tolerates before it stops: a number or a percentage as text. Default: that of the run;
    else `"0"` for the first of several waves, and `"10%"` for other waves."""
    reboot: Reboot
    """`RebootIfNeeded` or `NoReboot`. Default: that of the run."""


@dataclass(frozen=True, slots=True)
class Wave:
    """A wave with all its settings. Targets without a name have the name `""`."""

    name: str
    targets: Mapping[str, Targets]
    max_concurrency: str
    max_errors: str
    reboot: Reboot | None

    @property
    def longest_queue(self) -> int:
        """The largest number of window targets of a task; a task patches them one after the other."""
        return min(len(self.targets), MAX_WINDOW_TARGETS_OF_A_TASK)

    @property
    def task_count(self) -> int:
        """The number of tasks of the wave."""
        return ceil(len(self.targets) / MAX_WINDOW_TARGETS_OF_A_TASK)


@dataclass(frozen=True, slots=True)
class WavePosition:
    """The position of a wave in its run.

    Attributes:
        priority: the priority of its tasks; a lower number runs earlier.
        earlier_tasks: the number of tasks of the waves before it.
    """

    priority: int
    earlier_tasks: int


@dataclass(frozen=True, slots=True)
class WaveTask:
    """What the tasks of all waves have in common, and how to get the invocation of each."""

    task_type: TaskType
    task_arn: pulumi.Input[str]
    role_arn: pulumi.Input[str]
    priority: int
    cutoff_behavior: CutoffBehavior
    alarm_configuration: AlarmConfigurationArgs | None
    invocation: Callable[[Wave, WavePosition], TaskInvocationParametersArgs]


@dataclass(frozen=True)
class WaveIds(Record):
    """The ids of a wave at AWS. It is a dict too, so that a stack can export it."""

    target_ids: list[pulumi.Output[str]]
    """The ids of its window targets."""
    task_ids: list[pulumi.Output[str]]
    """The ids of its tasks; more than one if it has more than ten targets."""

    @property
    def target_id(self) -> pulumi.Output[str]:
        """The id of its first window target."""
        return self.target_ids[0]

    @property
    def task_id(self) -> pulumi.Output[str]:
        """The id of its first task."""
        return self.task_ids[0]

    def __post_init__(self) -> None:
        """Put the first ids before the lists."""
        self.update(target_id=self.target_id, task_id=self.task_id)
        Record.__post_init__(self)

    def outputs(self) -> dict[str, Any]:
        """Return the ids as a plain dict."""
        return dict(self)


def read_waves(  # noqa: PLR0913 - the defaults of a wave, each by name
    where: str,
    waves: Mapping[str, WaveArgs | Targets],
    *,
    install: bool,
    max_concurrency: str,
    max_errors: str | None,
    reboot: Reboot | None,
    is_named: bool = True,
) -> list[Wave]:
    """Check the waves of a run, and fill in the defaults.

    Raises:
        ArgumentError: a wave has a wrong name, wrong targets, a wrong rate or no reboot option.
    """
    if not waves:
        raise wrong(where, "waves", waves, "one wave or more, by name")
    default_errors = [max_errors or _MAX_ERRORS] * len(waves)
    if len(waves) > 1 and max_errors is None:
        default_errors[0] = _MAX_ERRORS_OF_FIRST_WAVE
    read, problems = [], Problems(where)
    for (name, value), errors in zip(waves.items(), default_errors, strict=True):
        problems.check(_demand_name, where, name)
        wave_where = f"{where}: wave {name!r}" if is_named else where
        wave: WaveArgs = {"targets": value} if isinstance(value, Targets) else given_args(wave_where, value, WaveArgs)
        targets = problems.check(_targets, wave_where, wave["targets"])
        complete = Wave(
            name,
            targets or {},
            wave.get("max_concurrency", max_concurrency),
            wave.get("max_errors", errors),
            wave.get("reboot", reboot),
        )
        rates_where = wave_where if wave.keys() & {"max_concurrency", "max_errors"} else where
        problems.check(demand_rates, rates_where, complete.max_concurrency, complete.max_errors)
        if install:
            problems.check(demand_reboot, wave_where, complete.reboot)
        read.append(complete)
    problems.raise_all()
    return read


def _demand_name(where: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise wrong(where, "waves", name, "names of 1 to 64 letters, digits, _ and -, a letter first")


def merged(name: str, waves: Sequence[Wave], *, max_concurrency: str, max_errors: str) -> Wave:
    """Return one wave with the targets of all waves, for a scan, which needs no order."""
    targets = {f"{wave.name}.{key}" if key else wave.name: part for wave in waves for key, part in wave.targets.items()}
    return Wave(name, targets, max_concurrency, max_errors, None)


def register_waves(
    run: RunContext, window_id: pulumi.Input[str], waves: Sequence[Wave], task: WaveTask
) -> dict[str, WaveIds]:
    """Register the targets and tasks of waves in a window, one wave after the other.

    Resource names contain the name of the wave, so that a new wave in between only changes priorities.
    """
    return {
        wave.name: _register(run, window_id, wave, _position(waves, index, task.priority), task)
        for index, wave in enumerate(waves)
    }


def _position(waves: Sequence[Wave], index: int, base: int) -> WavePosition:
    return WavePosition(base + (index + 1) * PRIORITY_STEP, sum(earlier.task_count for earlier in waves[:index]))


def _register(
    run: RunContext, window_id: pulumi.Input[str], wave: Wave, position: WavePosition, task: WaveTask
) -> WaveIds:
    base = f"{run.name}-{wave.name}"
    registered = [
        targets.register(
            f"{base}.{key}" if key else base,
            window_id,
            owner_information=owner_information(wave.name, key),
            opts=run.component.child(),
        ).id
        for key, targets in wave.targets.items()
    ]
    tasks = [
        MaintenanceWindowTask(
            base if number == 1 else f"{base}.{number}",
            window_id=window_id,
            task_type=task.task_type,
            task_arn=task.task_arn,
            targets=[{"key": "WindowTargetIds", "values": ids}],
            max_concurrency=wave.max_concurrency,
            max_errors=wave.max_errors,
            priority=position.priority,
            service_role_arn=task.role_arn,
            task_invocation_parameters=task.invocation(wave, position),
            name=full_name(run.name, wave.name, *([] if number == 1 else [str(number)])),
            cutoff_behavior=task.cutoff_behavior,
            alarm_configuration=task.alarm_configuration,
            opts=run.component.child(),
        )
        for number, ids in enumerate(split_window_targets(registered), start=1)
    ]
    return WaveIds(registered, [each.window_task_id for each in tasks])


def _targets(where: str, value: object) -> dict[str, Targets]:
    named = {"": value} if isinstance(value, Targets) else value
    if not isinstance(named, Mapping) or not named or not all(isinstance(part, Targets) for part in named.values()):
        raise wrong(where, "targets", value, "Targets.by_tags(…) and the like, or several of them by name")
    _check_target_names(where, named)
    return dict(named)


@all_at_once
def _check_target_names(where: str, names: Iterable[str]) -> Iterator[ArgumentError]:
    for name in names:
        if name and not _TARGET_NAME.fullmatch(name):
            yield wrong(where, "targets", name, "names of 1 to 64 letters, digits, _ and -")
