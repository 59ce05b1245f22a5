"""Build the docs site in `build/docs/site`. Every warning is an error: a broken link, a page without navigation."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from .reference import reference_pages

_CHECKOUT: Final = Path(__file__).resolve().parents[2]
_BUILD: Final = _CHECKOUT / "build" / "docs"
_PAGES: Final = _BUILD / "pages"

_BACKGROUND: Final = (
    "docs/life-cycle.md",
    "docs/reliability.md",
    "docs/dependencies.md",
    "benchmarks/README.md",
    "benchmarks/RESULTS.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
)
_FIRST_GUIDES: Final = ("docs/adopt.md", "docs/move-from-pulumi-aws.md", "docs/doctor.md", "docs/rehearsal.md")

_FENCED: Final = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\]\((?!\w+:)([^)#\s]+)\)")


def main() -> int:
    """Write the pages, and let mkdocs build the site from them."""
    shutil.rmtree(_BUILD, ignore_errors=True)
    navigation = _write_pages()
    settings = {
        "INHERIT": "../../tools/docs_site/mkdocs.yml",
        "docs_dir": "pages",
        "site_dir": "site",
        "nav": navigation,
    }
    (_BUILD / "mkdocs.yml").write_text(json.dumps(settings, indent=2))
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(_BUILD / "mkdocs.yml")]
    # The theme would announce its successor at each build: docs/dependencies.md.
    return subprocess.run(command, check=False, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}).returncode


def _write_pages() -> list[dict[str, str | list[str]]]:
    """Write each page where the repository has it, so that the links between pages hold. Return the navigation."""
    guides = [page for page in dict.fromkeys([*_FIRST_GUIDES, *_pages_of("docs")]) if page not in _BACKGROUND]
    navigation: list[dict[str, str | list[str]]] = [
        {"Start": _write("README.md")},
        {"Guides": [_write(page) for page in guides]},
        {"Components": [_write(page) for page in _pages_of("docs/components")]},
        {"Examples": [_write(page, _program(page)) for page in _pages_of("examples/*")]},
        {"Reference": [_write_reference(title, text) for title, text in reference_pages()]},
        {"Background": [_write(page) for page in _BACKGROUND]},
        {"Decisions": [_write(page) for page in _pages_of("docs/decisions")]},
    ]
    shutil.copy(_CHECKOUT / "benchmarks" / "RESULTS.svg", _PAGES / "benchmarks")
    return navigation


def _pages_of(folders: str) -> list[str]:
    """Give the pages of folders, `README.md` first."""
    pages = sorted(
        _CHECKOUT.glob(f"{folders}/*.md"), key=lambda page: (page.parent, page.name != "README.md", page.name)
    )
    return [page.relative_to(_CHECKOUT).as_posix() for page in pages]


def _write(page: str, more: str = "") -> str:
    source = _CHECKOUT / page

    def to_page(link: re.Match[str]) -> str:
        return f"]({link[1]}/README.md)" if (source.parent / link[1] / "README.md").exists() else link[0]

    parts = _FENCED.split(source.read_text(encoding="utf-8"))
    text = "".join(part if part.startswith("```") else _LINK.sub(to_page, part) for part in parts)
    return _save(page, text + more)


def _program(page: str) -> str:
    program = (_CHECKOUT / page).with_name("__main__.py").read_text(encoding="utf-8")
    return f"\n```python\n{program}```\n"


def _write_reference(title: str, text: str) -> str:
    return _save(f"reference/{title.lower().replace(' ', '-')}.md", text)


def _save(page: str, text: str) -> str:
    path = _PAGES / page
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return page


if __name__ == "__main__":
    sys.exit(main())
