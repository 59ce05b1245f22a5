"""What mkdocs calls while it builds the site."""

import re
from typing import Any, Final

_SEE: Final = re.compile(r"Arguments: see <code>(\w+)</code>")


def on_page_content(html: str, **_: Any) -> str:
    """Adapt what docstrings have for editors: two colons before an example, and names of arguments without a link."""

    def linked(see: re.Match[str]) -> str:
        there = re.search(rf'id="([\w.]+\.{see[1]})"', html)
        return f'Arguments: see <a href="#{there[1]}"><code>{see[1]}</code></a>' if there else see[0]

    return _SEE.sub(linked, html.replace("::</p>", ":</p>"))
