"""What is printed: results on standard output, progress and notes on standard error."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

# Text that comes from AWS is data: no markup is read in it, and nothing is highlighted.
_OUT = Console(highlight=False, markup=False, soft_wrap=True)
_ERR = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def result(text: str) -> None:
    """Print a line of the result."""
    _OUT.print(text)


def progress(text: str) -> None:
    """Print a line about a step that begins."""
    _ERR.print(Text(f"{text} ...", style="dim"))


def warning(text: str) -> None:
    """Print a warning."""
    _ERR.print(Text("warning: ", style="yellow") + Text(text))


def error(text: str) -> None:
    """Print what went wrong."""
    _ERR.print(Text("error: ", style="red") + Text(text))


def table(heading: Sequence[str], rows: Iterable[Sequence[str]], *, to_stderr: bool = False) -> None:
    """Print a table."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for name in heading:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*map(Text, row))
    (_ERR if to_stderr else _OUT).print(drawn)
