"""Checks the links of the built site: each leads to a page and a heading of it, and no page requests another host.

mkdocs checks the links that are written in Markdown. This checks what it made of them, and of docstrings, the theme and
the style sheets.
"""

import os
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

# What a browser loads by itself. A link of another kind is one that the reader follows.
_LOADED: Final = {
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "img": "src",
    "input": "src",
    "object": "data",
    "script": "src",
    "source": "src",
    "track": "src",
    "video": "src",
}
_LOADED_LINKS: Final = frozenset(
    {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "manifest"}
)
_IN_STYLES: Final = re.compile(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)")


class _Page(HTMLParser):
    """The links of a page, what it loads, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element refers to, and its name."""
        found = {name: value or "" for name, value in attrs}
        self.anchors.update(found[name] for name in ("id", "name") if name in found)
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "link" and _LOADED_LINKS.intersection(found.get("rel", "").split()):
            self.loaded.append(found.get("href", ""))
        if found.get(_LOADED.get(tag, "")):
            self.loaded.append(found[_LOADED[tag]])
        for candidate in found.get("srcset", "").split(","):
            self.loaded.extend(candidate.split()[:1])
        self.loaded.extend(_of_styles(found.get("style", "")))


def problems_of(site: Path) -> list[str]:
    """Give a line for each link that leads nowhere, and for each request to another host."""
    pages = {path: _Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    problems = []
    for path, page in pages.items():
        name = path.relative_to(site)
        problems += [f"{name} requests another host: {it}" for it in page.loaded if _is_elsewhere(it)]
        for link in dict.fromkeys([*page.links, *page.loaded]):
            if problem := _problem(link, path, site, pages):
                problems.append(f"{name}: {problem}")
    for path in sorted(site.rglob("*.css")):
        urls = _of_styles(path.read_text(encoding="utf-8"))
        problems += [f"{path.relative_to(site)} requests another host: {it}" for it in urls if _is_elsewhere(it)]
    return problems


def _of_styles(text: str) -> Iterator[str]:
    for url, imported in _IN_STYLES.findall(text):
        yield url or imported


def _is_elsewhere(url: str) -> bool:
    return url.startswith("//") or urlsplit(url).scheme in {"http", "https", "ws", "wss"}


def _problem(link: str, page: Path, site: Path, pages: dict[Path, _Page]) -> str | None:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    # A server shows 404.html in any folder, so its links start at the root.
    begin = site if page.name == "404.html" else page.parent
    path = parts.path.lstrip("/") if page.name == "404.html" else parts.path
    target = Path(os.path.normpath(begin / unquote(path))) if parts.path else page
    if target.is_dir():
        target /= "index.html"
    if not target.is_relative_to(site):
        return f"{link} leads out of the site"
    if not target.exists():
        return f"{link} leads to no file"
    anchor = unquote(parts.fragment)
    if anchor and target in pages and anchor not in pages[target].anchors:
        return f"{link} leads to no heading of its page"
    return None


def report(problems: Iterable[str]) -> str:
    """Put the problems below a line that says what they are."""
    return "\n".join(["The site has broken links or requests another host:", *(f"  {it}" for it in problems)])
