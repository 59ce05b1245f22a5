"""The order of the pages, for a reader who starts at the front page."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

Pages: TypeAlias = "list[str | dict[str, list[str]]]"
Navigation: TypeAlias = "list[dict[str, Pages]]"

# Each section is a tab, with all its pages beside each of them. A plain name is a page in `docs`. `*` stands for all
# pages of a folder; tools/docs_site/reference.py makes those in `reference`.
_SECTIONS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "Start": {
            "": ("README.md", "getting-started"),
            "Example programs": ("examples/*",),
        },
        "Guides": {
            "": ("patch-a-fleet",),
            "Take over what exists": (
                "adopt",
                "move-from-pulumi-aws",
                "move-from-terraform",
                "move-from-cloudformation",
            ),
            "Test before the night": ("preflight", "testing", "rehearsal", "first-contact"),
            "Deploy": (
                "configuration",
                "permissions",
                "pipelines",
                "several-accounts",
            ),
        },
        "Components": {"": ("docs/components/*",)},
        "Reference": {
            "Tasks": ("reference/tasks/*",),
            "Components": ("reference/components/*",),
            "Testing and operating": ("reference/python/*",),
        },
        "Operating": {
            "": (
                "doctor",
                "plan",
                "status",
                "life-cycle",
                "limits-and-costs",
                "versions",
                "reliability",
            )
        },
        "Troubleshooting": {"": ("troubleshooting",)},
        "Background": {
            "": (
                "architecture",
                "comparison",
                "never-seen-on-aws",
                "dependencies",
                "benchmarks/README.md",
                "benchmarks/RESULTS.md",
            ),
            "Decisions": ("docs/decisions/*",),
        },
        "Project": {"": ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")},
    }
)


def navigation_of(pages: Iterable[str]) -> Navigation:
    """Put these pages in order. A page that no section names is left out, which mkdocs reports."""
    written = list(pages)
    return [{title: list(_section(groups, written))} for title, groups in _SECTIONS.items()]


def _section(groups: Mapping[str, tuple[str, ...]], written: list[str]) -> Iterator[str | dict[str, list[str]]]:
    for title, patterns in groups.items():
        pages = [page for pattern in patterns for page in _matching(pattern, written)]
        if title and pages:
            yield {title: pages}
        else:
            yield from pages


def _matching(pattern: str, written: list[str]) -> list[str]:
    if pattern.endswith("*"):
        return [page for page in written if page.startswith(pattern[:-1])]
    page = pattern if pattern.endswith(".md") else f"docs/{pattern}.md"
    return [page] if page in written else []
