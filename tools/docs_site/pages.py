"""The pages of the site, written from those of the repository."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .reference import reference_pages

CHECKOUT: Final = Path(__file__).resolve().parents[2]
_ASSETS: Final = Path(__file__).with_name("assets")
_PAGES: Final = (
    "*.md",
    "docs/*.md",
    "docs/components/*.md",
    "docs/decisions/*.md",
    "benchmarks/*.md",
    "examples/*/README.md",
)
_PICTURES: Final = ("benchmarks/*.svg", "docs/**/*.svg", "docs/**/*.png")

_FENCED: Final = re.compile(r"(^```.*?^```)", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\]\((?!\w+:)([^)#\s]+)")


def write_pages(folder: Path) -> list[str]:
    """Write each page where the repository has it, so that the links between pages hold. Return the pages."""
    pages = [_write(folder, page) for page in _pages_of_the_repository()]
    for path, text in reference_pages():
        pages.append(_save(folder, f"reference/{path}", text))
    for pattern in _PICTURES:
        for picture in CHECKOUT.glob(pattern):
            target = folder / picture.relative_to(CHECKOUT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, target)
    shutil.copytree(_ASSETS, folder / "assets")
    return pages


def repository() -> str:
    """Give the address of the repository, which pyproject.toml has."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["urls"]["Repository"])


def _pages_of_the_repository() -> Iterator[str]:
    """Give the pages of each folder, `README.md` first."""
    for pattern in _PAGES:
        pages = sorted(CHECKOUT.glob(pattern), key=lambda page: (page.parent, page.name != "README.md", page.name))
        yield from (page.relative_to(CHECKOUT).as_posix() for page in pages)


def _write(folder: Path, page: str) -> str:
    source = CHECKOUT / page

    def to_page(link: re.Match[str]) -> str:
        target = (source.parent / link[1]).resolve()
        if (target / "README.md").exists():
            return f"]({link[1].rstrip('/')}/README.md"
        # What is no page and no picture of the site is read in the repository.
        if target.exists() and target.suffix not in {".md", ".svg", ".png"}:
            return f"]({repository()}/blob/main/{target.relative_to(CHECKOUT).as_posix()}"
        return link[0]

    parts = _FENCED.split(source.read_text(encoding="utf-8"))
    text = "".join(part if part.startswith("```") else _LINK.sub(to_page, part) for part in parts)
    program = source.with_name("__main__.py")
    if program.exists() and page.startswith("examples/"):
        text += f"\n```python\n{program.read_text(encoding='utf-8')}```\n"
    return _save(folder, page, text)


def _save(folder: Path, page: str, text: str) -> str:
    path = folder / page
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return page
