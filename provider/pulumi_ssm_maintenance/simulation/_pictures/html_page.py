"""The night as one page: the chart, the messages, and the nodes that were left out. It loads no other file."""

from collections.abc import Iterable, Iterator
from html import escape

from pulumi_ssm_maintenance.simulation._rehearsal import Rehearsal

from .bars import minutes, notes
from .svg import svg

_STYLE = """
body { font: 14px/1.5 system-ui, sans-serif; margin: 24px; color: #212121; background: #fff; }
main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 32px; align-items: start; }
@media (min-width: 1100px) { main { grid-template-columns: minmax(0, 1fr) minmax(280px, 380px); } }
figure { margin: 0; overflow-x: auto; }
figure svg { display: block; width: 100%; min-width: 760px; max-width: 1140px; height: auto; }
h2 { font-size: 17px; margin: 0 0 8px; }
h3 { font-size: 14px; margin: 12px 0 4px; overflow-wrap: anywhere; }
ul { margin: 0 0 16px; padding-left: 20px; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f5f5f5; padding: 8px; margin: 4px 0 16px; }
"""


def html_page(night: Rehearsal) -> str:
    """Write the page."""
    title = escape(f"{night.window.name}: {night.status}")
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f"<title>{title}</title><style>{_STYLE}</style></head><body>",
            "<main>",
            f"<section><figure>{svg(night)}</figure>",
            f"<h2>What happens</h2><pre>{escape(night.timeline())}</pre></section>",
            "<aside>",
            *_messages(night),
            *(part for heading, lines in notes(night) for part in _list(heading, lines)),
            "</aside>",
            "</main>",
            "</body></html>",
            "",
        ]
    )


def _messages(night: Rehearsal) -> Iterator[str]:
    yield f"<h2>Messages ({len(night.messages)})</h2>"
    for message in night.messages:
        heading = f"{minutes(night, message.time)} {message.topic.rpartition(':')[2]}"
        subject = f": {message.subject}" if message.subject else ""
        yield f"<h3>{escape(heading + subject)}</h3><pre>{escape(message.body)}</pre>"


def _list(heading: str, lines: Iterable[str]) -> Iterator[str]:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    yield f"<h2>{heading}</h2><ul>{items}</ul>"
