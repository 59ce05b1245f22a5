"""Waves: named groups of nodes that are patched one after the other."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Required, TypedDict

import pulumi

from pulumi_ssm_maintenance import MaintenanceWindowTask
from pulumi_ssm_maintenance.args import AlarmConfigurationArgs, CutoffBehavior, TaskInvocationParametersArgs, TaskType
from pulumi_ssm_maintenance_components.baselines.run_patch_baseline import Reboot, demand_reboot
from pulumi_ssm_maintenance_components.foundation.arguments import given_args, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.names import full_name, owner_information
from pulumi_ssm_maintenance_components.tasks.rates import demand_rates
from pulumi_ssm_maintenance_components.windows.targets import (
    MAX_WINDOW_TARGETS_OF_A_TASK,
    Targets,
    split_window_targets,
)

PRIORITY_STEP = 10  # of priorities, so that a task of one's own fits between two waves
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_TARGET_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")

_CAREFUL, _USUAL = "0", "10%"


class WaveArgs(TypedDict, total=False):
    """A wave of a patching run."""

    targets: Required[Targets | Mapping[str, Targets]]
    """What it patches: targets, or several of them by name. More than ten are split over several tasks, which run
    side by side, each with the rates."""
    max_concurrency: str
    """How many nodes at once, a number or a share as text. Default: what the run says."""
    max_errors: str
    """How many failures stop it, a number or a share as text. Default: what the run says; without that `0`, the first
    one, for the first of several waves, and `10%` for any other."""
    reboot: Reboot
    """What is done about reboots. Default: what the run says."""


@dataclass(frozen=True, slots=True)
class Wave:
    """A wave with all its settings. The name of a single target is empty."""

    name: str
    targets: Mapping[str, Targets]
    max_concurrency: str
    max_errors: str
    reboot: Reboot | None

    @property
    def longest_queue(self) -> int:
        """How many window targets a task of it has at most; they are served one after the other."""
        return min(len(self.targets), MAX_WINDOW_TARGETS_OF_A_TASK)

    @property
    def task_count(self) -> int:
        """How many tasks it has."""
        return ceil(len(self.targets) / MAX_WINDOW_TARGETS_OF_A_TASK)


@dataclass(frozen=True, slots=True)
class Turn:
    """When a wave has its turn.

    Attributes:
        priority: of its tasks; a lower number runs earlier.
        earlier_tasks: how many tasks the waves before it have.
    """

    priority: int
    earlier_tasks: int


@dataclass(frozen=True, slots=True)
class WaveTask:
    """What the tasks of all waves share, and what each runs."""

    task_type: TaskType
    task_arn: pulumi.Input[str]
    role_arn: pulumi.Input[str]
    cutoff_behavior: CutoffBehavior
    alarm_configuration: AlarmConfigurationArgs | None
    invocation: Callable[[Wave, Turn], TaskInvocationParametersArgs]


@dataclass(frozen=True, slots=True)
class WaveIds:
    """What a wave is called at AWS."""

    target_ids: list[pulumi.Output[str]]
    task_ids: list[pulumi.Output[str]]

    @property
    def target_id(self) -> pulumi.Output[str]:
        """The id of its window target, the first one where there are several."""
        return self.target_ids[0]

    @property
    def task_id(self) -> pulumi.Output[str]:
        """The id of its task, the first one where there are several."""
        return self.task_ids[0]

    def outputs(self) -> dict[str, Any]:
        """Give the ids for the outputs of a component or of a stack."""
        several = {"target_ids": self.target_ids, "task_ids": self.task_ids}
        return {"target_id": self.target_id, "task_id": self.task_id, **several}


def read_waves(  # noqa: PLR0913 - the defaults of a wave, each by its name
    where: str,
    waves: Mapping[str, WaveArgs | Targets],
    *,
    install: bool,
    max_concurrency: str,
    max_errors: str | None,
    reboot: Reboot | None,
) -> list[Wave]:
    """Settle the waves of a run, in their order.

    Raises:
        ArgumentError: a wave has no proper name, targets, rate or reboot option.
    """
    if not waves:
        raise wrong(where, "waves", waves, "one wave or more, by name")
    usual = [max_errors or _USUAL] * len(waves)
    if len(waves) > 1 and max_errors is None:
        usual[0] = _CAREFUL
    read = []
    for (name, its), errors in zip(waves.items(), usual, strict=True):
        if not _NAME.fullmatch(name):
            raise wrong(where, "waves", name, "names of 1 to 64 letters, digits, _ and -, a letter first")
        its_place = f"{where}: wave {name!r}"
        wave: WaveArgs = {"targets": its} if isinstance(its, Targets) else given_args(its_place, its, WaveArgs)
        settled = Wave(
            name,
            _targets(its_place, wave["targets"]),
            wave.get("max_concurrency", max_concurrency),
            wave.get("max_errors", errors),
            wave.get("reboot", reboot),
        )
        demand_rates(its_place, settled.max_concurrency, settled.max_errors)
        if install:
            demand_reboot(its_place, settled.reboot)
        read.append(settled)
    return read


def merged(name: str, waves: Sequence[Wave], *, max_concurrency: str, max_errors: str) -> Wave:
    """Give one wave with the targets of all, for what needs no order and no care."""
    targets = {f"{wave.name}.{key}" if key else wave.name: it for wave in waves for key, it in wave.targets.items()}
    return Wave(name, targets, max_concurrency, max_errors, None)


def register_waves(
    component: Component, name: str, window_id: pulumi.Input[str], waves: Sequence[Wave], task: WaveTask
) -> dict[str, WaveIds]:
    """Register the targets and tasks of waves that follow each other in a window.

    All names come from the waves' own, so that a new wave in between moves priorities and nothing else.
    """
    return {
        wave.name: _register(
            component,
            name,
            window_id,
            wave,
            Turn((place + 1) * PRIORITY_STEP, sum(earlier.task_count for earlier in waves[:place])),
            task,
        )
        for place, wave in enumerate(waves)
    }


def _register(  # noqa: PLR0913, PLR0917 - a wave, where it goes and what it runs
    component: Component, name: str, window_id: pulumi.Input[str], wave: Wave, turn: Turn, task: WaveTask
) -> WaveIds:
    base = f"{name}-{wave.name}"
    registered = [
        targets.register(
            f"{base}.{key}" if key else base,
            window_id,
            owner_information=owner_information(wave.name, key),
            opts=component.child(),
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
            priority=turn.priority,
            service_role_arn=task.role_arn,
            task_invocation_parameters=task.invocation(wave, turn),
            name=full_name(name, wave.name, *([] if number == 1 else [str(number)])),
            cutoff_behavior=task.cutoff_behavior,
            alarm_configuration=task.alarm_configuration,
            opts=component.child(),
        )
        for number, ids in enumerate(split_window_targets(registered), start=1)
    ]
    return WaveIds(registered, [made.window_task_id for made in tasks])


def _targets(where: str, given: object) -> dict[str, Targets]:
    named = {"": given} if isinstance(given, Targets) else given
    if not isinstance(named, Mapping) or not named or not all(isinstance(it, Targets) for it in named.values()):
        raise wrong(where, "targets", given, "Targets.by_tags(…) and its siblings, or several of them by name")
    if strange := [key for key in named if key and not _TARGET_NAME.fullmatch(key)]:
        raise wrong(where, "targets", strange[0], "names of 1 to 64 letters, digits, _ and -")
    return dict(named)
