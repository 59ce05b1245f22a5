"""`ssm-maintenance plan`."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pulumi_ssm_maintenance.cli import output
from pulumi_ssm_maintenance.cli.exits import Exit
from pulumi_ssm_maintenance.cli.selection import Options, Read, read, with_selection

from . import formats

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.operations.planning import Plan
    from pulumi_ssm_maintenance.schedules import Period


class Format(StrEnum):
    """How the plan is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    ICS = "ics"
    SVG = "svg"
    PNG = "png"


@with_selection
def plan(  # noqa: PLR0913 - the options of a command
    options: Options,
    *,
    preview: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Plan what `pulumi preview --json --show-sames` wrote: nothing is deployed."),
    ] = None,
    next_: Annotated[
        int, typer.Option("--next", metavar="N", min=1, max=500, help="How many openings of each window.")
    ] = 3,
    nodes: Annotated[
        list[str] | None,
        typer.Option(metavar="TARGET=N", help="How many nodes a target has. Default: counted at AWS. Repeatable."),
    ] = None,
    minutes_per_node: Annotated[
        float | None,
        typer.Option(metavar="M", min=0.1, help="How long the work takes on a node. Default: as in the last runs."),
    ] = None,
    freeze: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Change freezes besides those of the stack: a JSON list of name, start and end.",
        ),
    ] = None,
    no_fail: Annotated[bool, typer.Option("--no-fail", help="Exit with 0 whatever is found.")] = False,
    format: Annotated[Format, typer.Option(help="How the plan is printed.")] = Format.TEXT,  # noqa: A002 - its name
) -> None:
    """Show when windows open next, what runs then, whether it fits, and what is in its way.

    The best case is planned: every node is there and nothing fails. Exit code 3 where something does not fit, or where
    windows are in each other's way.
    """
    counts = dict(map(_count, nodes or ()))
    failed = False
    from pulumi_ssm_maintenance.operations import planning  # noqa: PLC0415 - boto3 loads when it is needed

    if preview is not None:
        if options.selects:
            raise typer.BadParameter(
                "--preview FILE names the windows: leave out ids, --name, --tag, --all and --stack"
            )
        source = planning.from_preview(_json(preview))
        account = _Account()
    else:
        chosen = read(options)
        failed, source = chosen.failed, planning.from_live(chosen.windows)
        if options.stack is not None:
            frozen = planning.stack_freezes(options.cwd, options.stack)
            source = tuple(replace(window, freezes=frozen.get(window.id, ())) for window in source)
        output.progress("counting nodes")
        account = _read(chosen, next_, ask_minutes=minutes_per_node is None)
    planned = planning.plan(
        source,
        count=next_,
        nodes=counts,
        node_ids=account.node_ids,
        minutes_per_node=minutes_per_node or account.median_minutes,
        minutes_source="given" if minutes_per_node else account.minutes_source,
        freezes=_freezes(freeze),
        scheduled=account.scheduled,
    )
    _print(planned, format)
    if failed:
        raise typer.Exit(Exit.FAILED)
    if not no_fail and not planned.is_sound:
        raise typer.Exit(Exit.FINDINGS)


@dataclass(slots=True)
class _Account:
    """What AWS knows about the windows of a plan."""

    node_ids: dict[str, frozenset[str]] = field(default_factory=dict)
    """By the id of the target."""
    scheduled: dict[str, tuple[datetime, ...]] = field(default_factory=dict)
    """The next openings, by the id of the window."""
    median_minutes: float | None = None
    """How long nodes took in the last runs: of the first account that has any."""
    minutes_source: str = ""


def _read(chosen: Read, count: int, *, ask_minutes: bool) -> _Account:
    """Read what AWS knows, and print a warning for what it does not show."""
    from pulumi_ssm_maintenance.operations import planning  # noqa: PLC0415 - as above

    known = _Account()
    notes: list[str] = []
    for account in chosen.accounts:
        windows = planning.from_live(account.windows)
        nodes, node_notes = planning.count_nodes(account.session, windows)
        scheduled, schedule_notes = planning.scheduled_openings(account.session, windows, count)
        known.node_ids |= nodes
        known.scheduled |= scheduled
        notes += [*node_notes, *schedule_notes]
        if ask_minutes and known.median_minutes is None:
            minutes = planning.median_minutes(account.session, windows)
            known.median_minutes, known.minutes_source = minutes.median, minutes.source
            notes += minutes.notes
    for note in dict.fromkeys(notes):
        output.warning(note)
    return known


def _print(planned: "Plan", format_: Format) -> None:
    if format_ is Format.JSON:
        output.json_result(formats.as_json(planned))
    elif format_ is Format.ICS:
        from .calendar_file import calendar_file  # noqa: PLC0415 - icalendar loads when it is needed

        output.result(calendar_file(planned).rstrip("\r\n"))
    elif format_ is Format.SVG:
        output.result(formats.picture(planned))
    elif format_ is Format.PNG:
        from .png import png  # noqa: PLC0415 - Pillow loads when it is needed

        output.binary_result(png(formats.picture(planned)))
    elif format_ is Format.MARKDOWN:
        output.result("\n".join(formats.markdown(planned)))
    else:
        output.text_result("\n".join(formats.text(planned)))


def _count(text: str) -> tuple[str, int]:
    name, _, number = text.rpartition("=")
    if not name or not number.isdecimal():
        raise typer.BadParameter(f"--nodes {text}: give TARGET=N, such as web=60")
    return name, int(number)


def _freezes(path: Path | None) -> "list[Period]":
    if path is None:
        return []
    from pulumi_ssm_maintenance.schedules import read_periods  # noqa: PLC0415 - as above

    held = _json(path)
    timezone = held.get("timezone", "UTC") if isinstance(held, dict) else "UTC"
    return read_periods(held.get("periods", []) if isinstance(held, dict) else held, timezone, f"{path}")


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{path} cannot be read as JSON: {error}") from None
