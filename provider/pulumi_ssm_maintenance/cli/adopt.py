"""`ssm-maintenance adopt`."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from . import output
from .exits import Exit
from .session import open_session

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.operations import adopt as operation

T = TypeVar("T")

_SCHEMA: Final = 1


class Format(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    JSON = "json"


def adopt(  # noqa: PLR0913 - the options of a command
    windows: Annotated[list[str] | None, typer.Argument(metavar="WINDOW", help="Ids of windows, mw-….")] = None,
    *,
    name: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Adopt windows of such a name, as prod-*. Repeatable.")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="KEY[=VALUE]", help="Adopt windows with this tag. Repeatable.")
    ] = None,
    enabled: Annotated[bool, typer.Option("--enabled", help="Adopt enabled windows only.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Adopt all windows of the region.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a Pulumi project into this folder, new or empty.")
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Import into the stack, and prove that its preview is empty.")
    ] = False,
    stack: Annotated[str | None, typer.Option(metavar="S", help="The stack; it is made unless it exists.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before a Pulumi state is written.")] = False,
    project: Annotated[
        str | None, typer.Option(metavar="NAME", help="The project's name. Default: the folder's.")
    ] = None,
    protect: Annotated[bool, typer.Option(help="Let Pulumi refuse to delete what is adopted.")] = True,
    literal: Annotated[bool, typer.Option("--literal", help="Write ids instead of references.")] = False,
    secret: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Keep this argument of a task as a secret of the stack, such as"
            " patch.task_invocation_parameters.run_command.parameters. Repeatable.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files in the folder.")] = False,
    undo: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Take what this folder adopted out of the stack again; AWS is not called."),
    ] = None,
    region: Annotated[str | None, typer.Option(metavar="R", help="The windows' region. Default: AWS_REGION.")] = None,
    profile: Annotated[str | None, typer.Option(metavar="P", help="A profile of the AWS configuration.")] = None,
    format: Annotated[Format, typer.Option(help="How the result is printed.")] = Format.TEXT,  # noqa: A002 - its name
) -> None:
    """Write a Pulumi program for windows that exist, and import them into a stack.

    Without --apply only files are written. With it, the windows, targets and tasks come into the stack, secrets into
    its configuration, and a preview shows that nothing is left to change: exit code 3 where something is.
    """
    if undo is not None:
        _undo(undo, _required(stack, "--undo needs --stack S"), yes=yes, format_=format)
        return
    selects = bool(name or tag or enabled or all_)
    if windows and selects:
        raise typer.BadParameter("give either ids of windows, or --name, --tag, --enabled and --all")
    if not windows and not selects:
        _list_windows(region, profile)
        raise typer.Exit(Exit.USAGE)
    path = _required(out, "--out DIR is missing: where is the program to be written?")
    target = _required(stack, "--apply needs --stack S") if apply else None
    from pulumi_ssm_maintenance.operations import adopt as operation  # noqa: PLC0415 - boto3 loads when it is needed

    session = open_session(region, profile)
    if windows:
        ids = list(dict.fromkeys(windows))
    else:
        selection = operation.Selection(tuple(name or ()), tuple(tag or ()), enabled=enabled)
        ids = [window.window_id for window in operation.find_windows(session, selection)]
    if not ids:
        raise operation.UsageError(f"no window in {session.region_name} is selected")
    output.progress(f"reading {_count(len(ids), 'window')}")
    live = operation.read_windows(session, ids)
    adoption = operation.plan(live.windows, protect=protect, literal=literal, secret=secret or ())
    for text in (*live.notes, *adoption.warnings):
        output.warning(text)
    folder = operation.write(adoption, path, project=project, force=force)
    applied = None
    if target:
        _confirm(f"import {len(folder.entries)} resources into stack {target} of project {folder.project}", yes=yes)
        applied = operation.apply(adoption, folder, target, profile=profile, report=output.progress)
    if format is Format.JSON:
        output.result(json.dumps(_as_json(adoption, folder, target, applied), indent=2))
    else:
        _print(adoption, folder, target, applied)
    if applied and applied.differences:
        raise typer.Exit(Exit.FINDINGS)


def _undo(path: Path, stack: str, *, yes: bool, format_: Format) -> None:
    from pulumi_ssm_maintenance.operations import adopt as operation  # noqa: PLC0415 - boto3 loads when it is needed

    _confirm(f"remove what {path} adopted from the state of stack {stack}", yes=yes)
    urns = operation.undo(path, stack)
    if format_ is Format.JSON:
        output.result(json.dumps({"schema": _SCHEMA, "verb": "adopt", "stack": stack, "removed": urns}, indent=2))
        return
    output.result(f"{_count(len(urns), 'resource')} removed from the state of stack {stack}; AWS was not called.")


def _print(
    adoption: "operation.Adoption",
    folder: "operation.Folder",
    stack: str | None,
    applied: "operation.Applied | None",
) -> None:
    counts = ", ".join(
        _count(sum(1 for _ in things), name)
        for name, things in (
            ("window", adoption.windows),
            ("target", [target for window in adoption.windows for target in window.targets]),
            ("task", adoption.tasks),
        )
    )
    output.result(f"{folder.path}: {counts}{'' if folder.written else ' (as written before)'}")
    if applied is None:
        output.result(
            f"Next: {folder.path / 'ADOPTED.md'} has the commands that import them; --apply --stack S runs them."
        )
        return
    if not applied.imported:
        output.result(f"Nothing to adopt: stack {stack} holds them all.")
    else:
        output.result(f"{_count(len(applied.imported), 'resource')} imported into stack {stack}.")
    if not applied.differences:
        output.result("The preview is empty: the program declares what AWS holds.")
        return
    output.result(f"The preview is not empty. {_count(len(applied.differences), 'resource')} would change:")
    for difference in applied.differences:
        output.result(f"  {difference}")
    output.result(f"To take them out of the stack again: ssm-maintenance adopt --undo {folder.path} --stack {stack}")


def _as_json(
    adoption: "operation.Adoption",
    folder: "operation.Folder",
    stack: str | None,
    applied: "operation.Applied | None",
) -> dict[str, Any]:
    def entry(one: "operation.ImportEntry") -> dict[str, str]:
        return {"type": one.type, "name": one.name, "id": one.id}

    found: dict[str, Any] = {
        "schema": _SCHEMA,
        "verb": "adopt",
        "folder": str(folder.path),
        "project": folder.project,
        "resources": [entry(one) for one in folder.entries],
        "warnings": list(adoption.warnings),
    }
    if applied:
        found |= {
            "stack": stack,
            "imported": [entry(one) for one in applied.imported],
            "held": [entry(one) for one in applied.held],
            "differences": [
                {"operation": one.operation, "urn": one.urn, "properties": list(one.properties)}
                for one in applied.differences
            ],
        }
    return found


def _list_windows(region: str | None, profile: str | None) -> None:
    from pulumi_ssm_maintenance.operations import adopt as operation  # noqa: PLC0415 - boto3 loads when it is needed

    session = open_session(region, profile)
    found = operation.list_windows(session)
    if not found:
        output.error(f"no window was named, and there is none in {session.region_name}")
        return
    output.error("no window was named; these exist:")
    rows = [(one.window_id, one.name, one.schedule, "" if one.enabled else "disabled") for one in found]
    output.table(("id", "name", "schedule", ""), rows, to_stderr=True)


def _required(value: T | None, missing: str) -> T:
    if value is None:
        raise typer.BadParameter(missing)
    return value


def _confirm(what: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"this would {what}: give --yes")
    if not typer.confirm(f"{what[0].upper()}{what[1:]}?", err=True):
        raise typer.Exit(Exit.USAGE)


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"
