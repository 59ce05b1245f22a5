"""The options by which a verb is told which windows are meant, and how they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from . import output
from .exits import Exit
from .session import open_session

if TYPE_CHECKING:
    import boto3

    from pulumi_ssm_maintenance.operations.live import LiveWindow
    from pulumi_ssm_maintenance.operations.selected import Selected

Windows: TypeAlias = Annotated[list[str] | None, typer.Argument(metavar="WINDOW", help="Ids of windows, mw-….")]
Name: TypeAlias = Annotated[
    list[str] | None, typer.Option("--name", metavar="GLOB", help="Windows of such a name, as prod-*. Repeatable.")
]
Tag: TypeAlias = Annotated[
    list[str] | None, typer.Option("--tag", metavar="KEY[=VALUE]", help="Windows with this tag. Repeatable.")
]
Enabled: TypeAlias = Annotated[bool, typer.Option("--enabled", help="Enabled windows only.")]
All: TypeAlias = Annotated[bool, typer.Option("--all", help="All windows.")]
Stack: TypeAlias = Annotated[
    str | None, typer.Option("--stack", metavar="S", help="The windows that this stack's state names.")
]
Cwd: TypeAlias = Annotated[
    Path, typer.Option("--cwd", metavar="DIR", help="The folder of the stack's project. Default: this one.")
]
Region: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--region", metavar="R", help="Where the windows are, or all. Repeatable. Default: AWS_REGION."),
]
Profile: TypeAlias = Annotated[
    str | None, typer.Option("--profile", metavar="P", help="A profile of the AWS configuration.")
]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a selection, as they were given."""

    windows: Sequence[str]
    names: Sequence[str]
    tags: Sequence[str]
    enabled: bool
    all: bool
    stack: str | None
    cwd: Path
    regions: Sequence[str]
    profile: str | None

    @property
    def selects(self) -> bool:
        """Whether any window is meant."""
        return bool(self.windows or self.stack or self.by_what_they_share)

    @property
    def by_what_they_share(self) -> bool:
        """Whether windows are meant by their names, tags or state."""
        return bool(self.names or self.tags or self.enabled or self.all)


@dataclass(frozen=True, slots=True)
class Read:
    """The windows that are meant, and the session that has read them."""

    session: "boto3.Session"
    windows: tuple["LiveWindow", ...]
    failed: bool
    """Whether a region could not be read."""


def read(options: Options) -> Read:
    """Read the windows that are meant. Where none is named, list those that exist and exit.

    Raises:
        OperationError: AWS or the engine failed.
    """
    selects = options.by_what_they_share
    if (bool(options.windows) + selects + bool(options.stack)) > 1:
        raise typer.BadParameter("give ids of windows, or --name, --tag, --enabled and --all, or --stack")
    from pulumi_ssm_maintenance.operations.live import Selection  # noqa: PLC0415 - boto3 loads when it is needed
    from pulumi_ssm_maintenance.operations.selected import read_selected  # noqa: PLC0415 - as above

    first = next((region for region in options.regions if region != "all"), None)
    session = open_session(first, options.profile)
    regions = options.regions
    if options.stack:
        wanted, regions = _of_stack(options.stack, options)
    elif options.windows:
        wanted = list(dict.fromkeys(options.windows))
    elif selects:
        output.progress("reading the windows")
        return _warned(
            session,
            read_selected(
                session, Selection(tuple(options.names), tuple(options.tags), enabled=options.enabled), regions
            ),
        )
    else:
        list_windows(session)
        raise typer.Exit(Exit.USAGE)
    output.progress(f"reading {len(wanted)} window{'' if len(wanted) == 1 else 's'}")
    return _warned(session, read_selected(session, wanted, regions))


def list_windows(session: "boto3.Session") -> None:
    """Print the windows that exist, to standard error."""
    from pulumi_ssm_maintenance.operations.live import list_windows as listed  # noqa: PLC0415 - as above

    found = listed(session)
    if not found:
        output.error(f"no window was named, and there is none in {session.region_name}")
        return
    output.error("no window was named; these exist:")
    rows = [(one.window_id, one.name, one.schedule, "" if one.enabled else "disabled") for one in found]
    output.table(("id", "name", "schedule", ""), rows, to_stderr=True)


def _of_stack(stack: str, options: Options) -> tuple[list[str], Sequence[str]]:
    from pulumi_ssm_maintenance.operations.stack_windows import stack_windows  # noqa: PLC0415 - as above

    output.progress(f"reading the state of stack {stack}")
    found = stack_windows(options.cwd, stack)
    regions = options.regions or tuple(dict.fromkeys(one.region for one in found if one.region))
    return [one.window_id for one in found], regions


def _warned(session: "boto3.Session", selected: "Selected") -> Read:
    for text in selected.notes:
        output.warning(text)
    for text in selected.failures:
        output.error(text)
    return Read(session, selected.windows, bool(selected.failures))
