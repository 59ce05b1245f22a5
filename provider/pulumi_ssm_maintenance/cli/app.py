"""The command line as a whole: its verbs, and how errors become exit codes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_ssm_maintenance._version import __version__

from . import adopt, doctor, output, rehearse
from .exits import Exit
from .plan.command import plan
from .status.command import status

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.errors import SsmMaintenanceError

_app = typer.Typer(
    name="ssm-maintenance",
    help="Work on AWS Systems Manager maintenance windows that exist. Nothing is ever written to AWS.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_app.command("adopt")(adopt.adopt)
_app.command("doctor")(doctor.doctor)
_app.command("plan")(plan)
_app.command("rehearse")(rehearse.rehearse)
_app.command("status")(status)


def _print_version(*, wanted: bool) -> None:
    if wanted:
        output.result(__version__)
        raise typer.Exit


@_app.callback()
def _common(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=lambda value: _print_version(wanted=value), is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Options of every verb stand behind the verb."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line.

    Args:
        arguments: those behind the program's name.

    Returns:
        The exit code.
    """
    debug = "--debug" in arguments
    try:
        _app(args=[argument for argument in arguments if argument != "--debug"], prog_name="ssm-maintenance")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else Exit.FINE
    except KeyboardInterrupt:
        output.error("interrupted")
        return Exit.INTERRUPTED
    except _own_error() as error:
        if debug:
            raise
        output.error(str(error))
        return _code(error)
    return Exit.FINE


def _own_error() -> "type[SsmMaintenanceError]":
    """Load the base of our errors. Python asks for it when something was raised, so the help does without pulumi."""
    from pulumi_ssm_maintenance.errors import SsmMaintenanceError  # noqa: PLC0415 - loads pulumi

    return SsmMaintenanceError


def _code(error: "SsmMaintenanceError") -> Exit:
    from pulumi_ssm_maintenance.operations.errors import UsageError  # noqa: PLC0415 - boto3 loads when it is needed

    return Exit.USAGE if isinstance(error, UsageError) else Exit.FAILED
