"""The options by which a verb is told which windows are meant, and how they are read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec, get_type_hints

import typer

from . import output
from .exits import Exit
from .session import open_accesses, open_session

if TYPE_CHECKING:
    import boto3

    from pulumi_ssm_maintenance.operations.live import LiveWindow

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a selection, as they were given."""

    windows: Annotated[list[str] | None, typer.Argument(metavar="WINDOW", help="Ids of windows, mw-….")] = None
    name: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Windows of such a name, as prod-*. Repeatable.")
    ] = None
    tag: Annotated[list[str] | None, typer.Option(metavar="KEY[=VALUE]", help="Windows with this tag. Repeatable.")] = (
        None
    )
    enabled: Annotated[bool, typer.Option("--enabled", help="Enabled windows only.")] = False
    all: Annotated[bool, typer.Option("--all", help="All windows.")] = False
    stack: Annotated[str | None, typer.Option(metavar="S", help="The windows that this stack's state names.")] = None
    cwd: Annotated[
        Path,
        typer.Option(metavar="DIR", show_default=False, help="The folder of the stack's project. Default: this one."),
    ] = Path()
    region: Annotated[
        list[str] | None,
        typer.Option(metavar="R", help="Where the windows are, or all. Repeatable. Default: AWS_REGION."),
    ] = None
    role_arn: Annotated[
        list[str] | None,
        typer.Option(metavar="ARN", help="Windows of the account of this role, which is assumed. Repeatable."),
    ] = None
    accounts: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Read accounts from a file with lines such as 111122223333 ROLE-ARN R,R."),
    ] = None
    profile: Annotated[str | None, typer.Option(metavar="P", help="A profile of the AWS configuration.")] = None

    @property
    def selects(self) -> bool:
        """Whether any window is meant."""
        return bool(self.windows or self.stack or self.by_what_they_share)

    @property
    def by_what_they_share(self) -> bool:
        """Whether windows are meant by their names, tags or state."""
        return bool(self.name or self.tag or self.enabled or self.all)


def with_selection(verb: Callable[Concatenate[Options, P], None]) -> Callable[..., None]:
    """Give a verb the options of a selection on the command line. It gets them as one, before its own."""
    names = [one.name for one in fields(Options)]

    @wraps(verb)
    def command(**given: Any) -> None:
        verb(Options(**{name: given.pop(name) for name in names}), **given)  # type: ignore[call-arg]  # typer checks them

    hints = get_type_hints(Options, include_extras=True)
    shared = [
        Parameter(one.name, Parameter.KEYWORD_ONLY, default=one.default, annotation=hints[one.name])
        for one in fields(Options)
    ]
    _, *own = signature(verb).parameters.values()
    command.__signature__ = Signature([*shared, *own])  # type: ignore[attr-defined]  # typer reads it
    return command


@dataclass(frozen=True, slots=True)
class Account:
    """The windows of an account, and the session that reads it."""

    session: "boto3.Session"
    windows: tuple["LiveWindow", ...]


@dataclass(frozen=True, slots=True)
class Read:
    """The windows that are meant."""

    accounts: tuple[Account, ...]
    failed: bool
    """Whether an account or a region could not be read."""

    @property
    def windows(self) -> tuple["LiveWindow", ...]:
        """The windows of all accounts."""
        return tuple(window for account in self.accounts for window in account.windows)


def read(options: Options) -> Read:
    """Read the windows that are meant. Where none is named, list those that exist and exit.

    Raises:
        OperationError: AWS or the engine failed.
    """
    if (bool(options.windows) + options.by_what_they_share + bool(options.stack)) > 1:
        raise typer.BadParameter("give ids of windows, or --name, --tag, --enabled and --all, or --stack")
    regions: Sequence[str] = options.region or ()
    first = next((region for region in regions if region != "all"), None)
    if not options.selects:
        list_windows(open_session(first, options.profile))
        raise typer.Exit(Exit.USAGE)
    from pulumi_ssm_maintenance.operations.accounts import read_accounts, session_of  # noqa: PLC0415 - loads boto3
    from pulumi_ssm_maintenance.operations.live import Selection  # noqa: PLC0415 - as above

    ids = tuple(dict.fromkeys(options.windows or ()))
    if options.stack:
        ids, regions = _of_stack(options.stack, options)
    named = [region for region in regions if region != "all"]
    session = open_session(named[0] if named else None, options.profile)
    accesses = open_accesses(regions, options.role_arn or (), options.accounts)
    output.progress("reading the windows")
    selection = Selection(tuple(options.name or ()), tuple(options.tag or ()), enabled=options.enabled, window_ids=ids)
    live = read_accounts(session, accesses, selection)
    for text in live.notes:
        output.warning(text)
    for text in live.failures:
        output.error(text)
    accounts = tuple(
        Account(session_of(session, role), tuple(window for window in live.windows if window.role_arn == role))
        for role in dict.fromkeys(window.role_arn for window in live.windows)
    )
    return Read(accounts, bool(live.failures))


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


def _of_stack(stack: str, options: Options) -> tuple[tuple[str, ...], Sequence[str]]:
    from pulumi_ssm_maintenance.operations.stack_windows import stack_windows  # noqa: PLC0415 - as above

    output.progress(f"reading the state of stack {stack}")
    found = stack_windows(options.cwd, stack)
    regions = options.region or tuple(dict.fromkeys(one.region for one in found if one.region))
    return tuple(one.window_id for one in found), regions
