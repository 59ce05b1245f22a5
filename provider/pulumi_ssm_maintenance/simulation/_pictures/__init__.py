"""A night as a picture or a text, by the ending of the file's name."""

from collections.abc import Callable, Mapping

from pulumi_ssm_maintenance.simulation._rehearsal import Rehearsal

from .html_page import html_page
from .mermaid import mermaid
from .svg import svg

WRITERS: Mapping[str, Callable[[Rehearsal], str]] = {
    ".json": Rehearsal.to_json,
    ".md": mermaid,
    ".svg": svg,
    ".html": html_page,
}
