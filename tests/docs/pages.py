"""The pages of the repository, and the snippets in them and in docstrings, which are pages of the reference."""

import ast
import re
from dataclasses import dataclass
from doctest import DocTestParser
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/*/README.md", "benchmarks/*.md")
    for path in ROOT.glob(pattern)
)
SOURCES = sorted(path for root in ("provider", "components") for path in (ROOT / root).rglob("*.py"))
_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r"^Example::\n\n((?:(?: {4}.*)?\n?)+)", re.MULTILINE)
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


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


def docstring_examples():
    """Return the examples in the docstrings of both packages."""
    return [example for path in SOURCES for example in _in_docstrings_of(path)]


def _in_docstrings_of(path):
    for node in ast.walk(ast.parse(path.read_text())):
        text = (isinstance(node, _DOCUMENTED) and ast.get_docstring(node)) or ""
        line = getattr(node, "lineno", 1)
        if found := _EXAMPLE.search(f"{text}\n"):
            yield Snippet(path, line, "python", dedent(found[1]))
        if found := DocTestParser().get_examples(text):
            yield Snippet(path, line, "session", "".join(it.source for it in found))


def _of(page):
    text = page.read_text()
    for found in _FENCE.finditer(text):
        yield Snippet(page, text.count("\n", 0, found.start()) + 1, found[2], dedent(found[3]))
