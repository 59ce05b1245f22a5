"""`ssm-maintenance status`."""

import re
from datetime import timedelta
from typing import Annotated, Final

import typer

from pulumi_ssm_maintenance.cli import output
from pulumi_ssm_maintenance.cli.exits import Exit
from pulumi_ssm_maintenance.cli.selection import Options, read, with_selection

from . import formats, progress

_AGE: Final = re.compile(r"(\d+)([dh])")


@with_selection
def status(  # noqa: PLR0913 - the options of a command
    chosen: Options,
    *,
    last: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="How many runs of each window.")] = 5,
    compliance: Annotated[
        bool, typer.Option("--compliance", help="Add up what the nodes have reported about their patches.")
    ] = False,
    execution: Annotated[
        str | None, typer.Option(metavar="ID", help="Show this run alone, by the id of its execution.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Wait for runs that are at work, and show their progress.")
    ] = False,
    timeout: Annotated[
        str | None, typer.Option(metavar="AGE", help="How long to watch, such as 4h. Default: until the runs end.")
    ] = None,
    max_age: Annotated[
        str | None, typer.Option(metavar="AGE", help="Exit with 3 when the last good run is older, such as 8d or 36h.")
    ] = None,
    no_fail: Annotated[bool, typer.Option("--no-fail", help="Exit with 0 whatever is found.")] = False,
    format: Annotated[output.Report, typer.Option(help="How the runs are printed.")] = output.Report.TEXT,  # noqa: A002 - its name
) -> None:
    """Show the last runs of windows: what failed on which node, why, and where its log is; and the next run.

    What the caller may not read is skipped, and named; then the exit code is 1. Exit code 3 where the latest run of a
    window failed, timed out, was cancelled or skipped, ran on nothing, or should have been and was not.
    """
    age, longest = _age(max_age, "--max-age"), _age(timeout, "--timeout")
    if execution and max_age:
        raise typer.BadParameter("give either --execution ID, one run, or --max-age, which is about all of them")
    found_windows = read(chosen)
    from pulumi_ssm_maintenance.operations.errors import UsageError  # noqa: PLC0415 - boto3 loads when it is needed
    from pulumi_ssm_maintenance.operations.runs import History, history  # noqa: PLC0415 - as above

    output.progress("reading the runs")

    def read_runs() -> History:
        parts = [
            history(
                account.session, account.windows, last=last, compliance=compliance, max_age=age, execution=execution
            )
            for account in found_windows.accounts
        ]
        return History(tuple(window for part in parts for window in part.windows))

    found = progress.watched(read_runs, longest) if watch else read_runs()
    if execution and not found.windows:
        raise UsageError(f"none of these windows has a run {execution}; AWS keeps runs for 30 days")
    if format is output.Report.JSON:
        output.json_result(formats.as_json(found))
    elif format is output.Report.MARKDOWN:
        output.result("\n".join(formats.markdown(found)))
    else:
        output.text_result(formats.text(found))
    if found_windows.failed or any(window.skipped for window in found.windows):
        raise typer.Exit(Exit.FAILED)
    if not no_fail and not found.is_sound:
        raise typer.Exit(Exit.FINDINGS)


def _age(text: str | None, option: str) -> timedelta | None:
    if text is None:
        return None
    found = _AGE.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{option} {text}: give days or hours, such as 8d or 36h")
    return timedelta(**{"days" if found[2] == "d" else "hours": int(found[1])})
