"""What is printed: results on standard output, progress and notes on standard error."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from functools import cache
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.console import Console

_HANGING: Final = 4


class Report(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def result(text: str) -> None:
    """Print a line of the result."""
    sys.stdout.write(f"{text}\n")


def text_result(text: str) -> None:
    """Print the lines of a result: at a terminal, long ones go on below, further to the right."""
    if not sys.stdout.isatty():
        result(text)
        return
    width = get_terminal_size().columns
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()) + _HANGING)
        parts = wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        result("\n".join(parts))


def json_result(value: Any) -> None:
    """Print the one object of a result in JSON. Times are in the form of ISO 8601."""
    result(json.dumps(value, indent=2, ensure_ascii=False, default=datetime.isoformat))


def binary_result(content: bytes) -> None:
    """Write the content of a file.

    Raises:
        UsageError: standard output is a terminal.
    """
    if sys.stdout.isatty():
        from pulumi_ssm_maintenance.operations.errors import UsageError  # noqa: PLC0415 - loads boto3

        raise UsageError("this is no text: send it to a file, as in `… --format png > plan.png`")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def progress(text: str) -> None:
    """Print a line about a step that begins."""
    _console(stderr=True).print(f"{text} ...", style="dim")


@contextmanager
def steps() -> "Iterator[Callable[[str, int, int | None], None]]":
    """Report the steps of what takes long: at a terminal as a bar with the time that has passed, else as lines.

    What it gives takes a step that begins, how many steps are done, and of how many, where that is known.
    """
    if not sys.stderr.isatty():
        yield lambda text, _done, _total: progress(text)
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as in `lines`

    columns = (BarColumn(bar_width=20), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=_console(stderr=True), transient=True) as bar:
        shown = bar.add_task("", total=None)
        yield lambda text, done, total: bar.update(shown, description=text, completed=done, total=total, refresh=True)


def note(text: str) -> None:
    """Print a line about what has happened."""
    _console(stderr=True).print(text, style="dim")


def warning(text: str) -> None:
    """Print a warning."""
    _print_labelled("warning", "yellow", text)


def error(text: str) -> None:
    """Print what went wrong."""
    _print_labelled("error", "red", text)


def lines(rows: Iterable[tuple[str, str, str]], styles: Mapping[str, str]) -> None:
    """Print lines of a word, a name and a text: at a terminal in columns that wrap, else each as one line.

    Args:
        rows: the lines.
        styles: the colour of each word.
    """
    if not sys.stdout.isatty():
        for row in rows:
            result("  ".join(row))
        return
    from rich.table import Table  # noqa: PLC0415 - takes longer to load than the help takes to print
    from rich.text import Text  # noqa: PLC0415 - as above

    drawn = Table.grid(padding=(0, 2, 0, 0))
    drawn.add_column(no_wrap=True)
    drawn.add_column(no_wrap=True)
    drawn.add_column(overflow="fold")
    for word, name, text in rows:
        drawn.add_row(Text(word, style=styles.get(word, "")), Text(name), Text(text))
    _console().print(drawn, soft_wrap=False)


def table(heading: Sequence[str], rows: Iterable[Sequence[str]], *, to_stderr: bool = False) -> None:
    """Print a table."""
    from rich.table import Table  # noqa: PLC0415 - takes longer to load than the help takes to print
    from rich.text import Text  # noqa: PLC0415 - as above

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for name in heading:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*map(Text, row))
    _console(stderr=to_stderr).print(drawn)


def cell(text: str) -> str:
    """Give text as a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


def _print_labelled(label: str, colour: str, text: str) -> None:
    from rich.text import Text  # noqa: PLC0415 - as above

    _console(stderr=True).print(Text(f"{label}: ", style=colour) + Text(text))


def stderr_console() -> "Console":
    """Give the console of standard error."""
    return _console(stderr=True)


@cache
def _console(*, stderr: bool = False) -> "Console":
    """Make a console. Text that comes from AWS is data: no markup is read in it, and nothing is highlighted."""
    from rich.console import Console  # noqa: PLC0415 - as above

    return Console(stderr=stderr, highlight=False, markup=False, soft_wrap=True)
