"""`ssm-maintenance rehearse`."""

import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from . import output
from .exits import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_ssm_maintenance.simulation import Rehearsal
    from pulumi_ssm_maintenance.testing.program.rehearse_program import ProgramRehearsal

_SCHEMA: Final = 1
_EXTRA: Final = frozenset({"moto", "werkzeug"})


class Assume(StrEnum):
    """Which answers to open questions are tried."""

    ALL = "all"


def rehearse(  # noqa: PLR0913 - the options of a command
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the program, with its Pulumi.yaml.")],
    *,
    stack: Annotated[
        str | None,
        typer.Option(metavar="S", help="The stack whose name and configuration count. Default: the only one."),
    ] = None,
    nodes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The nodes, as JSON or YAML. Default: some are made up for each target."),
    ] = None,
    fail: Annotated[
        list[str] | None,
        typer.Option(metavar="NODE", help="The work fails on this node: an id, or a tag as KEY=VALUE. Repeatable."),
    ] = None,
    alarm: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME@MINUTES", help="The alarm goes off so long after the opening. Repeatable."),
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When the windows open, such as 2026-12-12T02:00+01:00.")
    ] = None,
    assume: Annotated[Assume | None, typer.Option(help="Try all answers to what AWS does not document.")] = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the night too: .html, .svg, .md or .json. One file for each window."),
    ] = None,
    format: Annotated[output.Report, typer.Option(help="How the nights are printed.")] = output.Report.TEXT,  # noqa: A002 - its name
) -> None:
    """Rehearse the windows of a program: deploy it on a local AWS, open its windows, and print the night.

    No account is needed, and no time passes. The program is deployed in a temporary place, which needs the extra
    [testing] and pulumi. Exit code 3 where something failed or a node was left out.
    """
    changes = _alarms(alarm or [])
    opening = _time(at)
    found = _rehearsed(folder, stack, nodes, fail or [], changes, opening, all_=assume is not None)
    for note in found.notes:
        output.warning(note)
    _print(found, format)
    for path in _save(found.nights, save):
        output.note(f"the picture is in {path}")
    if not found.is_good:
        raise typer.Exit(Exit.FINDINGS)


def _rehearsed(  # noqa: PLR0913, PLR0917 - what the options say
    folder: Path,
    stack: str | None,
    nodes: Path | None,
    fail: list[str],
    alarms: dict[str, list[tuple[float, str]]],
    at: datetime | None,
    *,
    all_: bool,
) -> "ProgramRehearsal":
    from pulumi_ssm_maintenance.operations.errors import (  # noqa: PLC0415 - boto3 loads when it is needed
        OperationError,
        UsageError,
    )

    try:
        from pulumi_ssm_maintenance.testing import EngineError, EngineNotFoundError  # noqa: PLC0415 - as above
        from pulumi_ssm_maintenance.testing.program.nodes import read_nodes  # noqa: PLC0415 - as above
        from pulumi_ssm_maintenance.testing.program.rehearse_program import rehearse_program  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        raise _without_extra(error) from None
    from pulumi_ssm_maintenance.simulation import RehearsalError  # noqa: PLC0415 - the same extra is not needed

    try:
        with output.steps() as report:
            return rehearse_program(
                folder,
                stack=stack,
                nodes=read_nodes(nodes) if nodes else None,
                fail=fail,
                alarms=alarms,
                at=at,
                assume="all" if all_ else None,
                report=report,
            )
    except RehearsalError as error:
        raise UsageError(str(error)) from None
    except EngineNotFoundError as error:
        raise UsageError(str(error)) from None
    except EngineError as error:
        text = "\n".join([str(error).rstrip(), *getattr(error, "__notes__", ())])
        raise OperationError(f"the program cannot be deployed on the local AWS: {text}") from None


def _without_extra(error: ModuleNotFoundError) -> Exception:
    from pulumi_ssm_maintenance.operations.errors import UsageError  # noqa: PLC0415 - boto3 loads when it is needed

    if (error.name or "").partition(".")[0] not in _EXTRA:
        return error
    return UsageError(f"rehearse needs {error.name}: pip install 'pulumi-ssm-maintenance[cli,testing]'")


def _alarms(given: list[str]) -> dict[str, list[tuple[float, str]]]:
    changes: dict[str, list[tuple[float, str]]] = {}
    for text in given:
        name, _, minutes = text.rpartition("@")
        if not name or not minutes.replace(".", "", 1).isdecimal():
            raise typer.BadParameter(f"--alarm {text}: give a name and minutes after the opening, such as errors@20")
        changes.setdefault(name, []).append((float(minutes), "ALARM"))
    return changes


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        raise typer.BadParameter(f"--at {text}: give a time with a zone, such as 2026-12-12T02:00+01:00")
    return when


def _print(found: "ProgramRehearsal", format_: output.Report) -> None:
    nights = found.nights
    if format_ is output.Report.JSON:
        rows = [night.to_dict() for night in nights]
        output.result(
            json.dumps({"schema": _SCHEMA, "verb": "rehearse", "good": found.is_good, "nights": rows}, indent=2)
        )
    elif format_ is output.Report.MARKDOWN:
        output.result("\n".join(_headed(nights, "# ", [night.to_markdown() for night in nights])))
    else:
        output.result("\n".join(_headed(nights, "", [night.timeline() for night in nights])).rstrip())


def _headed(nights: "Sequence[Rehearsal]", mark: str, texts: list[str]) -> list[str]:
    """Put the region, and the account where there are several, before the nights of each."""
    places = [_place(nights, night) for night in nights]
    return [
        f"{mark}{place}\n\n{text}" if place and (number == 0 or place != places[number - 1]) else text
        for number, (place, text) in enumerate(zip(places, texts, strict=True))
    ]


def _place(nights: "Sequence[Rehearsal]", night: "Rehearsal") -> str:
    """Where a window is, as far as the nights differ in it."""
    regions, accounts = ({getattr(it.window, name) for it in nights} for name in ("region", "account_id"))
    return " ".join(
        [
            *([night.window.region] if len(regions) > 1 else []),
            *([f"account {night.window.account_id}"] if len(accounts) > 1 else []),
        ]
    )


def _save(nights: "Sequence[Rehearsal]", path: Path | None) -> list[Path]:
    if path is None:
        return []
    if len(nights) == 1:
        return [nights[0].save(path)]
    names = [night.window.name for night in nights]
    places = [_place(nights, night).removeprefix("account ").replace(" account ", "-") for night in nights]
    found = [
        f"{name}-{place}" if names.count(name) > 1 and place else name
        for name, place in zip(names, places, strict=True)
    ]
    return [
        night.save(path.with_name(f"{path.stem}-{name}{path.suffix}"))
        for name, night in zip(found, nights, strict=True)
    ]
