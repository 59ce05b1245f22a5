"""`ssm-maintenance adopt`."""

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from pulumi_ssm_maintenance.core.words import counted

from . import output
from .adopt_results import Format, show_adopted, show_joined, show_undone
from .exits import Exit
from .session import open_accesses, open_session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi_ssm_maintenance.operations import adopt as operation

T = TypeVar("T")


class Style(StrEnum):
    """Who adopts."""

    IMPORT = "import"
    CODE = "code"


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
    from_terraform: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Adopt what this Terraform state manages, or what `terraform show -json` printed; - reads it from"
            " standard input.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a Pulumi project into this folder, new or empty.")
    ] = None,
    style: Annotated[
        Style,
        typer.Option(help="Who adopts: an import file, or the code of the program, with the next pulumi up."),
    ] = Style.IMPORT,
    into: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Adopt into the project in this folder, the components of its program too."),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="NAME=ID",
            help="With --into: this resource of the program is that window, target or task at AWS. Repeatable.",
        ),
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
    region: Annotated[
        list[str] | None,
        typer.Option(metavar="R", help="The windows' region, or all. Repeatable. Default: AWS_REGION."),
    ] = None,
    role_arn: Annotated[
        list[str] | None,
        typer.Option(metavar="ARN", help="Adopt windows of the account of this role, which is assumed. Repeatable."),
    ] = None,
    accounts: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Read accounts from a file with lines such as 111122223333 ROLE-ARN R,R."),
    ] = None,
    profile: Annotated[str | None, typer.Option(metavar="P", help="A profile of the AWS configuration.")] = None,
    no_fail: Annotated[
        bool, typer.Option("--no-fail", help="Exit with 0 where the preview shows what it should not, instead of 3.")
    ] = False,
    format: Annotated[Format, typer.Option(help="How the result is printed.")] = Format.TEXT,  # noqa: A002 - its name
) -> None:
    """Write a Pulumi program for windows that exist, and import them into a stack.

    Without --apply only files are written. With it, the windows, targets and tasks come into the stack, secrets into
    its configuration, and a preview shows that nothing is left to change: exit code 3 where something is.
    """
    if undo is not None:
        _undo(undo, _required(stack, "--undo needs --stack S"), yes=yes, format_=format)
        return
    if out and into:
        raise typer.BadParameter("give either --out DIR, a new project, or --into DIR, one that exists")
    _demand_fitting(into, map_ or (), {"--style code": style is Style.CODE, "--literal": literal, "--secret": secret})
    selection = _Selected(
        tuple(dict.fromkeys(windows or ())), tuple(name or ()), tuple(tag or ()), enabled, all_, from_terraform
    )
    if not selection.is_given:
        _list_windows(next((one for one in region or () if one != "all"), None), profile)
        raise typer.Exit(Exit.USAGE)
    path = _required(out or into, "--out DIR is missing: where is the program to be written?")
    target = _required(stack, f"--{'into' if into else 'apply'} needs --stack S") if apply or into else None
    from pulumi_ssm_maintenance.operations import adopt as operation  # noqa: PLC0415 - boto3 loads when it is needed

    state = _read_state(from_terraform) if from_terraform else None
    live = _read(selection, open_accesses(region or (), role_arn or (), accounts), profile, state)
    if into and target:
        joining = operation.match(
            operation.Engine(path, target, profile),
            live.windows,
            chosen=dict(map(_choice, map_ or ())),
            create=apply,
            report=output.progress,
        )
        findings = _join(joining, apply=apply, protect=protect, yes=yes, format_=format)
    else:
        adoption = operation.plan(
            live.windows, protect=protect, literal=literal, secret=secret or (), style=style.value, terraform=state
        )
        for text in adoption.warnings:
            output.warning(text)
        folder = operation.write(adoption, path, project=project, force=force)
        applied = None
        if target:
            what = "set up" if style is Style.CODE else f"import {len(folder.entries)} resources into"
            _confirm(f"{what} stack {target} of project {folder.project}", yes=yes)
            applied = operation.apply(adoption, folder, target, profile=profile, report=output.progress)
        show_adopted(adoption, folder, target, applied, format_=format)
        findings = bool(applied and applied.differences)
    if live.failures:
        raise typer.Exit(Exit.FAILED)
    if findings and not no_fail:
        raise typer.Exit(Exit.FINDINGS)


@dataclass(frozen=True, slots=True)
class _Selected:
    """Which windows the arguments name."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    tags: tuple[str, ...]
    enabled: bool
    all: bool
    terraform: str | None

    @property
    def is_given(self) -> bool:
        """Whether any window is named.

        Raises:
            BadParameter: in two ways at once.
        """
        by_condition = bool(self.names or self.tags or self.enabled or self.all)
        if sum((bool(self.ids), by_condition, bool(self.terraform))) > 1:
            raise typer.BadParameter(
                "give either ids of windows, or --name, --tag, --enabled and --all, or --from-terraform"
            )
        return bool(self.ids or by_condition or self.terraform)


def _read_state(file: str) -> "operation.TerraformState":
    from pulumi_ssm_maintenance.operations import adopt as operation  # noqa: PLC0415 - boto3 loads when it is needed

    if file == "-":
        return operation.read_state(sys.stdin.read(), "standard input")
    try:
        return operation.read_state(Path(file).read_text(encoding="utf-8"), file)
    except (OSError, UnicodeDecodeError) as error:
        raise operation.UsageError(f"could not read {file}: {getattr(error, 'strerror', 'it is not text')}.") from None


def _read(
    selected: _Selected,
    accesses: "Sequence[operation.Access]",
    profile: str | None,
    state: "operation.TerraformState | None",
) -> "operation.Live":
    """Read the windows of one region, or of several accounts and regions side by side."""
    from pulumi_ssm_maintenance.operations import adopt as operation  # noqa: PLC0415 - boto3 loads when it is needed

    regions = [region for access in accesses for region in access.regions if region != operation.ALL_REGIONS]
    session = open_session(regions[0] if regions else None, profile)
    selection = operation.Selection(selected.names, selected.tags, selected.enabled, selected.ids)
    (first, *others) = accesses
    if state:
        if others or first.role_arn or len(regions) > 1:
            raise operation.UsageError("--from-terraform takes no role, no file of accounts and one region at most.")
        output.progress(f"reading {counted(sum(one.id == one.window_id for one in state.resources), 'window')}")
        live = operation.read_managed(session, state, regions[0] if regions else None)
    elif others or first.role_arn or len(first.regions) > 1 or operation.ALL_REGIONS in first.regions:
        output.progress(f"reading {counted(len(accesses), 'account')}")
        live = operation.read_accounts(session, accesses, selection)
    else:
        ids: Sequence[str] = selected.ids
        if not ids:
            ids = [window.window_id for window in operation.find_windows(session, selection)]
        if not ids:
            raise operation.UsageError(f"no window in {session.region_name} is selected")
        output.progress(f"reading {counted(len(ids), 'window')}")
        live = operation.read_windows(session, ids)
    for text in live.notes:
        output.warning(text)
    for text in live.failures:
        output.error(text)
    if not live.windows:
        raise typer.Exit(Exit.FAILED)
    return live


def _join(joining: "operation.Joining", *, apply: bool, protect: bool, yes: bool, format_: Format) -> bool:
    """Import what was matched, and tell whether the preview shows what it should not."""
    from pulumi_ssm_maintenance.operations import adopt as operation  # noqa: PLC0415 - boto3 loads when it is needed

    for window in joining.windows:
        for outside in window.outside:
            output.warning(f"the program does not have {outside}; it stays at AWS as it is")
    joined = None
    if apply:
        resources = counted(len(joining.entries), "resource")
        if joining.entries:
            where = f"stack {joining.engine.stack} of the project in {joining.engine.folder}"
            _confirm(f"import {resources} into {where}", yes=yes)
        joined = operation.join(joining, protect=protect, report=output.progress)
    show_joined(joining, joined, format_=format_)
    return bool(joined and joined.lost)


def _choice(text: str) -> tuple[str, str]:
    name, equals, id_ = text.rpartition("=")
    if not (name and equals and id_):
        raise typer.BadParameter(f"--map {text}: expected NAME=ID, such as web-window=mw-0123456789abcdef0")
    return name, id_


def _undo(path: Path, stack: str, *, yes: bool, format_: Format) -> None:
    from pulumi_ssm_maintenance.operations import adopt as operation  # noqa: PLC0415 - boto3 loads when it is needed

    _confirm(f"remove what {path} adopted from the state of stack {stack}", yes=yes)
    show_undone(stack, operation.undo(path, stack), format_=format_)


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


def _demand_fitting(into: Path | None, choices: "Sequence[str]", of_new: "Mapping[str, object]") -> None:
    """Refuse options of a new project with one that exists, and the other way round."""
    if choices and not into:
        raise typer.BadParameter("--map goes with --into DIR")
    for option, given in of_new.items():
        if into and given:
            raise typer.BadParameter(f"{option} goes with --out DIR: with --into the program exists already")


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
