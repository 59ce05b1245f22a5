"""The pages of the repository, and the snippets in them."""

import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/*/README.md", "benchmarks/*.md")
    for path in ROOT.glob(pattern)
)
_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Snippet:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self):
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def snippets(*languages):
    """Return the snippets in these languages, or all."""
    return [snippet for page in PAGES for snippet in _of(page) if not languages or snippet.language in languages]


def _of(page):
    text = page.read_text()
    for found in _FENCE.finditer(text):
        yield Snippet(page, text.count("\n", 0, found.start()) + 1, found[2], dedent(found[3]))
