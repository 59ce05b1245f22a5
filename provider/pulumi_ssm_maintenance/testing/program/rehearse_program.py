"""Rehearse the windows of a Pulumi program, which is deployed in a temporary place."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_ssm_maintenance.simulation import RehearsalError, WindowClosedError, stored_names
from pulumi_ssm_maintenance.testing.engine.events import EngineError
from pulumi_ssm_maintenance.testing.engine.plugin_install import install_aws_plugin
from pulumi_ssm_maintenance.testing.engine.stacks import LocalStack
from pulumi_ssm_maintenance.testing.local_aws.local_aws import LocalAws

from .nodes import INVENTED, invented_nodes, with_failing
from .stack_settings import UNNAMED, read_stack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Literal

    from pulumi_ssm_maintenance.simulation import AlarmChanges, Node, Rehearsal
    from pulumi_ssm_maintenance.testing.local_aws.declared_window import DeclaredWindow

    from .stack_settings import StackSettings

_REGION = "us-east-1"
_TASK = "pulumi-python:dynamic/ssm:MaintenanceWindowTask"


@dataclass(frozen=True, slots=True)
class ProgramRehearsal:
    """The nights of a program's windows."""

    nights: Sequence[Rehearsal]
    notes: Sequence[str]
    """What a reader should know: nodes that were made up, secrets that were replaced, windows that do not open."""

    @property
    def left_out(self) -> bool:
        """Whether a node was left out by a task, or by all windows."""
        nowhere = [{it.node for it in night.left_out if it.task is None} for night in self.nights]
        by_a_task = any(it.task is not None for night in self.nights for it in night.left_out)
        return by_a_task or bool(nowhere and set.intersection(*nowhere))

    @property
    def is_good(self) -> bool:
        """Whether all windows succeeded, and no node was left out."""
        return all(night.status == "SUCCESS" for night in self.nights) and not self.left_out


def rehearse_program(  # noqa: PLR0913 - the circumstances of a night, each by its name
    folder: Path,
    *,
    stack: str | None = None,
    nodes: Sequence[Node] | None = None,
    fail: Sequence[str] = (),
    alarms: AlarmChanges | None = None,
    at: datetime | None = None,
    assume: Literal["all"] | None = None,
    report: Callable[[str, int, int | None], None] = lambda *_: None,
) -> ProgramRehearsal:
    """Deploy a program on the real engine and a local AWS, and rehearse each of its windows that opens, in all regions.

    Args:
        folder: the folder with its Pulumi.yaml.
        stack: the stack whose name and configuration count. Default: the only one that has a file; without any, a
            stack of the name `rehearsal`.
        nodes: the nodes that exist. Default: some for each target of a window.
        fail: the nodes on which the work fails: ids, or tags as KEY=VALUE.
        alarms: what alarms do, minutes after the opening.
        at: when the windows open. Default: their next openings.
        assume: `"all"` for all answers to what AWS does not document.
        report: gets each step that takes long as it begins, how many windows are done, and of how many, where that is
            known.

    Raises:
        RehearsalError: there is no program, no stack, no window, or something that it was asked for does not fit.
        EngineError: the program cannot be deployed.
    """
    settings = read_stack(folder, stack)
    notes = list(settings.notes)
    with (
        tempfile.TemporaryDirectory(prefix="ssm-maintenance-rehearsal-") as place,
        LocalAws(region=str(settings.config.get("aws:region", _REGION))) as aws,
    ):
        work = Path(place)
        install_aws_plugin(work / "home")
        report(f"deploying {folder} on a local AWS", 0, None)
        with _stack(folder, work, aws, settings) as deployed:
            _deploy(deployed, is_unnamed=stack is None and settings.name == UNNAMED)
            # The engine makes them in any order.
            windows = sorted(aws.windows(), key=lambda it: (it.account, it.region, it.name))
            existing = list(nodes) if nodes is not None else invented_nodes(aws, windows)
            if nodes is None and existing:
                notes.append(
                    f"no nodes were given: {len(existing)} were made up, {INVENTED} for each target by tags or group"
                )
            existing = with_failing(existing, fail)
            changes = _alarms_by_window(aws, windows, alarms or {}, notes)
            _make_parameters(aws, windows, notes)
            task_names = _logical_names(deployed)
            nights = []
            closed = []
            for done, window in enumerate(windows):
                report(f"rehearsing window {window.name}", done, len(windows))
                try:
                    night = aws.rehearse(
                        window.id,
                        nodes=existing,
                        alarms=changes[window],
                        at=at,
                        assume=assume,
                        task_names=task_names,
                    )
                except WindowClosedError as error:
                    closed.append(str(error))
                else:
                    nights.append(night)
            if not nights:
                raise RehearsalError("; ".join([f"{folder}: the program declares no window that opens", *closed]))
    return ProgramRehearsal(nights, notes + closed)


def _stack(folder: Path, work: Path, aws: LocalAws, settings: StackSettings) -> LocalStack:
    return LocalStack(
        folder,
        folder=work,
        # Python would leave compiled modules in the user's folder.
        env={**aws.env, "PYTHONDONTWRITEBYTECODE": "1"},
        plugins_home=work / "home",
        name=settings.name,
        config=settings.config,
        secrets=settings.secrets,
    )


def _deploy(stack: LocalStack, *, is_unnamed: bool) -> None:
    try:
        stack.up()
    except EngineError as error:
        if is_unnamed:
            error.add_note(
                f"The program has no stack file, so its stack is called {UNNAMED}. If it needs another name, "
                "give it with --stack."
            )
        raise


def _logical_names(stack: LocalStack) -> dict[str, str]:
    """Give the names that the program has for its tasks, by the ids of the tasks."""
    return {it["id"]: it["urn"].rpartition("::")[2] for it in stack.resources if it["type"] == _TASK}


def _alarms_by_window(
    aws: LocalAws, windows: Sequence[DeclaredWindow], alarms: AlarmChanges, notes: list[str]
) -> dict[DeclaredWindow, AlarmChanges]:
    """The alarms that concern each window. One that the program does not make is taken to exist elsewhere."""
    existing = {window: _existing_alarms(aws, window) for window in windows}
    named = {window: _named_alarms(aws, window) for window in windows}
    known = {window: {*existing[window], *named[window]} for window in windows}
    everywhere = sorted(set().union(*known.values()))
    for name in alarms:
        if not any(_is_named(it, name) for it in everywhere):
            raise RehearsalError(f"alarms: no alarm is called {name!r}; alarms: {', '.join(everywhere) or 'none'}")
    elsewhere = {
        window: [name for name in dict.fromkeys(named[window]) if name not in {*existing[window], *alarms}]
        for window in windows
    }
    missing = dict.fromkeys(name for names in elsewhere.values() for name in names)
    notes += [f"alarm {name} is not made by the program; it is taken to be OK" for name in missing]
    return {
        window: dict.fromkeys(elsewhere[window], ())
        | {name: changes for name, changes in alarms.items() if any(_is_named(it, name) for it in known[window])}
        for window in windows
    }


def _make_parameters(aws: LocalAws, windows: Sequence[DeclaredWindow], notes: list[str]) -> None:
    """Make the parameters of Parameter Store that tasks name and the program does not make: they exist elsewhere."""
    for window in windows:
        ssm = aws.client("ssm", window.region, window.account)
        named = {name.partition(":")[0] for task in _tasks(ssm, window) for name in stored_names(task)}
        for name in sorted(named):
            if ssm.get_parameters(Names=[name])["InvalidParameters"]:
                ssm.put_parameter(Name=name, Value=f"the-value-of-{name}", Type="String")
                notes.append(f"parameter {name} is not made by the program; it is taken to exist, with another value")


def _tasks(ssm: Any, window: DeclaredWindow) -> list[Any]:
    pages = ssm.get_paginator("describe_maintenance_window_tasks").paginate(WindowId=window.id)
    listed = [task["WindowTaskId"] for page in pages for task in page["Tasks"]]
    return [
        ssm.get_maintenance_window_task(WindowId=window.id, WindowTaskId=task)["TaskInvocationParameters"]
        for task in listed
    ]


def _existing_alarms(aws: LocalAws, window: DeclaredWindow) -> list[str]:
    pages = aws.client("cloudwatch", window.region, window.account).get_paginator("describe_alarms").paginate()
    return [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]


def _named_alarms(aws: LocalAws, window: DeclaredWindow) -> list[str]:
    ssm = aws.client("ssm", window.region, window.account)
    pages = ssm.get_paginator("describe_maintenance_window_tasks").paginate(WindowId=window.id)
    return [
        alarm["Name"]
        for page in pages
        for task in page["Tasks"]
        for alarm in task.get("AlarmConfiguration", {}).get("Alarms", [])
    ]


def _is_named(alarm: str, name: str) -> bool:
    """Whether a name stands for an alarm, whose name may end with what Pulumi adds."""
    return alarm == name or alarm.rpartition("-")[0] == name
